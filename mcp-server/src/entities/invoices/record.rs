//! An invoice as it is stored and as it is answered.

use std::collections::HashMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{caller::Actor, tenant_tx::TenantTx, timestamp::Timestamp};
use sqlx::types::Json;

use super::{
    LINES, Status,
    ledger::{Entry, Ledger},
};
use crate::{
    entities::{
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

/// An invoice's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) number: Option<i64>,
    pub(super) customer_id: String,
    pub(super) customer_name: Option<String>,
    pub(super) billing_address: Option<Json<AddressRecord>>,
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
    pub(super) amount_paid: i64,
    pub(super) amount_refunded: i64,
    pub(super) balance: i64,
    pub(super) issue_date: NaiveDate,
    pub(super) issue_date_set: bool,
    pub(super) due_date: NaiveDate,
    pub(super) due_date_set: bool,
    pub(super) message: Option<String>,
    pub(super) terms: Option<String>,
    pub(super) po_number: Option<String>,
    pub(super) notes: Option<String>,
    pub(super) job_id: Option<String>,
    pub(super) quote_id: Option<String>,
    pub(super) plan_id: Option<String>,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) voided_at: Option<Timestamp>,
    pub(super) voided_by: Option<Json<Actor>>,
    pub(super) void_reason: Option<String>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "number, customer_id, customer_name, billing_address, location_id, status, \
        discount_type, discount_value, default_tax_rate_id, currency, tax_rounding, subtotal, discount_total, \
        tax_total, total, amount_paid, amount_refunded, balance, issue_date, issue_date_set, due_date, due_date_set, \
        message, terms, po_number, notes, job_id, quote_id, plan_id, sent_at, voided_at, voided_by, void_reason";

    /// As it is stored: `overdue` is a matter of the day.
    pub(super) fn status(&self) -> Status {
        // The column's CHECK holds four of the words alone.
        Status::from_word(&self.status).unwrap_or(Status::Draft)
    }

    /// As it is shown on this day.
    fn status_on(&self, today: NaiveDate) -> Status {
        match self.status() {
            Status::Sent if self.due_date < today && self.balance > 0 => Status::Overdue,
            other => other,
        }
    }

    /// What people call it.
    pub(super) fn number_shown(&self) -> String {
        self.number.map_or("without a number".to_owned(), |number| format!("INV-{number}"))
    }
}

/// An invoice.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    /// Given when it leaves draft.
    number: Option<i64>,
    customer_id: String,
    customer_name: Option<String>,
    /// As it was when the invoice was sent.
    billing_address: Option<AddressRecord>,
    location_id: Option<String>,
    location_name: Option<String>,
    status: Status,
    issue_date: NaiveDate,
    due_date: NaiveDate,
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
    amount_paid: i64,
    amount_refunded: i64,
    balance: i64,
    payments: Vec<Entry>,
    message: Option<String>,
    terms: Option<String>,
    po_number: Option<String>,
    notes: Option<String>,
    job_id: Option<String>,
    quote_id: Option<String>,
    plan_id: Option<String>,
    sent_at: Option<Timestamp>,
    voided_at: Option<Timestamp>,
    #[schemars(with = "Value")]
    voided_by: Option<Actor>,
    void_reason: Option<String>,
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
    let mut payments = match wanted.has("payments") {
        true => Ledger::of(tx, &ids).await?,
        false => HashMap::new(),
    };
    let today = day_in(&tx.tenant().time_zone, tx.now());
    let record = |row: &Stored<Row>| {
        let line_items = lines.remove(&row.meta.id).unwrap_or_default();
        Record {
            number: row.number,
            customer_name: row.customer_name.clone().or_else(|| names.get(&row.customer_id).cloned()),
            billing_address: place::address_shown(
                row.sent_at.is_some(),
                row.billing_address.as_ref(),
                addresses.get(&row.customer_id),
            ),
            customer_id: row.customer_id.clone(),
            location_name: row.location_id.as_ref().and_then(|id| locations.get(id).cloned()),
            location_id: row.location_id.clone(),
            status: row.status_on(today),
            issue_date: row.issue_date,
            due_date: row.due_date,
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
            amount_paid: row.amount_paid,
            amount_refunded: row.amount_refunded,
            balance: row.balance,
            payments: payments.remove(&row.meta.id).unwrap_or_default(),
            message: row.message.clone(),
            terms: row.terms.clone(),
            po_number: row.po_number.clone(),
            notes: row.notes.clone(),
            job_id: row.job_id.clone(),
            quote_id: row.quote_id.clone(),
            plan_id: row.plan_id.clone(),
            sent_at: row.sent_at,
            voided_at: row.voided_at,
            voided_by: row.voided_by.as_ref().map(|by| by.0.clone()),
            void_reason: row.void_reason.clone(),
        }
    };
    Ok(rows.iter().map(record).collect())
}
