//! A business's days: its local time, and who is free when, so that nobody is in two places at once.

use std::collections::HashSet;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;
use mcp_server::seed::dice::Dice;
use shared::timestamp::Timestamp;

/// When visits begin, in minutes after midnight, and where the next one would.
const SLOTS: [i64; 4] = [8 * 60, 10 * 60, 13 * 60, 15 * 60];

/// The days of one business.
pub struct Calendar {
    zone: Tz,
    now: Timestamp,
    taken: HashSet<(NaiveDate, usize, usize)>,
}

/// Who goes when.
pub struct Visit {
    /// Local time.
    pub start: NaiveDateTime,
    /// Local time.
    pub end: NaiveDateTime,
    /// Places in the list of techs.
    pub techs: Vec<usize>,
}

impl Calendar {
    /// An empty calendar as of `now`.
    pub fn new(zone: &str, now: Timestamp) -> Self {
        // The zones are the tables' own; a test reads them all.
        Self { zone: zone.parse().unwrap_or(Tz::UTC), now, taken: HashSet::new() }
    }

    /// As of when.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The day that it is there.
    pub fn today(&self) -> NaiveDate {
        self.day(self.now)
    }

    /// The day that a point in time is on.
    pub fn day(&self, at: Timestamp) -> NaiveDate {
        at.utc().with_timezone(&self.zone).date_naive()
    }

    /// A point in time: so many minutes after midnight of a day.
    pub fn clock(&self, day: NaiveDate, minutes: i64) -> Timestamp {
        self.point(at(day, minutes))
    }

    /// Some time of the office's hours, so many days after another.
    pub fn days_after(&self, at: Timestamp, days: i64, dice: &Dice) -> Timestamp {
        self.clock(self.day(at) + Duration::days(days), dice.between(8 * 60, 17 * 60))
    }

    /// The day that lies so many days from today, moved off Sundays, and off Saturdays four times of five.
    pub fn work_day(&self, days_from_now: i64, dice: &Dice) -> NaiveDate {
        let day = self.today() + Duration::days(days_from_now);
        let back = days_from_now < 0;
        match day.weekday() {
            Weekday::Sun => day + Duration::days(if back { -2 } else { 1 }),
            Weekday::Sat if !dice.percent(20) => day + Duration::days(if back { -1 } else { 2 }),
            _ => day,
        }
    }

    /// A local time as a point in time.
    pub fn point(&self, local: NaiveDateTime) -> Timestamp {
        // Nobody here works between two and three in the morning, when clocks change.
        self.zone.from_local_datetime(&local).earliest().map_or(self.now, |time| time.to_utc().into())
    }

    /// A time of the office's hours on a day so long ago.
    pub fn office_hour(&self, days_ago: i64, dice: &Dice) -> Timestamp {
        let day = self.work_day(-days_ago, dice);
        let time = self.clock(day, dice.between(8 * 60, 17 * 60));
        time.min(self.now - Duration::minutes(dice.between(3, 60)))
    }

    /// Finds `crew` of `techs` people who are free on that day for so long, and books them.
    pub fn book(
        &mut self,
        day: NaiveDate,
        minutes: i64,
        crew: usize,
        techs: usize,
        dice: &Dice,
    ) -> Option<Visit> {
        let width = match minutes {
            ..=120 => 1,
            121..=240 => 2,
            _ => SLOTS.len(),
        };
        let starts: Vec<usize> = (0..SLOTS.len()).step_by(width).collect();
        let first = dice.below(starts.len());
        for start in starts.iter().cycle().skip(first).take(starts.len()).copied() {
            let from = dice.below(techs);
            let free: Vec<usize> = (0..techs)
                .map(|n| (from + n) % techs)
                .filter(|&tech| (start..start + width).all(|slot| !self.taken.contains(&(day, slot, tech))))
                .take(crew)
                .collect();
            if free.len() == crew {
                for &tech in &free {
                    self.taken.extend((start..start + width).map(|slot| (day, slot, tech)));
                }
                return Some(Visit {
                    start: at(day, SLOTS[start]),
                    end: at(day, SLOTS[start] + minutes),
                    techs: free,
                });
            }
        }
        None
    }
}

/// So many minutes after midnight of a day.
fn at(day: NaiveDate, minutes: i64) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + Duration::minutes(minutes)
}
