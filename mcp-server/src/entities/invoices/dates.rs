//! When an invoice is issued and when it is due. What nobody set follows the day until the invoice is sent.

use chrono::{Days, NaiveDate};
use shared::tenant_tx::TenantTx;

use super::Row;
use crate::{
    entities::place::Payer,
    fields::{Date, Patch, day_in, day_key},
    store::Columns,
};

/// Days until an invoice is due, for customers without terms of their own.
const USUAL_TERMS: i64 = 30;

/// Both dates, and whether somebody set them.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    issue: NaiveDate,
    issue_set: bool,
    due: NaiveDate,
    due_set: bool,
}

impl Dates {
    /// A new invoice's.
    pub fn new(issue: Option<Date>, due: Option<Date>, payer: &Payer, tx: &TenantTx) -> Self {
        Self::as_of(today(tx), issue.map(|date| date.day()), due.map(|date| date.day()), payer)
    }

    /// A draft's, after a patch.
    pub fn of_draft(row: &Row, issue: Patch<Date>, due: Patch<Date>, payer: &Payer, tx: &TenantTx) -> Self {
        let issue = issue.map(|date| date.day()).or(row.issue_date_set.then_some(row.issue_date));
        let due = due.map(|date| date.day()).or(row.due_date_set.then_some(row.due_date));
        Self::as_of(today(tx), issue, due, payer)
    }

    /// An issued invoice's, after a patch: only when it is due can change.
    pub fn of_issued(row: &Row, due: Patch<Date>, payer: &Payer) -> Self {
        let issue_set = row.issue_date_set;
        let (due, due_set) = match due {
            Patch::Absent => (row.due_date, row.due_date_set),
            Patch::Null => (by_terms(row.issue_date, payer), false),
            Patch::Set(date) => (date.day(), true),
        };
        Self { issue: row.issue_date, issue_set, due, due_set }
    }

    /// What is set, or else follows from the day and from who pays.
    pub fn as_of(today: NaiveDate, issue: Option<NaiveDate>, due: Option<NaiveDate>, payer: &Payer) -> Self {
        let (issue_set, due_set) = (issue.is_some(), due.is_some());
        let issue = issue.unwrap_or(today);
        Self { issue, issue_set, due: due.unwrap_or_else(|| by_terms(issue, payer)), due_set }
    }

    /// The columns that say it.
    pub fn columns(self) -> Columns {
        Columns::default()
            .put("issue_date", self.issue)
            .put("issue_key", day_key(self.issue))
            .put("issue_date_set", self.issue_set)
            .put("due_date", self.due)
            .put("due_key", day_key(self.due))
            .put("due_date_set", self.due_set)
    }
}

fn today(tx: &TenantTx) -> NaiveDate {
    day_in(&tx.tenant().time_zone, tx.now())
}

fn by_terms(issue: NaiveDate, payer: &Payer) -> NaiveDate {
    let days = payer.payment_terms_days.unwrap_or(USUAL_TERMS).unsigned_abs();
    // The last day that can be written.
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(issue);
    issue.checked_add_days(Days::new(days)).map_or(last, |due| due.min(last))
}
