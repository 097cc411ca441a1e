//! The occurrences of a rule, lazily and from anywhere.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use rrule::{RRule, RRuleSet, Tz};

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
    /// The same days for the crate, without COUNT and UNTIL.
    days: RRule,
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
        let days = days(&rule).map_err(|error| format!("The rule is not supported: {error}."))?;
        let (exdates, rdates) = (exdates.into_iter().collect(), rdates.into_iter().collect());
        let recurrence = Self { rule, start, exdates, rdates, days };
        if !recurrence.rule.may_happen(start.date()) || recurrence.ruled(start).next().is_none() {
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

    /// The rule in plain English: "Every 2 weeks on Monday and Thursday, until Dec 31, 2027".
    pub fn text(&self) -> String {
        self.rule.text()
    }

    /// What may surprise, e.g. "Months without a day 31 are skipped."
    pub fn warning(&self) -> Option<String> {
        self.rule.warning()
    }

    /// What the rule alone gives from `since` on. Days that match depend on their own period, so the iteration may
    /// begin in any that the interval meets; only COUNT, at most 500, must count from the start.
    fn ruled(&self, since: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> + use<> {
        let (start, until) = (self.start, self.rule.until.unwrap_or(NaiveDateTime::MAX));
        let target = if self.rule.count.is_some() { start } else { since.max(start) };
        let beyond = target.year() > LAST_YEAR || since > until;
        let anchor = if beyond { start.date() } else { self.period_before(target.date()) };
        let count = match self.rule.count {
            _ if beyond => 0,
            Some(count) => usize::from(count),
            None => usize::MAX,
        };
        RRuleSet::new(midnight(anchor))
            .rrule(self.days.clone())
            .limit()
            .into_iter()
            .map(move |day| day.date_naive().and_time(start.time()))
            .skip_while(move |at| *at < start)
            .take(count)
            .take_while(move |at| *at <= until && at.year() <= LAST_YEAR)
            .skip_while(move |at| *at < since)
    }

    /// The first day of the last period at or before `target` that the interval meets. `target` is not before the start.
    fn period_before(&self, target: NaiveDate) -> NaiveDate {
        let (first, step) = (self.rule.period_of(self.start.date()), self.rule.step());
        step.nth(first, step.between(first, target)).unwrap_or(first)
    }
}

/// The rule for the crate, which then knows only days.
fn days(rule: &Rule) -> Result<RRule, rrule::RRuleError> {
    let months: Vec<_> =
        rule.by_month.iter().filter_map(|&month| chrono::Month::try_from(month).ok()).collect();
    RRule::new(rule.frequency)
        .interval(rule.interval)
        .week_start(rule.week_start)
        .by_weekday(rule.by_day.clone())
        .by_month(&months)
        .by_month_day(rule.by_month_day.clone())
        .by_set_pos(rule.by_set_pos.clone())
        .validate(midnight(NaiveDate::default()))
}

/// The crate wants zones; wall time is UTC to it.
fn midnight(date: NaiveDate) -> chrono::DateTime<Tz> {
    Tz::UTC.from_utc_datetime(&date.and_time(NaiveTime::MIN))
}
