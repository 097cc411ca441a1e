//! Lines in their table and in answers. Every document keeps its lines in a table of the same columns.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use shared::tenant_tx::TenantTx;

use super::{Choice, Component, DiscountInput, Line, LineItem, Priced, input::Snapshot, pricebook::with_ids};
use crate::{
    documents::{Discount, LineTotals},
    entity::Link,
    error::Result,
    fields::{Line as LineText, Patch, Quantity, ShortLine, SignedMoney, TaxPercentage},
    store::{Children, Columns},
};

#[derive(sqlx::FromRow)]
struct Row {
    owner: String,
    position: i64,
    id: String,
    catalog_item_id: Option<String>,
    kind: String,
    components: Option<sqlx::types::Json<Vec<Component>>>,
    description: String,
    quantity: i64,
    unit: Option<String>,
    unit_price: i64,
    taxable: bool,
    tax_rate_id: Option<String>,
    tax_rate_none: bool,
    tax_rate_default: bool,
    tax_rate_name: Option<String>,
    tax_rate_millionths: Option<i64>,
    discount_type: Option<String>,
    discount_value: Option<i64>,
    amount: i64,
    discount_amount: i64,
    tax_amount: i64,
    total: i64,
    optional: Option<bool>,
    selected: Option<bool>,
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
    /// As it was when the line was written, as are its name and percentage.
    tax_rate_id: Option<String>,
    tax_rate_name: Option<String>,
    /// A decimal in a string; none: no tax.
    tax_rate_percentage: Option<String>,
    discount: Option<Value>,
    amount: i64,
    discount_amount: i64,
    tax_amount: i64,
    total: i64,
    /// Of a bundle, for one of it.
    components: Vec<Component>,
    #[serde(skip_serializing_if = "Option::is_none")]
    optional: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected: Option<bool>,
}

/// What one tax rate comes to on a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TaxLine {
    tax_rate_id: Option<String>,
    name: String,
    /// A decimal in a string.
    rate_percentage: String,
    taxable_amount: i64,
    tax_amount: i64,
}

/// One for each rate, in the order of the lines; lines that do not count are left out.
pub fn tax_lines(lines: &[LineRecord]) -> Vec<TaxLine> {
    let mut taxes: Vec<TaxLine> = Vec::new();
    for line in lines.iter().filter(|line| line.selected != Some(false)) {
        let (Some(name), Some(percentage)) = (&line.tax_rate_name, &line.tax_rate_percentage) else {
            continue;
        };
        let same =
            |tax: &&mut TaxLine| tax.tax_rate_id == line.tax_rate_id && tax.rate_percentage == *percentage;
        let net = line.amount - line.discount_amount;
        match taxes.iter_mut().find(same) {
            Some(tax) => {
                tax.taxable_amount += net;
                tax.tax_amount += line.tax_amount;
            }
            None => taxes.push(TaxLine {
                tax_rate_id: line.tax_rate_id.clone(),
                name: name.clone(),
                rate_percentage: percentage.clone(),
                taxable_amount: net,
                tax_amount: line.tax_amount,
            }),
        }
    }
    taxes
}

/// What a document's default rate is called: in one that is issued as it was then, which the lines taxed by it keep;
/// else as it is called now.
pub fn default_rate_name(
    issued: bool,
    lines: &[LineRecord],
    rate: Option<&String>,
    now: &HashMap<String, String>,
) -> Option<String> {
    let taxed = |line: &&LineRecord| issued && line.tax_rate_id.as_ref() == rate;
    let kept = lines.iter().filter(taxed).find_map(|line| line.tax_rate_name.clone());
    kept.filter(|_| rate.is_some()).or_else(|| now.get(rate?).cloned())
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

impl Priced {
    /// The child rows that these lines are kept in.
    pub fn children(&self, link: Link) -> Children {
        let row = |(n, (line, totals))| row_of(n, line, totals);
        let rows = self.lines.iter().zip(&self.totals.lines).enumerate().map(row).collect();
        Children { table: link.table, owner: link.owner, rows }
    }
}

fn row_of(n: usize, line: &Line, totals: &LineTotals) -> Columns {
    let (item, rate) = (&line.item, line.rate.as_ref());
    let components = item.snapshot.as_ref().map(|snapshot| &snapshot.components).filter(|c| !c.is_empty());
    let by_default = rate.filter(|_| item.tax_rate_id.is_absent());
    let unit = match &item.unit {
        Patch::Set(unit) => Some(unit.0.clone()),
        Patch::Absent | Patch::Null => None,
    };
    Columns::default()
        .put("position", i64::try_from(n + 1).unwrap_or(i64::MAX))
        .put("id", line.id.clone())
        .put("catalog_item_id", item.catalog_item_id.clone())
        .put("kind", item.snapshot.as_ref().map_or("service", |snapshot| &snapshot.kind))
        .put("components", components.map(|components| json!(components)))
        .put("description", item.description.as_ref().map(|text| text.0.clone()))
        .put("quantity", item.quantity())
        .put("unit", unit)
        .put("unit_price", totals.unit_price)
        .put("taxable", item.taxable())
        .put("tax_rate_id", item.tax_rate().or(by_default.map(|rate| rate.id.as_str())))
        .put("tax_rate_none", item.no_tax())
        .put("tax_rate_default", by_default.is_some())
        .put("tax_rate_name", rate.map(|rate| rate.name.clone()))
        .put("tax_rate_millionths", rate.map(|rate| rate.millionths))
        .and(discount_columns(item.discount()))
        .put("amount", totals.amount)
        .put("discount_amount", totals.discount)
        .put("tax_amount", totals.tax)
        .put("total", totals.total)
        .put("optional", item.choice.map(Choice::is_optional))
        .put("selected", item.choice.map(Choice::is_selected))
}

async fn rows(tx: &mut TenantTx, link: Link, owners: &[&str]) -> Result<Vec<Row>> {
    if owners.is_empty() {
        return Ok(vec![]);
    }
    let Link { table, owner } = link;
    let sql = format!(
        "SELECT {owner} AS owner, position, id, catalog_item_id, kind, components, description, quantity, unit, \
         unit_price, taxable, tax_rate_id, tax_rate_none, tax_rate_default, tax_rate_name, tax_rate_millionths, \
         discount_type, discount_value, amount, discount_amount, tax_amount, total, optional, selected \
         FROM {table} WHERE tenant_id = $1 AND {owner} IN ({{ids}}) ORDER BY {owner}, position"
    );
    let (sql, binds) = with_ids(&sql, tx, owners);
    Ok(tx.rows(&sql, binds).await?)
}

impl Row {
    fn discount(&self) -> Option<Discount> {
        discount_of(self.discount_type.as_deref(), self.discount_value)
    }

    /// As if the line were sent again, with what it took from the pricebook and from no default of today.
    fn again(self) -> (Option<String>, LineItem) {
        let discount = self.discount();
        // The price of a percentage off the others follows the others.
        let follows = self.kind == "discount" && discount.is_some();
        let item = LineItem {
            catalog_item_id: self.catalog_item_id,
            description: Some(LineText(self.description)),
            quantity: Some(Quantity(self.quantity)),
            unit: self.unit.map_or(Patch::Null, |unit| Patch::Set(ShortLine(unit))),
            unit_price: Some(SignedMoney(self.unit_price)).filter(|_| !follows),
            taxable: Some(self.taxable),
            tax_rate_id: match self.tax_rate_id {
                Some(id) if !self.tax_rate_default => Patch::Set(id),
                None if self.tax_rate_none => Patch::Null,
                _ => Patch::Absent,
            },
            discount: discount.map_or(Patch::Null, |discount| Patch::Set(DiscountInput(discount))),
            snapshot: Some(Snapshot {
                kind: self.kind,
                components: self.components.map(|components| components.0).unwrap_or_default(),
            }),
            choice: self
                .optional
                .map(|optional| Choice { optional: Some(optional), selected: self.selected }),
        };
        (Some(self.id), item)
    }

    fn record(self) -> LineRecord {
        LineRecord {
            discount: discount_shown(self.discount()),
            id: self.id,
            position: self.position,
            catalog_item_id: self.catalog_item_id,
            description: self.description,
            quantity: Quantity(self.quantity).to_string(),
            unit: self.unit,
            unit_price: self.unit_price,
            taxable: self.taxable,
            tax_rate_id: self.tax_rate_id,
            tax_rate_name: self.tax_rate_name,
            tax_rate_percentage: self.tax_rate_millionths.map(|rate| TaxPercentage(rate).to_string()),
            amount: self.amount,
            discount_amount: self.discount_amount,
            tax_amount: self.tax_amount,
            total: self.total,
            components: self.components.map(|components| components.0).unwrap_or_default(),
            optional: self.optional,
            selected: self.selected,
        }
    }
}

/// The lines of one document, as if they were sent again.
pub async fn load(tx: &mut TenantTx, link: Link, owner: &str) -> Result<Vec<(Option<String>, LineItem)>> {
    Ok(rows(tx, link, &[owner]).await?.into_iter().map(Row::again).collect())
}

/// The lines of a page of documents, as they are answered.
pub async fn of_documents(
    tx: &mut TenantTx,
    link: Link,
    owners: &[&str],
) -> Result<HashMap<String, Vec<LineRecord>>> {
    let mut lines: HashMap<String, Vec<LineRecord>> = HashMap::new();
    for row in rows(tx, link, owners).await? {
        lines.entry(row.owner.clone()).or_default().push(row.record());
    }
    Ok(lines)
}
