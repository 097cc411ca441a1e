//! What a new invoice takes from the job or the quote that it is made from.

use shared::{binds, tenant_tx::TenantTx};

use super::Invoices;
use crate::{
    documents::Discount,
    entities::{became, jobs, place::Place, quotes},
    entity::Entity,
    error::{Error, Result},
    lines::LineItem,
    store::{Columns, Step},
};

/// Nothing, for an invoice that is made from lines alone.
#[derive(Default)]
pub struct Source {
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    /// What is billed.
    pub lines: Vec<(Option<String>, LineItem)>,
    /// On the whole of it.
    pub discount: Option<Discount>,
    /// The rate that taxes lines which name none.
    pub default_tax_rate_id: Option<String>,
    /// Documents keep the rounding that they were made with; so does what they become.
    pub tax_rounding: Option<String>,
    /// The customer's own number of the order.
    pub po_number: Option<String>,
    /// The columns that name the source.
    pub columns: Columns,
    /// What the source's own record says from now on.
    pub then: Vec<Step>,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

impl Source {
    /// The source that these ids name. Each becomes one invoice that is not void.
    pub async fn find(tx: &mut TenantTx, job: Option<String>, quote: Option<String>) -> Result<Self> {
        match (job, quote) {
            (None, None) => Ok(Self::default()),
            (Some(_), Some(_)) => {
                Err(Error::field("from_quote_id", "cannot stand beside from_job_id; send one of them."))
            }
            (Some(job), None) => Self::of_job(tx, &job).await,
            (None, Some(quote)) => Self::of_quote(tx, &quote).await,
        }
    }

    async fn of_job(tx: &mut TenantTx, id: &str) -> Result<Self> {
        let work = jobs::Work::done(tx, "from_job_id", id).await?;
        became::refuse_second_invoice(tx, "job_id", id, "job").await?;
        let warnings = match &work.quote_id {
            Some(quote) => became::invoice_of(tx, "quote_id", quote).await?,
            None => None,
        };
        Ok(Self {
            customer_id: work.customer_id,
            location_id: work.location_id,
            lines: work.lines,
            discount: work.discount,
            default_tax_rate_id: None,
            tax_rounding: Some(work.tax_rounding),
            po_number: work.po_number,
            columns: Columns::default().put("job_id", id),
            then: vec![jobs::billed(tx, id, true).await?],
            warnings: warnings
                .map(|invoice| format!("The quote of this job is billed already, by {invoice}."))
                .into_iter()
                .collect(),
        })
    }

    async fn of_quote(tx: &mut TenantTx, id: &str) -> Result<Self> {
        let offer = quotes::Offer::accepted(tx, "from_quote_id", id, "an invoice").await?;
        became::refuse_second_invoice(tx, "quote_id", id, "quote").await?;
        let sql = "SELECT i.id FROM invoices i JOIN jobs j ON j.tenant_id = i.tenant_id AND j.id = i.job_id \
                   WHERE i.tenant_id = $1 AND j.quote_id = $2 AND i.status <> 'void'";
        let billed: Option<(String,)> = tx.row(sql, binds![tx.tenant_id(), id]).await?;
        let lines = offer.lines(tx, None).await?;
        Ok(Self {
            customer_id: Some(offer.customer_id),
            location_id: offer.location_id,
            lines,
            discount: offer.discount,
            default_tax_rate_id: offer.default_tax_rate_id,
            tax_rounding: Some(offer.tax_rounding),
            columns: Columns::default().put("quote_id", id),
            warnings: billed
                .map(|(invoice,)| format!("The job of this quote is billed already, by {invoice}."))
                .into_iter()
                .collect(),
            ..Self::default()
        })
    }
}

/// Who pays, and where the work was: the source's `own` customer and location, unless the call says so itself.
pub async fn place(
    tx: &mut TenantTx,
    own: (Option<&String>, Option<&String>),
    customer: Option<String>,
    location: Option<String>,
) -> Result<(String, Place)> {
    let customer = became::same_customer(customer, own.0)?;
    let location = location.or(own.1.cloned());
    let kept = own.1.map(String::as_str);
    let place = Place::of_new(tx, customer, location, kept, Invoices::NOUN).await?;
    match place.customer_id.clone() {
        Some(customer) => Ok((customer, place)),
        None => Err(Error::field(
            "customer_id",
            "is required; send it, or from_job_id or from_quote_id of one that has a customer.",
        )),
    }
}
