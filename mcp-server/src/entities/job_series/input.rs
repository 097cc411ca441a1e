//! What the tools of job series take.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    entities::jobs::Priority,
    fields::{Body, Date, Line, LocalTime, Money, Patch, RuleText, Set, When, ZoneName, words},
    lines::{LineItem, LineItemOp},
};

words! {
    /// Whether a series makes jobs.
    Status {
        /// It makes jobs.
        Active = "active",
        /// It was ended.
        Ended = "ended",
    }
}

/// A new series: its rule, and what its jobs are made of.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    pub title: Line,
    #[serde(default)]
    pub description: Option<Body>,
    #[serde(default)]
    pub customer_id: Option<String>,
    /// Brings its customer.
    #[serde(default)]
    pub location_id: Option<String>,
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
    /// Your own word, e.g. repair.
    #[serde(default)]
    pub job_type: Option<Line>,
    #[serde(default)]
    pub priority: Set<Priority>,
    /// RFC 5545, e.g. FREQ=WEEKLY;INTERVAL=2;BYDAY=MO. FREQ DAILY, WEEKLY, MONTHLY or YEARLY; COUNT to 500 or UNTIL.
    pub rrule: RuleText,
    /// First time, local, e.g. 2026-12-01T09:00:00; counts only if it fits the rule.
    pub dtstart_local: LocalTime,
    /// IANA; local times stay the same across clock changes.
    pub time_zone: ZoneName,
    /// Default 60.
    #[serde(default)]
    #[schemars(range(min = 5, max = 1440))]
    pub duration_minutes: Set<i64>,
    /// Local times left out.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub exdates: Set<Vec<LocalTime>>,
    /// Local times added.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub rdates: Set<Vec<LocalTime>>,
    /// Default active; to end it use job_series.end.
    #[serde(default)]
    pub status: Set<Status>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
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
    /// Replaced whole; by id or email.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub assignee_ids: Set<Vec<String>>,
    /// Replaced whole; fields as in job_series.create.
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
    /// Your own word, e.g. repair.
    #[serde(default)]
    pub job_type: Patch<Line>,
    #[serde(default)]
    pub priority: Set<Priority>,
    /// RFC 5545.
    #[serde(default)]
    pub rrule: Set<RuleText>,
    /// First time, local.
    #[serde(default)]
    pub dtstart_local: Set<LocalTime>,
    /// IANA.
    #[serde(default)]
    pub time_zone: Set<ZoneName>,
    /// How long the work takes.
    #[serde(default)]
    #[schemars(range(min = 5, max = 1440))]
    pub duration_minutes: Set<i64>,
    /// Replaced whole.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub exdates: Set<Vec<LocalTime>>,
    /// Replaced whole.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub rdates: Set<Vec<LocalTime>>,
    /// To end it use job_series.end.
    #[serde(default)]
    pub status: Set<Status>,
}

impl Change {
    /// Whether the series itself changes, and with it its jobs: a reference to another system is of no matter to them.
    pub(super) fn says_something(&self) -> bool {
        // Every field is named, so that a new one cannot be forgotten.
        let Self {
            title,
            description,
            customer_id,
            location_id,
            assignee_ids,
            line_items,
            line_item_ops,
            flat_price,
            job_type,
            priority,
            rrule,
            dtstart_local,
            time_zone,
            duration_minutes,
            exdates,
            rdates,
            status: _,
        } = self;
        let sets = [
            title.0.is_some(),
            assignee_ids.0.is_some(),
            line_items.0.is_some(),
            line_item_ops.0.is_some(),
            priority.0.is_some(),
            rrule.0.is_some(),
            dtstart_local.0.is_some(),
            time_zone.0.is_some(),
            duration_minutes.0.is_some(),
            exdates.0.is_some(),
            rdates.0.is_some(),
        ];
        let silent = [
            description.is_absent(),
            customer_id.is_absent(),
            location_id.is_absent(),
            flat_price.is_absent(),
            job_type.is_absent(),
        ];
        sets.contains(&true) || silent.contains(&false)
    }
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    pub status: Option<Status>,
    /// next_occurrence_at from this time or day on.
    pub next_from: Option<When>,
    /// next_occurrence_at up to and with this time or day.
    pub next_to: Option<When>,
}

/// When a series ends.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {
    /// Last day with jobs, local; default today.
    #[serde(default)]
    pub ended_on: Option<Date>,
}
