//! The keys that sign access tokens, sealed.

use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    timestamp::Timestamp,
};

/// A key as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealedKey {
    /// Its key id.
    pub id: String,
    /// `RS256`, `ES256`, `EdDSA`.
    pub algorithm: String,
    /// PKCS#8 under the configuration's secret.
    pub sealed: Vec<u8>,
    /// From when on it signs.
    pub activates_at: Timestamp,
}

const SELECT: &str = "SELECT id, algorithm, sealed, activates_at FROM signing_keys ORDER BY activates_at, id";

/// All keys, the oldest first.
pub async fn all(db: &Db) -> Result<Vec<SealedKey>, Error> {
    db.rows(SELECT, vec![]).await
}

/// The same, inside a transaction.
pub async fn all_in(tx: &mut Tx) -> Result<Vec<SealedKey>, Error> {
    tx.rows(SELECT, vec![]).await
}

/// The same, inside a transaction that keeps other replicas from making a key meanwhile.
pub async fn all_locked(tx: &mut Tx) -> Result<Vec<SealedKey>, Error> {
    if !tx.is_sqlite() {
        tx.execute("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE", vec![]).await?;
    }
    all_in(tx).await
}

/// Keeps a new key.
pub async fn insert(tx: &mut Tx, key: &SealedKey, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO signing_keys (id, algorithm, sealed, created_at, activates_at) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, binds![&key.id, &key.algorithm, key.sealed.clone(), now, key.activates_at])
        .await
        .map(drop)
}

/// Lets a key sign from now on.
pub async fn activate(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute("UPDATE signing_keys SET activates_at = $2 WHERE id = $1", binds![id, now]).await.map(drop)
}

/// Drops a key.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM signing_keys WHERE id = $1", binds![id]).await.map(drop)
}
