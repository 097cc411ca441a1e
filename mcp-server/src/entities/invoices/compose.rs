//! A new invoice's row, once everything is looked up: for `create`, and for seeding thousands.

use serde_json::Value;
use shared::timestamp::Timestamp;

use super::{Dates, Draft, Ledger, Retire, Status, state};
use crate::{
    entities::{place::Payer, priced::Priced},
    fields::NO_DAY,
    lines::{self, Terms},
    search::sort_key,
    store::{Columns, Write},
};

/// What a new invoice's row takes beside its draft, once it has been looked up.
pub struct Given {
    /// Who pays.
    pub customer_id: String,
    /// Where the work was.
    pub location_id: Option<String>,
    /// What taxes lines that name no rate.
    pub default_tax_rate_id: Option<String>,
    /// The account's.
    pub currency: String,
    /// Where tax is rounded.
    pub rounding: String,
    /// When it is issued and due.
    pub dates: Dates,
    /// The source's, for a draft that has none of its own.
    pub po_number: Option<String>,
    /// The columns that name what it was made from.
    pub source: Columns,
    /// What it gets when it leaves draft; none while it is one.
    pub issued: Option<Columns>,
    /// What it costs.
    pub priced: Priced,
    /// What was paid.
    pub ledger: Ledger,
}

impl Draft {
    /// What it is reckoned from, beside its lines.
    pub fn terms_of(&self, payer: &Payer, default: Option<String>, rounding: &str) -> Terms {
        Terms {
            field: "line_items",
            discount: self.discount.map(|discount| discount.0),
            rounding: lines::rounding_named(rounding),
            flat_price: None,
            tax_exempt: payer.tax_exempt,
            default_tax_rate_id: default,
        }
    }

    /// The row of a new invoice, and what its customer owes by it.
    pub fn compose(self, given: Given) -> (Write, i64) {
        let Given { priced, ledger, .. } = given;
        let balance = ledger.balance(priced.total);
        let status = match given.issued {
            None => Status::Draft,
            Some(_) => state::by_balance(balance),
        };
        let po_number = self.po_number.map(|text| text.0).or(given.po_number);
        let columns = given
            .issued
            .unwrap_or_else(|| Columns::default().put("number_key", NO_DAY))
            .and(priced.columns)
            .and(given.dates.columns())
            .and(ledger.columns(priced.total))
            .and(given.source)
            .put("customer_id", given.customer_id)
            .put("location_id", given.location_id)
            .put("status", status.as_str())
            .put("default_tax_rate_id", given.default_tax_rate_id)
            .put("currency", given.currency)
            .put("tax_rounding", given.rounding)
            .put("message", self.message.map(|text| text.0))
            .put("terms", self.terms.map(|text| text.0))
            .put("po_number_key", po_number.as_deref().map(sort_key))
            .put("po_number", po_number)
            .put("notes", self.notes.map(|text| text.0));
        let write =
            Write::new(columns).with_children(Some(priced.lines)).with_children(Some(ledger.children()));
        (write, state::owed(status, balance))
    }
}

impl Retire {
    /// What voiding sets.
    pub fn columns(self, at: Timestamp, by: Value) -> Columns {
        Columns::default()
            .put("status", Status::Void.as_str())
            .put("balance", 0)
            .put("voided_at", at)
            .put("voided_by", by)
            .put("void_reason", self.reason.map(|text| text.0))
    }
}
