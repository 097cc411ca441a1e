//! What a new job takes from the quote that it is made from.

use shared::tenant_tx::TenantTx;

use crate::{
    documents::Discount,
    entities::{became, quotes::Offer},
    error::Result,
    lines::LineItem,
};

/// Nothing, for a job that is made by itself.
#[derive(Default)]
pub struct Source {
    pub title: Option<String>,
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    pub lines: Vec<(Option<String>, LineItem)>,
    pub discount: Option<Discount>,
    /// Documents keep the rounding that they were made with; so does what they become.
    pub tax_rounding: Option<String>,
}

/// The accepted quote of this id, which becomes one job.
pub async fn of_quote(tx: &mut TenantTx, id: Option<&str>) -> Result<Source> {
    let Some(id) = id else { return Ok(Source::default()) };
    let offer = Offer::accepted(tx, "from_quote_id", id, "a job").await?;
    became::refuse_second_job(tx, id).await?;
    // A job has no default rate of its own.
    let lines = offer.lines(tx, offer.default_tax_rate_id.as_deref()).await?;
    Ok(Source {
        title: Some(offer.title),
        customer_id: Some(offer.customer_id),
        location_id: offer.location_id,
        lines,
        discount: offer.discount,
        tax_rounding: Some(offer.tax_rounding),
    })
}
