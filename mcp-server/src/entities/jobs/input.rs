//! What the tools of jobs take.

use crate::{
    fields::{Body, Line, Moment, Money, Patch, Set, ShortLine, When, ZoneName, words},
    lines::{DiscountInput, LineItem, LineItemOp},
};
use schemars::JsonSchema;
use serde::Deserialize;

words! {
    /// Where a job is in its life.
    Status {
        /// No time is set.
        Unscheduled = "unscheduled",
        /// A time is set.
        Scheduled = "scheduled",
        /// The work is finished.
        Done = "done",
        /// It will not be done.
        Cancelled = "cancelled",
    }
}
words! {
    /// How soon it should be done.
    Priority {
        /// When there is time.
        Low = "low",
        /// As usual.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
}
words! {
    /// Whether it is billed.
    BillingState {
        /// There is nothing to bill yet, or at all.
        NotBillable = "not_billable",
        /// Done and not billed.
        ToInvoice = "to_invoice",
        /// On an invoice.
        Invoiced = "invoiced",
    }
}

/// A new job.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    /// Required without from_quote_id.
    #[serde(default)]
    pub title: Option<Line>,
    /// An accepted quote, whose customer, place and lines are copied.
    #[serde(default)]
    pub from_quote_id: Option<String>,
    #[serde(default)]
    pub description: Option<Body>,
    #[serde(default)]
    pub customer_id: Option<String>,
    /// Brings its customer.
    #[serde(default)]
    pub location_id: Option<String>,
    /// Default: scheduled with scheduled_start, else unscheduled.
    #[serde(default)]
    pub status: Set<Status>,
    /// RFC 3339; without offset: local time there.
    #[serde(default)]
    pub scheduled_start: Option<When>,
    /// RFC 3339; without offset: local time there.
    #[serde(default)]
    pub scheduled_end: Option<When>,
    /// IANA; default: the location's, else the account's.
    #[serde(default)]
    pub time_zone: Set<ZoneName>,
    /// How late after the start is still on time.
    #[serde(default)]
    #[schemars(range(min = 0, max = 480))]
    pub arrival_window_minutes: Option<i64>,
    /// No time of day.
    #[serde(default)]
    pub all_day: Set<bool>,
    /// Team members, by id or email.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub assignee_ids: Set<Vec<String>>,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub line_items: Set<Vec<LineItem>>,
    /// Replaces the lines' sum.
    #[serde(default)]
    pub flat_price: Option<Money>,
    #[serde(default)]
    pub discount: Option<DiscountInput>,
    #[serde(default)]
    pub priority: Set<Priority>,
    /// Your own word, e.g. repair.
    #[serde(default)]
    pub job_type: Option<Line>,
    /// The customer's order number.
    #[serde(default)]
    pub po_number: Option<ShortLine>,
    /// When it was finished; with status done.
    #[serde(default)]
    pub done_at: Option<Moment>,
    /// What was done.
    #[serde(default)]
    pub completion_notes: Option<Body>,
}

/// What changes.
#[derive(Default, Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default)]
    pub title: Set<Line>,
    #[serde(default)]
    pub description: Patch<Body>,
    #[serde(default)]
    pub customer_id: Patch<String>,
    /// Brings its customer.
    #[serde(default)]
    pub location_id: Patch<String>,
    /// To cancel use jobs.cancel.
    #[serde(default)]
    pub status: Set<Status>,
    /// RFC 3339; without offset: local time there. null unschedules.
    #[serde(default)]
    pub scheduled_start: Patch<When>,
    /// Moves with scheduled_start when left out.
    #[serde(default)]
    pub scheduled_end: Patch<When>,
    /// IANA.
    #[serde(default)]
    pub time_zone: Set<ZoneName>,
    /// How late after the start is still on time.
    #[serde(default)]
    #[schemars(range(min = 0, max = 480))]
    pub arrival_window_minutes: Patch<i64>,
    /// No time of day.
    #[serde(default)]
    pub all_day: Set<bool>,
    /// Replaced whole; by id or email.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub assignee_ids: Set<Vec<String>>,
    /// Replaced whole; fields as in jobs.create.
    #[serde(default)]
    #[schemars(length(max = 300), extend("x-brief" = true))]
    pub line_items: Set<Vec<LineItem>>,
    /// {op: add, update or remove, id, item} each.
    #[serde(default)]
    #[schemars(length(max = 300), extend("x-brief" = true))]
    pub line_item_ops: Set<Vec<LineItemOp>>,
    /// Replaces the lines' sum.
    #[serde(default)]
    pub flat_price: Patch<Money>,
    #[serde(default)]
    pub discount: Patch<DiscountInput>,
    #[serde(default)]
    pub priority: Set<Priority>,
    /// Your own word, e.g. repair.
    #[serde(default)]
    pub job_type: Patch<Line>,
    /// The customer's order number.
    #[serde(default)]
    pub po_number: Patch<ShortLine>,
    /// RFC 3339; default now.
    #[serde(default)]
    pub done_at: Patch<Moment>,
    /// What was done.
    #[serde(default)]
    pub completion_notes: Patch<Body>,
}

impl Change {
    /// Whether the job itself changes: a tag, a custom field or a reference to another system is no edit of its content.
    pub(super) fn says_something(&self) -> bool {
        // Every field is named, so that a new one cannot be forgotten.
        let Self {
            title,
            description,
            customer_id,
            location_id,
            status,
            scheduled_start,
            scheduled_end,
            time_zone,
            arrival_window_minutes,
            all_day,
            assignee_ids,
            line_items,
            line_item_ops,
            flat_price,
            discount,
            priority,
            job_type,
            po_number,
            done_at,
            completion_notes,
        } = self;
        let sets = [
            title.0.is_some(),
            status.0.is_some(),
            time_zone.0.is_some(),
            all_day.0.is_some(),
            assignee_ids.0.is_some(),
            line_items.0.is_some(),
            line_item_ops.0.is_some(),
            priority.0.is_some(),
        ];
        let silent = [
            description.is_absent(),
            customer_id.is_absent(),
            location_id.is_absent(),
            scheduled_start.is_absent(),
            scheduled_end.is_absent(),
            arrival_window_minutes.is_absent(),
            flat_price.is_absent(),
            discount.is_absent(),
            job_type.is_absent(),
            po_number.is_absent(),
            done_at.is_absent(),
            completion_notes.is_absent(),
        ];
        sets.contains(&true) || silent.contains(&false)
    }
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    pub status: Option<Status>,
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    pub series_id: Option<String>,
    pub quote_id: Option<String>,
    /// Done by this member.
    pub assignee_id: Option<String>,
    /// Without anybody, or with.
    pub unassigned: Option<bool>,
    /// scheduled_start from this time or day on.
    pub from: Option<When>,
    /// scheduled_start up to and with this time or day.
    pub to: Option<When>,
    pub billing_state: Option<BillingState>,
    pub priority: Option<Priority>,
    /// Your own word, e.g. repair.
    pub job_type: Option<Line>,
}

/// Why a job is cancelled.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {
    /// In a few words.
    #[serde(default)]
    pub reason: Option<Line>,
    /// More, for the office.
    #[serde(default)]
    pub note: Option<Body>,
}
