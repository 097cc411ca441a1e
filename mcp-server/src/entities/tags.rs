//! Tags: one library per account. They hang on customers, locations and jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::{binds, scope::Family, tenant_tx::TenantTx};

use super::duplicates;
use crate::{
    entity::{About, BY_CREATION, BY_UPDATE, Entity, Fifth, Key, Order, Q, Retired, Stored, Wanted},
    error::Result,
    fields::{Color, Set, TagName},
    search::sort_key,
    store::{Columns, Where, Write},
};

const COLORLESS: &str = "#64748b";

/// A tag's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    name: String,
    color: String,
    usage_count: i64,
}

/// A tag.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    /// Its name, unique ignoring case.
    name: String,
    /// `#rrggbb`.
    color: String,
    /// On how many records it hangs.
    usage_count: i64,
}

/// A new tag.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    /// Unique ignoring case.
    name: TagName,
    /// E.g. #2f6fed.
    #[serde(default)]
    color: Set<Color>,
}

impl Draft {
    /// The row of a new tag that no other has the name of.
    pub fn compose(self) -> Write {
        let columns = Columns::default()
            .put("name_key", sort_key(&self.name.0))
            .put("unique_key", self.name.key())
            .put("name", self.name.0)
            .put("color", self.color.0.map_or(COLORLESS.to_owned(), |color| color.0))
            .put("usage_count", 0);
        Write::new(columns)
    }
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    /// Unique ignoring case.
    #[serde(default)]
    name: Set<TagName>,
    /// E.g. #2f6fed.
    #[serde(default)]
    color: Set<Color>,
}

/// Tags have no filters of their own.
#[derive(Deserialize, JsonSchema)]
pub struct Filter {}

/// Nothing beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {}

/// The entity.
pub struct Tags;

impl Entity for Tags {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "tags";
    const NOUN: &'static str = "tag";
    const NOUNS: &'static str = "tags";
    const PREFIX: &'static str = "tag";
    const FAMILY: Family = Family::Tags;
    const TABLE: &'static str = "tags";
    const COLUMNS: &'static str = "name, color, usage_count";
    const FIFTH: Fifth = Fifth::Delete;
    const ORDERS: &'static [Order] = &[
        Order::rising("name", &[Key::Text("name_key")]),
        Order::falling("usage_count", &[Key::Int("usage_count")]),
        BY_UPDATE,
        BY_CREATION,
    ];
    const SUMMARY: &'static [&'static str] = &["name", "color", "usage_count"];
    const Q: Q = Q::Substring(&["name_key"]);
    const DERIVED: &'static [&'static str] = &["usage_count"];
    const ABOUT: About = About {
        list: "Use it to find the ids that tag_ids takes.",
        get: "Use it for usage_count, on how many records it hangs.",
        create: "Use it when tags.list has none that fits; names are unique, whatever their case.",
        update: "Use it to rename or recolour a tag wherever it hangs.",
        retire: "Use it for a tag that nobody needs: detaches it from every record and says how often (`detached`). Cannot be undone.",
    };

    async fn create(draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        duplicates::refuse::<Tags>(tx, "name", "unique_key", &draft.name.key(), None).await?;
        Ok(draft.compose())
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let mut columns = Columns::default().set("color", change.color, |color| color.0);
        if let Some(name) = change.name.0 {
            let key = name.key();
            duplicates::refuse::<Tags>(tx, "name", "unique_key", &key, Some(&row.meta.id)).await?;
            columns = columns.put("name_key", sort_key(&name.0)).put("name", name.0).put("unique_key", key);
        }
        Ok(Write::new(columns))
    }

    async fn retire(row: &Stored<Row>, _: Retire, tx: &mut TenantTx) -> Result<Retired> {
        let mut detached = 0;
        for table in ["customer_tags", "location_tags", "job_tags"] {
            let sql = format!("DELETE FROM {table} WHERE tenant_id = $1 AND tag_id = $2");
            detached += tx.execute(&sql, binds![tx.tenant_id(), &row.meta.id]).await?;
        }
        Ok(Retired::Deleted(Write::default().beside("detached", detached)))
    }

    fn narrow(_: Filter, _: &TenantTx, _: &mut Where) -> Result<()> {
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], _: &Wanted, _: &mut TenantTx) -> Result<Vec<Record>> {
        let record = |row: &Stored<Row>| Record {
            name: row.name.clone(),
            color: row.color.clone(),
            usage_count: row.usage_count,
        };
        Ok(rows.iter().map(record).collect())
    }
}
