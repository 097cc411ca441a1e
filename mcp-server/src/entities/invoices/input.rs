//! What the tools of invoices take.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Period, ledger::PaymentOp};
use crate::{
    fields::{Body, Conditions, Date, Line, Money, Patch, Set, ShortLine, words},
    lines::{DiscountInput, LineItem, LineItemOp},
};

words! {
    /// Where an invoice is in its life.
    Status {
        /// Being written.
        Draft = "draft",
        /// With the customer.
        Sent = "sent",
        /// Sent, due and not paid.
        Overdue = "overdue",
        /// Nothing is owed.
        Paid = "paid",
        /// Taken back.
        Void = "void",
    }
}

/// A new invoice.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    /// Required without from_job_id or from_quote_id.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// A done job, whose customer, place and lines or flat price are copied.
    #[serde(default)]
    pub from_job_id: Option<String>,
    /// An accepted quote, whose customer, place and selected lines are copied.
    #[serde(default)]
    pub from_quote_id: Option<String>,
    /// Brings its customer.
    #[serde(default)]
    pub location_id: Option<String>,
    /// draft (default), sent, or paid: with a payment of it all.
    #[serde(default)]
    pub status: Set<Status>,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub line_items: Set<Vec<LineItem>>,
    #[serde(default)]
    pub discount: Option<DiscountInput>,
    /// Default: the location's, else the customer's, else the account's.
    #[serde(default)]
    pub default_tax_rate_id: Patch<String>,
    /// The account's; another is refused.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z]{3}$"))]
    pub currency: Option<String>,
    /// Default: the day it is sent.
    #[serde(default)]
    pub issue_date: Option<Date>,
    /// Default: by the customer's terms, else 30 days after issue.
    #[serde(default)]
    pub due_date: Option<Date>,
    /// To the customer, on top.
    #[serde(default)]
    pub message: Option<Body>,
    /// Of payment, at the foot.
    #[serde(default)]
    pub terms: Option<Conditions>,
    /// The customer's order number.
    #[serde(default)]
    pub po_number: Option<ShortLine>,
    /// Internal; the customer does not see it.
    #[serde(default)]
    pub notes: Option<Body>,
    /// What it bills where no caller says so: a period of a plan.
    #[serde(skip)]
    pub period: Option<Period>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default)]
    pub customer_id: Set<String>,
    /// Brings its customer.
    #[serde(default)]
    pub location_id: Patch<String>,
    /// sent, or paid: records a payment of the balance. To void use invoices.void.
    #[serde(default)]
    pub status: Set<Status>,
    /// Replaced whole; fields as in invoices.create.
    #[serde(default)]
    #[schemars(length(max = 300), extend("x-brief" = true))]
    pub line_items: Set<Vec<LineItem>>,
    /// {op: add, update or remove, id, item} each.
    #[serde(default)]
    #[schemars(length(max = 300), extend("x-brief" = true))]
    pub line_item_ops: Set<Vec<LineItemOp>>,
    #[serde(default)]
    pub discount: Patch<DiscountInput>,
    /// null: the account's default.
    #[serde(default)]
    pub default_tax_rate_id: Patch<String>,
    /// The account's; another is refused.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z]{3}$"))]
    pub currency: Set<String>,
    /// null: the day it is sent.
    #[serde(default)]
    pub issue_date: Patch<Date>,
    /// null: by the terms.
    #[serde(default)]
    pub due_date: Patch<Date>,
    /// Money that came in or went back; Zoop records it and moves none.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub payment_ops: Set<Vec<PaymentOp>>,
    /// To the customer, on top.
    #[serde(default)]
    pub message: Patch<Body>,
    /// Of payment, at the foot.
    #[serde(default)]
    pub terms: Patch<Conditions>,
    /// The customer's order number.
    #[serde(default)]
    pub po_number: Patch<ShortLine>,
    /// Internal; the customer does not see it.
    #[serde(default)]
    pub notes: Patch<Body>,
}

impl Change {
    /// The fields in it that change in a draft alone.
    pub(super) fn content(&self) -> Vec<&'static str> {
        [
            ("customer_id", self.customer_id.0.is_some()),
            ("location_id", !self.location_id.is_absent()),
            ("line_items", self.line_items.0.is_some()),
            ("line_item_ops", self.line_item_ops.0.is_some()),
            ("discount", !self.discount.is_absent()),
            ("default_tax_rate_id", !self.default_tax_rate_id.is_absent()),
            ("currency", self.currency.0.is_some()),
            ("issue_date", !self.issue_date.is_absent()),
        ]
        .into_iter()
        .filter_map(|(name, named)| named.then_some(name))
        .collect()
    }
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Default: all but void.
    pub status: Option<Status>,
    pub customer_id: Option<String>,
    pub job_id: Option<String>,
    pub quote_id: Option<String>,
    pub plan_id: Option<String>,
    /// Sent, due and not paid; or all others.
    pub overdue: Option<bool>,
    /// YYYY-MM-DD.
    pub issued_from: Option<Date>,
    /// YYYY-MM-DD.
    pub issued_to: Option<Date>,
    /// YYYY-MM-DD.
    pub due_from: Option<Date>,
    /// YYYY-MM-DD.
    pub due_to: Option<Date>,
    /// total, minor units.
    pub amount_min: Option<Money>,
    /// total, minor units.
    pub amount_max: Option<Money>,
    pub number: Option<i64>,
}

/// Why an invoice is taken back.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {
    /// In a few words.
    #[serde(default)]
    pub reason: Option<Line>,
}
