//! What each entity needs to be tried.

use serde_json::{Value, json};

/// What one entity needs to be tried.
pub struct Kind {
    pub name: &'static str,
    pub first: &'static str,
    pub fifth: &'static str,
    /// The nth new record; `$customer` stands for the id of one that is there.
    pub draft: fn(usize) -> Value,
    /// A field, and what a patch sets it to.
    pub field: (&'static str, fn() -> Value),
}

pub const KINDS: &[Kind] = &[
    Kind {
        name: "customers",
        first: "search",
        fifth: "archive",
        draft: |n| json!({"type": "company", "company_name": format!("Company {n}")}),
        field: ("company_name", || json!("Changed")),
    },
    Kind {
        name: "contacts",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"customer_id": "$customer", "last_name": format!("Person {n}")}),
        field: ("role", || json!("Office")),
    },
    Kind {
        name: "locations",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"customer_id": "$customer", "name": format!("Place {n}"), "address": {"line1": "1 Lake St", "country": "US"}}),
        field: ("access_notes", || json!("Ring twice")),
    },
    Kind {
        name: "tags",
        first: "list",
        fifth: "delete",
        draft: |n| json!({"name": format!("Tag {n}")}),
        field: ("color", || json!("#2f6fed")),
    },
    Kind {
        name: "notes",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"body": format!("Note {n}")}),
        field: ("body", || json!("Changed")),
    },
    Kind {
        name: "jobs",
        first: "list",
        fifth: "cancel",
        draft: |n| json!({"title": format!("Job {n}")}),
        field: ("po_number", || json!("PO-7")),
    },
    Kind {
        name: "job_series",
        first: "list",
        fifth: "end",
        draft: |n| json!({"title": format!("Series {n}"), "rrule": "FREQ=MONTHLY", "dtstart_local": "2026-12-01T09:00:00", "time_zone": "America/Chicago"}),
        field: ("job_type", || json!("care")),
    },
    Kind {
        name: "invoices",
        first: "list",
        fifth: "void",
        draft: |n| json!({"customer_id": "$customer", "line_items": [{"description": format!("Line {n}"), "unit_price": 100}]}),
        field: ("po_number", || json!("PO-7")),
    },
    Kind {
        name: "quotes",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"customer_id": "$customer", "title": format!("Quote {n}")}),
        field: ("title", || json!("Changed")),
    },
    Kind {
        name: "catalog_items",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"kind": "service", "name": format!("Item {n}"), "unit_price": 100}),
        field: ("description", || json!("Changed")),
    },
    Kind {
        name: "catalog_categories",
        first: "list",
        fifth: "delete",
        draft: |n| json!({"name": format!("Category {n}")}),
        field: ("sort_order", || json!(7)),
    },
    Kind {
        name: "plans",
        first: "list",
        fifth: "cancel",
        draft: |n| json!({"customer_id": "$customer", "title": format!("Plan {n}"), "cadence": "monthly", "starts_on": "2026-12-01", "items": [{"description": "Visit", "unit_price": 100}]}),
        field: ("title", || json!("Changed")),
    },
    Kind {
        name: "tax_rates",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"name": format!("Rate {n}"), "rate_percentage": 5}),
        field: ("jurisdiction", || json!("County")),
    },
];
