//! A rule as it was understood.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};
use rrule::{Frequency, NWeekday};

/// The subset of RFC 5545 §3.3.10 that Zoop keeps to. `Rule::parse` is the only way to one, so its values are in range.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// DAILY, WEEKLY, MONTHLY or YEARLY.
    pub(super) frequency: Frequency,
    /// Every so many periods: 1 to 99.
    pub(super) interval: u16,
    /// Weekdays; those of months and years may be counted.
    pub(super) by_day: Vec<NWeekday>,
    /// 1 to 31 from the start of the month, -1 to -31 from its end.
    pub(super) by_month_day: Vec<i8>,
    /// 1 to 12.
    pub(super) by_month: Vec<u8>,
    /// Which of the days that match within one period.
    pub(super) by_set_pos: Vec<i32>,
    /// The day on which a week begins.
    pub(super) week_start: Weekday,
    /// At most so many occurrences.
    pub(super) count: Option<u16>,
    /// None after this.
    pub(super) until: Option<NaiveDateTime>,
}

impl Rule {
    /// The same rule saying by itself which days it means. A rule that names no day means that of its start (RFC 5545
    /// §3.3.10: "information … is gathered from DTSTART").
    pub(super) fn on_days_of(&self, start: NaiveDate) -> Self {
        let mut rule = self.clone();
        if rule.by_day.is_empty() && rule.by_month_day.is_empty() {
            match rule.frequency {
                Frequency::Weekly => rule.by_day.push(NWeekday::Every(start.weekday())),
                Frequency::Monthly => rule.by_month_day.push(start.day() as i8),
                Frequency::Yearly => {
                    rule.by_month_day.push(start.day() as i8);
                    if rule.by_month.is_empty() {
                        rule.by_month.push(start.month() as u8);
                    }
                }
                _ => {}
            }
        }
        rule
    }

    /// What may surprise: months that are too short.
    pub(super) fn warning(&self) -> Option<String> {
        if !self.by_day.is_empty() || !self.by_set_pos.is_empty() {
            return None;
        }
        let day = self.by_month_day.iter().map(|day| day.unsigned_abs()).filter(|&day| day > 28).max()?;
        let months = if self.by_month.is_empty() { (1..=12).collect() } else { self.by_month.clone() };
        let shortest = months.iter().map(|&month| shortest(month)).min()?;
        match (self.frequency, months.as_slice()) {
            _ if day <= shortest => None,
            (Frequency::Daily, _) => None,
            (_, [2]) if day == 29 => Some("Years without a February 29 are skipped.".into()),
            _ => Some(format!("Months without a day {day} are skipped.")),
        }
    }

    /// The first day of the last period at or before that of `target` in which the rule may match: whole intervals
    /// after the period of `start`. `target` is not before `start`.
    pub(super) fn period(&self, start: NaiveDate, target: NaiveDate) -> NaiveDate {
        let every = i64::from(self.interval);
        let whole = |elapsed: i64| elapsed / every * every;
        let first_of_month = |months: i64| {
            let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
            // Between two dates that exist, so it exists.
            NaiveDate::from_ymd_opt(year as i32, month as u32, 1).unwrap_or(start)
        };
        match self.frequency {
            Frequency::Weekly => {
                let week = |date: NaiveDate| date.week(self.week_start).first_day();
                let elapsed = (week(target) - week(start)).num_weeks();
                week(start) + chrono::Duration::weeks(whole(elapsed))
            }
            Frequency::Monthly => first_of_month(months(start) + whole(months(target) - months(start))),
            Frequency::Yearly => first_of_month((years(start) + whole(years(target) - years(start))) * 12),
            _ => start + chrono::Duration::days(whole((target - start).num_days())),
        }
    }
}

fn years(date: NaiveDate) -> i64 {
    i64::from(date.year())
}

fn months(date: NaiveDate) -> i64 {
    years(date) * 12 + i64::from(date.month0())
}

fn shortest(month: u8) -> u8 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
