//! A new quote's row, once everything is looked up: for `create`, and for seeding thousands.

use super::Draft;
use crate::{
    entities::{place::Payer, priced::Priced},
    fields::{NO_DAY, day_key},
    lines::{self, Terms},
    search::sort_key,
    store::{Columns, Write},
};

/// What a new quote's row takes beside its draft, once it has been looked up.
pub struct Given {
    /// Its number.
    pub number: i64,
    /// Where the work is.
    pub location_id: Option<String>,
    /// What taxes lines that name no rate.
    pub default_tax_rate_id: Option<String>,
    /// The account's.
    pub currency: String,
    /// Where tax is rounded.
    pub rounding: String,
    /// Its state's columns.
    pub state: Columns,
    /// What it costs.
    pub priced: Priced,
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

    /// The row of a new quote.
    pub fn compose(self, given: Given) -> Write {
        let columns = Columns::default()
            .put("number", given.number)
            .put("title_key", sort_key(&self.title.0))
            .put("title", self.title.0)
            .put("customer_id", self.customer_id)
            .put("location_id", given.location_id)
            .put("default_tax_rate_id", given.default_tax_rate_id)
            .put("currency", given.currency)
            .put("tax_rounding", given.rounding)
            .put("valid_key", self.valid_until.as_ref().map_or(NO_DAY, |date| day_key(date.day())))
            .put("valid_until", self.valid_until.map(|date| date.day()))
            .put("terms", self.terms.map(|text| text.0))
            .put("message", self.message.map(|text| text.0))
            .and(given.priced.columns)
            .and(given.state);
        Write::new(columns).with_children(Some(given.priced.lines))
    }
}
