//! Whether the database finds what a list asks for by an index, or reads what all tenants have.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use shared::{db::Bind, tenant_tx::TenantTx};

/// How the database goes about a statement, in the tenant's own transaction and with the server's own rights.
pub async fn plan(tx: &mut TenantTx, sql: &str, binds: Vec<Bind>) -> Vec<String> {
    if tx.is_sqlite() {
        let steps: Vec<(i64, i64, i64, String)> =
            tx.rows(&format!("EXPLAIN QUERY PLAN {sql}"), binds).await.unwrap();
        steps.into_iter().map(|(.., step)| step).collect()
    } else {
        let steps: Vec<(String,)> = tx.rows(&format!("EXPLAIN {sql}"), binds).await.unwrap();
        steps.into_iter().map(|(step,)| step).collect()
    }
}

/// Whether a step reads a whole table or a whole index, of all tenants. `tables` are what SQLite calls those it may read.
pub fn reads_all(step: &str, tables: &[&str]) -> bool {
    let step = step.trim_start_matches([' ', '-', '>']);
    let sqlite = step.strip_prefix("SCAN ").is_some_and(|rest| {
        let table = rest.split(' ').next().unwrap_or_default();
        tables.contains(&table) || (rest.contains("VIRTUAL TABLE") && !rest.contains(":M"))
    });
    sqlite || step.starts_with("Seq Scan") || step.starts_with("Parallel Seq Scan")
}
