//! Jobs of a series: each stands for one occurrence, once, with the content of the series. `occurrence_local` is its
//! wall time in the series' zone, and stays whatever the job is moved to.

use chrono::{Duration, NaiveDateTime};
use chrono_tz::Tz;
use shared::timestamp::Timestamp;

use super::{Change, Draft, Jobs, Priority, Retire};
use crate::{
    fields::{Body, Line, Money, Patch, Set, When, ZoneName},
    lines::LineItem,
    store::{Columns, Step, Write},
    verbs,
};

/// One time that a series happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// In the series' zone.
    pub local: NaiveDateTime,
    /// As a point in time.
    pub at: Timestamp,
}

impl Occurrence {
    /// As it is stored, and compared.
    pub fn text(&self) -> String {
        local_text(self.local)
    }

    fn columns(&self) -> Columns {
        Columns::default().put("occurrence_local", self.text()).put("edited_by_hand", false)
    }

    /// The columns of a new job that stands for it.
    pub fn of_series(&self, series: &str) -> Columns {
        self.columns().put("series_id", series)
    }
}

/// A wall time as it is stored: texts are in the order of their times.
pub fn local_text(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// What each job of a series is made of.
#[derive(Clone, Debug)]
pub struct Template {
    pub title: Line,
    pub description: Option<Body>,
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    pub assignee_ids: Vec<String>,
    pub line_items: Vec<LineItem>,
    pub flat_price: Option<Money>,
    pub job_type: Option<Line>,
    pub priority: Priority,
    pub zone: Tz,
    pub duration: Duration,
}

impl Template {
    fn slot(&self, occurrence: Occurrence) -> (When, When) {
        (When::At(occurrence.at), When::At(occurrence.at + self.duration))
    }

    fn zone(&self) -> Set<ZoneName> {
        Set(Some(ZoneName(self.zone.name().to_owned())))
    }

    /// A new job for this occurrence.
    pub fn draft(&self, occurrence: Occurrence) -> Draft {
        let of = self.clone();
        let (start, end) = of.slot(occurrence);
        Draft {
            time_zone: of.zone(),
            title: Some(of.title),
            from_quote_id: None,
            description: of.description,
            customer_id: of.customer_id,
            location_id: of.location_id,
            status: Set(None),
            scheduled_start: Some(start),
            scheduled_end: Some(end),
            arrival_window_minutes: None,
            all_day: Set(None),
            assignee_ids: Set(Some(of.assignee_ids)),
            line_items: Set(Some(of.line_items)),
            flat_price: of.flat_price,
            discount: None,
            priority: Set(Some(of.priority)),
            job_type: of.job_type,
            po_number: None,
            done_at: None,
            completion_notes: None,
        }
    }
}

/// A new job for this occurrence.
pub fn make(series: &str, template: &Template, occurrence: Occurrence) -> Step {
    verbs::make::<Jobs>(template.draft(occurrence), occurrence.of_series(series))
}

/// A job made anew in its place: for this occurrence, with the content that the series has now.
pub fn remake(id: String, template: &Template, occurrence: Occurrence) -> Step {
    let of = template.clone();
    let (start, end) = of.slot(occurrence);
    let change = Change {
        time_zone: of.zone(),
        title: Set(Some(of.title)),
        description: patch(of.description),
        customer_id: patch(of.customer_id),
        location_id: patch(of.location_id),
        scheduled_start: Patch::Set(start),
        scheduled_end: Patch::Set(end),
        assignee_ids: Set(Some(of.assignee_ids)),
        line_items: Set(Some(of.line_items)),
        flat_price: patch(of.flat_price),
        priority: Set(Some(of.priority)),
        job_type: patch(of.job_type),
        ..Change::default()
    };
    verbs::patch::<Jobs>(id, change, occurrence.columns())
}

/// A job that the series no longer has: it is cancelled, and leaves its occurrence to another. It stays the series', so
/// that whoever follows a series' jobs hears of it.
pub fn withdraw(id: String, now: Timestamp) -> Step {
    let left = Columns::default().put("occurrence_local", None::<&str>);
    verbs::alter::<Jobs>(
        id,
        Write::new(because("Its series no longer has a visit then.").columns(now).and(left)),
    )
}

/// A job of a series that was ended.
pub fn end(id: String, now: Timestamp) -> Step {
    verbs::alter::<Jobs>(id, Write::new(because("Its series was ended.").columns(now)))
}

fn because(reason: &str) -> Retire {
    Retire { reason: Some(Line(reason.to_owned())), note: None }
}

fn patch<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Null, Patch::Set)
}
