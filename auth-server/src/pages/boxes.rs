//! The boxes where scopes are chosen: one row for each family, one fixed label for each scope, in the user's words.

use shared::scope::{Access, Family, Scope, Scopes};

use crate::domain::grant_scope::OFFLINE_ACCESS;

/// The boxes of a page. What is ticked when the form is sent is what is granted.
#[derive(Debug, Clone, Default)]
pub struct Boxes {
    /// One row for each family.
    pub families: Vec<Row>,
    /// Which preset the ticks amount to: `all`, `read` or `chosen`.
    pub preset: &'static str,
}

/// One row of boxes.
#[derive(Debug, Clone)]
pub struct Row {
    /// "Customers".
    pub title: &'static str,
    /// "With their contacts, locations and tags".
    pub detail: &'static str,
    /// At most two: to view and to change.
    pub ticks: Vec<Tick>,
}

/// One box.
#[derive(Debug, Clone)]
pub struct Tick {
    /// The scope it stands for.
    pub scope: String,
    /// What it allows.
    pub word: &'static str,
    /// Its column, as a class of the stylesheet.
    pub place: &'static str,
    /// Whether it is ticked.
    pub ticked: bool,
}

impl Boxes {
    /// A box for each scope that can be chosen; `offline` adds the one for staying connected, ticked or not.
    pub fn draw(offered: Scopes, ticked: impl Fn(Scope) -> bool, offline: Option<bool>) -> Self {
        let tick = |family: Family, access: Access| {
            let scope = Scope { access, family };
            offered.contains(scope).then(|| Tick {
                scope: scope.to_string(),
                word: if access == Access::Read { "View" } else { words(family).2 },
                place: if access == Access::Read { "" } else { "second" },
                ticked: ticked(scope),
            })
        };
        let row = |family: Family| {
            let (title, detail, _) = words(family);
            Row {
                title,
                detail,
                ticks: Access::BOTH.into_iter().filter_map(|access| tick(family, access)).collect(),
            }
        };
        let mut families: Vec<Row> =
            Family::ALL.into_iter().map(row).filter(|row| !row.ticks.is_empty()).collect();
        if let Some(ticked) = offline {
            families.push(Row {
                title: "Stay connected",
                detail: "Without this, access ends after an hour",
                ticks: vec![Tick {
                    scope: OFFLINE_ACCESS.to_owned(),
                    word: "Also while you are away",
                    place: "whole",
                    ticked,
                }],
            });
        }
        Self { preset: preset(&families), families }
    }
}

fn preset(families: &[Row]) -> &'static str {
    let ticks = || families.iter().flat_map(|row| &row.ticks);
    if ticks().all(|tick| tick.ticked) {
        "all"
    } else if ticks().all(|tick| tick.ticked != tick.scope.starts_with("write:")) {
        "read"
    } else {
        "chosen"
    }
}

/// A family's title, its detail, and what its write scope allows.
fn words(family: Family) -> (&'static str, &'static str, &'static str) {
    match family {
        Family::Customers => ("Customers", "With their contacts, locations and tags", "Add, change, archive"),
        Family::Notes => ("Notes", "On customers, jobs, quotes and invoices", "Write, change, archive"),
        Family::Jobs => ("Jobs", "Visits, their schedule and who does them", "Create, change, cancel"),
        Family::JobSeries => ("Recurring jobs", "Series that make jobs on a schedule", "Create, change, end"),
        Family::Invoices => ("Invoices", "And the payments recorded on them", "Create, change, void"),
        Family::Quotes => ("Quotes", "Only owners write them", "Write, change, archive"),
        Family::CatalogItems => {
            ("Price book", "Services, products, bundles and discounts", "Add, change, archive")
        }
        Family::CatalogCategories => {
            ("Price book categories", "How the price book is arranged", "Add, change, delete")
        }
        Family::Plans => ("Plans", "Recurring billing", "Create, change, cancel"),
        Family::TaxRates => ("Tax rates", "And which one is the default", "Add, change, archive"),
        Family::Contacts => ("Contacts", "The people at customers", "Add, change, archive"),
        Family::Locations => ("Locations", "Service addresses of customers", "Add, change, archive"),
        Family::Tags => ("Tags", "Labels on customers, jobs and locations", "Add, change, delete"),
        Family::Catalog => ("The whole price book", "Items and categories", "Add, change, archive, delete"),
        Family::Estimates => ("Estimates", "The old name of quotes", "Write, change, archive"),
    }
}
