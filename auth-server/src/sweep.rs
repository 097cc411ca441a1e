//! What has ended is swept in batches: sessions, tries, requests, codes, tokens, apps that nobody used.

use chrono::Duration;
use shared::{binds, error::Error, timestamp::Timestamp};

use crate::app::App;

/// Rows in one batch.
const BATCH: i64 = 500;

/// A table's key, what is swept from it, and how long ago that must have ended.
const RULES: [(&str, &str, &str, Duration); 9] = [
    ("sessions", "id", "expires_at < $1", Duration::zero()),
    ("login_attempts", "id", "at < $1", Duration::hours(1)),
    ("authorization_requests", "hash", "expires_at < $1", Duration::zero()),
    ("client_assertions", "hash", "expires_at < $1", Duration::zero()),
    // A used code is kept a while: its second use is a theft to be noticed.
    ("authorization_codes", "hash", "expires_at < $1", Duration::days(1)),
    (
        "refresh_tokens",
        "hash",
        "grant_id IN (SELECT id FROM grants WHERE revoked_at < $1 OR expires_at < $1)",
        Duration::days(7),
    ),
    ("refresh_tokens", "hash", "rotated_at IS NULL AND idle_until < $1", Duration::days(7)),
    ("revocations", "id", "at < $1", Duration::days(2)),
    (
        "clients",
        "id",
        "created_at < $1 AND registered_by IS NULL AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = clients.id) \
         AND NOT EXISTS (SELECT 1 FROM authorization_codes a WHERE a.client_id = clients.id)",
        Duration::days(30),
    ),
];

/// Sweeps one batch of everything.
pub async fn run(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    for (table, key, ended, after) in RULES {
        let sql = format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {ended} LIMIT {BATCH})"
        );
        app.db.execute(&sql, binds![now - after]).await?;
    }
    forget_answers(app, now).await
}

/// The answers that rotated tokens were given are kept for their grace alone.
async fn forget_answers(app: &App, now: Timestamp) -> Result<(), Error> {
    let sql =
        "UPDATE refresh_tokens SET answer = NULL, asked = NULL WHERE answer IS NOT NULL AND rotated_at < $1";
    app.db.execute(sql, binds![now - crate::domain::authorization::REFRESH_GRACE]).await.map(drop)
}
