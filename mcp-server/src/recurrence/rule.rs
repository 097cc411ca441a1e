//! A rule as it was understood.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use rrule::{Frequency, NWeekday};

use super::step::Step;

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

    /// The first day of the period of `date`.
    pub(super) fn period_of(&self, date: NaiveDate) -> NaiveDate {
        match self.frequency {
            Frequency::Weekly => date.week(self.week_start).first_day(),
            Frequency::Monthly => date - Days::new(u64::from(date.day0())),
            Frequency::Yearly => date - Days::new(u64::from(date.ordinal0())),
            _ => date,
        }
    }

    /// From one period in which the rule may match to the next.
    pub(super) fn step(&self) -> Step {
        let every = u32::from(self.interval);
        match self.frequency {
            Frequency::Weekly => Step::Days(7 * every),
            Frequency::Monthly => Step::Months(every),
            Frequency::Yearly => Step::Months(12 * every),
            _ => Step::Days(every),
        }
    }

    /// Whether some period has days enough that match, but for the counting of weekdays. The iteration would look for
    /// them through all the time there is; the calendar repeats after 400 years, which are whole weeks too.
    pub(super) fn may_happen(&self, start: NaiveDate) -> bool {
        let (first, step) = (self.period_of(start), self.step());
        let cycle = match self.frequency {
            Frequency::Weekly => 20_871,
            Frequency::Monthly => 4_800,
            Frequency::Yearly => 400,
            _ => 146_097,
        };
        let picked = self.by_set_pos.iter().map(|n| n.unsigned_abs()).min().unwrap_or(1);
        (0..cycle).map_while(|n| step.nth(first, n)).any(|period| {
            let days = period.iter_days().take_while(|&day| self.period_of(day) == period);
            days.filter(|&day| self.may_match(day)).count() >= picked as usize
        })
    }

    fn may_match(&self, day: NaiveDate) -> bool {
        let number = day.day() as i8;
        let from_end = number - day.num_days_in_month() as i8 - 1;
        (self.by_month.is_empty() || self.by_month.contains(&(day.month() as u8)))
            && (self.by_month_day.is_empty()
                || self.by_month_day.iter().any(|&n| n == number || n == from_end))
            && (self.by_day.is_empty()
                || self.by_day.iter().any(|by_day| match by_day {
                    NWeekday::Every(weekday) | NWeekday::Nth(_, weekday) => *weekday == day.weekday(),
                }))
    }
}

fn shortest(month: u8) -> u8 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
