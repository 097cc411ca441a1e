//! Jobs: the work itself, where it is in its life, who does it and what it costs.

mod input;
mod pricing;
mod record;
mod schedule;
mod state;

use serde_json::json;
use shared::{db::Bind, scope::Family, tenant_tx::TenantTx};

pub use input::{Change, Draft, Filter, Priority, Retire, Status};
pub use record::{Record, Row};

use super::{
    customers::{self, Customers},
    locations::Locations,
    team,
};
use crate::{
    entity::{
        About, Actors, BY_CREATION, BY_UPDATE, By, Entity, Fifth, Key, Link, Needs, Order, Q, Retired,
        Stored, Wanted,
    },
    error::{Error, Result},
    fields::{Patch, zone_named},
    references::{Kind, unknown},
    search::sort_key,
    store::{self, Children, Columns, Where, Write},
};

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
    const ABOUT: About = About {
        list: "Use it for schedules, a customer's history, or what is still to be invoiced.",
        get: "Shows its lines, totals and assignees.",
        create: "scheduled_start schedules it at once. Times without an offset are local to the place.",
        update: "Set scheduled_start to schedule, status done when finished. To cancel use jobs.cancel.",
        retire: "Frees the slot and keeps the record. Cannot be undone; create a new job instead.",
    };

    async fn create(draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        if let Some(quote) = draft.from_quote_id {
            // Quotes have no table yet: none can be named.
            return Err(Error::issues(vec![unknown("from_quote_id", "quote", &quote, "quotes.list")]));
        }
        let place = Place::find(tx, draft.customer_id, draft.location_id).await?;
        if place.archived {
            let message = "The customer is archived; no new work for them. Restore with customers.update status active.";
            let customer = json!({"id": place.customer_id, "status": "active"});
            return Err(Error::conflict("parent_archived", message).then_call("customers.update", customer));
        }
        let zone = schedule::zone(draft.time_zone.0.map(|zone| zone.0), place.zone.as_deref(), tx);
        let slot = schedule::Slot::new(draft.scheduled_start, draft.scheduled_end, zone)?;
        let mut assignees =
            team::resolve(tx, "assignee_ids", &draft.assignee_ids.0.unwrap_or_default()).await?;
        if let shared::permit::Reach::AssignedTo(user) = tx.reach()
            && !assignees.contains(user)
        {
            // A job that a technician creates is theirs; else it would be out of their own reach.
            assignees.push(user.clone());
        }
        let priced = pricing::price(
            tx,
            pricing::Input {
                lines: draft.line_items.0.unwrap_or_default().into_iter().map(|item| (None, item)).collect(),
                flat_price: draft.flat_price.map(|price| price.0),
                discount: draft.discount.map(|discount| discount.0),
                rounding: crate::lines::rounding_named(&tx.tenant().tax_rounding),
                tax_exempt: place.tax_exempt,
            },
        )
        .await?;
        let status = state::on_create(draft.status.0, slot.start)?;
        let done_at = (status == Status::Done).then(|| draft.done_at.map_or(tx.now(), |moment| moment.0));
        let number = tx.next_number("jobs", 1001).await?;
        let columns = Columns::default()
            .put("number", number)
            .put("title_key", sort_key(&draft.title.0))
            .put("title", draft.title.0)
            .put("description", draft.description.map(|text| text.0))
            .put("customer_id", place.customer_id)
            .put("location_id", place.location_id)
            .and(slot.columns(zone))
            .put("created_desc", -tx.now().micros())
            .put("arrival_window_minutes", draft.arrival_window_minutes)
            .put("all_day", draft.all_day.0.unwrap_or(false))
            .put("tax_rounding", tx.tenant().tax_rounding.clone())
            .and(priced.columns)
            .and(state::columns(status, priced.total, false, done_at))
            .put("priority", draft.priority.0.unwrap_or(Priority::Normal).as_str())
            .put("job_type", draft.job_type.map(|text| text.0))
            .put("po_number", draft.po_number.map(|text| text.0))
            .put("completion_notes", draft.completion_notes.map(|text| text.0));
        let write = schedule::warn_of_double_booking(Write::new(columns), None, slot, &assignees, tx).await?;
        Ok(write.with_children(Some(priced.lines)).with_children(Some(assigned(assignees))))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let place = change.place(row, tx).await?;
        let zone = schedule::zone(
            change.time_zone.0.as_ref().map(|zone| zone.0.clone()),
            place.as_ref().and_then(|place| place.zone.as_deref()).or(Some(&row.time_zone)),
            tx,
        );
        let (slot, status) = state::on_change(row, &change, zone)?;
        let mut columns = Columns::default().and(slot.columns(zone));
        if let Some(place) = &place {
            columns = columns
                .put("customer_id", place.customer_id.clone())
                .put("location_id", place.location_id.clone());
        }
        if let Some(title) = &change.title.0 {
            columns = columns.put("title_key", sort_key(&title.0)).put("title", title.0.clone());
        }
        let customer = place.as_ref().map_or(row.customer_id.clone(), |place| place.customer_id.clone());
        let priced = pricing::reprice(row, &change, customer.as_deref(), tx).await?;
        let total = priced.as_ref().map_or(row.total, |priced| priced.total);
        let done_at = match (status, &change.done_at) {
            (Status::Done, Patch::Set(moment)) => Some(moment.0),
            (Status::Done, _) => row.done_at.or(Some(tx.now())),
            _ => None,
        };
        columns = columns
            .and(state::columns(status, total, row.billing_state == "invoiced", done_at))
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
        if row.billing_state == "invoiced" {
            let message = "The job is invoiced; a job that is billed cannot be cancelled. Void its invoice first (invoices.void).";
            return Err(Error::conflict("has_invoice", message));
        }
        Ok(Retired::columns(
            Columns::default()
                .put("status", Status::Cancelled.as_str())
                .put("billing_state", "not_billable")
                .put("cancelled_at", tx.now())
                .put("cancel_reason", how.reason.map(|text| text.0))
                .put("cancel_note", how.note.map(|text| text.0)),
        ))
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        let zone = schedule::zone(None, None, tx);
        for (condition, value) in [
            ("status = ?", filter.status.map(|status| Bind::from(status.as_str()))),
            ("customer_id = ?", filter.customer_id.map(Bind::from)),
            ("location_id = ?", filter.location_id.map(Bind::from)),
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
        if filter.series_id.is_some() || filter.quote_id.is_some() {
            // No job has come from a series or a quote so far.
            to.and("1 = 0", []);
        }
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

/// Where a job is done and for whom.
struct Place {
    customer_id: Option<String>,
    location_id: Option<String>,
    zone: Option<String>,
    archived: bool,
    tax_exempt: bool,
}

impl Place {
    /// A location brings its customer; the two must agree.
    async fn find(tx: &mut TenantTx, customer: Option<String>, location: Option<String>) -> Result<Self> {
        let mut place = Self {
            customer_id: customer,
            location_id: location,
            zone: None,
            archived: false,
            tax_exempt: false,
        };
        if let Some(location) = place.location_id.clone() {
            let kind = Kind::of::<Locations>();
            kind.check(tx, "location_id", Some(&location), None).await?;
            let sql = "SELECT customer_id, time_zone FROM locations WHERE tenant_id = $1 AND id = $2";
            let found: Option<(String, Option<String>)> =
                tx.row(sql, shared::binds![tx.tenant_id(), &location]).await?;
            match found {
                None => return Err(kind.none("location_id", &location)),
                Some((owner, _)) if place.customer_id.as_ref().is_some_and(|customer| *customer != owner) => {
                    let message =
                        "is a location of another customer; send that customer, or leave customer_id out.";
                    return Err(Error::field("location_id", message));
                }
                Some((owner, zone)) => {
                    place.customer_id = Some(owner);
                    place.zone = zone.filter(|zone| zone_named(zone).is_some());
                }
            }
        }
        if let Some(customer) = place.customer_id.clone() {
            let kind = Kind::of::<Customers>().or_archived();
            kind.check(tx, "customer_id", Some(&customer), None).await?;
            let standing = customers::standing(tx, &customer).await?;
            let standing = standing.ok_or_else(|| kind.none("customer_id", &customer))?;
            place.archived = standing.archived;
            place.tax_exempt = standing.tax_exempt;
        }
        Ok(place)
    }
}
