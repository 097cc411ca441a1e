//! What is counted and not written down call by call: reads, refusals, and when a key was last used. A read that
//! writes would cost more than twice a read, and a flood of refusals must not fill a table.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};
use shared::{
    audit, binds, caller::Caller, db::Db, error::Error, id::Ids, scope::Access, timestamp::Timestamp,
};

const MINUTE: i64 = 60_000_000;

/// A 403: it leaves a line in the audit log too, at most one for each actor, tool and minute.
pub const INSUFFICIENT_SCOPE: &str = "insufficient_scope";

#[derive(Clone, PartialEq, Eq, Hash)]
struct Counted {
    tenant_id: String,
    minute: Timestamp,
    actor: String,
    tool: String,
    outcome: &'static str,
}

struct Count {
    times: i64,
    actor: Value,
}

/// The counts since the last flush.
#[derive(Default)]
pub struct Tally {
    counts: Mutex<HashMap<Counted, Count>>,
    used: Mutex<HashMap<String, Timestamp>>,
}

impl Tally {
    /// Counts a call of a tool.
    pub fn count(&self, caller: &Caller, tool: &str, outcome: &'static str, now: Timestamp) {
        let counted = Counted {
            tenant_id: caller.tenant_id.clone(),
            minute: Timestamp::from_micros(now.micros() - now.micros().rem_euclid(MINUTE)),
            actor: format!("{} {}", caller.actor.id.as_deref().unwrap_or_default(), caller.credential),
            tool: tool.to_owned(),
            outcome,
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.entry(counted).or_insert_with(|| Count { times: 0, actor: json!(caller.actor) }).times += 1;
    }

    /// Remembers that a key was used.
    pub fn used(&self, key: &str, now: Timestamp) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        match used.get_mut(key) {
            Some(at) => *at = now,
            None => drop(used.insert(key.to_owned(), now)),
        }
    }

    /// Writes the counts down and starts anew. What a failure keeps from being written is lost: it is a tally.
    pub async fn flush(&self, db: &Db, ids: &Ids) -> Result<(), Error> {
        let counts = mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let used = mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() && used.is_empty() {
            return Ok(());
        }
        let mut tx = db.begin(Access::Write).await?;
        for (key, at) in used {
            tx.execute("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", binds![key, at]).await?;
        }
        for (counted, count) in counts {
            let sql = "INSERT INTO audit_counts (tenant_id, minute, actor, tool, outcome, times) \
                       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, minute, actor, tool, outcome) \
                       DO UPDATE SET times = audit_counts.times + excluded.times RETURNING times";
            let Counted { tenant_id, minute, actor, tool, outcome } = &counted;
            let binds = binds![tenant_id, *minute, actor, tool, *outcome, count.times];
            let total: Option<(i64,)> = tx.row(sql, binds).await?;
            let first_of_its_minute = total == Some((count.times,));
            if *outcome == INSUFFICIENT_SCOPE && first_of_its_minute {
                let sql = "INSERT INTO audit (id, tenant_id, at, actor, action, outcome, changes) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7)";
                let id = ids.next(audit::PREFIX);
                let binds = binds![id, tenant_id, *minute, count.actor, tool, *outcome, json!({})];
                tx.execute(sql, binds).await?;
            }
        }
        tx.commit().await
    }
}
