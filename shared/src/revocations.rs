//! What stopped being valid. Whoever ends a grant, a key, a membership writes a row in the same transaction;
//! every mcp-server replica reads the table's tail twice a second and then checks anew whatever it remembers.

use crate::{
    binds,
    db::{Db, Tx},
    error::Error,
    id::Ids,
    timestamp::Timestamp,
};

/// What was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each holds the id of what it names")]
pub enum Revoked {
    Grant(String),
    Key(String),
    /// A membership changed: its role, or it ended. Tokens made under an older version are refused.
    Member {
        tenant_id: String,
        user_id: String,
    },
    User(String),
    Tenant(String),
    SigningKey(String),
}

impl Revoked {
    fn parts(&self) -> (&'static str, String) {
        match self {
            Revoked::Grant(id) => ("grant", id.clone()),
            Revoked::Key(id) => ("key", id.clone()),
            Revoked::Member { tenant_id, user_id } => ("member", format!("{tenant_id} {user_id}")),
            Revoked::User(id) => ("user", id.clone()),
            Revoked::Tenant(id) => ("tenant", id.clone()),
            Revoked::SigningKey(id) => ("signing_key", id.clone()),
        }
    }
}

/// Writes down, in the transaction that revokes, what was revoked.
pub async fn record(tx: &mut Tx, ids: &Ids, now: Timestamp, what: &Revoked) -> Result<(), Error> {
    let (kind, subject) = what.parts();
    let sql = "INSERT INTO revocations (id, kind, subject, at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, binds![ids.next("rev"), kind, subject, now]).await.map(|_| ())
}

/// The ids of the revocations since a time, of every kind: also of one that a newer program has written.
pub async fn since(db: &Db, time: Timestamp) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = db.rows("SELECT id FROM revocations WHERE at >= $1", binds![time]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
