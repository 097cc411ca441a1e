//! Civil days: which one it is somewhere, and the number that it is compared by.

use chrono::{Datelike, NaiveDate};
use shared::timestamp::Timestamp;

use super::zone_named;

/// The key of no day: behind all others.
pub const NO_DAY: i64 = i64::MAX;

/// The day that it is in this zone.
pub fn day_in(zone: &str, time: Timestamp) -> NaiveDate {
    time.utc().with_timezone(&zone_named(zone).unwrap_or(chrono_tz::Tz::UTC)).date_naive()
}

/// Days since 1970: what a key column holds of a day.
pub fn day_key(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce() - NaiveDate::default().num_days_from_ce())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_one_is() {
        let noon_utc: Timestamp = Timestamp::from_micros(1_795_521_600_000_000); // 2026-11-24T12:00:00Z
        assert_eq!(day_in("Pacific/Auckland", noon_utc).to_string(), "2026-11-25");
        assert_eq!(day_in("America/Los_Angeles", noon_utc).to_string(), "2026-11-24");
        assert_eq!(day_key("1970-01-02".parse().unwrap()), 1);
        assert_eq!(day_key("1969-12-31".parse().unwrap()), -1);
    }
}
