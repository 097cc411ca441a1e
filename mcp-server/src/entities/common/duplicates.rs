//! A value that only one record of a tenant may have.

use serde_json::json;
use shared::{db::Bind, tenant_tx::TenantTx};

use crate::{
    entity::Entity,
    error::{Error, Result},
    store::Where,
};

/// Refuses a value that another record than `own` has in this column, naming that record.
pub async fn refuse<E: Entity>(
    tx: &mut TenantTx,
    field: &'static str,
    column: &'static str,
    value: &str,
    own: Option<&str>,
) -> Result<()> {
    let mut to = Where::in_reach::<E>(tx);
    to.and(&format!("{column} = ? AND id <> ?"), [Bind::from(value), Bind::from(own.unwrap_or_default())]);
    let sql = format!("SELECT id FROM {} WHERE {} LIMIT 1", E::TABLE, to.sql());
    match tx.row::<(String,)>(&sql, to.into_binds()).await? {
        None => Ok(()),
        Some((existing,)) => Err(Error::conflict(
            "duplicate",
            format!("Another {} has this {field} already. Use that one, or choose another {field}.", E::NOUN),
        )
        .with("field", field)
        .with("existing_id", existing.clone())
        .then_call(&format!("{}.get", E::NAME), json!({"id": existing}))),
    }
}
