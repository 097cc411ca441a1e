//! Requests that wait for a person to sign in and decide.

use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    timestamp::Timestamp,
};

use crate::domain::authorization::{PendingRequest, REQUEST_LIFE};

/// Keeps a request for this browser.
pub async fn insert(
    db: &Db,
    hash: &[u8],
    browser: &[u8],
    parameters: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO authorization_requests (hash, browser, parameters, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5)";
    db.execute(sql, binds![hash, browser, parameters, now, now + REQUEST_LIFE]).await.map(drop)
}

/// The request, if it waits for this browser and nobody has decided it.
pub async fn waiting(
    db: &Db,
    hash: &[u8],
    browser: &[u8],
    now: Timestamp,
) -> Result<Option<PendingRequest>, Error> {
    let sql = "SELECT parameters, tenant_id, created_at FROM authorization_requests \
               WHERE hash = $1 AND browser = $2 AND expires_at > $3 AND decided_at IS NULL";
    let row: Option<(String, Option<String>, Timestamp)> = db.row(sql, binds![hash, browser, now]).await?;
    Ok(row.map(|(parameters, tenant_id, created_at)| PendingRequest {
        hash: hash.to_vec(),
        parameters,
        tenant_id,
        created_at,
    }))
}

/// Remembers which company's page is shown.
pub async fn show(db: &Db, hash: &[u8], tenant_id: &str) -> Result<(), Error> {
    let sql = "UPDATE authorization_requests SET tenant_id = $2 WHERE hash = $1";
    db.execute(sql, binds![hash, tenant_id]).await.map(drop)
}

/// Decides it; `false`: it was decided before. Of fifty clicks on Allow one gets `true`.
pub async fn decide(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE authorization_requests SET decided_at = $2 WHERE hash = $1 AND decided_at IS NULL";
    Ok(tx.execute(sql, binds![hash, now]).await? > 0)
}
