//! Lines in their table and in answers. Every document keeps its lines in a table of the same columns.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{db::Bind, tenant_tx::TenantTx};

use super::{
    Line,
    input::{DiscountInput, LineItem},
};
use crate::{
    documents::{Discount, Totals},
    entity::Link,
    error::Result,
    fields::{Line as LineText, Patch, Quantity, ShortLine, SignedMoney},
    store::{Children, Columns},
};

#[derive(sqlx::FromRow)]
struct Row {
    owner: String,
    position: i64,
    id: String,
    catalog_item_id: Option<String>,
    kind: String,
    description: String,
    quantity: i64,
    unit: Option<String>,
    unit_price: i64,
    taxable: bool,
    tax_rate_id: Option<String>,
    tax_rate_none: bool,
    discount_type: Option<String>,
    discount_value: Option<i64>,
    amount: i64,
    discount_amount: i64,
    tax_amount: i64,
    total: i64,
}

/// A line as it is answered.
#[derive(Clone, Serialize, JsonSchema)]
pub struct LineRecord {
    id: String,
    position: i64,
    catalog_item_id: Option<String>,
    description: String,
    /// A decimal in a string.
    quantity: String,
    unit: Option<String>,
    unit_price: i64,
    taxable: bool,
    tax_rate_id: Option<String>,
    tax_rate_name: Option<String>,
    discount: Option<Value>,
    amount: i64,
    discount_amount: i64,
    tax_amount: i64,
    total: i64,
}

/// The word and the number that a discount is stored as.
pub fn discount_columns(discount: Option<Discount>) -> Columns {
    let (kind, value) = match discount {
        None => (None, None),
        Some(Discount::Percent(p)) => (Some("percent"), Some(p)),
        Some(Discount::Fixed(v)) => (Some("fixed"), Some(v)),
    };
    Columns::default().put("discount_type", kind).put("discount_value", value)
}

/// The discount that these columns stand for.
pub fn discount_of(kind: Option<&str>, value: Option<i64>) -> Option<Discount> {
    match (kind, value) {
        (Some("percent"), Some(p)) => Some(Discount::Percent(p)),
        (Some("fixed"), Some(v)) => Some(Discount::Fixed(v)),
        _ => None,
    }
}

/// A discount as it is answered: as it was sent.
pub fn discount_shown(discount: Option<Discount>) -> Option<Value> {
    discount.map(|discount| match discount {
        Discount::Percent(p) => json!({"type": "percent", "value": crate::fields::Percentage(p).to_string()}),
        Discount::Fixed(value) => json!({"type": "fixed", "value": value}),
    })
}

/// The child rows that these lines are kept in.
pub fn children(link: Link, lines: &[Line], totals: &Totals) -> Children {
    let row = |(n, (line, totals)): (usize, (&Line, &crate::documents::LineTotals))| {
        let item = &line.item;
        Columns::default()
            .put("position", i64::try_from(n + 1).unwrap_or(i64::MAX))
            .put("id", line.id.clone())
            .put("catalog_item_id", item.catalog_item_id.clone())
            .put("kind", item.kind.clone().unwrap_or_else(|| "service".to_owned()))
            .put("description", item.description.as_ref().map(|text| text.0.clone()))
            .put("quantity", item.quantity())
            .put("unit", item.unit.as_ref().map(|unit| unit.0.clone()))
            .put("unit_price", item.price())
            .put("taxable", item.taxable())
            .put("tax_rate_id", item.tax_rate())
            .put("tax_rate_none", item.no_tax())
            .and(discount_columns(item.discount()))
            .put("amount", totals.amount)
            .put("discount_amount", totals.discount)
            .put("tax_amount", totals.tax)
            .put("total", totals.total)
    };
    let rows = lines.iter().zip(&totals.lines).enumerate().map(row).collect();
    Children { table: link.table, owner: link.owner, rows }
}

async fn rows(tx: &mut TenantTx, link: Link, owners: &[&str]) -> Result<Vec<Row>> {
    if owners.is_empty() {
        return Ok(vec![]);
    }
    let Link { table, owner } = link;
    let marks: Vec<String> = (0..owners.len()).map(|n| format!("${}", n + 2)).collect();
    let sql = format!(
        "SELECT {owner} AS owner, position, id, catalog_item_id, kind, description, quantity, unit, unit_price, \
         taxable, tax_rate_id, tax_rate_none, discount_type, discount_value, amount, discount_amount, tax_amount, \
         total FROM {table} WHERE tenant_id = $1 AND {owner} IN ({}) ORDER BY {owner}, position",
        marks.join(", ")
    );
    let binds =
        std::iter::once(Bind::from(tx.tenant_id())).chain(owners.iter().map(|&id| Bind::from(id))).collect();
    Ok(tx.rows(&sql, binds).await?)
}

/// The lines of one document, as if they were sent again.
pub async fn load(tx: &mut TenantTx, link: Link, owner: &str) -> Result<Vec<(Option<String>, LineItem)>> {
    let again = |row: Row| {
        let item = LineItem {
            catalog_item_id: row.catalog_item_id,
            description: Some(LineText(row.description)),
            quantity: Some(Quantity(row.quantity)),
            unit: row.unit.map(ShortLine),
            unit_price: Some(SignedMoney(row.unit_price)),
            taxable: Some(row.taxable),
            tax_rate_id: match (row.tax_rate_id, row.tax_rate_none) {
                (Some(id), _) => Patch::Set(id),
                (None, true) => Patch::Null,
                (None, false) => Patch::Absent,
            },
            discount: discount_of(row.discount_type.as_deref(), row.discount_value).map(DiscountInput),
            kind: Some(row.kind),
        };
        (Some(row.id), item)
    };
    Ok(rows(tx, link, &[owner]).await?.into_iter().map(again).collect())
}

/// The lines of a page of documents, as they are answered.
pub async fn of_documents(
    tx: &mut TenantTx,
    link: Link,
    owners: &[&str],
) -> Result<HashMap<String, Vec<LineRecord>>> {
    let rows = rows(tx, link, owners).await?;
    let rates: Vec<&str> = rows.iter().filter_map(|row| row.tax_rate_id.as_deref()).collect();
    let rates = super::rate_names(tx, &rates).await?;
    let mut lines: HashMap<String, Vec<LineRecord>> = HashMap::new();
    for row in rows {
        let discount = discount_of(row.discount_type.as_deref(), row.discount_value);
        lines.entry(row.owner).or_default().push(LineRecord {
            id: row.id,
            position: row.position,
            catalog_item_id: row.catalog_item_id,
            description: row.description,
            quantity: Quantity(row.quantity).to_string(),
            unit: row.unit,
            unit_price: row.unit_price,
            taxable: row.taxable,
            tax_rate_name: row.tax_rate_id.as_ref().and_then(|id| rates.get(id).cloned()),
            tax_rate_id: row.tax_rate_id,
            discount: discount_shown(discount),
            amount: row.amount,
            discount_amount: row.discount_amount,
            tax_amount: row.tax_amount,
            total: row.total,
        });
    }
    Ok(lines)
}
