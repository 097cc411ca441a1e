//! Jobs: the work itself, where it is in its life, who does it and what it costs.

mod billing;
mod compose;
mod input;
mod occurrence;
mod pricing;
mod record;
mod schedule;
mod source;
mod state;

use serde_json::{Map, Value};
use shared::{db::Bind, scope::Family, tenant_tx::TenantTx};

pub use billing::{Work, billed};
pub use compose::Given;
use input::BillingState;
pub use input::{Change, Draft, Filter, Priority, Retire, Status};
pub use occurrence::{Occurrence, Template, end, local_text, make, remake, withdraw};
pub use record::{Record, Row};
pub use schedule::Slot;

use super::{
    became,
    place::{Payer, Place},
    priced, team,
};
use crate::{
    entities::named::{self, Reference},
    entity::{
        About, Actors, BY_CREATION, BY_UPDATE, By, Entity, Fifth, Key, Link, Needs, Order, Q, Retired,
        Stored, Wanted,
    },
    error::{Error, Issue, Result},
    fields::Patch,
    references,
    search::sort_key,
    store::{self, Children, Columns, Where, Write},
};

/// The counter that numbers jobs, and where it begins.
pub const NUMBERS: &str = "jobs";
/// See [`NUMBERS`].
pub const FIRST_NUMBER: i64 = 1001;

const LINES: Link = Link { table: "job_lines", owner: "job_id" };
const ASSIGNEES: Link = Link { table: "job_assignees", owner: "job_id" };

/// The entity.
pub struct Jobs;

impl Entity for Jobs {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "jobs";
    const NOUN: &'static str = "job";
    const NOUNS: &'static str = "jobs";
    const PREFIX: &'static str = "job";
    const FAMILY: Family = Family::Jobs;
    const TABLE: &'static str = "jobs";
    const SHOWN_AS: &'static str = "title";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Cancel;
    const ACTORS: Actors = Actors { create: Needs::User, update: Needs::User, retire: Needs::User };
    const ORDERS: &'static [Order] = &[
        Order::rising("scheduled_start", &[Key::Int("scheduled_key"), Key::Int("created_desc")]),
        BY_UPDATE,
        BY_CREATION,
        Order::rising("number", &[Key::Int("number")]),
    ];
    const SUMMARY: &'static [&'static str] = &[
        "number",
        "title",
        "status",
        "customer_id",
        "customer_name",
        "location_id",
        "scheduled_start",
        "scheduled_local",
        "assignee_names",
        "total",
        "billing_state",
        "priority",
    ];
    const Q: Q = Q::Substring(&["title_key"]);
    const TAGS: Option<Link> = Some(Link { table: "job_tags", owner: "job_id" });
    const PAGE: i64 = 20;
    const NUMBERED_PAGES: bool = true;
    const REACH: Option<&'static str> = Some(
        "EXISTS (SELECT 1 FROM job_assignees a WHERE a.tenant_id = jobs.tenant_id AND a.job_id = jobs.id AND a.user_id = ?)",
    );
    const MOVES: &'static [(&'static str, &'static str, By)] = state::MOVES;
    const SOURCES: &'static [(&'static str, Family)] = &[("from_quote_id", Family::Quotes)];
    const DERIVED: &'static [&'static str] = &["invoice_id"];
    const REFERENCES: &'static [Reference] =
        &[named::CUSTOMER, named::LOCATION, named::FROM_QUOTE, named::ITEM, named::RATE];
    const ABOUT: About = About {
        list: "Use it for schedules, a customer's history, or what is still to be invoiced.",
        get: "Use it for lines, totals and assignees.",
        create: "Use it to book work; scheduled_start schedules it at once. Times without an offset are local to the place.",
        update: "Use it to schedule (scheduled_start), assign, or finish (status done). To cancel use jobs.cancel.",
        retire: "Use it when the work will not be done: frees the slot and keeps the record. Cannot be undone; create a new job instead.",
    };

    async fn misnamed(args: &Map<String, Value>, tx: &mut TenantTx) -> Result<Vec<Issue>> {
        let mut issues = references::misnamed::<Self>(args, tx).await?;
        issues.extend(team::misnamed(args, tx).await?);
        Ok(issues)
    }

    async fn create(mut draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        let source = source::of_quote(tx, draft.from_quote_id.as_deref()).await?;
        let title = draft.title.take().map(|title| title.0).or(source.title).ok_or_else(|| {
            Error::field("title", "is required; send it, or from_quote_id of an accepted quote.")
        })?;
        let place = Place::of_new(
            tx,
            became::same_customer(draft.customer_id.take(), source.customer_id.as_ref())?,
            draft.location_id.take().or(source.location_id.clone()),
            source.location_id.as_deref(),
            "work",
        )
        .await?;
        let zone = schedule::zone(draft.time_zone.0.take().map(|zone| zone.0), place.zone.as_deref(), tx);
        let slot = draft.slot(zone)?;
        let named = draft.assignee_ids.0.take().unwrap_or_default();
        let mut assignees = team::resolve(tx, "assignee_ids", &named).await?;
        if let shared::permit::Reach::AssignedTo(user) = tx.reach()
            && !assignees.contains(user)
        {
            // A job that a technician creates is theirs; else it would be out of their own reach.
            assignees.push(user.clone());
        }
        let rounding = source.tax_rounding.unwrap_or_else(|| tx.tenant().tax_rounding.clone());
        let payer = Payer::find(tx, place.customer_id.as_deref(), place.location_id.as_deref()).await?;
        let lines = match draft.line_items.0.take() {
            None => source.lines,
            items => priced::new_lines(items),
        };
        let mut input = draft.price(lines, payer, &rounding);
        input.discount = input.discount.or(source.discount);
        let priced = pricing::price(tx, input).await?;
        let given = Given {
            number: tx.next_number(NUMBERS, FIRST_NUMBER).await?,
            title,
            customer_id: place.customer_id,
            location_id: place.location_id,
            zone,
            slot,
            assignees: assignees.clone(),
            rounding,
            priced,
            billed: false,
            now: tx.now(),
        };
        let write = draft.compose(given)?;
        schedule::warn_of_double_booking(write, None, slot, &assignees, tx).await
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let by_hand = row.series_id.is_some() && change.says_something();
        let before = (row.customer_id.as_ref(), row.location_id.as_ref());
        let place = Place::patched(tx, before, &change.customer_id, &change.location_id, "work").await?;
        let zone = schedule::zone(
            change.time_zone.0.as_ref().map(|zone| zone.0.clone()),
            place.as_ref().and_then(|place| place.zone.as_deref()).or(Some(&row.time_zone)),
            tx,
        );
        let (slot, status) = state::on_change(row, &change, zone)?;
        let invoiced = row.billing_state == BillingState::Invoiced.as_str();
        if invoiced && status != Status::Done {
            return Err(billing::has_invoice(tx, row, "it cannot be reopened").await?);
        }
        let mut columns = Columns::default().and(slot.columns(zone));
        if let Some(place) = &place {
            columns = columns
                .put("customer_id", place.customer_id.clone())
                .put("location_id", place.location_id.clone());
        }
        if let Some(title) = &change.title.0 {
            columns = columns.put("title_key", sort_key(&title.0)).put("title", title.0.clone());
        }
        let (customer, location) = match &place {
            Some(place) => (place.customer_id.as_deref(), place.location_id.as_deref()),
            None => (row.customer_id.as_deref(), row.location_id.as_deref()),
        };
        let priced = pricing::reprice(row, &change, customer, location, tx).await?;
        let total = priced.as_ref().map_or(row.total, |priced| priced.total);
        let done_at = match (status, &change.done_at) {
            (Status::Done, Patch::Set(moment)) => Some(moment.0),
            (Status::Done, _) => row.done_at.or(Some(tx.now())),
            _ => None,
        };
        columns = columns
            .and(state::columns(status, total, invoiced, done_at))
            .patch("description", change.description, |text| text.0)
            .patch("arrival_window_minutes", change.arrival_window_minutes, |minutes| minutes)
            .set("all_day", change.all_day, |yes| yes)
            .set("priority", change.priority, Priority::as_str)
            .patch("job_type", change.job_type, |text| text.0)
            .patch("po_number", change.po_number, |text| text.0)
            .patch("completion_notes", change.completion_notes, |text| text.0);
        let named = match change.assignee_ids.0 {
            Some(named) => Some(team::resolve(tx, "assignee_ids", &named).await?),
            None => None,
        };
        let moved = slot != schedule::Slot::of(row);
        let mut write = Write::new(columns);
        if by_hand {
            // From here on a change of its series leaves the job alone.
            write = write.and(Columns::default().put("edited_by_hand", true));
        }
        if let Some(priced) = priced {
            write.columns = write.columns.and(priced.columns);
            write = write.with_children(Some(priced.lines));
        }
        if moved || named.is_some() {
            let assignees = match &named {
                Some(named) => named.clone(),
                None => store::of_owners(tx, ASSIGNEES, "user_id", &[&row.meta.id])
                    .await?
                    .remove(&row.meta.id)
                    .unwrap_or_default(),
            };
            write = schedule::warn_of_double_booking(write, Some(&row.meta.id), slot, &assignees, tx).await?;
        }
        Ok(write.with_children(named.map(assigned)))
    }

    async fn retire(row: &Stored<Row>, how: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.status() == Status::Cancelled {
            return Ok(Retired::Already);
        }
        if row.billing_state == BillingState::Invoiced.as_str() {
            return Err(billing::has_invoice(tx, row, "a job that is billed cannot be cancelled").await?);
        }
        Ok(Retired::columns(how.columns(tx.now())))
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        let zone = schedule::zone(None, None, tx);
        for (condition, value) in [
            ("status = ?", filter.status.map(|status| Bind::from(status.as_str()))),
            ("customer_id = ?", filter.customer_id.map(Bind::from)),
            ("location_id = ?", filter.location_id.map(Bind::from)),
            ("series_id = ?", filter.series_id.map(Bind::from)),
            ("priority = ?", filter.priority.map(|priority| Bind::from(priority.as_str()))),
            ("billing_state = ?", filter.billing_state.map(|state| Bind::from(state.as_str()))),
            ("job_type = ?", filter.job_type.map(|text| Bind::from(text.0))),
            ("scheduled_key >= ?", filter.from.map(|from| Bind::from(from.in_zone(zone).micros()))),
            ("scheduled_key <= ?", filter.to.map(|to| Bind::from(to.end_in_zone(zone).micros()))),
            (
                "EXISTS (SELECT 1 FROM job_assignees w WHERE w.tenant_id = jobs.tenant_id AND w.job_id = jobs.id AND w.user_id = ?)",
                filter.assignee_id.map(Bind::from),
            ),
        ] {
            if let Some(value) = value {
                to.and(condition, [value]);
            }
        }
        if let Some(unassigned) = filter.unassigned {
            let not = if unassigned { "NOT " } else { "" };
            to.and(&format!("{not}EXISTS (SELECT 1 FROM job_assignees w WHERE w.tenant_id = jobs.tenant_id AND w.job_id = jobs.id)"), []);
        }
        to.and_if("quote_id = ?", filter.quote_id);
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

fn assigned(users: Vec<String>) -> Children {
    let rows = users.into_iter().map(|user| Columns::default().put("user_id", user)).collect();
    Children { table: ASSIGNEES.table, owner: ASSIGNEES.owner, rows }
}
