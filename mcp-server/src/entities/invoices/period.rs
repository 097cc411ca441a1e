//! One period of a plan, billed.

use chrono::NaiveDate;

use super::{Draft, Invoices, source::Source};
use crate::{
    fields::{Date, Patch, Set, day_key},
    lines::LineItem,
    store::{Columns, Step},
    verbs,
};

/// What a plan bills on one date.
pub struct Period {
    /// `pln_…`
    pub plan_id: String,
    /// Its billing date, which names it.
    pub on: NaiveDate,
    /// Who pays.
    pub customer_id: String,
    /// What for.
    pub lines: Vec<LineItem>,
    /// The plan's own; without one the customer's holds, else the account's.
    pub default_tax_rate_id: Option<String>,
    /// Documents keep the rounding that they were made with; so does what they become.
    pub tax_rounding: String,
}

impl Period {
    /// The draft invoice of this period: issued, unless somebody says otherwise, on its billing date.
    pub fn bill(self) -> Step {
        let draft = Draft {
            customer_id: None,
            from_job_id: None,
            from_quote_id: None,
            location_id: None,
            status: Set(None),
            line_items: Set(None),
            discount: None,
            default_tax_rate_id: Patch::Absent,
            currency: None,
            issue_date: Some(Date(self.on.to_string())),
            due_date: None,
            message: None,
            terms: None,
            po_number: None,
            notes: None,
            period: Some(self),
        };
        verbs::make::<Invoices>(draft, Columns::default())
    }
}

/// The columns that name a plan and its period.
pub fn of_period(plan_id: &str, on: NaiveDate) -> Columns {
    Columns::default().put("plan_id", plan_id).put("plan_period", day_key(on))
}

impl From<Period> for Source {
    fn from(period: Period) -> Self {
        let columns = of_period(&period.plan_id, period.on);
        Self {
            customer_id: Some(period.customer_id),
            lines: period.lines.into_iter().map(|line| (None, line)).collect(),
            default_tax_rate_id: period.default_tax_rate_id,
            tax_rounding: Some(period.tax_rounding),
            columns,
            ..Self::default()
        }
    }
}
