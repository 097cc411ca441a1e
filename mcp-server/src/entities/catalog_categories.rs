//! Catalog categories: the tree that the pricebook's items hang on.

mod tree;

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{binds, db::Bind, scope::Family, tenant_tx::TenantTx};

use super::{catalog_items::CatalogItems, duplicates, in_use::in_use};
use crate::{
    entity::{About, BY_CREATION, BY_UPDATE, Entity, Fifth, Key, Order, Q, Retired, Stored, Wanted},
    error::Result,
    fields::{Line, Patch, Set},
    search::sort_key,
    store::{self, Columns, Where, Write},
    verbs,
};
use tree::Tree;

/// A category's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    name: String,
    parent_id: Option<String>,
    sort_order: i64,
}

/// A category.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    name: String,
    /// null at the top.
    parent_id: Option<String>,
    parent_name: Option<String>,
    sort_order: i64,
    /// Items in use that lie directly in it.
    item_count: i64,
}

/// A new category.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    /// Unique among its siblings.
    name: Line,
    /// Absent or null: at the top. At most 5 levels.
    #[serde(default)]
    parent_id: Option<String>,
    /// Among its siblings; default 0.
    #[serde(default)]
    #[schemars(range(min = -1_000_000, max = 1_000_000))]
    sort_order: Set<i64>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    /// Unique among its siblings.
    #[serde(default)]
    name: Set<Line>,
    /// Moves it with all below it; null: to the top.
    #[serde(default)]
    parent_id: Patch<String>,
    /// Among its siblings.
    #[serde(default)]
    #[schemars(range(min = -1_000_000, max = 1_000_000))]
    sort_order: Set<i64>,
}

/// Categories have no filters of their own.
#[derive(Deserialize, JsonSchema)]
pub struct Filter {}

/// Where its children and items go.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {
    /// The category that takes its children and items; needed if there are any.
    #[serde(default)]
    reassign_to: Option<String>,
}

/// The entity.
pub struct CatalogCategories;

impl Entity for CatalogCategories {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "catalog_categories";
    const NOUN: &'static str = "catalog category";
    const NOUNS: &'static str = "catalog categories";
    const PREFIX: &'static str = "cat";
    const FAMILY: Family = Family::CatalogCategories;
    const TABLE: &'static str = "catalog_categories";
    const COLUMNS: &'static str = "name, parent_id, sort_order";
    const FIFTH: Fifth = Fifth::Delete;
    const UNPAGED: bool = true;
    const ORDERS: &'static [Order] = &[
        Order::rising("sort_order", &[Key::Int("sort_order"), Key::Text("name_key")]),
        Order::rising("name", &[Key::Text("name_key")]),
        BY_UPDATE,
        BY_CREATION,
    ];
    const SUMMARY: &'static [&'static str] =
        &["name", "parent_id", "parent_name", "sort_order", "item_count"];
    const Q: Q = Q::Substring(&["name_key"]);
    const DERIVED: &'static [&'static str] = &["item_count"];
    const ABOUT: About = About {
        list: "Use it to find the category_id that items take: without arguments all as one flat array; parent_id makes the tree.",
        get: "Use it for item_count, its own items.",
        create: "Use it to group items; without parent_id it stands at the top.",
        update: "Use it to rename or move it; parent_id moves it with all below it.",
        retire: "Use it for one that is not needed: reassign_to takes its children and items; without it, one that has any is refused. Cannot be undone.",
    };

    async fn create(draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        if let Some(parent) = &draft.parent_id {
            Tree::read(tx).await?.check_place("parent_id", None, parent)?;
        }
        let key = sort_key(&draft.name.0);
        refuse_twin(tx, draft.parent_id.as_deref(), &key, None).await?;
        let columns = Columns::default()
            .put("name", draft.name.0)
            .put("name_key", key)
            .put("parent_id", draft.parent_id)
            .put("sort_order", draft.sort_order.0.unwrap_or(0));
        Ok(Write::new(columns))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let id = row.meta.id.as_str();
        if let Patch::Set(parent) = &change.parent_id {
            Tree::read(tx).await?.check_place("parent_id", Some(id), parent)?;
        }
        let parent = change.parent_id.or(row.parent_id.clone());
        let name = change.name.0.map_or_else(|| row.name.clone(), |name| name.0);
        let key = sort_key(&name);
        refuse_twin(tx, parent.as_deref(), &key, Some(id)).await?;
        let columns = Columns::default().put("name", name).put("name_key", key).put("parent_id", parent).set(
            "sort_order",
            change.sort_order,
            |n| n,
        );
        Ok(Write::new(columns))
    }

    async fn retire(row: &Stored<Row>, how: Retire, tx: &mut TenantTx) -> Result<Retired> {
        let id = row.meta.id.as_str();
        let Some(heir) = how.reassign_to else {
            refuse_while_in_use(tx, row).await?;
            return Ok(Retired::Deleted(Write::default()));
        };
        let tree = Tree::read(tx).await?;
        tree.check_apart("reassign_to", Some(id), &heir)?;
        let mut children: Vec<&str> = tree.children(id).collect();
        children.sort_unstable();
        for &child in &children {
            let row: Stored<Row> = store::fetch::<Self>(tx, child).await?;
            tree.check_place("reassign_to", Some(child), &heir)?;
            refuse_twin(tx, Some(&heir), &sort_key(&row.name), Some(child)).await?;
        }
        let items = items_of(tx, id).await?;
        let reassigned = json!({"catalog_categories": children.len(), "catalog_items": items.len()});
        let below = children.iter().map(|child| {
            verbs::alter::<Self>(*child, Write::new(Columns::default().put("parent_id", heir.clone())))
        });
        let within = items.iter().map(|item| {
            verbs::alter::<CatalogItems>(
                item,
                Write::new(Columns::default().put("category_id", heir.clone())),
            )
        });
        Ok(Retired::Deleted(Write::default().beside("reassigned", reassigned).first(below).first(within)))
    }

    fn narrow(_: Filter, _: &TenantTx, _: &mut Where) -> Result<()> {
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        let parents: Vec<&str> = rows.iter().filter_map(|row| row.parent_id.as_deref()).collect();
        let parents = names(tx, &parents).await?;
        let counts = match wanted.has("item_count") {
            true => item_counts(tx, rows).await?,
            false => HashMap::new(),
        };
        let record = |row: &Stored<Row>| Record {
            name: row.name.clone(),
            parent_name: row.parent_id.as_ref().and_then(|id| parents.get(id).cloned()),
            parent_id: row.parent_id.clone(),
            sort_order: row.sort_order,
            item_count: counts.get(&row.meta.id).copied().unwrap_or(0),
        };
        Ok(rows.iter().map(record).collect())
    }
}

/// The names of categories.
pub async fn names(tx: &mut TenantTx, ids: &[&str]) -> Result<HashMap<String, String>> {
    store::names(tx, "catalog_categories", "name", ids).await
}

/// Siblings have names of their own. The ids that stand before the names hold no stroke.
async fn refuse_twin(tx: &mut TenantTx, parent: Option<&str>, key: &str, own: Option<&str>) -> Result<()> {
    let place = format!("{}/{key}", parent.unwrap_or_default());
    let column = "COALESCE(parent_id, '') || '/' || name_key";
    duplicates::refuse::<CatalogCategories>(tx, "name", column, &place, own).await
}

/// Children and items, archived ones too, keep a category in use.
async fn refuse_while_in_use(tx: &mut TenantTx, row: &Stored<Row>) -> Result<()> {
    for (by, column) in [("catalog_categories", "parent_id"), ("catalog_items", "category_id")] {
        let sql =
            format!("SELECT id, name FROM {by} WHERE tenant_id = $1 AND {column} = $2 ORDER BY name_key, id");
        let holders: Vec<(String, String)> = tx.rows(&sql, binds![tx.tenant_id(), &row.meta.id]).await?;
        if !holders.is_empty() {
            let what =
                if by == "catalog_items" { "items (archived ones too)" } else { "categories below it" };
            let message = format!(
                "{} has {} {what}. Say in reassign_to which category takes them.",
                row.name,
                holders.len()
            );
            return Err(in_use(message, by, &holders).then_call("catalog_categories.list", json!({})));
        }
    }
    Ok(())
}

/// The items of a category, archived ones too.
async fn items_of(tx: &mut TenantTx, category: &str) -> Result<Vec<String>> {
    let sql = "SELECT id FROM catalog_items WHERE tenant_id = $1 AND category_id = $2 ORDER BY name_key, id";
    let rows: Vec<(String,)> = tx.rows(sql, binds![tx.tenant_id(), category]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn item_counts(tx: &mut TenantTx, rows: &[Stored<Row>]) -> Result<HashMap<String, i64>> {
    let mut to = Where::of_table("catalog_items", tx);
    to.and("archived_at IS NULL", []);
    // A whole list counts them all in one go; no statement takes a value for each of a thousand categories.
    if let [row] = rows {
        to.and("category_id = ?", [Bind::from(&row.meta.id)]);
    }
    let sql = format!(
        "SELECT category_id, CAST(COUNT(*) AS BIGINT) FROM catalog_items WHERE {} AND category_id IS NOT NULL GROUP BY category_id",
        to.sql()
    );
    let counts: Vec<(String, i64)> = tx.rows(&sql, to.into_binds()).await?;
    Ok(counts.into_iter().collect())
}
