//! What the tools of quotes take.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    fields::{Body, Conditions, Date, Line, Money, Patch, Set, words},
    lines::{DiscountInput, LineItemOp, QuoteLine},
};

words! {
    /// Where a quote is in its life.
    Status {
        /// Being written.
        Draft = "draft",
        /// With the customer.
        Sent = "sent",
        /// The customer said yes.
        Accepted = "accepted",
        /// The customer said no.
        Declined = "declined",
    }
}

/// A new quote.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    pub title: Line,
    pub customer_id: String,
    /// One of the customer's.
    #[serde(default)]
    pub location_id: Option<String>,
    /// Default draft.
    #[serde(default)]
    pub status: Set<Status>,
    /// None needed: a quote may be a shell.
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub line_items: Set<Vec<QuoteLine>>,
    #[serde(default)]
    pub discount: Option<DiscountInput>,
    /// Default: the location's, else the customer's, else the account's.
    #[serde(default)]
    pub default_tax_rate_id: Patch<String>,
    /// The account's; another is refused.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z]{3}$"))]
    pub currency: Option<String>,
    /// Last day; YYYY-MM-DD.
    #[serde(default)]
    pub valid_until: Option<Date>,
    /// Of payment, at the foot.
    #[serde(default)]
    pub terms: Option<Conditions>,
    /// To the customer, on top.
    #[serde(default)]
    pub message: Option<Body>,
    /// With status declined.
    #[serde(default)]
    pub decline_reason: Option<Line>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default)]
    pub title: Set<Line>,
    #[serde(default)]
    pub customer_id: Set<String>,
    /// Brings its customer.
    #[serde(default)]
    pub location_id: Patch<String>,
    #[serde(default)]
    pub status: Set<Status>,
    /// Replaced whole; fields as in quotes.create.
    #[serde(default)]
    #[schemars(length(max = 300), extend("x-brief" = true))]
    pub line_items: Set<Vec<QuoteLine>>,
    /// {op: add, update or remove, id, item} each.
    #[serde(default)]
    #[schemars(length(max = 300), extend("x-brief" = true))]
    pub line_item_ops: Set<Vec<LineItemOp<QuoteLine>>>,
    #[serde(default)]
    pub discount: Patch<DiscountInput>,
    /// null: the account's default.
    #[serde(default)]
    pub default_tax_rate_id: Patch<String>,
    /// The account's; another is refused.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z]{3}$"))]
    pub currency: Set<String>,
    /// Last day; YYYY-MM-DD.
    #[serde(default)]
    pub valid_until: Patch<Date>,
    /// Of payment, at the foot.
    #[serde(default)]
    pub terms: Patch<Conditions>,
    /// To the customer, on top.
    #[serde(default)]
    pub message: Patch<Body>,
    /// With status declined.
    #[serde(default)]
    pub decline_reason: Patch<Line>,
}

impl Change {
    /// The fields in it that change in a draft alone.
    pub(super) fn content(&self) -> Vec<&'static str> {
        [
            ("title", self.title.0.is_some()),
            ("customer_id", self.customer_id.0.is_some()),
            ("location_id", !self.location_id.is_absent()),
            ("line_items", self.line_items.0.is_some()),
            ("line_item_ops", self.line_item_ops.0.is_some()),
            ("discount", !self.discount.is_absent()),
            ("default_tax_rate_id", !self.default_tax_rate_id.is_absent()),
            ("currency", self.currency.0.is_some()),
            ("valid_until", !self.valid_until.is_absent()),
            ("terms", !self.terms.is_absent()),
            ("message", !self.message.is_absent()),
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
    pub status: Option<Status>,
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    /// valid_until has passed undecided.
    pub is_expired: Option<bool>,
    /// total, minor units.
    pub amount_min: Option<Money>,
    /// total, minor units.
    pub amount_max: Option<Money>,
}

/// Nothing beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {}
