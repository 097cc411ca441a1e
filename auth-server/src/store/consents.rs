//! What a person allowed an app before.

use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    timestamp::Timestamp,
};

use crate::domain::grant_scope::GrantScope;

/// The companies for which this app, answering to this host, is remembered, with what was allowed there.
pub async fn of(
    db: &Db,
    user_id: &str,
    client_id: &str,
    host: &str,
) -> Result<Vec<(String, GrantScope)>, Error> {
    let sql =
        "SELECT tenant_id, scope FROM consents WHERE user_id = $1 AND client_id = $2 AND redirect_host = $3";
    let rows: Vec<(String, String)> = db.rows(sql, binds![user_id, client_id, host]).await?;
    Ok(rows.into_iter().map(|(tenant_id, scope)| (tenant_id, GrantScope::parse_known(&scope))).collect())
}

/// Remembers what was allowed now, in place of what was allowed before.
pub async fn remember(
    tx: &mut Tx,
    user_id: &str,
    client_id: &str,
    host: &str,
    tenant_id: &str,
    scope: GrantScope,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO consents (user_id, client_id, redirect_host, tenant_id, scope, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, client_id, redirect_host, tenant_id) \
               DO UPDATE SET scope = excluded.scope, updated_at = excluded.updated_at";
    tx.execute(sql, binds![user_id, client_id, host, tenant_id, scope.to_string(), now]).await.map(drop)
}

/// Forgets it: a disconnected app has to ask again.
pub async fn forget(tx: &mut Tx, user_id: &str, client_id: &str, tenant_id: &str) -> Result<(), Error> {
    let sql = "DELETE FROM consents WHERE user_id = $1 AND client_id = $2 AND tenant_id = $3";
    tx.execute(sql, binds![user_id, client_id, tenant_id]).await.map(drop)
}

/// Forgets what a person has allowed in one company.
pub async fn forget_all(tx: &mut Tx, tenant_id: &str, user_id: &str) -> Result<(), Error> {
    let sql = "DELETE FROM consents WHERE tenant_id = $1 AND user_id = $2";
    tx.execute(sql, binds![tenant_id, user_id]).await.map(drop)
}
