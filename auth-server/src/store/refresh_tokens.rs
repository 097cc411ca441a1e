//! Refresh tokens, by the hash of what the app holds.

use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    timestamp::Timestamp,
};

use crate::domain::authorization::{REFRESH_IDLE, RefreshToken};

const SELECT: &str =
    "SELECT grant_id, idle_until, rotated_at, asked, answer FROM refresh_tokens WHERE hash = $1";

type Row = (String, Timestamp, Option<Timestamp>, Option<String>, Option<Vec<u8>>);

fn token((grant_id, idle_until, rotated_at, asked, answer): Row) -> RefreshToken {
    RefreshToken { grant_id, idle_until, rotated_at, asked, answer }
}

/// The token, used or not.
pub async fn by_hash(db: &Db, hash: &[u8]) -> Result<Option<RefreshToken>, Error> {
    Ok(db.row::<Row>(SELECT, binds![hash]).await?.map(token))
}

/// The same, inside the transaction that holds its grant.
pub async fn held(tx: &mut Tx, hash: &[u8]) -> Result<Option<RefreshToken>, Error> {
    Ok(tx.row::<Row>(SELECT, binds![hash]).await?.map(token))
}

/// Keeps a new token.
pub async fn insert(tx: &mut Tx, hash: &[u8], grant_id: &str, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO refresh_tokens (hash, grant_id, idle_until) VALUES ($1, $2, $3)";
    tx.execute(sql, binds![hash, grant_id, now + REFRESH_IDLE]).await.map(drop)
}

/// Marks the token as used, with the answer that it was given.
pub async fn rotate(
    tx: &mut Tx,
    hash: &[u8],
    asked: &str,
    answer: Vec<u8>,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE refresh_tokens SET rotated_at = $2, asked = $3, answer = $4 WHERE hash = $1";
    tx.execute(sql, binds![hash, now, asked, answer]).await.map(drop)
}

/// Puts another answer in the place of the one that a used token was given.
pub async fn answer(tx: &mut Tx, hash: &[u8], answer: Vec<u8>) -> Result<(), Error> {
    let sql = "UPDATE refresh_tokens SET answer = $2 WHERE hash = $1";
    tx.execute(sql, binds![hash, answer]).await.map(drop)
}
