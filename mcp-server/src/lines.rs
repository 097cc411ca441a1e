//! Line items: as they are sent, resolved and reckoned, stored and answered; for every document that has them.

mod input;
mod ops;
mod pricebook;
mod quoted;
mod rates;
mod stored;

use shared::tenant_tx::TenantTx;

pub use input::{DISCOUNT, DiscountInput, LineItem, discount_complaint};
pub use ops::{LineItemOp, apply};
pub use pricebook::{Component, components_of};
pub use quoted::Choice;
pub use quoted::QuoteLine;
pub use rates::Rate;
pub use stored::{LineRecord, discount_columns, discount_of, discount_shown, load, of_documents};
pub use stored::{TaxLine, default_rate_name, tax_lines};

use pricebook::Pricebook;
use rates::{DocumentRates, Rates};

use crate::{
    documents::{Discount, LineInput, Price, TaxRounding, Totals, Unreckonable, reckon},
    error::{Error, Issue, Result},
    store::Columns,
};

/// A document has at most so many lines.
const MOST_LINES: usize = 300;

/// A line that knows its tax rate.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id; kept while the line is.
    pub id: String,
    /// As sent, with what was copied from the pricebook.
    pub item: LineItem,
    /// What taxes it; none: no tax.
    pub rate: Option<Rate>,
}

/// What a document is reckoned from, beside its lines.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What the tool's callers call the lines: `line_items`, or `items` of a plan.
    pub field: &'static str,
    /// On the whole document.
    pub discount: Option<Discount>,
    /// Where tax is rounded.
    pub rounding: TaxRounding,
    /// Replaces the lines' sum: one taxable line.
    pub flat_price: Option<i64>,
    /// Nobody pays tax for them.
    pub tax_exempt: bool,
    /// The document's own default rate; without one, the tenant's is its default.
    pub default_tax_rate_id: Option<String>,
}

/// Lines with what they come to.
pub struct Priced {
    /// In order.
    pub lines: Vec<Line>,
    /// Theirs and the document's.
    pub totals: Totals,
}

impl Priced {
    /// The sums, as every document stores them.
    pub fn columns(&self) -> Columns {
        Columns::default()
            .put("subtotal", self.totals.subtotal)
            .put("discount_total", self.totals.discount)
            .put("tax_total", self.totals.tax)
            .put("total", self.totals.total)
    }
}

/// Checks what lines refer to, copies what is missing from the pricebook, finds each line's rate and reckons them all.
/// `items` come with their ids, where they are there already.
pub async fn price(
    tx: &mut TenantTx,
    items: Vec<(Option<String>, LineItem)>,
    terms: &Terms,
) -> Result<Priced> {
    let sources = Sources::read(tx, &items).await?;
    sources.price(items, terms, || tx.new_id("lin"))
}

/// What lines refer to.
pub struct Sources {
    pricebook: Pricebook,
    rates: Rates,
}

impl Sources {
    /// Reads what these lines may name.
    pub async fn read(tx: &mut TenantTx, items: &[(Option<String>, LineItem)]) -> Result<Self> {
        let pricebook = Pricebook::read(tx, items.iter().map(|(_, item)| item)).await?;
        Ok(Self { pricebook, rates: Rates::read(tx).await? })
    }

    /// Reads all that any line of the tenant's may name.
    pub async fn all(tx: &mut TenantTx) -> Result<Self> {
        Ok(Self { pricebook: Pricebook::all(tx).await?, rates: Rates::read(tx).await? })
    }

    /// [`price`], without asking the database.
    pub fn price(
        &self,
        items: Vec<(Option<String>, LineItem)>,
        terms: &Terms,
        mut new_id: impl FnMut() -> String,
    ) -> Result<Priced> {
        if items.len() > MOST_LINES {
            let message =
                format!("has more than {MOST_LINES} lines; put the others on a document of their own.");
            return Err(Error::field(terms.field, message));
        }
        let (ids, mut items): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let rates = self.rates.of_document(&items, terms)?;
        self.pricebook.copy_into(&mut items, terms.field)?;
        input::check(&items, terms.field)?;
        let line = |(id, item): (Option<String>, LineItem)| Line {
            id: id.unwrap_or_else(&mut new_id),
            rate: rates.of(&item, terms.tax_exempt),
            item,
        };
        let lines: Vec<Line> = ids.into_iter().zip(items).map(line).collect();
        let totals = totals(&lines, &rates, terms)?;
        Ok(Priced { lines, totals })
    }
}

fn totals(lines: &[Line], rates: &DocumentRates<'_>, terms: &Terms) -> Result<Totals> {
    let mut inputs: Vec<LineInput> = lines.iter().map(Line::input).collect();
    if let Some(price) = terms.flat_price {
        // The lines stay as a list of what is done; the flat price alone is what is paid.
        inputs.iter_mut().for_each(|line| line.counted = false);
        inputs.push(LineInput {
            quantity: 10_000,
            price: Price::Unit(price),
            discount: None,
            tax_rate: rates.default(terms.tax_exempt).map(|rate| rate.millionths),
            counted: true,
        });
    }
    let mut totals = reckon(&inputs, terms.discount, terms.rounding).map_err(|why| match why {
        Unreckonable::TooLarge => Error::field(terms.field, "an amount goes beyond 9,000,000,000,000,000."),
        Unreckonable::BelowZero => {
            Error::field(terms.field, "the total would be below 0; make the discounts smaller.")
        }
    })?;
    totals.lines.truncate(lines.len());
    Ok(totals)
}

impl Line {
    fn input(&self) -> LineInput {
        LineInput {
            quantity: self.item.quantity(),
            price: self.item.price(),
            discount: self.item.discount_on_line(),
            tax_rate: self.rate.as_ref().map(|rate| rate.millionths),
            counted: self.item.is_counted(),
        }
    }
}

/// The issue of a reference that leads nowhere.
fn unknown(path: String, noun: &str, id: &str, tool: &str) -> Issue {
    let message = format!("there is no {noun} `{}`; list them with {tool}.", crate::error::shown(id));
    Issue { path, message, reason: Some("bad_reference") }
}

/// The issue of a new reference to what is out of use. Lines that have it already keep it.
fn archived(path: String, noun: &str, id: &str, how: &str) -> Issue {
    let message = format!(
        "the {noun} `{}` is archived; name another, restore it with {how} archived false, or keep the line as it is \
         with line_item_ops.",
        crate::error::shown(id)
    );
    Issue { path, message, reason: Some("bad_reference") }
}

/// The rounding that a tenant's new documents take.
pub fn rounding_named(word: &str) -> TaxRounding {
    if word == "document" { TaxRounding::Document } else { TaxRounding::Line }
}
