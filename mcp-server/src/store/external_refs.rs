//! The ids that other systems give to records, unique per tenant and entity.

use std::collections::HashMap;

use shared::{binds, db::Bind, tenant_tx::TenantTx};

use super::Where;
use crate::{
    entity::Entity,
    error::{Error, Result},
};

/// A record is known to at most so many systems.
const MOST: i64 = 10;

/// Merges references by system into a record's: none removes one, since two integrations must not wipe each other's.
pub async fn put<E: Entity>(
    tx: &mut TenantTx,
    record: &str,
    references: &[(String, Option<String>)],
) -> Result<()> {
    let entity = E::TABLE;
    for (system, external) in references {
        let sql = "DELETE FROM external_refs WHERE tenant_id = $1 AND entity = $2 AND record_id = $3 AND system = $4";
        tx.execute(sql, binds![tx.tenant_id(), entity, record, system]).await?;
        let Some(external) = external else { continue };
        if let Some(existing) = find(tx, entity, system, external).await? {
            let message = format!(
                "Another record already has the id `{external}` in `{system}`. Update that one, or leave the reference out."
            );
            let error = Error::conflict("duplicate", message).with("field", "external_refs");
            // Whose reach it is out of learns that there is one, since the reference is taken, and no more.
            return Err(match in_reach::<E>(tx, &existing).await? {
                true => error.with("existing_id", existing),
                false => error,
            });
        }
        let sql = "INSERT INTO external_refs (tenant_id, entity, system, external_id, record_id) \
                   VALUES ($1, $2, $3, $4, $5)";
        tx.execute(sql, binds![tx.tenant_id(), entity, system, external, record]).await?;
    }
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM external_refs \
               WHERE tenant_id = $1 AND entity = $2 AND record_id = $3";
    let held: Option<(i64,)> = tx.row(sql, binds![tx.tenant_id(), entity, record]).await?;
    if held.is_some_and(|(held,)| held > MOST) {
        let message = format!("would hold more than {MOST} systems; remove some by `id: null`.");
        return Err(Error::field("external_refs", message));
    }
    Ok(())
}

/// The record that another system knows by this id.
pub async fn find(tx: &mut TenantTx, entity: &str, system: &str, external: &str) -> Result<Option<String>> {
    let sql = "SELECT record_id FROM external_refs \
               WHERE tenant_id = $1 AND entity = $2 AND system = $3 AND external_id = $4";
    let row: Option<(String,)> = tx.row(sql, binds![tx.tenant_id(), entity, system, external]).await?;
    Ok(row.map(|(id,)| id))
}

async fn in_reach<E: Entity>(tx: &mut TenantTx, id: &str) -> Result<bool> {
    let mut to = Where::in_reach::<E>(tx);
    to.and("id = ?", [Bind::from(id)]);
    let sql = format!("SELECT id FROM {} WHERE {}", E::TABLE, to.sql());
    Ok(tx.row::<(String,)>(&sql, to.into_binds()).await?.is_some())
}

/// The record within the caller's reach that other systems know by any of these ids.
pub async fn find_any<E: Entity>(
    tx: &mut TenantTx,
    references: &[(String, Option<String>)],
) -> Result<Option<String>> {
    for (system, external) in references {
        if let Some(external) = external
            && let Some(id) = find(tx, E::TABLE, system, external).await?
            && in_reach::<E>(tx, &id).await?
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The references of these records, each list in the order of systems.
pub async fn of_records(
    tx: &mut TenantTx,
    entity: &str,
    records: &[&str],
) -> Result<HashMap<String, Vec<(String, String)>>> {
    let mut found: HashMap<String, Vec<(String, String)>> = HashMap::new();
    if records.is_empty() {
        return Ok(found);
    }
    let marks: Vec<String> = (0..records.len()).map(|n| format!("${}", n + 3)).collect();
    let sql = format!(
        "SELECT record_id, system, external_id FROM external_refs \
         WHERE tenant_id = $1 AND entity = $2 AND record_id IN ({}) ORDER BY record_id, system",
        marks.join(", ")
    );
    let mut binds = binds![tx.tenant_id(), entity];
    binds.extend(records.iter().map(|&id| Bind::from(id)));
    let rows: Vec<(String, String, String)> = tx.rows(&sql, binds).await?;
    for (record, system, external) in rows {
        found.entry(record).or_default().push((system, external));
    }
    Ok(found)
}
