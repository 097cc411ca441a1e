//! What a job costs: its lines, or one flat price.

use shared::tenant_tx::TenantTx;

use super::{Change, LINES, Row};
use crate::{
    documents::{Discount, TaxRounding},
    entities::customers,
    entity::Stored,
    error::{Error, Result},
    fields::Patch,
    lines::{self, LineItem, Terms},
    store::{Children, Columns},
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
    /// The customer pays no tax.
    pub tax_exempt: bool,
}

/// What is written of the price.
pub struct Priced {
    /// The job's columns.
    pub columns: Columns,
    /// Its lines.
    pub lines: Children,
    /// What is to be paid, in minor units.
    pub total: i64,
}

/// Prices a job.
pub async fn price(tx: &mut TenantTx, input: Input) -> Result<Priced> {
    let terms = Terms {
        field: "line_items",
        discount: input.discount,
        rounding: input.rounding,
        flat_price: input.flat_price,
        tax_exempt: input.tax_exempt,
        default_tax_rate_id: None,
    };
    let priced = lines::price(tx, input.lines, &terms).await?;
    let columns = Columns::default()
        .put("flat_price", input.flat_price)
        .and(lines::discount_columns(input.discount))
        .and(priced.columns());
    Ok(Priced { columns, lines: priced.children(LINES), total: priced.totals.total })
}

/// Prices a job again after a patch, if the patch says anything that matters for it.
pub async fn reprice(
    row: &Stored<Row>,
    change: &Change,
    customer: Option<&str>,
    tx: &mut TenantTx,
) -> Result<Option<Priced>> {
    let same_customer = customer == row.customer_id.as_deref();
    let says_nothing = change.line_items.0.is_none()
        && change.line_item_ops.0.is_none()
        && change.flat_price.is_absent()
        && change.discount.is_absent();
    if says_nothing && same_customer {
        return Ok(None);
    }
    if row.billing_state == "invoiced" {
        let message = "The job is invoiced; its price stands. Void its invoice first (invoices.void).";
        return Err(Error::conflict("has_invoice", message));
    }
    let kept = match (&change.line_items.0, &change.line_item_ops.0) {
        (Some(_), Some(_)) => {
            return Err(Error::field("line_item_ops", "cannot stand beside line_items; send one of them."));
        }
        (Some(items), None) => items.iter().cloned().map(|item| (None, item)).collect(),
        (None, ops) => {
            let stored = lines::load(tx, LINES, &row.meta.id).await?;
            lines::apply(stored, ops.clone().unwrap_or_default())?
        }
    };
    let tax_exempt = match customer {
        Some(id) => customers::standing(tx, id).await?.is_some_and(|standing| standing.tax_exempt),
        None => false,
    };
    let discount = match change.discount.clone() {
        Patch::Absent => lines::discount_of(row.discount_type.as_deref(), row.discount_value),
        other => other.map(|discount| discount.0).or(None),
    };
    let input = Input {
        lines: kept,
        flat_price: change.flat_price.clone().map(|price| price.0).or(row.flat_price),
        discount,
        rounding: lines::rounding_named(&row.tax_rounding),
        tax_exempt,
    };
    price(tx, input).await.map(Some)
}
