//! What is due, of all tenants.

use chrono::Duration;
use shared::{binds, db::Bind};

use crate::{app::App, error::Result};

/// Read at once. What is done is due no longer, so the rest comes next.
const MOST: i64 = 100;

/// One record that a worker has to look at.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    pub tenant_id: String,
    pub kind: String,
    pub subject: String,
}

/// Some of what is due by now, the oldest first. Each replica begins at another place, so that they seldom wait for
/// each other.
pub async fn by_now(app: &App, kinds: impl Iterator<Item = &'static str>) -> Result<Vec<Due>> {
    let mut binds = binds![app.clock.now(), MOST];
    binds.extend(kinds.map(Bind::from));
    let kinds: Vec<String> = (3..=binds.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT tenant_id, kind, subject FROM due WHERE at <= $1 AND kind IN ({}) ORDER BY at LIMIT $2",
        kinds.join(", ")
    );
    let mut some: Vec<Due> = app.db.rows(&sql, binds).await?;
    if let Some(first) = usize::from(app.random.bytes::<1>()[0]).checked_rem(some.len()) {
        some.rotate_left(first);
    }
    Ok(some)
}

impl Due {
    /// Lets it wait, so that what fails does not stand in the way of the rest.
    pub async fn postpone(&self, app: &App) -> Result<()> {
        let sql = "UPDATE due SET at = $1 WHERE tenant_id = $2 AND kind = $3 AND subject = $4 AND at <= $5";
        let now = app.clock.now();
        let later = now + Duration::hours(1);
        app.db.execute(sql, binds![later, &self.tenant_id, &self.kind, &self.subject, now]).await?;
        Ok(())
    }
}
