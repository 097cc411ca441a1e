//! A rule as it was understood.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};

use super::step::Step;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// A day.
    Daily,
    /// A week.
    Weekly,
    /// A month.
    Monthly,
    /// A year.
    Yearly,
}

/// Which weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByDay {
    /// Each of them.
    Every(Weekday),
    /// One of the month or year, counted from its start or, below 0, from its end.
    Nth(i16, Weekday),
}

/// The subset of RFC 5545 §3.3.10 that Zoop keeps to. `Rule::parse` is the only way to one, so its values are in range.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// DAILY, WEEKLY, MONTHLY or YEARLY.
    pub(super) frequency: Frequency,
    /// Every so many periods: 1 to 99.
    pub(super) interval: u32,
    /// Weekdays; those of months and years may be counted.
    pub(super) by_day: Vec<ByDay>,
    /// 1 to 31 from the start of the month, -1 to -31 from its end.
    pub(super) by_month_day: Vec<i8>,
    /// 1 to 12.
    pub(super) by_month: Vec<u8>,
    /// Which of the days that match within one period.
    pub(super) by_set_pos: Vec<i16>,
    /// The day on which a week begins.
    pub(super) week_start: Weekday,
    /// At most so many occurrences.
    pub(super) count: Option<usize>,
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
                Frequency::Weekly => rule.by_day.push(ByDay::Every(start.weekday())),
                Frequency::Monthly => rule.by_month_day.push(start.day() as i8),
                Frequency::Yearly => {
                    rule.by_month_day.push(start.day() as i8);
                    if rule.by_month.is_empty() {
                        rule.by_month.push(start.month() as u8);
                    }
                }
                Frequency::Daily => {}
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
            Frequency::Daily => date,
            Frequency::Weekly => date.week(self.week_start).first_day(),
            Frequency::Monthly => date - Days::new(u64::from(date.day0())),
            Frequency::Yearly => date - Days::new(u64::from(date.ordinal0())),
        }
    }

    /// From one period in which the rule may match to the next.
    pub(super) fn step(&self) -> Step {
        match self.frequency {
            Frequency::Daily => Step::Days(self.interval),
            Frequency::Weekly => Step::Days(7 * self.interval),
            Frequency::Monthly => Step::Months(self.interval),
            Frequency::Yearly => Step::Months(12 * self.interval),
        }
    }

    /// In how many periods the calendar repeats: 400 years are whole weeks too. A rule that has matched in none of so
    /// many never will, whatever its interval.
    pub(super) fn cycle(&self) -> u32 {
        match self.frequency {
            Frequency::Daily => 146_097,
            Frequency::Weekly => 20_871,
            Frequency::Monthly => 4_800,
            Frequency::Yearly => 400,
        }
    }

    /// The days that match in the period with this first day. A period is taken as a whole, whatever its part that the
    /// rule's start leaves: BYSETPOS "starts at the beginning of the interval" (RFC 5545 §3.3.10).
    pub(super) fn days_in(&self, period: NaiveDate) -> Vec<NaiveDate> {
        let length = match self.frequency {
            Frequency::Daily => 1,
            Frequency::Weekly => 7,
            Frequency::Monthly => usize::from(period.num_days_in_month()),
            Frequency::Yearly => usize::from(days_in_year(period)),
        };
        let days: Vec<_> = period.iter_days().take(length).filter(|&day| self.matches(day)).collect();
        if self.by_set_pos.is_empty() {
            return days;
        }
        let (first, last) = (1.., -(days.len() as i16)..);
        let positions = first.zip(last);
        let picked =
            |ends: (i16, i16)| self.by_set_pos.contains(&ends.0) || self.by_set_pos.contains(&ends.1);
        days.into_iter().zip(positions).filter(|(_, ends)| picked(*ends)).map(|(day, _)| day).collect()
    }

    fn matches(&self, day: NaiveDate) -> bool {
        let any = |chosen: &[i8], ends: (i16, i16)| {
            chosen.is_empty() || chosen.iter().any(|&n| i16::from(n) == ends.0 || i16::from(n) == ends.1)
        };
        (self.by_month.is_empty() || self.by_month.contains(&(day.month() as u8)))
            && any(&self.by_month_day, in_month(day))
            && (self.by_day.is_empty() || self.by_day.iter().any(|&by_day| self.is_on(by_day, day)))
    }

    fn is_on(&self, by_day: ByDay, day: NaiveDate) -> bool {
        match by_day {
            ByDay::Every(weekday) => day.weekday() == weekday,
            ByDay::Nth(n, weekday) => {
                // A year's weekdays are counted within its months where the rule names some.
                let of_year = self.frequency == Frequency::Yearly && self.by_month.is_empty();
                let (first, last) = if of_year { in_year(day) } else { in_month(day) };
                day.weekday() == weekday && (n == (first - 1) / 7 + 1 || n == (last + 1) / 7 - 1)
            }
        }
    }
}

/// The day of its month, counted from either end: (1, -31) to (31, -1).
fn in_month(day: NaiveDate) -> (i16, i16) {
    let first = day.day() as i16;
    (first, first - i16::from(day.num_days_in_month()) - 1)
}

/// The day of its year, counted from either end.
fn in_year(day: NaiveDate) -> (i16, i16) {
    let first = day.ordinal() as i16;
    (first, first - days_in_year(day) as i16 - 1)
}

fn days_in_year(day: NaiveDate) -> u16 {
    if day.leap_year() { 366 } else { 365 }
}

fn shortest(month: u8) -> u8 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
