//! An accepted quote, as what it becomes takes it over.

use serde_json::json;
use shared::tenant_tx::TenantTx;

use super::{LINES, Quotes, Status};
use crate::{
    documents::Discount,
    entities::priced,
    error::{Error, Result},
    lines::{self, LineItem},
    references::Kind,
    store,
};

/// What a job or an invoice copies.
pub struct Offer {
    id: String,
    pub title: String,
    pub customer_id: String,
    pub location_id: Option<String>,
    pub discount: Option<Discount>,
    pub default_tax_rate_id: Option<String>,
    pub tax_rounding: String,
}

impl Offer {
    /// The quote that `field` names, which is to become `what`.
    pub async fn accepted(tx: &mut TenantTx, field: &str, id: &str, what: &str) -> Result<Self> {
        Kind::of::<Quotes>().or_archived().check(tx, field, Some(id), None).await?;
        let row = store::fetch::<Quotes>(tx, id).await?;
        let status = row.status();
        if status == Status::Accepted {
            return Ok(Self {
                id: id.to_owned(),
                title: row.own.title,
                customer_id: row.own.customer_id,
                location_id: row.own.location_id,
                discount: lines::discount_of(row.own.discount_type.as_deref(), row.own.discount_value),
                default_tax_rate_id: row.own.default_tax_rate_id,
                tax_rounding: row.own.tax_rounding,
            });
        }
        let (next, how) = match status {
            Status::Sent => {
                ("accepted", "Mark it accepted when the customer says yes (quotes.update status accepted).")
            }
            Status::Draft => ("sent", "Send it first (quotes.update status sent)."),
            _ => ("draft", "Move it back and send it anew (quotes.update status draft)."),
        };
        let message = format!(
            "Quote {} is {}; only an accepted quote becomes {what}. {how}",
            row.number,
            status.as_str()
        );
        let error = Error::conflict("illegal_transition", message)
            .with("from", status.as_str())
            .with("to", "accepted")
            .with("allowed", vec![next]);
        Err(error.then_call("quotes.update", json!({"id": id, "status": next})))
    }

    /// Its lines, those that were taken; `default_tax_rate_id` is put on those that its default taxes, where what it
    /// becomes has no default of its own.
    pub async fn lines(
        &self,
        tx: &mut TenantTx,
        default_tax_rate_id: Option<&str>,
    ) -> Result<Vec<(Option<String>, LineItem)>> {
        priced::copied_lines(tx, LINES, &self.id, default_tax_rate_id).await
    }
}
