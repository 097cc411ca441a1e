//! When a plan bills: on the dates of its cadence or rule, with each invoice made some days before its date.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Change, Draft, Row, Status};
use crate::{
    error::{Error, Result},
    fields::{NO_DAY, When, day_in, day_key, zone_named},
    recurrence::{Cadence, Periods, Rule},
    store::Columns,
};

/// What a plan says of its dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billing {
    by: By,
    starts_on: NaiveDate,
    lead_days: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum By {
    Cadence(Cadence),
    Rule(String),
}

impl Billing {
    /// A new plan's.
    pub fn new(draft: &Draft) -> Result<Self> {
        let by = match (draft.cadence, &draft.rrule) {
            (Some(_), Some(_)) => return Err(both()),
            (None, None) => {
                let message = "is required: send how often it bills, or an rrule in its place.";
                return Err(Error::field("cadence", message));
            }
            (Some(cadence), None) => By::Cadence(cadence),
            (None, Some(rule)) => By::Rule(rule.0.clone()),
        };
        Ok(Self { by, starts_on: draft.starts_on.day(), lead_days: draft.lead_days.0.unwrap_or(0) })
    }

    /// A stored plan's.
    pub fn of(row: &Row) -> Self {
        let by = match row.cadence.as_deref().and_then(Cadence::from_word) {
            Some(cadence) => By::Cadence(cadence),
            // One of the two columns always holds something.
            None => By::Rule(row.rrule.clone().unwrap_or_default()),
        };
        Self { by, starts_on: row.starts_on, lead_days: row.lead_days }
    }

    /// After a patch: a cadence takes the place of a rule, and a rule that of a cadence.
    pub fn patched(self, change: &Change) -> Result<Self> {
        let by = match (change.cadence.0, &change.rrule.0) {
            (Some(_), Some(_)) => return Err(both()),
            (None, None) => self.by,
            (Some(cadence), None) => By::Cadence(cadence),
            (None, Some(rule)) => By::Rule(rule.0.clone()),
        };
        Ok(Self {
            by,
            starts_on: change.starts_on.0.as_ref().map_or(self.starts_on, |date| date.day()),
            lead_days: change.lead_days.0.unwrap_or(self.lead_days),
        })
    }

    /// Whether the billing dates are the same; `lead_days` moves none.
    pub fn same_dates(&self, other: &Self) -> bool {
        (&self.by, self.starts_on) == (&other.by, other.starts_on)
    }

    /// Whether the first of them is behind this day.
    pub fn began_before(&self, today: NaiveDate) -> bool {
        self.starts_on < today
    }

    /// Its billing dates; the account's zone reads an UNTIL in UTC.
    pub fn periods(&self, zone: Tz) -> Result<Periods> {
        match &self.by {
            By::Cadence(cadence) => Ok(Periods::Cadence(*cadence, self.starts_on)),
            By::Rule(text) => {
                let rule = Rule::parse(text, zone).map_err(|message| Error::field("rrule", message))?;
                Periods::by_rule(&rule, self.starts_on).map_err(|message| Error::field("rrule", message))
            }
        }
    }

    /// The first billing date at or after this one; a plan without any would never bill.
    pub fn first_from(&self, from: NaiveDate, periods: &Periods) -> Result<NaiveDate> {
        periods.next_on_or_after(from).ok_or_else(|| {
            let field = if matches!(self.by, By::Rule(_)) { "rrule" } else { "starts_on" };
            Error::field(field, format!("has no billing date from {from} on: the plan would never bill."))
        })
    }

    /// The day on which the invoice for this billing date is made.
    pub fn run_on(&self, date: NaiveDate) -> NaiveDate {
        date.checked_sub_days(Days::new(self.lead_days.unsigned_abs())).unwrap_or(date)
    }

    /// When that day begins in the account's zone.
    pub fn runs_at(&self, date: NaiveDate, zone: Tz) -> Timestamp {
        When::Day(self.run_on(date)).in_zone(zone)
    }

    /// The columns that say it.
    pub fn columns(&self) -> Columns {
        let (cadence, rule) = match &self.by {
            By::Cadence(cadence) => (Some(cadence.as_str()), None),
            By::Rule(text) => (None, Some(text.clone())),
        };
        Columns::default()
            .put("cadence", cadence)
            .put("rrule", rule)
            .put("starts_on", self.starts_on)
            .put("lead_days", self.lead_days)
    }

    /// The columns of the billing date to come and of the day on which its invoice is made: today, where that has passed.
    pub fn next_columns(&self, next: Option<NaiveDate>, today: NaiveDate) -> Columns {
        let run = next.map(|date| self.run_on(date).max(today));
        Columns::default()
            .put("next_bill_on", next)
            .put("next_run_on", run)
            .put("next_run_key", run.map_or(NO_DAY, day_key))
    }

    /// The columns of a plan that has made so many invoices, the last for this billing date.
    pub fn run_columns(
        &self,
        runs: i64,
        last: NaiveDate,
        next: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Columns {
        let status = if next.is_some() { Status::Active } else { Status::Ended };
        Columns::default()
            .put("runs", runs)
            .put("billed_through", last)
            .put("status", status.as_str())
            .and(self.next_columns(next, today))
    }
}

fn both() -> Error {
    Error::field("rrule", "cannot stand beside cadence; send one of them.")
}

/// The account's zone.
pub fn zone(tx: &TenantTx) -> Tz {
    zone_named(&tx.tenant().time_zone).unwrap_or(Tz::UTC)
}

/// The day that it is in the account's zone.
pub fn today(tx: &TenantTx) -> NaiveDate {
    day_in(&tx.tenant().time_zone, tx.now())
}
