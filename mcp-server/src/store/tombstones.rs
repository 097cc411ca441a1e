//! What stands for deleted records: for consumers that sync.

use serde_json::{Map, json};
use shared::{binds, tenant_tx::TenantTx, timestamp::Timestamp};

use super::statement::Where;
use crate::{entity::Entity, error::Result};

/// A deleted record.
#[derive(sqlx::FromRow)]
pub struct Tombstone {
    /// The id that it had.
    pub id: String,
    /// One more than its last.
    pub version: i64,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}

impl Tombstone {
    /// As it is answered: {id, deleted: true, deleted_at, version}.
    pub fn record(&self) -> Map<String, serde_json::Value> {
        Map::from_iter([
            ("id".to_owned(), json!(self.id)),
            ("deleted".to_owned(), json!(true)),
            ("deleted_at".to_owned(), json!(self.deleted_at)),
            ("version".to_owned(), json!(self.version)),
        ])
    }
}

/// The tombstone of an id.
pub async fn of<E: Entity>(tx: &mut TenantTx, id: &str) -> Result<Option<Tombstone>> {
    let sql =
        "SELECT id, version, deleted_at FROM tombstones WHERE tenant_id = $1 AND entity = $2 AND id = $3";
    Ok(tx.row(sql, binds![tx.tenant_id(), E::TABLE, id]).await?)
}

/// A page of them, in the order of their deletion.
pub async fn page<E: Entity>(
    tx: &mut TenantTx,
    mut to: Where,
    falling: bool,
    limit: i64,
) -> Result<Vec<Tombstone>> {
    to.and("entity = ?", [E::TABLE.into()]);
    let limit = to.value(limit.into());
    let direction = if falling { " DESC" } else { "" };
    let sql = format!(
        "SELECT id, version, deleted_at FROM tombstones WHERE {} ORDER BY deleted_at{direction}, id{direction} LIMIT {limit}",
        to.sql()
    );
    Ok(tx.rows(&sql, to.into_binds()).await?)
}
