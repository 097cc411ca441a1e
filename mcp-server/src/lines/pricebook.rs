//! What a line takes from the pricebook: a snapshot, which later changes of the item leave alone.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::{db::Bind, tenant_tx::TenantTx};

use super::{DiscountInput, LineItem, archived, input::Snapshot, stored::discount_of, unknown};
use crate::{
    error::{Error, Result},
    fields::{Line as LineText, Patch, Quantity, ShortLine, SignedMoney},
};

/// A part of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Component {
    pub catalog_item_id: String,
    pub name: String,
    /// In one bundle; a decimal in a string.
    pub quantity: String,
}

#[derive(sqlx::FromRow)]
struct Item {
    id: String,
    kind: String,
    name: String,
    unit: Option<String>,
    price_key: i64,
    discount_type: Option<String>,
    discount_value: Option<i64>,
    taxable: bool,
    tax_rate_id: Option<String>,
    is_archived: bool,
}

/// With a catalog_item_id, what a new line lacks is copied from the item.
pub(super) async fn copy_into(tx: &mut TenantTx, items: &mut [LineItem], field: &str) -> Result<()> {
    let mut ids: Vec<String> =
        items.iter().filter(|item| item.is_new()).filter_map(|item| item.catalog_item_id.clone()).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let sql = "SELECT id, kind, name, unit, price_key, discount_type, discount_value, taxable, tax_rate_id, \
               archived_at IS NOT NULL AS is_archived FROM catalog_items WHERE tenant_id = $1 AND id IN ({ids})";
    let (sql, binds) = with_ids(sql, tx, &ids);
    let found: Vec<Item> = tx.rows(&sql, binds).await?;
    let known = |id: &str| found.iter().find(|item| item.id == id);
    let mut issues = Vec::new();
    for (n, item) in items.iter().enumerate().filter(|(_, item)| item.is_new()) {
        let Some(id) = item.catalog_item_id.as_deref() else { continue };
        let path = format!("{field}[{n}].catalog_item_id");
        match known(id) {
            None => issues.push(unknown(path, "catalog item", id, "catalog_items.list")),
            Some(item) if item.is_archived => {
                issues.push(archived(path, "catalog item", id, "catalog_items.update"));
            }
            Some(_) => {}
        }
    }
    if !issues.is_empty() {
        return Err(Error::issues(issues));
    }
    let bundles: Vec<&str> =
        found.iter().filter(|item| item.kind == "bundle").map(|item| item.id.as_str()).collect();
    let components = components_of(tx, &bundles).await?;
    for item in items.iter_mut().filter(|item| item.is_new()) {
        let Some(source) = item.catalog_item_id.as_deref().and_then(known) else { continue };
        copy(source, components.get(&source.id).cloned().unwrap_or_default(), item);
    }
    Ok(())
}

fn copy(source: &Item, components: Vec<Component>, item: &mut LineItem) {
    item.snapshot = Some(Snapshot { kind: source.kind.clone(), components });
    item.description.get_or_insert_with(|| LineText(source.name.clone()));
    item.taxable = item.taxable.or(Some(source.taxable));
    if item.unit.is_absent()
        && let Some(unit) = &source.unit
    {
        item.unit = Patch::Set(ShortLine(unit.clone()));
    }
    if item.tax_rate_id.is_absent()
        && let Some(rate) = &source.tax_rate_id
    {
        item.tax_rate_id = Patch::Set(rate.clone());
    }
    if item.unit_price.is_some() {
        return;
    }
    match discount_of(source.discount_type.as_deref(), source.discount_value) {
        Some(discount) if item.discount.is_absent() => item.discount = Patch::Set(DiscountInput(discount)),
        Some(_) => {}
        None => item.unit_price = Some(SignedMoney(source.price_key)),
    }
}

/// The parts of these bundles, in order.
pub async fn components_of(tx: &mut TenantTx, bundles: &[&str]) -> Result<HashMap<String, Vec<Component>>> {
    let mut components: HashMap<String, Vec<Component>> = HashMap::new();
    if bundles.is_empty() {
        return Ok(components);
    }
    let sql = "SELECT c.bundle_id, i.id, i.name, c.quantity FROM catalog_components c \
               JOIN catalog_items i ON i.tenant_id = c.tenant_id AND i.id = c.catalog_item_id \
               WHERE c.tenant_id = $1 AND c.bundle_id IN ({ids}) ORDER BY c.bundle_id, c.position";
    let (sql, binds) = with_ids(sql, tx, bundles);
    let rows: Vec<(String, String, String, i64)> = tx.rows(&sql, binds).await?;
    for (bundle, catalog_item_id, name, quantity) in rows {
        let quantity = Quantity(quantity).to_string();
        components.entry(bundle).or_default().push(Component { catalog_item_id, name, quantity });
    }
    Ok(components)
}

/// The statement with a mark for each id in place of `{ids}`; `$1` is the tenant.
pub(super) fn with_ids(sql: &str, tx: &TenantTx, ids: &[&str]) -> (String, Vec<Bind>) {
    let marks: Vec<String> = (0..ids.len()).map(|n| format!("${}", n + 2)).collect();
    let binds = std::iter::once(Bind::from(tx.tenant_id())).chain(ids.iter().map(|&id| Bind::from(id)));
    (sql.replace("{ids}", &marks.join(", ")), binds.collect())
}
