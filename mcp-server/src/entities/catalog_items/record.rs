//! A catalog item as it is stored and as it is answered.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Kind, pricing::NO_PRICE, sees_costs};
use crate::{
    entities::catalog_categories,
    entity::{Stored, Wanted},
    error::Result,
    fields::Markup,
    lines::{self, Component},
    store,
};

/// An item's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) sku: Option<String>,
    pub(super) sku_key: String,
    pub(super) description: Option<String>,
    pub(super) category_id: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) unit_price: Option<i64>,
    pub(super) price_key: i64,
    pub(super) discount_type: Option<String>,
    pub(super) discount_value: Option<i64>,
    pub(super) taxable: bool,
    pub(super) tax_rate_id: Option<String>,
    pub(super) duration_minutes: Option<i64>,
    pub(super) cost: Option<i64>,
    pub(super) markup_millionths: Option<i64>,
    pub(super) archived_at: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "kind, name, sku, sku_key, description, category_id, unit, unit_price, \
        price_key, discount_type, discount_value, taxable, tax_rate_id, duration_minutes, cost, markup_millionths, \
        archived_at";

    pub(super) fn kind(&self) -> Kind {
        Kind::of_word(&self.kind)
    }
}

/// An item of the pricebook.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    kind: Kind,
    name: String,
    sku: Option<String>,
    description: Option<String>,
    category_id: Option<String>,
    category_name: Option<String>,
    unit: Option<String>,
    /// What one costs, in minor units; null for discounts.
    unit_price: Option<i64>,
    /// Whether that is the sum of a bundle's components.
    unit_price_from_components: bool,
    discount: Option<Value>,
    taxable: bool,
    tax_rate_id: Option<String>,
    tax_rate_name: Option<String>,
    duration_minutes: Option<i64>,
    components: Vec<Component>,
    /// For owners alone; left out for all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Option<i64>>,
    /// For owners alone; left out for all others. A decimal in a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    markup_percent: Option<Option<String>>,
    archived_at: Option<Timestamp>,
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let of =
        |pick: fn(&Row) -> Option<&str>| rows.iter().filter_map(|row| pick(&row.own)).collect::<Vec<&str>>();
    let categories = match wanted.has("category_name") {
        true => catalog_categories::names(tx, &of(|row| row.category_id.as_deref())).await?,
        false => HashMap::new(),
    };
    let rates = match wanted.has("tax_rate_name") {
        true => store::names(tx, "tax_rates", "name", &of(|row| row.tax_rate_id.as_deref())).await?,
        false => HashMap::new(),
    };
    let mut components = match wanted.has("components") {
        true => {
            let bundles: Vec<&str> = rows
                .iter()
                .filter(|row| row.kind() == Kind::Bundle)
                .map(|row| row.meta.id.as_str())
                .collect();
            lines::components_of(tx, &bundles).await?
        }
        false => HashMap::new(),
    };
    let with_costs = sees_costs(tx);
    let record = |row: &Stored<Row>| Record {
        kind: row.kind(),
        name: row.name.clone(),
        sku: row.sku.clone(),
        description: row.description.clone(),
        category_name: row.category_id.as_ref().and_then(|id| categories.get(id).cloned()),
        category_id: row.category_id.clone(),
        unit: row.unit.clone(),
        unit_price: Some(row.price_key).filter(|&price| price != NO_PRICE),
        unit_price_from_components: row.kind() == Kind::Bundle && row.unit_price.is_none(),
        discount: lines::discount_shown(lines::discount_of(row.discount_type.as_deref(), row.discount_value)),
        taxable: row.taxable,
        tax_rate_name: row.tax_rate_id.as_ref().and_then(|id| rates.get(id).cloned()),
        tax_rate_id: row.tax_rate_id.clone(),
        duration_minutes: row.duration_minutes,
        components: components.remove(&row.meta.id).unwrap_or_default(),
        cost: with_costs.then_some(row.cost),
        markup_percent: with_costs.then(|| row.markup_millionths.map(|markup| Markup(markup).to_string())),
        archived_at: row.archived_at,
    };
    Ok(rows.iter().map(record).collect())
}
