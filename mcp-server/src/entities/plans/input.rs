//! What the tools of plans take.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    fields::{Date, Line, Patch, RuleText, Set, words},
    lines::LineItem,
    recurrence::Cadence,
};

words! {
    /// Whether a plan bills.
    Status {
        /// It bills.
        Active = "active",
        /// Its rule has no more dates.
        Ended = "ended",
        /// It was cancelled.
        Cancelled = "cancelled",
    }
}

/// A new plan: what it bills, to whom, and when.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    pub title: Line,
    /// Cannot change later.
    pub customer_id: String,
    /// The lines of each invoice.
    #[schemars(length(min = 1, max = 300))]
    pub items: Vec<LineItem>,
    /// Required without rrule.
    #[serde(default)]
    pub cadence: Option<Cadence>,
    /// In place of cadence: RFC 5545, e.g. FREQ=MONTHLY;BYMONTHDAY=1,15.
    #[serde(default)]
    pub rrule: Option<RuleText>,
    /// First billing date; where it has passed, the next one.
    pub starts_on: Date,
    /// How many days ahead invoices are made; default 0.
    #[serde(default)]
    #[schemars(range(min = 0, max = 60))]
    pub lead_days: Set<i64>,
    /// Default: the customer's, else the account's.
    #[serde(default)]
    pub default_tax_rate_id: Option<String>,
    /// The account's; another is refused.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z]{3}$"))]
    pub currency: Option<String>,
}

/// What changes, for invoices that are not made yet.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default)]
    pub title: Set<Line>,
    /// Replaced whole; fields as in plans.create.
    #[serde(default)]
    #[schemars(length(min = 1, max = 300), extend("x-brief" = true))]
    pub items: Set<Vec<LineItem>>,
    /// Replaces rrule.
    #[serde(default)]
    pub cadence: Set<Cadence>,
    /// Replaces cadence.
    #[serde(default)]
    pub rrule: Set<RuleText>,
    /// First billing date.
    #[serde(default)]
    pub starts_on: Set<Date>,
    /// The draft is made so many days before.
    #[serde(default)]
    #[schemars(range(min = 0, max = 60))]
    pub lead_days: Set<i64>,
    /// null: the customer's, else the account's.
    #[serde(default)]
    pub default_tax_rate_id: Patch<String>,
    /// The account's; another is refused.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z]{3}$"))]
    pub currency: Set<String>,
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    pub customer_id: Option<String>,
    pub status: Option<Status>,
    /// next_run_on from this day on.
    pub next_from: Option<Date>,
    /// next_run_on up to and with this day.
    pub next_to: Option<Date>,
}

/// Why a plan is cancelled.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {
    /// In a few words.
    #[serde(default)]
    pub reason: Option<Line>,
}
