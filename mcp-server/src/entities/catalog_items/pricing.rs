//! What an item costs: its own price, a bundle's components, or what a discount takes off. Each kind says it its way.

use shared::{binds, db::Bind, tenant_tx::TenantTx};

use super::{ComponentInput, Kind};
use crate::{
    documents::Discount,
    error::{Error, Issue, Result},
    lines,
    money::scale,
    references,
    store::{Children, Columns, Where},
};

/// The price key of an item without a price: a discount comes after all others.
pub const NO_PRICE: i64 = i64::MAX;

/// The fields of an item that depend on its kind.
pub struct Pricing {
    pub kind: Kind,
    pub unit: Option<String>,
    pub unit_price: Option<i64>,
    pub discount: Option<Discount>,
    /// Ids and quantities.
    pub components: Vec<(String, i64)>,
}

#[derive(sqlx::FromRow)]
struct Part {
    id: String,
    kind: String,
    price_key: i64,
    is_archived: bool,
}

/// Ids and quantities, as they are sent.
pub fn components_sent(components: Vec<ComponentInput>) -> Vec<(String, i64)> {
    components
        .into_iter()
        .map(|component| {
            (component.catalog_item_id, component.quantity.map_or(10_000, |quantity| quantity.0))
        })
        .collect()
}

impl Pricing {
    /// Refuses what the kind does not have, and what it lacks.
    pub fn check(&self) -> Result<()> {
        let mut issues = Vec::new();
        let mut issue = |field: &str, message: &str| issues.push(Issue::new(field, message));
        if self.kind == Kind::Discount {
            if self.discount.is_none() {
                issue(
                    "discount",
                    "is required for kind discount: send {\"type\": \"percent\", \"value\": 10}.",
                );
            }
            if self.unit_price.is_some() {
                issue("unit_price", "is not for discounts; say in `discount` what is taken off.");
            }
            if self.unit.is_some() {
                issue("unit", "is not for discounts; leave it out.");
            }
        } else if self.discount.is_some() {
            issue("discount", "is for kind discount alone; leave it out.");
        }
        match self.kind {
            Kind::Bundle if self.components.is_empty() => {
                issue("components", "is required for a bundle; name at least one item.");
            }
            Kind::Bundle | Kind::Discount => {}
            _ if self.unit_price.is_none() => {
                issue("unit_price", "is required, in minor units: send 1250 for $12.50.");
            }
            _ => {}
        }
        if self.kind != Kind::Bundle && !self.components.is_empty() {
            issue("components", "is for kind bundle alone; leave it out.");
        }
        if issues.is_empty() { Ok(()) } else { Err(Error::issues(issues)) }
    }

    /// The columns of the price. `kept` are components that a bundle has already.
    pub async fn columns(&self, tx: &mut TenantTx, kept: &[(String, i64)]) -> Result<(Columns, i64)> {
        let sum = self.sum_of_components(tx, kept).await?;
        let price = match self.kind {
            Kind::Discount => NO_PRICE,
            _ => self.unit_price.unwrap_or(sum),
        };
        let columns = Columns::default()
            .put("unit", self.unit.clone())
            .put("unit_price", self.unit_price)
            .put("price_key", price)
            .and(lines::discount_columns(self.discount));
        Ok((columns, price))
    }

    async fn sum_of_components(&self, tx: &mut TenantTx, kept: &[(String, i64)]) -> Result<i64> {
        let mut to = Where::of_table("catalog_items", tx);
        to.any_of("id", self.components.iter().map(|(id, _)| Bind::from(id)));
        let sql = format!(
            "SELECT id, kind, price_key, archived_at IS NOT NULL AS is_archived FROM catalog_items WHERE {}",
            to.sql()
        );
        let parts: Vec<Part> = tx.rows(&sql, to.into_binds()).await?;
        let mut issues = Vec::new();
        let mut prices = Vec::with_capacity(self.components.len());
        for (n, (id, quantity)) in self.components.iter().enumerate() {
            let path = format!("components[{n}].catalog_item_id");
            match parts.iter().find(|part| part.id == *id) {
                None => issues.push(references::unknown(path, "catalog item", id, "catalog_items.list")),
                Some(part) if ["bundle", "discount"].contains(&part.kind.as_str()) => {
                    let message = format!("is a {}; a bundle is made of other items alone.", part.kind);
                    issues.push(Issue::new(path, message));
                }
                Some(part) if part.is_archived && !kept.iter().any(|(kept, _)| kept == id) => {
                    let message =
                        "is archived; restore it with catalog_items.update archived false, or name another.";
                    issues.push(Issue { reason: Some("bad_reference"), ..Issue::new(path, message) });
                }
                Some(part) => prices.push((part.price_key, *quantity)),
            }
        }
        if issues.is_empty() { sum(&prices) } else { Err(Error::issues(issues)) }
    }

    /// The rows that a bundle's components are kept in; other kinds have none.
    pub fn children(&self) -> Option<Children> {
        if self.kind != Kind::Bundle {
            return None;
        }
        let row = |(n, (id, quantity)): (usize, &(String, i64))| {
            Columns::default()
                .put("position", i64::try_from(n + 1).unwrap_or(i64::MAX))
                .put("catalog_item_id", id)
                .put("quantity", *quantity)
        };
        let rows = self.components.iter().enumerate().map(row).collect();
        Some(Children { table: "catalog_components", owner: "bundle_id", rows })
    }
}

/// A bundle's components, as they are stored.
pub async fn components_stored(tx: &mut TenantTx, bundle: &str) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT catalog_item_id, quantity FROM catalog_components WHERE tenant_id = $1 AND bundle_id = $2 ORDER BY position";
    Ok(tx.rows(sql, binds![tx.tenant_id(), bundle]).await?)
}

/// Bundles that cost the sum of their components follow one whose price becomes `price`: derived, so that neither their
/// version nor their updated_at moves.
pub async fn follow(tx: &mut TenantTx, component: &str, price: i64) -> Result<()> {
    let sql = "SELECT DISTINCT b.id FROM catalog_items b JOIN catalog_components c \
               ON c.tenant_id = b.tenant_id AND c.bundle_id = b.id \
               WHERE b.tenant_id = $1 AND c.catalog_item_id = $2 AND b.unit_price IS NULL";
    let bundles: Vec<(String,)> = tx.rows(sql, binds![tx.tenant_id(), component]).await?;
    for (bundle,) in bundles {
        let sql = "SELECT i.id, i.price_key, c.quantity FROM catalog_components c JOIN catalog_items i \
                   ON i.tenant_id = c.tenant_id AND i.id = c.catalog_item_id \
                   WHERE c.tenant_id = $1 AND c.bundle_id = $2";
        let parts: Vec<(String, i64, i64)> = tx.rows(sql, binds![tx.tenant_id(), &bundle]).await?;
        let now = |(id, before, quantity): &(String, i64, i64)| {
            (if id == component { price } else { *before }, *quantity)
        };
        let sum = sum(&parts.iter().map(now).collect::<Vec<_>>())?;
        let sql = "UPDATE catalog_items SET price_key = $3 WHERE tenant_id = $1 AND id = $2";
        tx.execute(sql, binds![tx.tenant_id(), &bundle, sum]).await?;
    }
    Ok(())
}

/// The sum of prices times quantities, each rounded as a line of its own would be.
fn sum(parts: &[(i64, i64)]) -> Result<i64> {
    parts
        .iter()
        .try_fold(0i64, |sum, &(price, quantity)| sum.checked_add(scale(price, quantity, 10_000)?))
        .filter(|&sum| sum <= crate::fields::LARGEST)
        .ok_or_else(|| Error::field("components", "cost more than 9,000,000,000,000,000 together."))
}
