//! What stopped being valid. Whoever ends a grant, a key, a membership writes a row in the same transaction;
//! every mcp-server replica reads the table's tail twice a second and forgets what it names.

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

    fn from_parts(kind: &str, subject: String) -> Option<Self> {
        Some(match kind {
            "grant" => Revoked::Grant(subject),
            "key" => Revoked::Key(subject),
            "member" => {
                let (tenant_id, user_id) = subject.split_once(' ')?;
                Revoked::Member { tenant_id: tenant_id.to_owned(), user_id: user_id.to_owned() }
            }
            "user" => Revoked::User(subject),
            "tenant" => Revoked::Tenant(subject),
            "signing_key" => Revoked::SigningKey(subject),
            _ => return None,
        })
    }
}

/// Writes down, in the transaction that revokes, what was revoked.
pub async fn record(tx: &mut Tx, ids: &Ids, now: Timestamp, what: &Revoked) -> Result<(), Error> {
    let (kind, subject) = what.parts();
    let sql = "INSERT INTO revocations (id, kind, subject, at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, binds![ids.next("rev"), kind, subject, now]).await.map(|_| ())
}

/// The revocations since a time, with their ids, oldest first.
pub async fn since(db: &Db, time: Timestamp) -> Result<Vec<(String, Revoked)>, Error> {
    let sql = "SELECT id, kind, subject FROM revocations WHERE at >= $1 ORDER BY at, id";
    let rows: Vec<(String, String, String)> = db.rows(sql, binds![time]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, kind, subject)| Some((id, Revoked::from_parts(&kind, subject)?)))
        .collect())
}
