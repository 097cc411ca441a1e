//! A plan as it is stored and as it is answered.

use std::collections::HashMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::{
    LINES, Status,
    billing::{Billing, zone},
};
use crate::{
    entities::customers::Customers,
    entity::{Stored, Wanted},
    error::Result,
    lines::{self, LineRecord},
    recurrence::Cadence,
    references::{Kind, TAX_RATE},
};

/// A plan's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) title: String,
    pub(super) customer_id: String,
    pub(super) cadence: Option<String>,
    pub(super) rrule: Option<String>,
    pub(super) starts_on: NaiveDate,
    pub(super) lead_days: i64,
    pub(super) default_tax_rate_id: Option<String>,
    pub(super) currency: String,
    pub(super) tax_rounding: String,
    pub(super) status: String,
    pub(super) next_run_on: Option<NaiveDate>,
    pub(super) next_bill_on: Option<NaiveDate>,
    pub(super) billed_through: Option<NaiveDate>,
    pub(super) runs: i64,
    pub(super) subtotal: i64,
    pub(super) discount_total: i64,
    pub(super) tax_total: i64,
    pub(super) total: i64,
    pub(super) cancelled_at: Option<Timestamp>,
    pub(super) cancel_reason: Option<String>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "title, customer_id, cadence, rrule, starts_on, lead_days, \
        default_tax_rate_id, currency, tax_rounding, status, next_run_on, next_bill_on, billed_through, runs, \
        subtotal, discount_total, tax_total, total, cancelled_at, cancel_reason";

    pub(super) fn status(&self) -> Status {
        // The column's CHECK holds these words alone.
        Status::from_word(&self.status).unwrap_or(Status::Ended)
    }
}

/// A plan: what a customer is billed again and again.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    title: String,
    customer_id: String,
    customer_name: Option<String>,
    /// The lines of each invoice.
    items: Vec<LineRecord>,
    cadence: Option<Cadence>,
    rrule: Option<String>,
    /// The rule in plain English.
    rrule_text: Option<String>,
    starts_on: NaiveDate,
    lead_days: i64,
    default_tax_rate_id: Option<String>,
    default_tax_rate_name: Option<String>,
    currency: String,
    subtotal: i64,
    discount_total: i64,
    tax_total: i64,
    /// Of one invoice.
    total: i64,
    status: Status,
    /// The day on which the next invoice is made.
    next_run_on: Option<NaiveDate>,
    /// How many invoices it has made.
    runs: i64,
    cancelled_at: Option<Timestamp>,
    cancel_reason: Option<String>,
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.meta.id.as_str()).collect();
    let customers: Vec<&str> = rows.iter().map(|row| row.customer_id.as_str()).collect();
    let customers = Kind::of::<Customers>().names_for(wanted, "customer_name", tx, customers).await?;
    let rates: Vec<&str> = rows.iter().filter_map(|row| row.default_tax_rate_id.as_deref()).collect();
    let rates = TAX_RATE.names_for(wanted, "default_tax_rate_name", tx, rates).await?;
    let mut lines = match wanted.has("items") {
        true => lines::of_documents(tx, LINES, &ids).await?,
        false => HashMap::new(),
    };
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        records.push(Record {
            title: row.title.clone(),
            customer_id: row.customer_id.clone(),
            customer_name: customers.get(&row.customer_id).cloned(),
            items: lines.remove(&row.meta.id).unwrap_or_default(),
            cadence: row.cadence.as_deref().and_then(Cadence::from_word),
            rrule: row.rrule.clone(),
            rrule_text: match wanted.has("rrule_text") {
                true => Billing::of(row).periods(zone(tx))?.text(),
                false => None,
            },
            starts_on: row.starts_on,
            lead_days: row.lead_days,
            default_tax_rate_name: row.default_tax_rate_id.as_ref().and_then(|id| rates.get(id).cloned()),
            default_tax_rate_id: row.default_tax_rate_id.clone(),
            currency: row.currency.clone(),
            subtotal: row.subtotal,
            discount_total: row.discount_total,
            tax_total: row.tax_total,
            total: row.total,
            status: row.status(),
            next_run_on: row.next_run_on,
            runs: row.runs,
            cancelled_at: row.cancelled_at,
            cancel_reason: row.cancel_reason.clone(),
        });
    }
    Ok(records)
}
