//! A line as it is sent.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use shared::{db::Bind, tenant_tx::TenantTx};

use super::issues_where;
use crate::{
    documents::Discount,
    error::{Error, Issue, Result},
    fields::{Line as LineText, Patch, Percentage, Quantity, ShortLine, SignedMoney},
    store::Where,
};

/// percent or fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum DiscountKind {
    /// Of the amount.
    Percent,
    /// In minor units.
    Fixed,
}

/// A discount: {type: percent, value: 10} or {type: fixed, value: 500}.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscountInput(pub Discount);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct DiscountShape {
    /// percent or fixed.
    #[serde(rename = "type")]
    kind: DiscountKind,
    /// Percent, or minor units.
    #[schemars(with = "Percentage")]
    value: Value,
}

impl<'de> Deserialize<'de> for DiscountInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let shape = DiscountShape::deserialize(deserializer)?;
        match shape.kind {
            DiscountKind::Percent => {
                let percent: Percentage = serde_json::from_value(shape.value).map_err(D::Error::custom)?;
                Ok(Self(Discount::Percent(percent.0)))
            }
            DiscountKind::Fixed => match shape.value.as_i64() {
                Some(value) if (0..=crate::fields::LARGEST).contains(&value) => {
                    Ok(Self(Discount::Fixed(value)))
                }
                _ => Err(D::Error::custom("a fixed discount is in integer minor units: send 500 for $5.00.")),
            },
        }
    }
}

impl JsonSchema for DiscountInput {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Discount".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        DiscountShape::json_schema(generator)
    }
}

/// One line item.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct LineItem {
    /// From the pricebook; copies what is missing.
    #[serde(default)]
    pub catalog_item_id: Option<String>,
    /// What it is; required without catalog_item_id.
    #[serde(default)]
    pub description: Option<LineText>,
    /// Default 1.
    #[serde(default)]
    pub quantity: Option<Quantity>,
    /// E.g. hour.
    #[serde(default)]
    pub unit: Option<ShortLine>,
    /// Minor units; required without catalog_item_id.
    #[serde(default)]
    pub unit_price: Option<SignedMoney>,
    /// Default true.
    #[serde(default)]
    pub taxable: Option<bool>,
    /// Absent: the default rate; null: no tax.
    #[serde(default)]
    pub tax_rate_id: Patch<String>,
    #[serde(default)]
    pub discount: Option<DiscountInput>,
    /// The pricebook's kind, once known.
    #[serde(skip)]
    pub kind: Option<String>,
}

impl LineItem {
    pub(super) fn tax_rate(&self) -> Option<&str> {
        match &self.tax_rate_id {
            Patch::Set(id) => Some(id),
            Patch::Absent | Patch::Null => None,
        }
    }

    pub(super) fn no_tax(&self) -> bool {
        matches!(self.tax_rate_id, Patch::Null)
    }

    pub(super) fn taxable(&self) -> bool {
        self.taxable.unwrap_or(true)
    }

    pub(super) fn quantity(&self) -> i64 {
        self.quantity.map_or(10_000, |quantity| quantity.0)
    }

    pub(super) fn price(&self) -> i64 {
        self.unit_price.map_or(0, |price| price.0)
    }

    pub(super) fn discount(&self) -> Option<Discount> {
        self.discount.map(|discount| discount.0)
    }
}

/// What a line copies of an item.
#[derive(sqlx::FromRow)]
pub(super) struct PricebookItem {
    id: String,
    kind: String,
    name: String,
    unit: Option<String>,
    unit_price: Option<i64>,
    taxable: bool,
    tax_rate_id: Option<String>,
}

/// The pricebook's items: those of these ids, or all.
pub(super) async fn pricebook(
    tx: &mut TenantTx,
    ids: Option<&[&str]>,
) -> Result<HashMap<String, PricebookItem>> {
    let mut to = Where::of_table("catalog_items", tx);
    match ids {
        Some([]) => return Ok(HashMap::new()),
        Some(ids) => to.any_of("id", ids.iter().map(|&id| Bind::from(id))),
        None => {}
    }
    let sql = format!(
        "SELECT id, kind, name, unit, unit_price, taxable, tax_rate_id FROM catalog_items WHERE {}",
        to.sql()
    );
    let items: Vec<PricebookItem> = tx.rows(&sql, to.into_binds()).await?;
    Ok(items.into_iter().map(|item| (item.id.clone(), item)).collect())
}

/// With a catalog_item_id, what a line lacks is copied from the item: the document keeps a snapshot of it.
pub(super) fn copy_from_pricebook(
    pricebook: &HashMap<String, PricebookItem>,
    items: &mut [LineItem],
) -> Result<()> {
    let known = |id: &str| pricebook.get(id);
    let issues = issues_where(items, |item| match item.catalog_item_id.as_deref() {
        Some(id) if known(id).is_none() => {
            Some(("catalog_item_id", "catalog item", id, "catalog_items.list"))
        }
        _ => None,
    });
    if !issues.is_empty() {
        return Err(Error::issues(issues));
    }
    for item in items {
        let Some(source) = item.catalog_item_id.as_deref().and_then(known) else { continue };
        item.kind = Some(source.kind.clone());
        item.description.get_or_insert_with(|| LineText(source.name.clone()));
        item.unit = item.unit.take().or_else(|| source.unit.clone().map(ShortLine));
        item.unit_price = item.unit_price.or(source.unit_price.map(SignedMoney));
        item.taxable = item.taxable.or(Some(source.taxable));
        if item.tax_rate_id.is_absent()
            && let Some(rate) = &source.tax_rate_id
        {
            item.tax_rate_id = Patch::Set(rate.clone());
        }
    }
    Ok(())
}

/// What a line must have by itself, once the pricebook has given what it gives.
pub(super) fn check(items: &[LineItem]) -> Result<()> {
    let mut issues = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let mut issue = |field: &str, message: &str| {
            issues.push(Issue::new(format!("line_items[{n}].{field}"), message));
        };
        if item.description.is_none() {
            issue("description", "is required; say what the line is, or name a catalog_item_id.");
        }
        match item.unit_price {
            None => issue("unit_price", "is required, in minor units: send 1250 for $12.50."),
            Some(price) if price.0 < 0 && item.kind.as_deref() != Some("discount") => {
                issue(
                    "unit_price",
                    "may be below 0 only for an item of kind discount; use `discount` instead.",
                );
            }
            Some(_) => {}
        }
    }
    if issues.is_empty() { Ok(()) } else { Err(Error::issues(issues)) }
}
