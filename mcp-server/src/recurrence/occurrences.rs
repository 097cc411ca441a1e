//! The occurrences of a rule, lazily and from anywhere.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::Rule;

/// What RFC 3339 can write.
const LAST_YEAR: i32 = 9999;

/// A rule with its start, without some dates and with others, in wall time.
///
/// The start is an occurrence only where the rule matches it, and COUNT counts from the first match: a series "every
/// Monday" that begins on a Wednesday has no visit on that Wednesday. (RFC 5545 §3.8.5.3 leaves a start out of step
/// with its rule undefined; python-dateutil decides the same.)
#[derive(Clone, Debug)]
pub struct Recurrence {
    /// Names its days itself.
    rule: Rule,
    start: NaiveDateTime,
    exdates: BTreeSet<NaiveDateTime>,
    rdates: BTreeSet<NaiveDateTime>,
}

impl Recurrence {
    /// Fails where the rule never happens. COUNT counts what `exdates` take out, but not what `rdates` bring in; a date
    /// in both is out (RFC 5545 §3.8.5.1).
    pub fn new(
        rule: &Rule,
        start: NaiveDateTime,
        exdates: impl IntoIterator<Item = NaiveDateTime>,
        rdates: impl IntoIterator<Item = NaiveDateTime>,
    ) -> Result<Self, String> {
        if !(1..=LAST_YEAR).contains(&start.year()) {
            return Err("The start is out of range: use the years 1 to 9999.".into());
        }
        if rule.until.is_some_and(|until| until < start) {
            return Err("The rule never happens: its UNTIL is before the start.".into());
        }
        let rule = rule.on_days_of(start.date());
        let (exdates, rdates) = (exdates.into_iter().collect(), rdates.into_iter().collect());
        let recurrence = Self { rule, start, exdates, rdates };
        if recurrence.ruled(start).next().is_none() {
            return Err("The rule never happens: no date matches all its parts.".into());
        }
        Ok(recurrence)
    }

    /// The occurrences from `since` (included) on, in order, each once.
    pub fn since(&self, since: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> + '_ {
        let mut ruled = self.ruled(since).peekable();
        let mut added = self.rdates.range(since..).copied().peekable();
        std::iter::from_fn(move || match (ruled.peek(), added.peek()) {
            (Some(rule), Some(date)) if rule == date => {
                added.next();
                ruled.next()
            }
            (Some(rule), Some(date)) if rule < date => ruled.next(),
            (_, Some(_)) => added.next(),
            (_, None) => ruled.next(),
        })
        .filter(|at| !self.exdates.contains(at))
    }

    /// The occurrences from `since` (included) to `before` (excluded).
    pub fn between(
        &self,
        since: NaiveDateTime,
        before: NaiveDateTime,
    ) -> impl Iterator<Item = NaiveDateTime> + '_ {
        self.since(since).take_while(move |at| *at < before)
    }

    /// The first occurrence later than this.
    pub fn next_after(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        self.since(after).find(|at| *at > after)
    }

    /// The rule in plain English: "Every 2 weeks on Monday and Thursday, until Dec 31, 2027".
    pub fn text(&self) -> String {
        self.rule.text()
    }

    /// What may surprise, e.g. "Months without a day 31 are skipped."
    pub fn warning(&self) -> Option<String> {
        self.rule.warning()
    }

    /// What the rule alone gives from `since` on. Days that match depend on their own period, so the search may begin
    /// in any that the interval meets; only COUNT, at most 500, must count from the start.
    fn ruled(&self, since: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> + '_ {
        let (start, until) = (self.start, self.rule.until.unwrap_or(NaiveDateTime::MAX));
        let target = if self.rule.count.is_some() { start } else { since.max(start) };
        self.days_from(target.date())
            .map(move |day| day.and_time(start.time()))
            .skip_while(move |at| *at < start)
            .take(self.rule.count.unwrap_or(usize::MAX))
            .take_while(move |at| *at <= until)
            .skip_while(move |at| *at < since)
    }

    /// The days that match, from the period of `target` on.
    fn days_from(&self, target: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        let (first, step) = (self.rule.period_of(self.start.date()), self.rule.step());
        let mut empty = 0;
        (step.between(first, target)..)
            .map_while(move |n| step.nth(first, n))
            .map(|period| self.rule.days_in(period))
            .take_while(move |days| {
                empty = if days.is_empty() { empty + 1 } else { 0 };
                empty < self.rule.cycle()
            })
            .flatten()
            .take_while(|day| day.year() <= LAST_YEAR)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::UTC;

    use super::*;

    fn recurrence(rule: &str, start: &str) -> Result<Recurrence, String> {
        Recurrence::new(&Rule::parse(rule, UTC).unwrap(), start.parse().unwrap(), [], [])
    }

    fn first<const N: usize>(rule: &str, start: &str) -> [String; N] {
        let recurrence = recurrence(rule, start).unwrap();
        let mut dates = recurrence.since(NaiveDateTime::MIN);
        std::array::from_fn(|_| dates.next().unwrap().date().to_string())
    }

    #[test]
    fn a_week_s_positions_count_from_its_own_start() {
        // A Wednesday: the week's first day of the two was the Monday before.
        assert_eq!(
            first("FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1", "2026-11-25T09:00:00"),
            ["2026-11-30", "2026-12-07"]
        );
    }

    #[test]
    fn counted_weekdays_and_others_are_either() {
        assert_eq!(
            first("FREQ=MONTHLY;BYDAY=MO,1TU", "2026-12-01T09:00:00"),
            [
                "2026-12-01",
                "2026-12-07",
                "2026-12-14",
                "2026-12-21",
                "2026-12-28",
                "2027-01-04",
                "2027-01-05"
            ]
        );
    }

    #[test]
    fn a_rule_that_never_happens_is_refused_at_once() {
        for rule in [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=7",
        ] {
            let message = recurrence(rule, "2026-01-01T09:00:00").unwrap_err();
            assert_eq!(message, "The rule never happens: no date matches all its parts.", "{rule}");
        }
        let message = recurrence("FREQ=DAILY;UNTIL=20251231", "2026-01-01T09:00:00").unwrap_err();
        assert_eq!(message, "The rule never happens: its UNTIL is before the start.");
    }

    #[test]
    fn months_that_are_too_short_are_warned_of() {
        let warning = |rule, start| recurrence(rule, start).unwrap().warning();
        let skipped = |day| Some(format!("Months without a day {day} are skipped."));
        assert_eq!(warning("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-01T09:00:00"), skipped(31));
        assert_eq!(warning("FREQ=MONTHLY", "2026-01-31T09:00:00"), skipped(31));
        assert_eq!(warning("FREQ=MONTHLY;BYMONTHDAY=15,29", "2026-01-01T09:00:00"), skipped(29));
        assert_eq!(warning("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,5", "2026-01-01T09:00:00"), skipped(31));
        assert_eq!(
            warning("FREQ=YEARLY", "2028-02-29T09:00:00").unwrap(),
            "Years without a February 29 are skipped."
        );
        for silent in [
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,3",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTHDAY=31",
        ] {
            assert_eq!(warning(silent, "2026-01-01T09:00:00"), None, "{silent}");
        }
    }
}
