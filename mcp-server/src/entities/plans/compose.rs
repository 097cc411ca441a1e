//! A new plan's row, once everything is looked up: for `create`, and for seeding thousands.

use chrono::NaiveDate;
use shared::timestamp::Timestamp;

use super::{Billing, Draft, LINES, Retire, Status};
use crate::{
    entities::place::Payer,
    lines::{self, Terms},
    search::sort_key,
    store::{Children, Columns, Write},
};

/// What a new plan's row takes beside its draft, once it has been looked up.
pub struct Given<'a> {
    /// When it bills.
    pub billing: &'a Billing,
    /// The billing date to come.
    pub next: NaiveDate,
    /// The day in the account's zone.
    pub today: NaiveDate,
    /// The account's.
    pub currency: String,
    /// Where tax is rounded.
    pub rounding: String,
    /// What one invoice comes to.
    pub priced: Priced,
}

/// What is written of the price of one invoice.
pub struct Priced {
    pub(super) columns: Columns,
    pub(super) lines: Children,
}

impl Priced {
    /// What is written of lines that are reckoned.
    pub fn of(priced: &lines::Priced) -> Self {
        Self { columns: priced.columns(), lines: priced.children(LINES) }
    }
}

/// What a plan is reckoned from, beside its lines. Without a default rate of its own, its payer's holds.
pub fn terms(payer: &Payer, default: Option<String>, rounding: &str) -> Terms {
    Terms {
        field: "items",
        discount: None,
        rounding: lines::rounding_named(rounding),
        flat_price: None,
        tax_exempt: payer.tax_exempt,
        default_tax_rate_id: default.or(payer.default_tax_rate_id.clone()),
    }
}

impl Draft {
    /// The row of a new plan.
    pub fn compose(self, given: Given<'_>) -> Write {
        let Given { billing, next, today, currency, rounding, priced } = given;
        let columns = Columns::default()
            .put("title_key", sort_key(&self.title.0))
            .put("title", self.title.0)
            .put("customer_id", self.customer_id)
            .put("default_tax_rate_id", self.default_tax_rate_id)
            .put("currency", currency)
            .put("tax_rounding", rounding)
            .put("status", Status::Active.as_str())
            .put("runs", 0)
            .and(billing.columns())
            .and(billing.next_columns(Some(next), today))
            .and(priced.columns);
        Write::new(columns).with_children(Some(priced.lines))
    }
}

impl Retire {
    /// What cancelling sets.
    pub fn columns(self, billing: &Billing, at: Timestamp, today: NaiveDate) -> Columns {
        Columns::default()
            .put("status", Status::Cancelled.as_str())
            .put("cancelled_at", at)
            .put("cancel_reason", self.reason.map(|text| text.0))
            .and(billing.next_columns(None, today))
    }
}
