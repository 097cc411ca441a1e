//! What quotes and jobs become: a quote one job and one invoice, a job one invoice.

use std::collections::HashMap;

use shared::{db::Bind, tenant_tx::TenantTx};

use crate::{entity::Wanted, error::Result, store::Where};

/// The job and the invoice that documents became, by the column that names those in them.
#[derive(Default)]
pub struct Became {
    jobs: HashMap<String, String>,
    invoices: HashMap<String, String>,
}

impl Became {
    /// Reads what an answer shows of it.
    pub async fn read(
        tx: &mut TenantTx,
        wanted: &Wanted,
        source: &'static str,
        ids: &[&str],
    ) -> Result<Self> {
        let mut became = Self::default();
        if wanted.has("job_id") && source == "quote_id" {
            became.jobs = sourced(tx, "jobs", source, "", ids).await?;
        }
        if wanted.has("invoice_id") {
            became.invoices = sourced(tx, "invoices", source, "AND status <> 'void'", ids).await?;
        }
        Ok(became)
    }

    /// The job.
    pub fn job(&self, id: &str) -> Option<String> {
        self.jobs.get(id).cloned()
    }

    /// The invoice, if it is not void.
    pub fn invoice(&self, id: &str) -> Option<String> {
        self.invoices.get(id).cloned()
    }
}

async fn sourced(
    tx: &mut TenantTx,
    table: &str,
    source: &str,
    and: &str,
    ids: &[&str],
) -> Result<HashMap<String, String>> {
    let mut to = Where::of_table(table, tx);
    to.any_of(source, ids.iter().map(|&id| Bind::from(id)));
    to.push(&format!(" {and}"));
    let sql = format!("SELECT {source}, id FROM {table} WHERE {}", to.sql());
    let rows: Vec<(String, String)> = tx.rows(&sql, to.into_binds()).await?;
    Ok(rows.into_iter().collect())
}
