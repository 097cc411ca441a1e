//! From one period to the next.

use chrono::{Datelike, Days, Months, NaiveDate};

/// How far it is to the next period.
#[derive(Clone, Copy)]
pub enum Step {
    /// So many days.
    Days(u32),
    /// So many months.
    Months(u32),
}

impl Step {
    /// `n` steps after `start`. A month's end is clamped from the day of the start, never from the date before: Jan 31,
    /// Feb 28, Mar 31. None beyond the year 9999, the last that RFC 3339 can write.
    pub fn nth(self, start: NaiveDate, n: u32) -> Option<NaiveDate> {
        let date = match self {
            Step::Days(days) => start.checked_add_days(Days::new(u64::from(days) * u64::from(n))),
            Step::Months(months) => start.checked_add_months(Months::new(months.checked_mul(n)?)),
        };
        date.filter(|date| date.year() <= 9999)
    }

    /// How many whole steps lie between the days, or the months, of the two dates; 0 where `date` is the earlier.
    pub fn between(self, start: NaiveDate, date: NaiveDate) -> u32 {
        let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
        let whole = match self {
            Step::Days(days) => (date - start).num_days() / i64::from(days),
            Step::Months(step) => (months(date) - months(start)) / i64::from(step),
        };
        // chrono's dates lie fewer than 2^28 days apart.
        u32::try_from(whole).unwrap_or(0)
    }
}
