//! Edits of single lines, for callers that do not want to send them all again.

use schemars::JsonSchema;
use serde::Deserialize;

use super::input::LineItem;
use crate::{
    error::{Error, Result},
    fields::Patch,
};

/// add, update or remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Op {
    /// A line more, at the end.
    Add,
    /// A line's fields.
    Update,
    /// A line less.
    Remove,
}

/// One edit: {op: add, item}, {op: update, id, item} or {op: remove, id}.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct LineItemOp<L: Default = LineItem> {
    /// What to do.
    op: Op,
    /// The line's, for update and remove.
    #[serde(default)]
    id: Option<String>,
    /// For add and update.
    #[serde(default)]
    item: Option<L>,
}

/// The lines after these edits, in order.
pub fn apply<L: Default + Into<LineItem>>(
    mut lines: Vec<(Option<String>, LineItem)>,
    ops: Vec<LineItemOp<L>>,
) -> Result<Vec<(Option<String>, LineItem)>> {
    for (n, op) in ops.into_iter().enumerate() {
        let needed = || Error::field(format!("line_item_ops[{n}].item"), "is required for this op.");
        let item = op.item.map(Into::into).ok_or_else(needed);
        if op.op == Op::Add {
            lines.push((None, item?));
            continue;
        }
        let place = lines.iter().position(|(id, _)| id.is_some() && *id == op.id).ok_or_else(|| {
            let message = "names no line of this record; `get` shows each line's id.";
            Error::field(format!("line_item_ops[{n}].id"), message)
        })?;
        match op.op {
            Op::Update => merge(&mut lines[place].1, item?),
            _ => drop(lines.remove(place)),
        }
    }
    Ok(lines)
}

fn merge(line: &mut LineItem, patch: LineItem) {
    let choice = match (patch.choice, line.choice) {
        (Some(patch), Some(before)) => Some(patch.over(before)),
        (patch, before) => patch.or(before),
    };
    if patch.catalog_item_id.is_some() && patch.catalog_item_id != line.catalog_item_id {
        // Another item is a new line in the old one's place: it takes from the pricebook what the patch leaves out.
        *line = LineItem { quantity: patch.quantity.or(line.quantity), choice, ..patch };
        return;
    }
    line.choice = choice;
    if line.is_discount() && (patch.unit_price.is_some() || !patch.discount.is_absent()) {
        // Its price and its discount are two ways to say the same.
        (line.unit_price, line.discount) = (None, Patch::Absent);
    }
    line.description = patch.description.or(line.description.take());
    line.quantity = patch.quantity.or(line.quantity);
    line.unit_price = patch.unit_price.or(line.unit_price);
    line.taxable = patch.taxable.or(line.taxable);
    replace(&mut line.unit, patch.unit);
    replace(&mut line.discount, patch.discount);
    replace(&mut line.tax_rate_id, patch.tax_rate_id);
}

fn replace<T>(field: &mut Patch<T>, patch: Patch<T>) {
    if !patch.is_absent() {
        *field = patch;
    }
}
