//! Edits of single lines, for callers that do not want to send them all again.

use schemars::JsonSchema;
use serde::Deserialize;

use super::input::LineItem;
use crate::error::{Error, Result};

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
pub struct LineItemOp {
    /// What to do.
    op: Op,
    /// The line's, for update and remove.
    #[serde(default)]
    id: Option<String>,
    /// For add and update.
    #[serde(default)]
    item: Option<LineItem>,
}

/// The lines after these edits, in order.
pub fn apply(
    mut lines: Vec<(Option<String>, LineItem)>,
    ops: Vec<LineItemOp>,
) -> Result<Vec<(Option<String>, LineItem)>> {
    for (n, op) in ops.into_iter().enumerate() {
        let place = |lines: &[(Option<String>, LineItem)]| {
            let found = lines.iter().position(|(id, _)| id.is_some() && *id == op.id);
            found.ok_or_else(|| {
                let message = "names no line of this record; `get` shows each line's id.";
                Error::field(format!("line_item_ops[{n}].id"), message)
            })
        };
        let needed = || Error::field(format!("line_item_ops[{n}].item"), "is required for this op.");
        match op.op {
            Op::Add => lines.push((None, op.item.clone().ok_or_else(needed)?)),
            Op::Remove => {
                let place = place(&lines)?;
                lines.remove(place);
            }
            Op::Update => {
                let place = place(&lines)?;
                let item = op.item.clone().ok_or_else(needed)?;
                merge(&mut lines[place].1, item);
            }
        }
    }
    Ok(lines)
}

fn merge(line: &mut LineItem, patch: LineItem) {
    if patch.catalog_item_id.is_some() {
        line.catalog_item_id = patch.catalog_item_id;
    }
    line.description = patch.description.or(line.description.take());
    line.quantity = patch.quantity.or(line.quantity);
    line.unit = patch.unit.or(line.unit.take());
    line.unit_price = patch.unit_price.or(line.unit_price);
    line.taxable = patch.taxable.or(line.taxable);
    line.discount = patch.discount.or(line.discount);
    if !patch.tax_rate_id.is_absent() {
        line.tax_rate_id = patch.tax_rate_id;
    }
}
