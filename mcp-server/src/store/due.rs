//! When a worker has to look at a record again. The table stands outside row security: a worker asks for all tenants
//! at once, and what it finds it does inside the tenant.

use shared::{binds, tenant_tx::TenantTx, timestamp::Timestamp};

use crate::error::Result;

/// Sets when a worker looks at this record; none: no longer. Part of the write that decides it.
pub async fn set_due(tx: &mut TenantTx, kind: &str, subject: &str, at: Option<Timestamp>) -> Result<()> {
    let (sql, mut values) = match at {
        Some(_) => (
            "INSERT INTO due (tenant_id, kind, subject, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET at = excluded.at",
            binds![tx.tenant_id(), kind, subject],
        ),
        None => (
            "DELETE FROM due WHERE tenant_id = $1 AND kind = $2 AND subject = $3",
            binds![tx.tenant_id(), kind, subject],
        ),
    };
    values.extend(at.map(Into::into));
    tx.execute(sql, values).await?;
    Ok(())
}

/// Whether a worker has to look at this record now. The tenant's row is held, so nobody else is at it.
pub async fn is_due(tx: &mut TenantTx, kind: &str, subject: &str) -> Result<bool> {
    let sql = "SELECT subject FROM due WHERE tenant_id = $1 AND kind = $2 AND subject = $3 AND at <= $4";
    let values = binds![tx.tenant_id(), kind, subject, tx.now()];
    Ok(tx.row::<(String,)>(sql, values).await?.is_some())
}
