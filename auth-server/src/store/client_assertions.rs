//! Client assertions that were used, by the hash of what makes each one unlike all others.

use shared::{binds, db::Db, error::Error, timestamp::Timestamp};

/// Spends an assertion that ends then; `false`: it was spent before. Of fifty at once one gets `true`.
pub async fn spend(db: &Db, hash: &[u8], ends_at: Timestamp) -> Result<bool, Error> {
    let sql =
        "INSERT INTO client_assertions (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
    Ok(db.execute(sql, binds![hash, ends_at]).await? > 0)
}
