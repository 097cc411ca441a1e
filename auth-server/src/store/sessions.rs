//! Browser sessions: tower-sessions over Zoop's own database. The table holds a hash of the cookie's id, so that a
//! copy of it signs nobody in.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use chrono::Duration;
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::{
    binds,
    clock::Clock,
    db::{Db, Tx},
    error::Error,
    timestamp::Timestamp,
};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use crate::domain::visit::Visit;

/// The key under which a session's data holds its [`Visit`].
pub const VISIT: &str = "visit";
/// A signed-in browser stays so for this many days after the last change.
pub const IDLE_DAYS: i64 = 14;
/// One in which nobody has signed in.
const ANONYMOUS: Duration = Duration::hours(1);

/// The store.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    clock: Clock,
}

impl Sessions {
    /// A store over this database.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    fn row(&self, record: &Record) -> Row {
        let user_id =
            record.data.get(VISIT).and_then(|visit| visit.get("user_id")?.as_str().map(str::to_owned));
        let life = if user_id.is_some() { Duration::days(IDLE_DAYS) } else { ANONYMOUS };
        let data = serde_json::to_value(&record.data).unwrap_or(Value::Null);
        Row { id: handle(&record.id), user_id, data: data.to_string(), expires_at: self.clock.now() + life }
    }
}

struct Row {
    id: String,
    user_id: Option<String>,
    data: String,
    expires_at: Timestamp,
}

/// What stands in a cookie's place in the table and on pages.
pub fn handle(id: &Id) -> String {
    Sha256::digest(id.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

fn backend(error: Error) -> session_store::Error {
    match &error {
        Error::Unavailable(cause) | Error::Internal(cause) => {
            tracing::warn!(cause = format!("{cause:#}"), "sessions")
        }
    }
    session_store::Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let row = self.row(record);
        let sql =
            "INSERT INTO sessions (id, user_id, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let binds = binds![row.id, row.user_id, row.data, self.clock.now(), row.expires_at];
        self.db.execute(sql, binds).await.map(drop).map_err(backend)
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        // An update alone: a session that was ended meanwhile stays ended.
        let row = self.row(record);
        let sql = "UPDATE sessions SET user_id = $2, data = $3, expires_at = $4 WHERE id = $1";
        let binds = binds![row.id, row.user_id, row.data, row.expires_at];
        self.db.execute(sql, binds).await.map(drop).map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let sql = "SELECT data, expires_at FROM sessions WHERE id = $1 AND expires_at > $2";
        let row: Option<(String, Timestamp)> =
            self.db.row(sql, binds![handle(id), self.clock.now()]).await.map_err(backend)?;
        let Some((data, expires_at)) = row else { return Ok(None) };
        let data: HashMap<String, Value> =
            serde_json::from_str(&data).map_err(|error| session_store::Error::Decode(error.to_string()))?;
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(expires_at.seconds())
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.db
            .execute("DELETE FROM sessions WHERE id = $1", binds![handle(id)])
            .await
            .map(drop)
            .map_err(backend)
    }
}

/// A person's sessions, newest first, by their handles.
pub async fn of_user(db: &Db, user_id: &str, now: Timestamp) -> Result<Vec<(String, Visit)>, Error> {
    let sql =
        "SELECT id, data FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id";
    let rows: Vec<(String, String)> = db.rows(sql, binds![user_id, now]).await?;
    let visit = |data: &str| {
        let data: Value = serde_json::from_str(data).ok()?;
        serde_json::from_value(data.get(VISIT)?.clone()).ok()
    };
    Ok(rows.into_iter().filter_map(|(id, data)| Some((id, visit(&data)?))).collect())
}

/// Ends one session of a person; answers whether there was one.
pub async fn end(db: &Db, user_id: &str, handle: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
    Ok(db.execute(sql, binds![handle, user_id]).await? > 0)
}

/// Ends all sessions of a person.
pub async fn end_all(tx: &mut Tx, user_id: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM sessions WHERE user_id = $1", binds![user_id]).await.map(drop)
}

/// Ends all sessions of a person but this one.
pub async fn end_others(tx: &mut Tx, user_id: &str, kept: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", binds![user_id, kept]).await.map(drop)
}
