//! Job series: recurring jobs. A series says when, and what its jobs are made of; the jobs stand on their own.

mod compose;
mod input;
mod record;
mod regenerate;
mod schedule;
mod window;

use chrono::Duration;
use serde_json::{Map, Value, json};
use shared::{scope::Family, tenant_tx::TenantTx};

pub use compose::{Given, Priced, ended, terms};
pub use input::{Change, Draft, Filter, Retire, Status};
pub use record::{Record, Row};
pub use schedule::Rhythm;
pub use window::{DUE, Next, end, made_at, roll};

use super::{
    jobs::{self, Template},
    place::{Payer, Place},
    priced, team,
};
use crate::{
    entities::named::{self, Reference},
    entity::{
        About, Actors, BY_CREATION, BY_UPDATE, By, Entity, Fifth, Key, Link, Needs, Order, Q, Retired,
        Stored, Wanted, illegal_move,
    },
    error::{Error, Issue, Result},
    fields::{Body, Line, Money, When, day_in, zone_named},
    lines::{self, LineItem},
    references,
    store::{Step, Where, Write},
};

use compose::{assigned, columns};

const LINES: Link = Link { table: "series_lines", owner: "series_id" };
const ASSIGNEES: Link = Link { table: "series_assignees", owner: "series_id" };

/// The entity.
pub struct JobSeries;

impl Entity for JobSeries {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "job_series";
    const NOUN: &'static str = "job series";
    const NOUNS: &'static str = "job series";
    const PREFIX: &'static str = "ser";
    const FAMILY: Family = Family::JobSeries;
    const TABLE: &'static str = "job_series";
    const SHOWN_AS: &'static str = "title";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::End;
    const ACTORS: Actors = Actors { create: Needs::User, update: Needs::User, retire: Needs::Any };
    const ORDERS: &'static [Order] =
        &[Order::rising("next_occurrence_at", &[Key::Int("next_key")]), BY_UPDATE, BY_CREATION];
    const SUMMARY: &'static [&'static str] = &[
        "title",
        "status",
        "customer_id",
        "customer_name",
        "location_id",
        "rrule_text",
        "next_occurrence_at",
        "scheduled_local",
        "time_zone",
        "assignee_names",
        "total",
    ];
    const Q: Q = Q::Substring(&["title_key"]);
    const MOVES: &'static [(&'static str, &'static str, By)] = &[("active", "ended", By::Fifth)];
    const DERIVED: &'static [&'static str] =
        &["next_occurrence_at", "scheduled_local", "upcoming", "generated_through"];
    const REFERENCES: &'static [Reference] = &[named::CUSTOMER, named::LOCATION, named::ITEM, named::RATE];
    const ABOUT: About = About {
        list: "Use it for recurring work and when it happens next; its jobs are in jobs.list with seriesId.",
        get: "Use it for the next ten times and what its jobs are made of.",
        create: "Use it for work that comes again: makes the jobs of the next eight weeks at once, later ones day by day.",
        update: "Use it to change all jobs to come: regenerates those still scheduled, except those edited by hand, and says how many.",
        retire: "Use it when the work stops: cancels its jobs still to be done after ended_on; done ones stay. Cannot be undone.",
    };

    async fn misnamed(args: &Map<String, Value>, tx: &mut TenantTx) -> Result<Vec<Issue>> {
        let mut issues = references::misnamed::<Self>(args, tx).await?;
        issues.extend(team::misnamed(args, tx).await?);
        Ok(issues)
    }

    async fn create(mut draft: Draft, id: &str, tx: &mut TenantTx) -> Result<Write> {
        if draft.status.0 == Some(Status::Ended) {
            return Err(ended_elsewhere());
        }
        let rhythm = Rhythm::new(&draft);
        let schedule = rhythm.schedule(None)?;
        let (customer, location) = (draft.customer_id.take(), draft.location_id.take());
        let place = Place::of_new(tx, customer, location, None, "work").await?;
        let assignee_ids =
            team::resolve(tx, "assignee_ids", &draft.assignee_ids.0.take().unwrap_or_default()).await?;
        let rounding = tx.tenant().tax_rounding.clone();
        let items = priced::new_lines(draft.line_items.0.take());
        let flat_price = draft.flat_price.map(|price| price.0);
        let priced = price(tx, &place, items, flat_price, &rounding).await?;
        let now = tx.now();
        let window = window::keep(tx, id, &schedule, window::end(now)).await?;
        let Place { customer_id, location_id, .. } = place;
        let given = Given { rhythm, customer_id, location_id, assignee_ids, rounding, priced };
        let (write, template) = draft.compose(given);
        let write = write.and(window).then(window::first(id, &template, &schedule, now));
        Ok(write.warn_of("rrule", schedule.warning()))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let id = row.meta.id.as_str();
        match (row.status(), change.status.0) {
            (Status::Ended, Some(Status::Active)) => return Err(illegal_move::<Self>("ended", "active")),
            (Status::Active, Some(Status::Ended)) => {
                return Err(ended_elsewhere().then_call("job_series.end", json!({"id": id})));
            }
            _ => {}
        }
        if !change.says_something() {
            return Ok(told(Write::default(), 0, 0));
        }
        let rhythm = Rhythm::of(row).patched(&change);
        let schedule = rhythm.schedule(row.ended_on)?;
        let before = (row.customer_id.as_ref(), row.location_id.as_ref());
        let place = match Place::patched(tx, before, &change.customer_id, &change.location_id, "work").await?
        {
            Some(place) => place,
            None => Place {
                customer_id: row.customer_id.clone(),
                location_id: row.location_id.clone(),
                zone: None,
            },
        };
        let assignee_ids = match &change.assignee_ids.0 {
            Some(named) => team::resolve(tx, "assignee_ids", named).await?,
            None => window::assignees(row, tx).await?,
        };
        let items = priced::patched_lines(tx, LINES, id, change.line_items.0, change.line_item_ops.0).await?;
        let flat_price = change.flat_price.map(|price| price.0).or(row.flat_price);
        let priced = price(tx, &place, items, flat_price, &row.tax_rounding).await?;
        let minutes = change.duration_minutes.0.unwrap_or(row.duration_minutes);
        let template = Template {
            title: change.title.0.unwrap_or_else(|| Line(row.title.clone())),
            description: change.description.or(row.description.clone().map(Body)),
            customer_id: place.customer_id,
            location_id: place.location_id,
            assignee_ids,
            line_items: priced.items,
            flat_price: flat_price.map(Money),
            job_type: change.job_type.or(row.job_type.clone().map(Line)),
            priority: change.priority.0.unwrap_or(row.priority()),
            zone: rhythm.zone(),
            duration: Duration::minutes(minutes),
        };
        let regenerated = regenerate::regenerate(tx, id, &template, &schedule).await?;
        let through = window::end(tx.now());
        let columns = columns(&template, minutes)
            .and(rhythm.columns())
            .and(priced.columns)
            .and(window::keep(tx, id, &schedule, through).await?);
        let mut write = Write::new(columns)
            .with_children(Some(priced.lines))
            .with_children(Some(assigned(&template.assignee_ids)))
            .then(regenerated.steps);
        if regenerated.cancelled > 0 {
            write = write.beside("cancelled", regenerated.cancelled);
        }
        let write = told(write, regenerated.regenerated, regenerated.kept_edited);
        Ok(write.warn_of("rrule", schedule.warning()))
    }

    async fn retire(row: &Stored<Row>, how: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.status() == Status::Ended {
            return Ok(Retired::Already);
        }
        let id = row.meta.id.as_str();
        let rhythm = Rhythm::of(row);
        let last = match &how.ended_on {
            Some(date) => date.day(),
            None => day_in(&row.time_zone, tx.now()),
        };
        let end = When::Day(last).end_in_zone(rhythm.zone());
        let pending = window::pending_after(tx, id, last, end).await?;
        let through = row.generated_through.unwrap_or(tx.now());
        let columns = ended(last).and(window::keep(tx, id, &rhythm.schedule(Some(last))?, through).await?);
        let (now, cancelled) = (tx.now(), pending.len());
        let steps: Vec<Step> = pending.into_iter().map(|job| jobs::end(job, now)).collect();
        Ok(Retired::Changed(Write::new(columns).then(steps).beside("cancelled", cancelled)))
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        let zone = zone_named(&tx.tenant().time_zone).unwrap_or(chrono_tz::Tz::UTC);
        to.and_if("customer_id = ?", filter.customer_id);
        to.and_if("location_id = ?", filter.location_id);
        to.and_if("status = ?", filter.status.map(Status::as_str));
        to.and_if("next_key >= ?", filter.next_from.map(|from| from.in_zone(zone).micros()));
        to.and_if("next_key <= ?", filter.next_to.map(|to| to.end_in_zone(zone).micros()));
        if filter.next_from.is_some() {
            to.and("next_occurrence_at IS NOT NULL", []);
        }
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

/// What one job of the series costs today.
async fn price(
    tx: &mut TenantTx,
    place: &Place,
    items: Vec<(Option<String>, LineItem)>,
    flat_price: Option<i64>,
    rounding: &str,
) -> Result<Priced> {
    let payer = Payer::find(tx, place.customer_id.as_deref(), place.location_id.as_deref()).await?;
    let terms = terms(payer, flat_price, rounding);
    Ok(Priced::of(lines::price(tx, items, &terms).await?, flat_price))
}

fn told(write: Write, regenerated: usize, kept_edited: usize) -> Write {
    write.beside("regenerated", regenerated).beside("kept_edited", kept_edited)
}

fn ended_elsewhere() -> Error {
    Error::field("status", "ended is set by job_series.end; call that tool.")
}
