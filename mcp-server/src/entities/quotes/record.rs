//! A quote as it is stored and as it is answered.

use std::collections::HashMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::{LINES, Status};
use crate::{
    entities::{
        became,
        customers::{self, Customers},
        locations::Locations,
        place,
    },
    entity::{Stored, Wanted},
    error::Result,
    fields::{AddressRecord, day_in},
    lines::{self, LineRecord, TaxLine},
    references::{Kind, TAX_RATE},
};

/// A quote's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) number: i64,
    pub(super) title: String,
    pub(super) customer_id: String,
    pub(super) customer_name: Option<String>,
    pub(super) billing_address: Option<sqlx::types::Json<AddressRecord>>,
    pub(super) location_id: Option<String>,
    pub(super) status: String,
    pub(super) discount_type: Option<String>,
    pub(super) discount_value: Option<i64>,
    pub(super) default_tax_rate_id: Option<String>,
    pub(super) currency: String,
    pub(super) tax_rounding: String,
    pub(super) subtotal: i64,
    pub(super) discount_total: i64,
    pub(super) tax_total: i64,
    pub(super) total: i64,
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) terms: Option<String>,
    pub(super) message: Option<String>,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) decided_at: Option<Timestamp>,
    pub(super) decline_reason: Option<String>,
    pub(super) revision: i64,
    pub(super) archived_at: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "number, title, customer_id, customer_name, billing_address, location_id, \
        status, discount_type, discount_value, default_tax_rate_id, currency, tax_rounding, subtotal, discount_total, \
        tax_total, total, valid_until, terms, message, sent_at, decided_at, decline_reason, revision, archived_at";

    pub(super) fn status(&self) -> Status {
        // The column's CHECK holds these four words alone.
        Status::from_word(&self.status).unwrap_or(Status::Draft)
    }

    /// Only what is undecided runs out.
    fn is_expired(&self, today: NaiveDate) -> bool {
        self.valid_until.is_some_and(|last| last < today)
            && matches!(self.status(), Status::Draft | Status::Sent)
    }
}

/// A quote.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    number: i64,
    title: String,
    customer_id: String,
    customer_name: Option<String>,
    /// As it was when the quote was sent.
    billing_address: Option<AddressRecord>,
    location_id: Option<String>,
    location_name: Option<String>,
    status: Status,
    valid_until: Option<NaiveDate>,
    /// valid_until has passed and nobody decided.
    is_expired: bool,
    line_items: Vec<LineRecord>,
    discount: Option<Value>,
    default_tax_rate_id: Option<String>,
    default_tax_rate_name: Option<String>,
    currency: String,
    subtotal: i64,
    discount_total: i64,
    tax_total: i64,
    tax_lines: Vec<TaxLine>,
    total: i64,
    terms: Option<String>,
    message: Option<String>,
    sent_at: Option<Timestamp>,
    decided_at: Option<Timestamp>,
    decline_reason: Option<String>,
    revision: i64,
    /// The job that it became.
    job_id: Option<String>,
    /// The invoice that it became.
    invoice_id: Option<String>,
    archived_at: Option<Timestamp>,
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.meta.id.as_str()).collect();
    let customers: Vec<&str> = rows.iter().map(|row| row.customer_id.as_str()).collect();
    let of =
        |pick: fn(&Row) -> Option<&str>| rows.iter().filter_map(|row| pick(&row.own)).collect::<Vec<&str>>();
    let names =
        Kind::of::<Customers>().names_for(wanted, "customer_name", tx, customers.iter().copied()).await?;
    let addresses = match wanted.has("billing_address") {
        true => customers::billing_addresses(tx, &customers).await?,
        false => HashMap::new(),
    };
    let locations = of(|row| row.location_id.as_deref());
    let locations = Kind::of::<Locations>().names_for(wanted, "location_name", tx, locations).await?;
    let rates = of(|row| row.default_tax_rate_id.as_deref());
    let rates = TAX_RATE.names_for(wanted, "default_tax_rate_name", tx, rates).await?;
    let of_lines = ["line_items", "tax_lines", "default_tax_rate_name"];
    let mut lines = match of_lines.iter().any(|field| wanted.has(field)) {
        true => lines::of_documents(tx, LINES, &ids).await?,
        false => HashMap::new(),
    };
    let jobs = became::jobs(tx, wanted, &ids).await?;
    let invoices = became::invoices(tx, wanted, "quote_id", &ids).await?;
    let today = day_in(&tx.tenant().time_zone, tx.now());
    let record = |row: &Stored<Row>| {
        let line_items = lines.remove(&row.meta.id).unwrap_or_default();
        Record {
            number: row.number,
            title: row.title.clone(),
            customer_name: row.customer_name.clone().or_else(|| names.get(&row.customer_id).cloned()),
            billing_address: place::address_shown(
                row.sent_at.is_some(),
                row.billing_address.as_ref(),
                addresses.get(&row.customer_id),
            ),
            customer_id: row.customer_id.clone(),
            location_name: row.location_id.as_ref().and_then(|id| locations.get(id).cloned()),
            location_id: row.location_id.clone(),
            status: row.status(),
            valid_until: row.valid_until,
            is_expired: row.is_expired(today),
            tax_lines: lines::tax_lines(&line_items),
            default_tax_rate_name: lines::default_rate_name(
                row.sent_at.is_some(),
                &line_items,
                row.default_tax_rate_id.as_ref(),
                &rates,
            ),
            line_items,
            discount: lines::discount_shown(lines::discount_of(
                row.discount_type.as_deref(),
                row.discount_value,
            )),
            default_tax_rate_id: row.default_tax_rate_id.clone(),
            currency: row.currency.clone(),
            subtotal: row.subtotal,
            discount_total: row.discount_total,
            tax_total: row.tax_total,
            total: row.total,
            terms: row.terms.clone(),
            message: row.message.clone(),
            sent_at: row.sent_at,
            decided_at: row.decided_at,
            decline_reason: row.decline_reason.clone(),
            revision: row.revision,
            job_id: jobs.get(&row.meta.id).cloned(),
            invoice_id: invoices.get(&row.meta.id).cloned(),
            archived_at: row.archived_at,
        }
    };
    Ok(rows.iter().map(record).collect())
}
