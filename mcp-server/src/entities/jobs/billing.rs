//! A job as its invoice takes it over, and what an invoice says of its job.

use serde_json::json;
use shared::{permit::Reach, tenant_tx::TenantTx};

use super::{Jobs, LINES, Row, Status, state};
use crate::{
    documents::Discount,
    entities::{became, priced},
    entity::Stored,
    error::{Error, Result},
    fields::{Line, SignedMoney},
    lines::{self, LineItem},
    references::Kind,
    store::{self, Columns, Step, Write},
    verbs,
};

/// What an invoice copies of a done job.
pub struct Work {
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    pub lines: Vec<(Option<String>, LineItem)>,
    pub discount: Option<Discount>,
    pub tax_rounding: String,
    pub po_number: Option<String>,
    pub quote_id: Option<String>,
}

impl Work {
    /// The job that `field` names. A flat price is one taxable line.
    pub async fn done(tx: &mut TenantTx, field: &str, id: &str) -> Result<Self> {
        Kind::of::<Jobs>().check(tx, field, Some(id), None).await?;
        let row = store::fetch::<Jobs>(tx, id).await?;
        if row.status() != Status::Done {
            let (allowed, how) = match row.status() {
                Status::Cancelled => (vec![], "A cancelled job stays cancelled: bill it by lines."),
                _ => (vec!["done"], "Finish it first (jobs.update status done)."),
            };
            let message = format!("Job {} is {}; only a done job is invoiced. {how}", row.number, row.status);
            let error = Error::conflict("illegal_transition", message)
                .with("from", row.status.clone())
                .with("to", "done")
                .with("allowed", allowed.clone());
            return Err(match allowed.is_empty() {
                true => error,
                false => error.then_call("jobs.update", json!({"id": id, "status": "done"})),
            });
        }
        let lines = match row.flat_price {
            None => priced::copied_lines(tx, LINES, id, None).await?,
            Some(price) => vec![(
                None,
                LineItem {
                    description: Some(Line(row.title.clone())),
                    unit_price: Some(SignedMoney(price)),
                    ..LineItem::default()
                },
            )],
        };
        Ok(Self {
            lines,
            discount: lines::discount_of(row.discount_type.as_deref(), row.discount_value),
            customer_id: row.own.customer_id,
            location_id: row.own.location_id,
            tax_rounding: row.own.tax_rounding,
            po_number: row.own.po_number,
            quote_id: row.own.quote_id,
        })
    }
}

/// Writes on a job that it is billed, or that it no longer is.
pub async fn billed(tx: &mut TenantTx, id: &str, billed: bool) -> Result<Step> {
    let row = store::fetch_any::<Jobs>(tx, id).await?;
    let billing = state::billing(row.status(), row.total, billed);
    Ok(verbs::alter::<Jobs>(id, Write::new(Columns::default().put("billing_state", billing.as_str()))))
}

/// The conflict of a change that the job's invoice stands in the way of. Invoices are out of a technician's sight.
pub async fn has_invoice(tx: &mut TenantTx, row: &Stored<Row>, so: &str) -> Result<Error> {
    let message = format!("The job is invoiced; {so}. Void its invoice first (invoices.void).");
    let error = Error::conflict("has_invoice", message);
    let invoice = became::invoice_of(tx, "job_id", &row.meta.id).await?;
    Ok(match invoice.filter(|_| *tx.reach() == Reach::All) {
        Some(invoice) => {
            error.with("existing_id", invoice.clone()).then_call("invoices.void", json!({"id": invoice}))
        }
        None => error,
    })
}
