//! Line items: as they are sent, resolved and reckoned, stored and answered; for every document that has them.

mod input;
mod ops;
mod stored;

use std::collections::HashMap;

use shared::{binds, tenant_tx::TenantTx};

use input::PricebookItem;
pub use input::{DiscountInput, LineItem};
pub use ops::{LineItemOp, apply};
pub use stored::{LineRecord, children, discount_columns, discount_of, discount_shown, load, of_documents};

use crate::{
    documents::{Discount, LineInput, TaxRounding, Totals, Unreckonable, reckon},
    error::{Error, Issue, Result},
    store,
};

/// A line that knows its tax rate and what it comes to.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id; kept while the line is.
    pub id: String,
    /// As sent, with what was copied from the pricebook.
    pub item: LineItem,
    /// In ten-thousandths of a percent; none: no tax.
    pub rate: Option<i64>,
}

/// What a document is reckoned from, beside its lines.
pub struct Terms {
    /// On the whole document.
    pub discount: Option<Discount>,
    /// Where tax is rounded.
    pub rounding: TaxRounding,
    /// Replaces the lines' sum: one taxable line.
    pub flat_price: Option<i64>,
    /// Nobody pays tax for them.
    pub tax_exempt: bool,
}

/// The tax rates that lines may name.
pub struct Rates {
    by_id: HashMap<String, i64>,
    default: Option<i64>,
}

impl Rates {
    async fn read(tx: &mut TenantTx) -> Result<Self> {
        let sql = "SELECT id, rate_millionths, is_default FROM tax_rates WHERE tenant_id = $1";
        let rows: Vec<(String, i64, bool)> = tx.rows(sql, binds![tx.tenant_id()]).await?;
        let default = rows.iter().find(|(_, _, default)| *default).map(|(_, rate, _)| *rate);
        Ok(Self { by_id: rows.into_iter().map(|(id, rate, _)| (id, rate)).collect(), default })
    }

    fn check(&self, items: &[LineItem]) -> Result<()> {
        let issues = issues_where(items, |item| match item.tax_rate() {
            Some(id) if !self.by_id.contains_key(id) => {
                Some(("tax_rate_id", "tax rate", id, "tax_rates.list"))
            }
            _ => None,
        });
        if issues.is_empty() { Ok(()) } else { Err(Error::issues(issues)) }
    }

    fn of(&self, item: &LineItem, tax_exempt: bool) -> Option<i64> {
        if tax_exempt || !item.taxable() || item.no_tax() {
            return None;
        }
        item.tax_rate().map_or(self.default, |id| self.by_id.get(id).copied())
    }
}

/// What lines refer to: items of the pricebook and tax rates.
pub struct Sources {
    items: HashMap<String, PricebookItem>,
    /// The rates.
    pub rates: Rates,
}

impl Sources {
    /// Reads what these lines name; what is not there is found out when they are resolved.
    pub async fn read(tx: &mut TenantTx, lines: &[(Option<String>, LineItem)]) -> Result<Self> {
        let mut ids: Vec<&str> =
            lines.iter().filter_map(|(_, item)| item.catalog_item_id.as_deref()).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(Self { items: input::pricebook(tx, Some(&ids)).await?, rates: Rates::read(tx).await? })
    }

    /// Reads the whole pricebook.
    pub async fn all(tx: &mut TenantTx) -> Result<Self> {
        Ok(Self { items: input::pricebook(tx, None).await?, rates: Rates::read(tx).await? })
    }

    /// Checks what lines refer to, copies what is missing from the pricebook, and finds each line's rate.
    pub fn resolve(
        &self,
        items: Vec<(Option<String>, LineItem)>,
        tax_exempt: bool,
        mut new_id: impl FnMut() -> String,
    ) -> Result<Vec<Line>> {
        let (ids, mut items): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        input::copy_from_pricebook(&self.items, &mut items)?;
        input::check(&items)?;
        self.rates.check(&items)?;
        let line = |(id, item): (Option<String>, LineItem)| Line {
            id: id.unwrap_or_else(&mut new_id),
            rate: self.rates.of(&item, tax_exempt),
            item,
        };
        Ok(ids.into_iter().zip(items).map(line).collect())
    }
}

/// What the document comes to, and what each of its lines does.
pub fn totals(lines: &[Line], rates: &Rates, terms: &Terms) -> Result<Totals> {
    let inputs: Vec<LineInput> = lines.iter().map(Line::input).collect();
    let reckoned = match terms.flat_price {
        None => reckon(&inputs, terms.discount, terms.rounding),
        Some(price) => {
            let rate = if terms.tax_exempt { None } else { rates.default };
            let flat = LineInput { quantity: 10_000, unit_price: price, discount: None, tax_rate: rate };
            // The lines stay as a list of what is done; the flat price alone is what is paid.
            reckon(&inputs, None, terms.rounding).and_then(|own| {
                reckon(&[flat], terms.discount, terms.rounding)
                    .map(|totals| Totals { lines: own.lines, ..totals })
            })
        }
    };
    reckoned.map_err(|why| match why {
        Unreckonable::TooLarge => Error::field("line_items", "an amount goes beyond 9,000,000,000,000,000."),
        Unreckonable::BelowZero => {
            Error::field("line_items", "the total would be below 0; make the discounts smaller.")
        }
    })
}

impl Line {
    fn input(&self) -> LineInput {
        LineInput {
            quantity: self.item.quantity(),
            unit_price: self.item.price(),
            discount: self.item.discount(),
            tax_rate: self.rate,
        }
    }
}

/// The issues of references that lead nowhere.
fn issues_where<'a>(
    items: &'a [LineItem],
    complaint: impl Fn(&'a LineItem) -> Option<(&'static str, &'static str, &'a str, &'static str)>,
) -> Vec<Issue> {
    let one = |(n, item)| {
        complaint(item).map(|(field, noun, id, tool)| Issue {
            path: format!("line_items[{n}].{field}"),
            message: format!("there is no {noun} `{}`; list them with {tool}.", crate::error::shown(id)),
            reason: Some("bad_reference"),
        })
    };
    items.iter().enumerate().filter_map(one).collect()
}

/// The rounding that a tenant's new documents take.
pub fn rounding_named(word: &str) -> TaxRounding {
    if word == "document" { TaxRounding::Document } else { TaxRounding::Line }
}

/// The names of the tax rates that lines name, for answers.
async fn rate_names(tx: &mut TenantTx, ids: &[&str]) -> Result<HashMap<String, String>> {
    store::names(tx, "tax_rates", "name", ids).await
}
