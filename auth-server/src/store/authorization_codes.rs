//! Authorization codes, by the hash of what the app holds.

use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    timestamp::Timestamp,
};

use crate::domain::{authorization::Code, grant_scope::GrantScope};

#[derive(sqlx::FromRow)]
struct Row {
    client_id: String,
    user_id: String,
    tenant_id: String,
    scope: String,
    resource: String,
    redirect_uri: String,
    challenge: String,
    expires_at: Timestamp,
    used_by: Option<String>,
}

/// Keeps a new code.
pub async fn insert(tx: &mut Tx, hash: &[u8], code: &Code) -> Result<(), Error> {
    let sql = "INSERT INTO authorization_codes (hash, client_id, user_id, tenant_id, scope, resource, redirect_uri, \
               challenge, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let binds = binds![
        hash,
        &code.client_id,
        &code.user_id,
        &code.tenant_id,
        code.scope.to_string(),
        &code.resource,
        &code.redirect_uri,
        &code.challenge,
        code.expires_at,
    ];
    tx.execute(sql, binds).await.map(drop)
}

/// The code, used or not.
pub async fn by_hash(db: &Db, hash: &[u8]) -> Result<Option<Code>, Error> {
    let sql = "SELECT client_id, user_id, tenant_id, scope, resource, redirect_uri, challenge, expires_at, used_by \
               FROM authorization_codes WHERE hash = $1";
    Ok(db.row::<Row>(sql, binds![hash]).await?.map(|row| Code {
        scope: GrantScope::parse_known(&row.scope),
        client_id: row.client_id,
        user_id: row.user_id,
        tenant_id: row.tenant_id,
        resource: row.resource,
        redirect_uri: row.redirect_uri,
        challenge: row.challenge,
        expires_at: row.expires_at,
        used_by: row.used_by,
    }))
}

/// Claims the code for this grant; `false`: it was used before. One of fifty at once gets `true`.
pub async fn claim(tx: &mut Tx, hash: &[u8], grant_id: &str) -> Result<bool, Error> {
    let sql = "UPDATE authorization_codes SET used_by = $2 WHERE hash = $1 AND used_by IS NULL";
    Ok(tx.execute(sql, binds![hash, grant_id]).await? > 0)
}

/// The grant that the code's one use made.
pub async fn used_by(tx: &mut Tx, hash: &[u8]) -> Result<Option<String>, Error> {
    let sql = "SELECT used_by FROM authorization_codes WHERE hash = $1";
    let row: Option<(Option<String>,)> = tx.row(sql, binds![hash]).await?;
    Ok(row.and_then(|(used_by,)| used_by))
}
