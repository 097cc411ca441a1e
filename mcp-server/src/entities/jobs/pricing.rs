//! What a job costs: its lines, or one flat price.

use shared::tenant_tx::TenantTx;

use super::{Change, LINES, Row, billing};
use crate::{
    documents::{Discount, TaxRounding},
    entities::{
        place::Payer,
        priced::{self, Priced},
    },
    entity::Stored,
    error::Result,
    lines::{self, LineItem, Sources, Terms},
};

/// What the price is made from.
pub struct Input {
    /// With the ids of lines that are there already.
    pub lines: Vec<(Option<String>, LineItem)>,
    /// Replaces the lines' sum.
    pub flat_price: Option<i64>,
    /// On the whole job.
    pub discount: Option<Discount>,
    /// Where tax is rounded.
    pub rounding: TaxRounding,
    /// Who pays.
    pub payer: Payer,
}

/// Prices a job.
pub async fn price(tx: &mut TenantTx, input: Input) -> Result<Priced> {
    let sources = Sources::read(tx, &input.lines).await?;
    input.price(&sources, || tx.new_id("lin"))
}

impl Input {
    /// The price by these items and rates.
    pub fn price(self, sources: &Sources, new_id: impl FnMut() -> String) -> Result<Priced> {
        let terms = Terms {
            field: "line_items",
            discount: self.discount,
            rounding: self.rounding,
            flat_price: self.flat_price,
            tax_exempt: self.payer.tax_exempt,
            default_tax_rate_id: self.payer.default_tax_rate_id,
        };
        let mut priced = Priced::of(sources.price(self.lines, &terms, new_id)?, LINES, &terms);
        priced.columns = priced.columns.put("flat_price", self.flat_price);
        Ok(priced)
    }
}

/// Prices a job again after a patch, if the patch says anything that matters for it. `customer` and `location` are those
/// that it will have.
pub async fn reprice(
    row: &Stored<Row>,
    change: &Change,
    customer: Option<&str>,
    location: Option<&str>,
    tx: &mut TenantTx,
) -> Result<Option<Priced>> {
    let same_customer = customer == row.customer_id.as_deref();
    let invoiced = row.billing_state == "invoiced";
    // Another location may tax it otherwise, but what is billed is billed.
    let same_place = same_customer && (invoiced || location == row.location_id.as_deref());
    let says_nothing = change.line_items.0.is_none()
        && change.line_item_ops.0.is_none()
        && change.flat_price.is_absent()
        && change.discount.is_absent();
    if says_nothing && same_place {
        return Ok(None);
    }
    if invoiced {
        return Err(billing::has_invoice(tx, row, "its price stands").await?);
    }
    let (items, ops) = (change.line_items.0.clone(), change.line_item_ops.0.clone());
    let input = Input {
        lines: priced::patched_lines(tx, LINES, &row.meta.id, items, ops).await?,
        flat_price: change.flat_price.clone().map(|price| price.0).or(row.flat_price),
        discount: priced::patched_discount(
            change.discount.clone(),
            row.discount_type.as_deref(),
            row.discount_value,
        ),
        rounding: lines::rounding_named(&row.tax_rounding),
        payer: Payer::find(tx, customer, location).await?,
    };
    price(tx, input).await.map(Some)
}
