//! A series as it is stored and as it is answered.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use schemars::JsonSchema;
use serde::Serialize;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};
use sqlx::types::Json;

use super::{ASSIGNEES, LINES, Status, schedule::Schedule};
use crate::{
    entities::{customers::Customers, jobs::Priority, locations::Locations, team},
    entity::{Stored, Wanted},
    error::Result,
    fields::{local, shown_local, zone_named},
    lines::{self, LineRecord},
    references::Kind,
    store,
};

/// How many occurrences an answer foretells.
const UPCOMING: usize = 10;

/// A series' own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) customer_id: Option<String>,
    pub(super) location_id: Option<String>,
    pub(super) flat_price: Option<i64>,
    pub(super) tax_rounding: String,
    pub(super) subtotal: i64,
    pub(super) discount_total: i64,
    pub(super) tax_total: i64,
    pub(super) total: i64,
    pub(super) job_type: Option<String>,
    pub(super) priority: String,
    pub(super) rrule: String,
    pub(super) dtstart_local: String,
    pub(super) time_zone: String,
    pub(super) duration_minutes: i64,
    pub(super) exdates: Json<Vec<NaiveDateTime>>,
    pub(super) rdates: Json<Vec<NaiveDateTime>>,
    pub(super) status: String,
    pub(super) ended_on: Option<NaiveDate>,
    pub(super) generated_through: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "title, description, customer_id, location_id, flat_price, tax_rounding, \
        subtotal, discount_total, tax_total, total, job_type, priority, rrule, dtstart_local, time_zone, \
        duration_minutes, exdates, rdates, status, ended_on, generated_through";

    pub(super) fn status(&self) -> Status {
        // The column's CHECK holds these two words alone.
        Status::from_word(&self.status).unwrap_or(Status::Ended)
    }

    pub(super) fn priority(&self) -> Priority {
        Priority::from_word(&self.priority).unwrap_or(Priority::Normal)
    }
}

/// A series of jobs.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    title: String,
    description: Option<String>,
    customer_id: Option<String>,
    customer_name: Option<String>,
    location_id: Option<String>,
    location_name: Option<String>,
    assignee_ids: Vec<String>,
    assignee_names: Vec<String>,
    line_items: Vec<LineRecord>,
    flat_price: Option<i64>,
    currency: String,
    subtotal: i64,
    discount_total: i64,
    tax_total: i64,
    /// Of one job.
    total: i64,
    job_type: Option<String>,
    priority: Priority,
    rrule: String,
    /// The rule in plain English.
    rrule_text: String,
    dtstart_local: String,
    time_zone: String,
    duration_minutes: i64,
    exdates: Vec<NaiveDateTime>,
    rdates: Vec<NaiveDateTime>,
    status: Status,
    /// The last day with jobs.
    ended_on: Option<NaiveDate>,
    next_occurrence_at: Option<String>,
    /// The next one as people read it: "Tue 2026-11-24 09:00 CST".
    scheduled_local: Option<String>,
    /// The next ten.
    upcoming: Vec<String>,
    /// Up to when its jobs are made.
    generated_through: Option<Timestamp>,
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
        false => HashMap::new(),
    };
    let users: Vec<&str> = assignees.values().flatten().map(String::as_str).collect();
    let names = team::names(tx, &users).await?;
    let mut lines = match wanted.has("line_items") {
        true => lines::of_documents(tx, LINES, &ids).await?,
        false => HashMap::new(),
    };
    let foretold = if wanted.has("upcoming") { UPCOMING } else { 1 };
    let (currency, now) = (tx.tenant().currency.clone(), tx.now());
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let zone = zone_named(&row.time_zone).unwrap_or(chrono_tz::Tz::UTC);
        let schedule = Schedule::of(row)?;
        let upcoming: Vec<Timestamp> =
            schedule.after(now).take(foretold).map(|occurrence| occurrence.at).collect();
        let assignee_ids = assignees.remove(&row.meta.id).unwrap_or_default();
        records.push(Record {
            title: row.title.clone(),
            description: row.description.clone(),
            customer_name: row.customer_id.as_ref().and_then(|id| customers.get(id).cloned()),
            customer_id: row.customer_id.clone(),
            location_name: row.location_id.as_ref().and_then(|id| locations.get(id).cloned()),
            location_id: row.location_id.clone(),
            assignee_names: assignee_ids.iter().filter_map(|id| names.get(id).cloned()).collect(),
            assignee_ids,
            line_items: lines.remove(&row.meta.id).unwrap_or_default(),
            flat_price: row.flat_price,
            currency: currency.clone(),
            subtotal: row.subtotal,
            discount_total: row.discount_total,
            tax_total: row.tax_total,
            total: row.total,
            job_type: row.job_type.clone(),
            priority: row.priority(),
            rrule: row.rrule.clone(),
            rrule_text: schedule.text(),
            dtstart_local: row.dtstart_local.clone(),
            time_zone: row.time_zone.clone(),
            duration_minutes: row.duration_minutes,
            exdates: row.exdates.0.clone(),
            rdates: row.rdates.0.clone(),
            status: row.status(),
            ended_on: row.ended_on,
            next_occurrence_at: upcoming.first().map(|&at| local(at, zone)),
            scheduled_local: upcoming.first().map(|&at| shown_local(at, zone)),
            upcoming: upcoming.into_iter().map(|at| local(at, zone)).collect(),
            generated_through: row.generated_through,
        });
    }
    Ok(records)
}
