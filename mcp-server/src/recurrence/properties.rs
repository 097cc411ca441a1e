//! What holds for any rule.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::UTC;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{Recurrence, Rule};

/// 2020-01-01T00:00:00 and so many hours.
fn hour(n: i64) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap() + TimeDelta::hours(n)
}

fn listed<T: std::fmt::Debug + std::fmt::Display + Clone + 'static>(
    name: &'static str,
    values: Vec<T>,
) -> impl Strategy<Value = String> {
    option::of(vec(select(values), 1..4)).prop_map(move |chosen| match chosen {
        Some(chosen) => {
            let texts: Vec<_> = chosen.iter().map(ToString::to_string).collect();
            format!(";{name}={}", texts.join(","))
        }
        None => String::new(),
    })
}

fn recurrence() -> impl Strategy<Value = Recurrence> {
    let frequency = select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let days = prop_oneof![
        listed("BYDAY", vec!["MO", "TU", "WE", "SA", "SU"]),
        listed("BYDAY", vec!["1MO", "-1FR", "5SU"]),
    ];
    let month_days = listed("BYMONTHDAY", vec![-31, -1, 1, 15, 29, 30, 31]);
    let months = listed("BYMONTH", vec![1, 2, 6, 12]);
    let positions = listed("BYSETPOS", vec![-2, -1, 1, 2]);
    let end = select(vec!["", "", ";COUNT=1", ";COUNT=40", ";UNTIL=20210601", ";UNTIL=20230101T120000Z"]);
    let week_start = select(vec!["MO", "SU", "WE"]);
    let dates = || vec((0..20_000_i64).prop_map(hour), 0..5);
    let rule = (frequency, 1..15_u8, days, month_days, months, positions, end, week_start);
    (rule, 0..9_000_i64, dates(), dates()).prop_filter_map("is refused", |(rule, start, out, rdates)| {
        let (frequency, interval, days, month_days, months, positions, end, week_start) = rule;
        let text = format!(
            "FREQ={frequency};INTERVAL={interval}{days}{month_days}{months}{positions}{end};WKST={week_start}"
        );
        Recurrence::new(&Rule::parse(&text, UTC).ok()?, hour(start), out, rdates).ok()
    })
}

/// From `since` (included) to `before` (excluded).
fn between(
    recurrence: &Recurrence,
    since: NaiveDateTime,
    before: NaiveDateTime,
) -> impl Iterator<Item = NaiveDateTime> + '_ {
    recurrence.since(since).take_while(move |at| *at < before)
}

proptest! {
    #[test]
    fn windows_join_and_the_next_is_the_first_of_the_rest(
        recurrence in recurrence(),
        mut ends in [0..50_000_i64, 0..50_000, 0..50_000],
    ) {
        ends.sort_unstable();
        let [a, b, c] = ends.map(hour);
        let whole: Vec<_> = between(&recurrence, a, c).collect();
        let parts: Vec<_> = between(&recurrence, a, b).chain(between(&recurrence, b, c)).collect();
        prop_assert_eq!(&parts, &whole);
        prop_assert!(whole.is_sorted_by(|one, next| one < next), "{:?}", whole);

        // From the start on, as from anywhere.
        let all: Vec<_> =
            between(&recurrence, NaiveDateTime::MIN, c).skip_while(|at| *at < a).collect();
        prop_assert_eq!(&all, &whole);

        let mut at = a - TimeDelta::seconds(1);
        for expected in whole.iter().take(20) {
            at = recurrence.since(at).find(|next| *next > at).unwrap();
            prop_assert_eq!(at, *expected);
        }
    }
}
