//! Links and names: what a whole page needs of other tables, one query each.

use std::collections::HashMap;

use shared::{binds, db::Bind, tenant_tx::TenantTx};

use crate::{entity::Link, error::Result};

fn marks(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

fn tenant_and(tx: &TenantTx, ids: &[&str]) -> Vec<Bind> {
    std::iter::once(Bind::from(tx.tenant_id())).chain(ids.iter().map(|&id| Bind::from(id))).collect()
}

/// The names of these records: `name` is the column that holds them.
pub async fn names(
    tx: &mut TenantTx,
    table: &str,
    name: &str,
    ids: &[&str],
) -> Result<HashMap<String, String>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql =
        format!("SELECT id, {name} FROM {table} WHERE tenant_id = $1 AND id IN ({})", marks(2, ids.len()));
    let rows: Vec<(String, String)> = tx.rows(&sql, tenant_and(tx, &ids)).await?;
    Ok(rows.into_iter().collect())
}

/// What each of these owners is linked to: `other` is the link table's other column.
pub async fn of_owners(
    tx: &mut TenantTx,
    link: Link,
    other: &str,
    owners: &[&str],
) -> Result<HashMap<String, Vec<String>>> {
    let mut linked: HashMap<String, Vec<String>> = HashMap::new();
    if owners.is_empty() {
        return Ok(linked);
    }
    let Link { table, owner } = link;
    let sql = format!(
        "SELECT {owner}, {other} FROM {table} WHERE tenant_id = $1 AND {owner} IN ({}) ORDER BY {owner}, {other}",
        marks(2, owners.len())
    );
    let rows: Vec<(String, String)> = tx.rows(&sql, tenant_and(tx, owners)).await?;
    for (owner, other) in rows {
        linked.entry(owner).or_default().push(other);
    }
    Ok(linked)
}

/// Keeps each tag's usage count in the transaction that moves it. Neither version nor updated_at of the tag moves.
pub async fn move_usage(tx: &mut TenantTx, before: &[String], after: &[String]) -> Result<()> {
    let gone = before.iter().filter(|tag| !after.contains(tag)).map(|tag| (tag, -1i64));
    let come = after.iter().filter(|tag| !before.contains(tag)).map(|tag| (tag, 1));
    for (tag, by) in gone.chain(come) {
        let sql = "UPDATE tags SET usage_count = usage_count + $3 WHERE tenant_id = $1 AND id = $2";
        tx.execute(sql, binds![tx.tenant_id(), tag, by]).await?;
    }
    Ok(())
}
