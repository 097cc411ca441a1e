//! The billing dates of plans.

use super::{Recurrence, Rule, step::Step};
use crate::fields::words;
use chrono::{NaiveDate, NaiveTime};

words! {
    /// How often a plan bills.
    Cadence {
        /// Every week.
        Weekly = "weekly",
        /// Every two weeks.
        Biweekly = "biweekly",
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Every year.
        Annually = "annually",
    }
}

impl Cadence {
    /// The date of period `n`, counted from 0 at `starts_on`: Jan 31, Feb 28, Mar 31. None beyond the year 9999.
    pub fn nth(self, starts_on: NaiveDate, n: u32) -> Option<NaiveDate> {
        self.step().nth(starts_on, n)
    }

    /// The first period whose date is `date` or later, with that date.
    pub fn next_on_or_after(self, starts_on: NaiveDate, date: NaiveDate) -> Option<(u32, NaiveDate)> {
        let n = self.step().between(starts_on, date);
        // The period that `date` lies in, or the one after it.
        (n..=n.checked_add(1)?)
            .filter_map(|n| Some((n, self.nth(starts_on, n)?)))
            .find(|(_, found)| *found >= date)
    }

    fn step(self) -> Step {
        match self {
            Cadence::Weekly => Step::Days(7),
            Cadence::Biweekly => Step::Days(14),
            Cadence::Monthly => Step::Months(1),
            Cadence::Quarterly => Step::Months(3),
            Cadence::Annually => Step::Months(12),
        }
    }
}

/// A plan's billing dates: by a cadence or by a rule. Each date is one period, and names it.
#[derive(Clone, Debug)]
pub enum Periods {
    /// By a cadence, from the first date on.
    Cadence(Cadence, NaiveDate),
    /// By a rule, whose days count alone.
    Rule(Box<Recurrence>),
}

impl Periods {
    /// By a rule from this date on.
    pub fn by_rule(rule: &Rule, starts_on: NaiveDate) -> Result<Self, String> {
        let recurrence = Recurrence::new(rule, starts_on.and_time(NaiveTime::MIN), [], [])?;
        Ok(Self::Rule(Box::new(recurrence)))
    }

    /// The rule in plain English; none for a cadence, whose word says it.
    pub fn text(&self) -> Option<String> {
        match self {
            Periods::Cadence(..) => None,
            Periods::Rule(recurrence) => Some(recurrence.text()),
        }
    }

    /// What may surprise, e.g. "Months without a day 31 are skipped."
    pub fn warning(&self) -> Option<String> {
        match self {
            Periods::Cadence(..) => None,
            Periods::Rule(recurrence) => recurrence.warning(),
        }
    }

    /// The first billing date at or after this one; none where the rule has ended.
    pub fn next_on_or_after(&self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            Periods::Cadence(cadence, starts_on) => {
                cadence.next_on_or_after(*starts_on, date).map(|(_, date)| date)
            }
            Periods::Rule(recurrence) => {
                recurrence.since(date.and_time(NaiveTime::MIN)).next().map(|at| at.date())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn first<const N: usize>(cadence: Cadence, starts_on: &str) -> [String; N] {
        std::array::from_fn(|n| cadence.nth(date(starts_on), n as u32).unwrap().to_string())
    }

    #[test]
    fn month_ends_are_clamped_from_the_start() {
        assert_eq!(
            first(Cadence::Monthly, "2027-01-31"),
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]
        );
        assert_eq!(first(Cadence::Quarterly, "2027-11-30"), ["2027-11-30", "2028-02-29", "2028-05-30"]);
        assert_eq!(
            first(Cadence::Annually, "2028-02-29"),
            ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
        );
        assert_eq!(first(Cadence::Weekly, "2026-12-28"), ["2026-12-28", "2027-01-04"]);
        assert_eq!(first(Cadence::Biweekly, "2026-12-28"), ["2026-12-28", "2027-01-11"]);
    }

    #[test]
    fn the_next_period_is_the_first_that_is_not_before() {
        let next = |cadence: Cadence, on| cadence.next_on_or_after(date("2027-01-31"), date(on)).unwrap();
        assert_eq!(next(Cadence::Monthly, "2020-05-05"), (0, date("2027-01-31")));
        assert_eq!(next(Cadence::Monthly, "2027-02-28"), (1, date("2027-02-28")));
        assert_eq!(next(Cadence::Monthly, "2027-03-01"), (2, date("2027-03-31")));
        assert_eq!(next(Cadence::Weekly, "2027-02-08"), (2, date("2027-02-14")));
        for cadence in
            [Cadence::Weekly, Cadence::Biweekly, Cadence::Monthly, Cadence::Quarterly, Cadence::Annually]
        {
            for day in 0..1_500 {
                let on = date("2027-01-20") + Days::new(day);
                let (n, found) = cadence.next_on_or_after(date("2027-01-31"), on).unwrap();
                assert!(found >= on, "{cadence:?} {on}");
                assert!(n == 0 || cadence.nth(date("2027-01-31"), n - 1).unwrap() < on, "{cadence:?} {on}");
            }
            assert_eq!(cadence.next_on_or_after(date("2027-01-31"), NaiveDate::MAX), None);
        }
    }

    #[test]
    fn a_rule_bills_on_its_days() {
        let rule =
            Rule::parse("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", chrono_tz::UTC).unwrap();
        let periods = Periods::by_rule(&rule, date("2027-01-31")).unwrap();
        assert_eq!(periods.next_on_or_after(date("2020-01-01")), Some(date("2027-02-26")));
        assert_eq!(periods.next_on_or_after(date("2027-02-27")), Some(date("2027-03-31")));
        assert_eq!(periods.next_on_or_after(date("2027-04-01")), None);
    }
}
