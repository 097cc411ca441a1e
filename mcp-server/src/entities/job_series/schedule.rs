//! When a series happens: its rule, read in its zone, up to the day on which it was ended.

use chrono::{Duration, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde_json::json;
use shared::timestamp::Timestamp;

use super::{Change, Draft, Row};
use crate::{
    entities::jobs::{Occurrence, local_text},
    error::{Error, Result},
    fields::{LocalTime, When, zone_named},
    recurrence::{Recurrence, Rule},
    store::Columns,
};

/// What a series says of its times.
#[derive(Clone, Debug)]
pub struct Rhythm {
    rrule: String,
    dtstart: NaiveDateTime,
    zone: Tz,
    exdates: Vec<NaiveDateTime>,
    rdates: Vec<NaiveDateTime>,
}

impl Rhythm {
    /// A new series'.
    pub fn new(draft: &Draft) -> Self {
        Self {
            rrule: draft.rrule.0.clone(),
            dtstart: draft.dtstart_local.time(),
            zone: zone(&draft.time_zone.0),
            exdates: times(draft.exdates.0.as_deref().unwrap_or_default()),
            rdates: times(draft.rdates.0.as_deref().unwrap_or_default()),
        }
    }

    /// A stored series'.
    pub fn of(row: &Row) -> Self {
        Self {
            rrule: row.rrule.clone(),
            // The column holds what `columns` wrote.
            dtstart: row.dtstart_local.parse().unwrap_or_default(),
            zone: zone(&row.time_zone),
            exdates: row.exdates.0.clone(),
            rdates: row.rdates.0.clone(),
        }
    }

    /// After a patch.
    pub fn patched(self, change: &Change) -> Self {
        Self {
            rrule: change.rrule.0.as_ref().map_or(self.rrule, |rule| rule.0.clone()),
            dtstart: change.dtstart_local.0.as_ref().map_or(self.dtstart, LocalTime::time),
            zone: change.time_zone.0.as_ref().map_or(self.zone, |name| zone(&name.0)),
            exdates: change.exdates.0.as_deref().map_or(self.exdates, times),
            rdates: change.rdates.0.as_deref().map_or(self.rdates, times),
        }
    }

    /// Its zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The columns that say it.
    pub fn columns(&self) -> Columns {
        Columns::default()
            .put("rrule", &self.rrule)
            .put("dtstart_local", local_text(self.dtstart))
            .put("time_zone", self.zone.name())
            .put("exdates", json!(self.exdates))
            .put("rdates", json!(self.rdates))
    }

    /// Its times, up to and with the last day, if there is one.
    pub fn schedule(&self, last: Option<NaiveDate>) -> Result<Schedule> {
        let refused = |message| Error::field("rrule", message);
        let rule = Rule::parse(&self.rrule, self.zone).map_err(refused)?;
        let (out, more) = (self.exdates.iter().copied(), self.rdates.iter().copied());
        let recurrence = Recurrence::new(&rule, self.dtstart, out, more).map_err(refused)?;
        Ok(Schedule { recurrence, zone: self.zone, last })
    }
}

fn times(texts: &[LocalTime]) -> Vec<NaiveDateTime> {
    texts.iter().map(LocalTime::time).collect()
}

fn zone(name: &str) -> Tz {
    // It was read as one when it arrived.
    zone_named(name).unwrap_or(Tz::UTC)
}

/// When a series happens.
#[derive(Clone, Debug)]
pub struct Schedule {
    recurrence: Recurrence,
    zone: Tz,
    last: Option<NaiveDate>,
}

impl Schedule {
    /// A stored series'.
    pub fn of(row: &Row) -> Result<Self> {
        Rhythm::of(row).schedule(row.ended_on)
    }

    /// The occurrences later than this, in order.
    pub fn after(&self, time: Timestamp) -> impl Iterator<Item = Occurrence> + '_ {
        // A clock change moves wall time by a day at most, where a place changes sides of the date line.
        let from = local(time, self.zone) - Duration::days(1);
        self.recurrence
            .since(from)
            .take_while(|local| self.last.is_none_or(|last| local.date() <= last))
            .map(|local| Occurrence { local, at: When::Wall(local).in_zone(self.zone) })
            .filter(move |occurrence| occurrence.at > time)
    }

    /// Those later than `from`, up to and with `through`.
    pub fn between(&self, from: Timestamp, through: Timestamp) -> impl Iterator<Item = Occurrence> + '_ {
        self.after(from).take_while(move |occurrence| occurrence.at <= through)
    }

    /// The rule in plain English.
    pub fn text(&self) -> String {
        self.recurrence.text()
    }

    /// What may surprise.
    pub fn warning(&self) -> Option<String> {
        self.recurrence.warning()
    }
}

/// A point in time as wall time.
pub fn local(time: Timestamp, zone: Tz) -> NaiveDateTime {
    time.utc().with_timezone(&zone).naive_local()
}
