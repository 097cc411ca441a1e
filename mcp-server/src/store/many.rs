//! Many new records of one entity at once, with the times and actors that they are to have had: for seeding.
//! A statement for some records together takes a tenth of the time of one for each record.

use std::collections::HashMap;

use serde_json::{Map, Value};
use shared::{db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Children, Columns, Write, rows::columns, search_index};
use crate::{
    entity::{Entity, Q, Stored},
    error::Result,
};

/// A new record as it is to stand after a while.
pub struct Past {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How often it was written.
    pub version: i64,
    /// Who made it.
    pub created_by: Value,
    /// Who last changed it.
    pub updated_by: Value,
    /// Its columns and children.
    pub write: Write,
    /// The systems that know it, each with its id there.
    pub external_refs: Vec<(&'static str, String)>,
    /// The tenant's own fields.
    pub custom_fields: Map<String, Value>,
}

impl Past {
    /// A record that was made so and has not changed since.
    pub fn new(id: String, created_at: Timestamp, by: Value, write: Write) -> Self {
        Self {
            id,
            created_at,
            updated_at: created_at,
            version: 1,
            created_by: by.clone(),
            updated_by: by,
            write,
            external_refs: vec![],
            custom_fields: Map::new(),
        }
    }

    /// It was changed once more, at this time.
    pub fn changed(mut self, at: Timestamp, to: Columns) -> Self {
        self.write.columns = self.write.columns.and(to);
        self.updated_at = self.updated_at.max(at);
        self.version += 1;
        self
    }

    /// Somebody else changed it than made it.
    pub fn changed_by(mut self, who: Value) -> Self {
        self.updated_by = who;
        self
    }

    /// It carries these tags.
    pub fn tagged<E: Entity>(mut self, mut ids: Vec<String>) -> Self {
        ids.sort();
        ids.dedup();
        if let Some(link) = E::TAGS.filter(|_| !ids.is_empty()) {
            let rows = ids.into_iter().map(|id| Columns::default().put("tag_id", id)).collect();
            self.write.children.push(Children { table: link.table, owner: link.owner, rows });
        }
        self
    }
}

/// The rows that go into one table, those together that name the same columns.
#[derive(Default)]
struct Batches(Vec<(Vec<&'static str>, Vec<Vec<Bind>>)>);

impl Batches {
    fn add(&mut self, row: Columns) {
        let (names, values) = row.split();
        // The newest first: most rows name the columns that the one before named.
        let place = self.0.iter().rposition(|(known, _)| *known == names).unwrap_or_else(|| {
            self.0.push((names, Vec::new()));
            self.0.len() - 1
        });
        self.0[place].1.push(values);
    }
}

/// sqlx asks SQLite for each parameter's name, which walks through all of them: a statement is best kept short.
const VALUES: usize = 300;

/// Writes new records, in their order; what they refer to is there already.
pub async fn insert_many<E: Entity>(tx: &mut TenantTx, records: Vec<Past>) -> Result<()> {
    let mut own = Batches::default();
    let mut children: Vec<((&'static str, &'static str), Batches)> = Vec::new();
    let mut references = Batches::default();
    for record in records {
        let Past {
            id,
            created_at,
            updated_at,
            version,
            created_by,
            updated_by,
            write,
            external_refs,
            custom_fields,
        } = record;
        for Children { table, owner, rows } in write.children {
            let place = children.iter().position(|(key, _)| *key == (table, owner)).unwrap_or_else(|| {
                children.push(((table, owner), Batches::default()));
                children.len() - 1
            });
            for row in rows {
                children[place].1.add(row.put("tenant_id", tx.tenant_id()).put(owner, &id));
            }
        }
        for (system, external) in external_refs {
            references.add(
                Columns::default()
                    .put("tenant_id", tx.tenant_id())
                    .put("entity", E::TABLE)
                    .put("system", system)
                    .put("external_id", external)
                    .put("record_id", &id),
            );
        }
        own.add(
            write
                .columns
                .put("tenant_id", tx.tenant_id())
                .put("id", id)
                .put("version", version)
                .put("created_at", created_at)
                .put("updated_at", updated_at)
                .put("created_by", created_by)
                .put("updated_by", updated_by)
                .put("custom_fields", Value::Object(custom_fields)),
        );
    }
    if E::Q == Q::Index {
        let returning = format!(" RETURNING {}", columns::<E>());
        for (sql, values) in statements(E::TABLE, own, &returning) {
            let rows: Vec<Stored<E::Row>> = tx.rows(&sql, values).await?;
            let texts =
                rows.iter().filter_map(|row| Some((row.meta.id.clone(), E::search_text(&row.own, tx)?)));
            let texts: Vec<_> = texts.collect();
            search_index::put_new::<E>(tx, texts).await?;
        }
    } else {
        execute(tx, E::TABLE, own).await?;
    }
    for ((table, _), batches) in children {
        execute(tx, table, batches).await?;
    }
    execute(tx, "external_refs", references).await
}

async fn execute(tx: &mut TenantTx, table: &str, batches: Batches) -> Result<()> {
    for (sql, values) in statements(table, batches, "") {
        tx.execute(&sql, values).await?;
    }
    Ok(())
}

/// The statements that write these rows. Those of one length have one text, which the databases prepare once.
fn statements(table: &str, batches: Batches, returning: &str) -> Vec<(String, Vec<Bind>)> {
    let mut statements = Vec::new();
    for (names, rows) in batches.0 {
        let rows_at_once = (VALUES / names.len().max(1)).max(1);
        let mut texts: HashMap<usize, String> = HashMap::new();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Bind>> = rows.by_ref().take(rows_at_once).collect();
            let text = texts.entry(chunk.len()).or_insert_with(|| {
                let tuple = |row: usize| {
                    let marks: Vec<String> =
                        (1..=names.len()).map(|n| format!("${}", row * names.len() + n)).collect();
                    format!("({})", marks.join(", "))
                };
                let tuples: Vec<String> = (0..chunk.len()).map(tuple).collect();
                format!("INSERT INTO {table} ({}) VALUES {}{returning}", names.join(", "), tuples.join(", "))
            });
            statements.push((text.clone(), chunk.into_iter().flatten().collect()));
        }
    }
    statements
}
