//! What a note is about. Of every kind there is the id of a record that is there and within reach.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::{db::Bind, permit::Reach, tenant_tx::TenantTx};

use crate::{
    entities::{
        contacts::Contacts, customers::Customers, invoices::Invoices, job_series::JobSeries, jobs::Jobs,
        locations::Locations, plans::Plans, quotes::Quotes,
    },
    error::{Error, Result},
    references::{Kind, unknown},
    store::{Columns, Where},
};

/// The kinds of subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SubjectType {
    Customer,
    CustomerContact,
    CustomerLocation,
    Job,
    Invoice,
    Quote,
    Plan,
    JobSeries,
}

/// The kinds that a list can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SubjectFilter {
    Standalone,
    Customer,
    CustomerContact,
    CustomerLocation,
    Job,
    Invoice,
    Quote,
    Plan,
    JobSeries,
}

/// Where each kind is kept: its column, and the records that it names. Archived ones may be written about.
const COLUMNS: &[(SubjectType, &str, Kind)] = &[
    (SubjectType::Customer, "customer_id", Kind::of::<Customers>().or_archived()),
    (SubjectType::CustomerContact, "contact_id", Kind::of::<Contacts>().or_archived()),
    (SubjectType::CustomerLocation, "location_id", Kind::of::<Locations>().or_archived()),
    (SubjectType::Job, "job_id", Kind::of::<Jobs>()),
    (SubjectType::Invoice, "invoice_id", Kind::of::<Invoices>()),
    (SubjectType::Quote, "quote_id", Kind::of::<Quotes>().or_archived()),
    (SubjectType::Plan, "plan_id", Kind::of::<Plans>()),
    (SubjectType::JobSeries, "series_id", Kind::of::<JobSeries>()),
];

/// The word of a note about nothing in particular.
pub(super) const STANDALONE: &str = "standalone";

impl SubjectType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::CustomerContact => "customer_contact",
            Self::CustomerLocation => "customer_location",
            Self::Job => "job",
            Self::Invoice => "invoice",
            Self::Quote => "quote",
            Self::Plan => "plan",
            Self::JobSeries => "job_series",
        }
    }

    /// The kind that a field like `customer_id` names; a contact and a location are a customer's without saying so.
    pub(super) fn of_id_field(name: &str) -> Option<Self> {
        let word = name.strip_suffix("_id")?;
        Self::from_word(word).or_else(|| Self::from_word(&format!("customer_{word}")))
    }

    /// The kind of a stored word; none for a standalone note.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        COLUMNS.iter().map(|(kind, ..)| *kind).find(|kind| kind.as_str() == word)
    }
}

impl SubjectFilter {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Standalone => STANDALONE,
            Self::Customer => SubjectType::Customer.as_str(),
            Self::CustomerContact => SubjectType::CustomerContact.as_str(),
            Self::CustomerLocation => SubjectType::CustomerLocation.as_str(),
            Self::Job => SubjectType::Job.as_str(),
            Self::Invoice => SubjectType::Invoice.as_str(),
            Self::Quote => SubjectType::Quote.as_str(),
            Self::Plan => SubjectType::Plan.as_str(),
            Self::JobSeries => SubjectType::JobSeries.as_str(),
        }
    }
}

fn in_column(kind: SubjectType, column: &'static str, id: String) -> Columns {
    Columns::default().put("subject_type", kind.as_str()).put(column, id)
}

/// The columns of a note about nothing in particular.
pub fn standalone() -> Columns {
    Columns::default().put("subject_type", STANDALONE)
}

/// The columns of a note about this record, which is known to be there; none while no such record can be named.
pub fn about(kind: SubjectType, id: String) -> Option<Columns> {
    let (_, column, _) = COLUMNS.iter().find(|(each, ..)| *each == kind)?;
    Some(in_column(kind, column, id))
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
    match COLUMNS.iter().find(|(each, ..)| *each == kind) {
        Some((_, column, named)) => {
            named.check(tx, "subject_id", Some(&id), None).await?;
            Ok(in_column(kind, column, id))
        }
        // None of the others has a table yet: no such record can be named.
        None => {
            let (noun, tools) = (kind.as_str().replace('_', " "), kind.as_str().trim_end_matches('s'));
            let finder = format!("{tools}s.list");
            Err(Error::issues(vec![unknown("subject_id", &noun, &id, &finder)]))
        }
    }
}

/// Narrows a list to one subject: its id's prefix tells in which column it stands.
pub(super) fn narrow(id: String, to: &mut Where) {
    let prefix = id.split_once('_').map(|(prefix, _)| prefix);
    match COLUMNS.iter().find(|(_, _, kind)| Some(kind.prefix) == prefix) {
        Some((_, column, _)) => to.and(&format!("{column} = ?"), [Bind::from(id)]),
        None => to.and("1 = 0", []),
    }
}
