//! Reading and writing an entity's own rows.

use serde_json::Value;
use shared::{binds, db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};
use sqlx::{ColumnIndex, Decode, FromRow, Type};

use super::{Children, Columns, Write, statement::Where};
use crate::{
    entity::{Entity, Key, Meta, Stored},
    error::{Error, Result},
};

fn columns<E: Entity>() -> String {
    format!("{}, {}", Meta::COLUMNS, E::COLUMNS)
}

/// The tool that finds records of this entity.
fn first_tool<E: Entity>() -> String {
    format!("{}.{}", E::NAME, E::FIRST.as_str())
}

/// The record of this id, if it is there and in reach.
pub async fn fetch<E: Entity>(tx: &mut TenantTx, id: &str) -> Result<Stored<E::Row>> {
    fetch_where::<E>(Where::in_reach::<E>(tx), tx, id).await
}

/// The record of this id, whoever asks: for what the caller's own record brings about.
pub async fn fetch_any<E: Entity>(tx: &mut TenantTx, id: &str) -> Result<Stored<E::Row>> {
    fetch_where::<E>(Where::of_table(E::TABLE, tx), tx, id).await
}

async fn fetch_where<E: Entity>(mut to: Where, tx: &mut TenantTx, id: &str) -> Result<Stored<E::Row>> {
    to.and("id = ?", [Bind::from(id)]);
    let sql = format!("SELECT {} FROM {} WHERE {}", columns::<E>(), E::TABLE, to.sql());
    tx.row(&sql, to.into_binds()).await?.ok_or_else(|| Error::not_found(E::NOUN, id, &first_tool::<E>()))
}

/// A row, and the values of the order's keys, from which its cursor is made.
pub struct Keyed<R> {
    /// The row.
    pub stored: Stored<R>,
    /// The key values, as a cursor holds them.
    pub keys: Vec<Value>,
}

/// The names that key columns are selected under: by type, so that each is read as what it is.
const KEY_NAMES: [[&str; 3]; 3] =
    [["int_0", "int_1", "int_2"], ["text_0", "text_1", "text_2"], ["time_0", "time_1", "time_2"]];

impl<'r, R, DB> FromRow<'r, DB> for Keyed<R>
where
    DB: sqlx::Row,
    Stored<R>: FromRow<'r, DB>,
    i64: Decode<'r, DB::Database> + Type<DB::Database>,
    String: Decode<'r, DB::Database> + Type<DB::Database>,
    Timestamp: Decode<'r, DB::Database> + Type<DB::Database>,
    &'static str: ColumnIndex<DB>,
{
    fn from_row(row: &'r DB) -> std::result::Result<Self, sqlx::Error> {
        let mut keys = Vec::new();
        let [ints, texts, times] = KEY_NAMES;
        for n in 0..3 {
            if let Ok(int) = row.try_get::<i64, _>(ints[n]) {
                keys.push(Value::from(int));
            } else if let Ok(text) = row.try_get::<String, _>(texts[n]) {
                keys.push(Value::from(text));
            } else if let Ok(time) = row.try_get::<Timestamp, _>(times[n]) {
                keys.push(Value::from(time.micros()));
            }
        }
        Ok(Self { stored: Stored::from_row(row)?, keys })
    }
}

/// Where a page is in its list.
pub struct Page<'a> {
    /// The order's key columns, the id apart.
    pub keys: &'a [Key],
    /// By falling keys.
    pub falling: bool,
    /// At most so many rows.
    pub limit: i64,
    /// After so many, for numbered pages.
    pub offset: i64,
}

/// A page of rows: `join` stands behind the table's name.
pub async fn page<E: Entity>(
    tx: &mut TenantTx,
    join: &str,
    mut to: Where,
    page: Page<'_>,
) -> Result<Vec<Keyed<E::Row>>> {
    let direction = if page.falling { " DESC" } else { "" };
    let mut selected = columns::<E>();
    let mut order = String::new();
    for (n, key) in page.keys.iter().enumerate() {
        let (kind, column) = match key {
            Key::Int(column) => (0, column),
            Key::Text(column) => (1, column),
            Key::Time(column) => (2, column),
        };
        selected += &format!(", {column} AS {}", KEY_NAMES[kind][n]);
        order += &format!("{column}{direction}, ");
    }
    let limit = to.value(page.limit.into());
    let offset = to.value(page.offset.into());
    let sql = format!(
        "SELECT {selected} FROM {}{join} WHERE {} ORDER BY {order}id{direction} LIMIT {limit} OFFSET {offset}",
        E::TABLE,
        to.sql(),
    );
    let binds = to.into_binds();
    #[cfg(test)]
    super::seen::remember(&sql, &binds);
    Ok(tx.rows(&sql, binds).await?)
}

/// How many rows there are.
pub async fn count<E: Entity>(tx: &mut TenantTx, join: &str, to: Where) -> Result<i64> {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {}{join} WHERE {}", E::TABLE, to.sql());
    let binds = to.into_binds();
    #[cfg(test)]
    super::seen::remember(&sql, &binds);
    let row: Option<(i64,)> = tx.row(&sql, binds).await?;
    Ok(row.map_or(0, |(n,)| n))
}

/// Writes a new record; answers its row.
pub async fn insert<E: Entity>(tx: &mut TenantTx, id: &str, write: Write) -> Result<Stored<E::Row>> {
    let actor = actor_json(tx);
    let columns_to_write = write
        .columns
        .put("id", id)
        .put("tenant_id", tx.tenant_id())
        .put("version", 1)
        .put("created_at", tx.now())
        .put("updated_at", tx.now())
        .put("created_by", actor.clone())
        .put("updated_by", actor);
    let (names, values) = columns_to_write.split();
    let marks: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({}) RETURNING {}",
        E::TABLE,
        names.join(", "),
        marks.join(", "),
        columns::<E>()
    );
    let row = tx.row(&sql, values).await?.ok_or_else(|| vanished::<E>(id))?;
    for children in write.children {
        replace_children(tx, id, children).await?;
    }
    Ok(row)
}

/// Writes a change: one version more, and the time of the transaction.
pub async fn update<E: Entity>(tx: &mut TenantTx, id: &str, write: Write) -> Result<Stored<E::Row>> {
    let actor = actor_json(tx);
    let (names, mut values) = write.columns.put("updated_at", tx.now()).put("updated_by", actor).split();
    let set: Vec<String> = names.iter().enumerate().map(|(n, name)| format!("{name} = ${}", n + 1)).collect();
    let next = values.len() + 1;
    values.extend(binds![tx.tenant_id(), id]);
    let sql = format!(
        "UPDATE {} SET {}, version = version + 1 WHERE tenant_id = ${next} AND id = ${} RETURNING {}",
        E::TABLE,
        set.join(", "),
        next + 1,
        columns::<E>()
    );
    let row = tx.row(&sql, values).await?.ok_or_else(|| vanished::<E>(id))?;
    for children in write.children {
        replace_children(tx, id, children).await?;
    }
    Ok(row)
}

/// Removes a record for good; its tombstone says so to consumers that sync.
pub async fn delete<E: Entity>(tx: &mut TenantTx, id: &str, version: i64) -> Result<()> {
    let references = "DELETE FROM external_refs WHERE tenant_id = $1 AND entity = $2 AND record_id = $3";
    tx.execute(references, binds![tx.tenant_id(), E::TABLE, id]).await?;
    let sql = format!("DELETE FROM {} WHERE tenant_id = $1 AND id = $2", E::TABLE);
    tx.execute(&sql, binds![tx.tenant_id(), id]).await?;
    let sql =
        "INSERT INTO tombstones (tenant_id, entity, id, version, deleted_at) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, binds![tx.tenant_id(), E::TABLE, id, version, tx.now()]).await?;
    Ok(())
}

/// SQLite takes 32,766 values in one statement, PostgreSQL 65,535; a chunk stays far below both.
const CHUNK: usize = 100;

async fn replace_children(tx: &mut TenantTx, id: &str, children: Children) -> Result<()> {
    let Children { table, owner, rows } = children;
    let sql = format!("DELETE FROM {table} WHERE tenant_id = $1 AND {owner} = $2");
    tx.execute(&sql, binds![tx.tenant_id(), id]).await?;
    let rows: Vec<(Vec<&str>, Vec<Bind>)> = rows.into_iter().map(Columns::split).collect();
    for chunk in rows.chunks(CHUNK) {
        let Some((names, _)) = chunk.first() else { continue };
        let mut values = binds![tx.tenant_id(), id];
        let mut tuples = Vec::with_capacity(chunk.len());
        for (_, row) in chunk {
            let marks: Vec<String> = (0..row.len()).map(|n| format!("${}", values.len() + n + 1)).collect();
            values.extend(row.iter().cloned());
            tuples.push(format!("($1, $2, {})", marks.join(", ")));
        }
        let sql = format!(
            "INSERT INTO {table} (tenant_id, {owner}, {}) VALUES {}",
            names.join(", "),
            tuples.join(", ")
        );
        tx.execute(&sql, values).await?;
    }
    Ok(())
}

fn actor_json(tx: &TenantTx) -> serde_json::Value {
    serde_json::to_value(tx.actor()).unwrap_or_default()
}

fn vanished<E: Entity>(id: &str) -> Error {
    Error::Below(shared::error::Error::internal(anyhow::anyhow!(
        "{} {id} is gone within its transaction",
        E::NOUN
    )))
}
