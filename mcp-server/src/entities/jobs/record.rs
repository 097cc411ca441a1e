//! A job as it is stored and as it is answered.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::{ASSIGNEES, LINES, Priority, Status, input::BillingState};
use crate::{
    entities::{customers::Customers, locations::Locations, team},
    entity::{Stored, Wanted},
    error::Result,
    fields::{local, shown_local, zone_named},
    lines::{self, LineRecord},
    references::Kind,
    store,
};

/// A job's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) number: i64,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) customer_id: Option<String>,
    pub(super) location_id: Option<String>,
    pub(super) status: String,
    pub(super) scheduled_start: Option<Timestamp>,
    pub(super) scheduled_end: Option<Timestamp>,
    pub(super) time_zone: String,
    pub(super) arrival_window_minutes: Option<i64>,
    pub(super) all_day: bool,
    pub(super) flat_price: Option<i64>,
    pub(super) discount_type: Option<String>,
    pub(super) discount_value: Option<i64>,
    pub(super) tax_rounding: String,
    pub(super) subtotal: i64,
    pub(super) discount_total: i64,
    pub(super) tax_total: i64,
    pub(super) total: i64,
    pub(super) billing_state: String,
    pub(super) priority: String,
    pub(super) job_type: Option<String>,
    pub(super) po_number: Option<String>,
    pub(super) done_at: Option<Timestamp>,
    pub(super) completion_notes: Option<String>,
    pub(super) cancel_reason: Option<String>,
    pub(super) cancel_note: Option<String>,
    pub(super) cancelled_at: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "number, title, description, customer_id, location_id, status, \
        scheduled_start, scheduled_end, time_zone, arrival_window_minutes, all_day, flat_price, discount_type, \
        discount_value, tax_rounding, subtotal, discount_total, tax_total, total, billing_state, priority, job_type, \
        po_number, done_at, completion_notes, cancel_reason, cancel_note, cancelled_at";

    pub(super) fn status(&self) -> Status {
        // The column's CHECK holds these four words alone.
        Status::from_word(&self.status).unwrap_or(Status::Cancelled)
    }
}

/// A job.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    number: i64,
    title: String,
    description: Option<String>,
    customer_id: Option<String>,
    customer_name: Option<String>,
    location_id: Option<String>,
    location_name: Option<String>,
    status: Status,
    scheduled_start: Option<String>,
    scheduled_end: Option<String>,
    /// As people read it: "Tue 2026-11-24 09:00 CST".
    scheduled_local: Option<String>,
    time_zone: String,
    arrival_window_minutes: Option<i64>,
    all_day: bool,
    assignee_ids: Vec<String>,
    assignee_names: Vec<String>,
    line_items: Vec<LineRecord>,
    flat_price: Option<i64>,
    discount: Option<Value>,
    currency: String,
    subtotal: i64,
    discount_total: i64,
    tax_total: i64,
    total: i64,
    quote_id: Option<String>,
    series_id: Option<String>,
    occurrence_date: Option<String>,
    invoice_id: Option<String>,
    billing_state: BillingState,
    priority: Priority,
    job_type: Option<String>,
    po_number: Option<String>,
    done_at: Option<Timestamp>,
    completion_notes: Option<String>,
    cancel_reason: Option<String>,
    cancel_note: Option<String>,
    cancelled_at: Option<Timestamp>,
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.meta.id.as_str()).collect();
    let of =
        |pick: fn(&Row) -> Option<&str>| rows.iter().filter_map(|row| pick(&row.own)).collect::<Vec<&str>>();
    let customers = of(|row| row.customer_id.as_deref());
    let customers = Kind::of::<Customers>().names_for(wanted, "customer_name", tx, customers).await?;
    let locations = of(|row| row.location_id.as_deref());
    let locations = Kind::of::<Locations>().names_for(wanted, "location_name", tx, locations).await?;
    let mut assignees = match wanted.has("assignee_ids") || wanted.has("assignee_names") {
        true => store::of_owners(tx, ASSIGNEES, "user_id", &ids).await?,
        false => Default::default(),
    };
    let users: Vec<&str> = assignees.values().flatten().map(String::as_str).collect();
    let names = team::names(tx, &users).await?;
    let mut lines = match wanted.has("line_items") {
        true => lines::of_documents(tx, LINES, &ids).await?,
        false => Default::default(),
    };
    let currency = tx.tenant().currency.clone();
    let record = |row: &Stored<Row>| {
        let zone = zone_named(&row.time_zone).unwrap_or(chrono_tz::Tz::UTC);
        let assignee_ids = assignees.remove(&row.meta.id).unwrap_or_default();
        Record {
            number: row.number,
            title: row.title.clone(),
            description: row.description.clone(),
            customer_name: row.customer_id.as_ref().and_then(|id| customers.get(id).cloned()),
            customer_id: row.customer_id.clone(),
            location_name: row.location_id.as_ref().and_then(|id| locations.get(id).cloned()),
            location_id: row.location_id.clone(),
            status: row.status(),
            scheduled_start: row.scheduled_start.map(|time| local(time, zone)),
            scheduled_end: row.scheduled_end.map(|time| local(time, zone)),
            scheduled_local: row.scheduled_start.map(|time| shown_local(time, zone)),
            time_zone: row.time_zone.clone(),
            arrival_window_minutes: row.arrival_window_minutes,
            all_day: row.all_day,
            assignee_names: assignee_ids.iter().filter_map(|id| names.get(id).cloned()).collect(),
            assignee_ids,
            line_items: lines.remove(&row.meta.id).unwrap_or_default(),
            flat_price: row.flat_price,
            discount: lines::discount_shown(lines::discount_of(
                row.discount_type.as_deref(),
                row.discount_value,
            )),
            currency: currency.clone(),
            subtotal: row.subtotal,
            discount_total: row.discount_total,
            tax_total: row.tax_total,
            total: row.total,
            quote_id: None,
            series_id: None,
            occurrence_date: None,
            invoice_id: None,
            billing_state: BillingState::from_word(&row.billing_state).unwrap_or(BillingState::NotBillable),
            priority: Priority::from_word(&row.priority).unwrap_or(Priority::Normal),
            job_type: row.job_type.clone(),
            po_number: row.po_number.clone(),
            done_at: row.done_at,
            completion_notes: row.completion_notes.clone(),
            cancel_reason: row.cancel_reason.clone(),
            cancel_note: row.cancel_note.clone(),
            cancelled_at: row.cancelled_at,
        }
    };
    Ok(rows.iter().map(record).collect())
}
