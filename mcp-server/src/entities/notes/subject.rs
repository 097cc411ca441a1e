//! What a note is about. Of every kind there is the id of a record that is there and within reach.

use shared::{db::Bind, permit::Reach, tenant_tx::TenantTx};

use crate::{
    entities::{
        contacts::Contacts, customers::Customers, invoices::Invoices, job_series::JobSeries, jobs::Jobs,
        locations::Locations, plans::Plans, quotes::Quotes,
    },
    error::{Error, Result},
    fields::words,
    references::Kind,
    store::{Columns, Where},
};

words! {
    /// The kinds of subjects.
    SubjectType {
        Customer = "customer",
        CustomerContact = "customer_contact",
        CustomerLocation = "customer_location",
        Job = "job",
        Invoice = "invoice",
        Quote = "quote",
        Plan = "plan",
        JobSeries = "job_series",
    }
}

words! {
    /// The kinds that a list can ask for.
    SubjectFilter {
        Standalone = "standalone",
        Customer = "customer",
        CustomerContact = "customer_contact",
        CustomerLocation = "customer_location",
        Job = "job",
        Invoice = "invoice",
        Quote = "quote",
        Plan = "plan",
        JobSeries = "job_series",
    }
}

/// Every kind.
const ALL: [SubjectType; 8] = [
    SubjectType::Customer,
    SubjectType::CustomerContact,
    SubjectType::CustomerLocation,
    SubjectType::Job,
    SubjectType::Invoice,
    SubjectType::Quote,
    SubjectType::Plan,
    SubjectType::JobSeries,
];

impl SubjectType {
    /// The column that holds the ids of this kind.
    fn column(self) -> &'static str {
        match self {
            Self::Customer => "customer_id",
            Self::CustomerContact => "contact_id",
            Self::CustomerLocation => "location_id",
            Self::Job => "job_id",
            Self::Invoice => "invoice_id",
            Self::Quote => "quote_id",
            Self::Plan => "plan_id",
            Self::JobSeries => "series_id",
        }
    }

    /// The records that they name. Archived ones may be written about.
    fn records(self) -> Kind {
        match self {
            Self::Customer => Kind::of::<Customers>().or_archived(),
            Self::CustomerContact => Kind::of::<Contacts>().or_archived(),
            Self::CustomerLocation => Kind::of::<Locations>().or_archived(),
            Self::Job => Kind::of::<Jobs>(),
            Self::Invoice => Kind::of::<Invoices>(),
            Self::Quote => Kind::of::<Quotes>().or_archived(),
            Self::Plan => Kind::of::<Plans>(),
            Self::JobSeries => Kind::of::<JobSeries>(),
        }
    }

    /// The kind that a field like `customer_id` names; a contact and a location are a customer's without saying so.
    pub(super) fn of_id_field(name: &str) -> Option<Self> {
        let word = name.strip_suffix("_id")?;
        Self::from_word(word).or_else(|| Self::from_word(&format!("customer_{word}")))
    }
}

/// The columns of a note about nothing in particular.
pub fn standalone() -> Columns {
    Columns::default().put("subject_type", SubjectFilter::Standalone.as_str())
}

/// The columns of a note about this record, which is known to be there.
pub fn about(kind: SubjectType, id: String) -> Columns {
    Columns::default().put("subject_type", kind.as_str()).put(kind.column(), id)
}

/// The columns of a new note's subject. A technician writes on assigned jobs alone, and is told so before anything is
/// looked up: the answer says nothing of what exists.
pub(super) async fn find(
    tx: &mut TenantTx,
    kind: Option<SubjectType>,
    id: Option<String>,
) -> Result<Columns> {
    if *tx.reach() != Reach::All && kind != Some(SubjectType::Job) {
        let message =
            "a technician writes notes on jobs assigned to them; send `job`, and the job's id in subject_id.";
        return Err(Error::field("subject_type", message));
    }
    let (kind, id) = match (kind, id) {
        (None, None) => return Ok(standalone()),
        (Some(kind), Some(id)) => (kind, id),
        (Some(_), None) => {
            let message = "is missing beside subject_type; send both, or neither for a standalone note.";
            return Err(Error::field("subject_id", message));
        }
        (None, Some(_)) => {
            let message = "is missing beside subject_id; send both, or neither for a standalone note.";
            return Err(Error::field("subject_type", message));
        }
    };
    kind.records().check(tx, "subject_id", Some(&id), None).await?;
    Ok(about(kind, id))
}

/// Narrows a list to one subject: its id's prefix tells in which column it stands.
pub(super) fn narrow(id: String, to: &mut Where) {
    let prefix = id.split_once('_').map(|(prefix, _)| prefix);
    match ALL.iter().find(|kind| Some(kind.records().prefix) == prefix) {
        Some(kind) => to.and(&format!("{} = ?", kind.column()), [Bind::from(id)]),
        None => to.and("1 = 0", []),
    }
}
