//! Catalog items: the pricebook. Documents keep a snapshot of an item at the time of the line.

mod input;
mod pricing;
mod record;

use serde_json::json;
use shared::{binds, db::Bind, scope::Family, tenant_tx::TenantTx};

pub use input::{Change, ComponentInput, Draft, Filter, Kind, Retire};
pub use record::{Record, Row};

use super::{catalog_categories, duplicates, in_use::in_use};
use crate::{
    entities::named::{self, Reference},
    entity::{About, BY_CREATION, BY_UPDATE, Entity, Fifth, Key, Needs, Order, Q, Retired, Stored, Wanted},
    error::{Error, Issue, Result},
    fields::{Patch, ShortLine},
    lines, references,
    search::sort_key,
    store::{Columns, Where, Write},
};
use pricing::{NO_PRICE, Pricing};

/// The key of no SKU: behind all others, in both databases.
const NO_SKU: &str = "\u{10ffff}";

/// The entity.
pub struct CatalogItems;

impl Entity for CatalogItems {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "catalog_items";
    const NOUN: &'static str = "catalog item";
    const NOUNS: &'static str = "catalog items";
    const PREFIX: &'static str = "itm";
    const FAMILY: Family = Family::CatalogItems;
    const TABLE: &'static str = "catalog_items";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Archive;
    const ORDERS: &'static [Order] = &[
        Order::rising("name", &[Key::Text("name_key")]),
        Order::rising("sku", &[Key::Text("sku_key")]),
        BY_UPDATE,
        Order::rising("unit_price", &[Key::Int("price_key")]),
        BY_CREATION,
    ];
    const SUMMARY: &'static [&'static str] =
        &["kind", "name", "sku", "category_id", "category_name", "unit", "unit_price", "discount", "taxable"];
    const Q: Q = Q::Substring(&["name_key", "sku_key"]);
    const REFERENCES: &'static [Reference] = &[named::CATEGORY, named::RATE, named::ITEM];
    const ABOUT: About = About {
        list: "Use it to find the catalog_item_id that line items take.",
        get: "Use it for price, tax and a bundle's components.",
        create: "Use it for what is sold again and again. A bundle needs components, a discount `discount`, all others unit_price.",
        update: "Use it when a price changes: lines that were written keep what they took. archived false restores.",
        retire: "Use it for what is no longer sold: hides it from new lines; refused while a bundle, an active plan or an active series needs it. Undo with catalog_items.update archived false.",
    };

    async fn create(draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        check_costs(tx, draft.cost.is_some(), draft.markup_percent.is_some())?;
        check_references(tx, draft.category_id.as_deref(), draft.tax_rate_id.as_deref()).await?;
        let pricing = Pricing {
            kind: draft.kind,
            unit: draft.unit.map(|unit| unit.0),
            unit_price: draft.unit_price.map(|price| price.0),
            discount: draft.discount.map(|discount| discount.0),
            components: pricing::components_sent(draft.components.0.unwrap_or_default()),
        };
        pricing.check()?;
        let (price, _) = pricing.columns(tx, &[]).await?;
        let sku_key = sku_key(draft.sku.as_ref());
        refuse_taken_sku(tx, &sku_key, None).await?;
        let columns = Columns::default()
            .put("kind", draft.kind.as_str())
            .put("name_key", sort_key(&draft.name.0))
            .put("name", draft.name.0)
            .put("sku_key", sku_key)
            .put("sku", draft.sku.map(|sku| sku.0))
            .put("description", draft.description.map(|text| text.0))
            .put("category_id", draft.category_id)
            .and(price)
            .put("taxable", draft.taxable.0.unwrap_or(true))
            .put("tax_rate_id", draft.tax_rate_id)
            .put("duration_minutes", draft.duration_minutes)
            .put("cost", draft.cost.map(|cost| cost.0))
            .put("markup_millionths", draft.markup_percent.map(|markup| markup.0));
        Ok(Write::new(columns).with_children(pricing.children()))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        patched(row, change, false, tx).await
    }

    async fn restore(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        patched(row, change, row.archived_at.is_some(), tx).await
    }

    async fn retire(row: &Stored<Row>, _: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.archived_at.is_some() {
            return Ok(Retired::Already);
        }
        refuse_while_in_use(tx, row).await?;
        Ok(Retired::columns(Columns::default().put("archived_at", tx.now())))
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        for (condition, value) in [
            ("kind = ?", filter.kind.map(|kind| Bind::from(kind.as_str()))),
            ("sku_key = ?", filter.sku.map(|sku| Bind::from(sku_key(Some(&sku))))),
            ("taxable = ?", filter.taxable.map(Bind::from)),
            ("price_key >= ?", filter.price_min.map(|price| Bind::from(price.0))),
            ("price_key <= ?", filter.price_max.map(|price| Bind::from(price.0))),
        ] {
            if let Some(value) = value {
                to.and(condition, [value]);
            }
        }
        if filter.price_min.is_some() {
            to.and("price_key < ?", [NO_PRICE.into()]);
        }
        if let Some(category) = filter.category_id {
            let below = "category_id IN (WITH RECURSIVE below (id) AS ( \
                         SELECT id FROM catalog_categories WHERE tenant_id = ? AND id = ? UNION ALL \
                         SELECT c.id FROM catalog_categories c JOIN below b ON c.parent_id = b.id WHERE c.tenant_id = ?) \
                         SELECT id FROM below)";
            to.and(below, binds![tx.tenant_id(), category, tx.tenant_id()]);
        }
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

/// What a patch changes; `restored`: it brings the item back, whose SKU may be taken.
async fn patched(row: &Stored<Row>, change: Change, restored: bool, tx: &mut TenantTx) -> Result<Write> {
    let id = row.meta.id.as_str();
    check_costs(tx, !change.cost.is_absent(), !change.markup_percent.is_absent())?;
    let category = set(&change.category_id);
    let rate = set(&change.tax_rate_id).filter(|&rate| row.tax_rate_id.as_deref() != Some(rate));
    check_references(tx, category, rate).await?;
    let stored = match row.kind() {
        Kind::Bundle => pricing::components_stored(tx, id).await?,
        _ => vec![],
    };
    let pricing = Pricing {
        kind: row.kind(),
        unit: change.unit.map(|unit| unit.0).or(row.unit.clone()),
        unit_price: change.unit_price.map(|price| price.0).or(row.unit_price),
        discount: (change.discount.0.map(|discount| discount.0))
            .or_else(|| lines::discount_of(row.discount_type.as_deref(), row.discount_value)),
        components: change.components.0.map_or(stored.clone(), pricing::components_sent),
    };
    pricing.check()?;
    // A bundle that comes back needs its components to be there.
    let (columns, price) = pricing.columns(tx, if restored { &[] } else { &stored }).await?;
    if price != row.price_key {
        pricing::follow(tx, id, price).await?;
    }
    let sku_key = match &change.sku {
        Patch::Absent => row.sku_key.clone(),
        Patch::Null => NO_SKU.to_owned(),
        Patch::Set(sku) => sku_key(Some(sku)),
    };
    if row.archived_at.is_none() || restored {
        refuse_taken_sku(tx, &sku_key, Some(id)).await?;
    }
    let mut columns = columns
        .put("sku_key", sku_key)
        .patch("sku", change.sku, |sku| sku.0)
        .patch("description", change.description, |text| text.0)
        .patch("category_id", change.category_id, |id| id)
        .set("taxable", change.taxable, |yes| yes)
        .patch("tax_rate_id", change.tax_rate_id, |id| id)
        .patch("duration_minutes", change.duration_minutes, |minutes| minutes)
        .patch("cost", change.cost, |cost| cost.0)
        .patch("markup_millionths", change.markup_percent, |markup| markup.0);
    if let Some(name) = change.name.0 {
        columns = columns.put("name_key", sort_key(&name.0)).put("name", name.0);
    }
    Ok(Write::new(columns).with_children(pricing.children()))
}

/// Costs are an owner's, in person.
fn sees_costs(tx: &TenantTx) -> bool {
    let caller = tx.permit().caller();
    Needs::Owner.met_by(caller.user_id(), caller.role)
}

fn check_costs(tx: &TenantTx, cost: bool, markup: bool) -> Result<()> {
    if sees_costs(tx) {
        return Ok(());
    }
    let issues: Vec<Issue> = [("cost", cost), ("markup_percent", markup)]
        .into_iter()
        .filter(|(_, sent)| *sent)
        .map(|(path, _)| Issue {
            path: path.to_owned(),
            message: "is for an owner's own key or app alone; leave it out.".to_owned(),
            reason: Some("owner_required"),
        })
        .collect();
    if issues.is_empty() { Ok(()) } else { Err(Error::issues(issues)) }
}

async fn check_references(tx: &mut TenantTx, category: Option<&str>, rate: Option<&str>) -> Result<()> {
    let mut issues = Vec::new();
    if let Some(id) = category
        && !catalog_categories::names(tx, &[id]).await?.contains_key(id)
    {
        issues.push(references::unknown("category_id", "catalog category", id, "catalog_categories.list"));
    }
    if let Some(id) = rate {
        let sql = "SELECT id FROM tax_rates WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL";
        if tx.row::<(String,)>(sql, binds![tx.tenant_id(), id]).await?.is_none() {
            issues.push(references::unknown("tax_rate_id", "tax rate", id, "tax_rates.list"));
        }
    }
    if issues.is_empty() { Ok(()) } else { Err(Error::issues(issues)) }
}

fn set(patch: &Patch<String>) -> Option<&str> {
    match patch {
        Patch::Set(id) => Some(id),
        Patch::Absent | Patch::Null => None,
    }
}

fn sku_key(sku: Option<&ShortLine>) -> String {
    sku.map_or(NO_SKU.to_owned(), |sku| sort_key(&sku.0))
}

/// Among the items in use a SKU is one item's.
async fn refuse_taken_sku(tx: &mut TenantTx, key: &str, own: Option<&str>) -> Result<()> {
    if key == NO_SKU {
        return Ok(());
    }
    duplicates::refuse::<CatalogItems>(tx, "sku", "archived_at IS NULL AND sku_key", key, own).await
}

/// What keeps an item in use: its name, how it is told, and the ids and names of those who need `$2`.
const HOLDERS: &[(&str, &str, &str)] = &[
    (
        "plans",
        "active plans",
        "SELECT DISTINCT p.id, p.title FROM plans p JOIN plan_lines l \
         ON l.tenant_id = p.tenant_id AND l.plan_id = p.id \
         WHERE p.tenant_id = $1 AND l.catalog_item_id = $2 AND p.status = 'active' ORDER BY p.title, p.id",
    ),
    (
        "job_series",
        "active job series",
        "SELECT DISTINCT s.id, s.title FROM job_series s JOIN series_lines l \
         ON l.tenant_id = s.tenant_id AND l.series_id = s.id \
         WHERE s.tenant_id = $1 AND l.catalog_item_id = $2 AND s.status = 'active' ORDER BY s.title, s.id",
    ),
    (
        "catalog_items",
        "bundles in use",
        "SELECT DISTINCT b.id, b.name FROM catalog_items b JOIN catalog_components c \
     ON c.tenant_id = b.tenant_id AND c.bundle_id = b.id \
     WHERE b.tenant_id = $1 AND c.catalog_item_id = $2 AND b.archived_at IS NULL ORDER BY b.name, b.id",
    ),
];

async fn refuse_while_in_use(tx: &mut TenantTx, row: &Stored<Row>) -> Result<()> {
    for (by, what, sql) in HOLDERS {
        let holders: Vec<(String, String)> = tx.rows(sql, binds![tx.tenant_id(), &row.meta.id]).await?;
        if let Some((first, _)) = holders.first() {
            let message = format!(
                "{} is part of {} {what}. Take it out of them first ({by}.update), or take them out of use.",
                row.name,
                holders.len()
            );
            let look = json!({"id": first});
            return Err(in_use(message, by, &holders).then_call(&format!("{by}.get"), look));
        }
    }
    Ok(())
}
