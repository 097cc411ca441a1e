//! The answers of writes that were made under an idempotency key, kept for a day. The tenant's row is locked before
//! they are looked at, so a call that meets the first one still running waits for it.

use serde_json::{Map, Value};
use shared::{binds, tenant_tx::TenantTx, timestamp::Timestamp};

use crate::error::{Error, Result};

/// How long a key is remembered.
const KEPT: chrono::Duration = chrono::Duration::hours(24);

/// A call that may be a repetition.
pub struct Repeat<'a> {
    /// The tool's name.
    pub tool: &'a str,
    /// The caller's key.
    pub key: &'a str,
    /// What the arguments hash to.
    pub arguments: &'a str,
}

/// The stored answer, if this call was made before; a conflict, if another one was made under its key.
pub async fn repeated(tx: &mut TenantTx, call: &Repeat<'_>) -> Result<Option<Map<String, Value>>> {
    let repeater = tx.permit().caller().repeater.clone();
    let sql = "SELECT arguments, answer, created_at FROM idempotency \
               WHERE tenant_id = $1 AND repeater = $2 AND tool = $3 AND key = $4";
    type Stored = (String, String, Timestamp);
    let stored: Option<Stored> = tx.row(sql, binds![tx.tenant_id(), repeater, call.tool, call.key]).await?;
    match stored {
        Some((_, _, created_at)) if created_at + KEPT <= tx.now() => Ok(None),
        Some((arguments, answer, _)) if arguments == call.arguments => {
            Ok(Some(serde_json::from_str(&answer).map_err(shared::error::Error::internal)?))
        }
        Some(_) => Err(Error::conflict(
            "idempotency_mismatch",
            "This idempotencyKey was used for another call of this tool. Reuse a key only to retry the same change; \
             send a new key for a new one.",
        )),
        None => Ok(None),
    }
}

/// Keeps an answer, in the transaction that made it.
pub async fn keep(tx: &mut TenantTx, call: &Repeat<'_>, answer: &Map<String, Value>) -> Result<()> {
    let repeater = tx.permit().caller().repeater.clone();
    let sql = "INSERT INTO idempotency (tenant_id, repeater, tool, key, arguments, answer, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, repeater, tool, key) DO UPDATE SET \
               arguments = excluded.arguments, answer = excluded.answer, created_at = excluded.created_at";
    let answer = serde_json::to_string(answer).map_err(shared::error::Error::internal)?;
    let binds = binds![tx.tenant_id(), repeater, call.tool, call.key, call.arguments, answer, tx.now()];
    tx.execute(sql, binds).await?;
    Ok(())
}
