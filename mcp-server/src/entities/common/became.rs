//! What quotes and jobs become: a quote one job and one invoice, a job one invoice. An invoice that is void does not
//! count. Unique indexes stand behind what is refused here in words.

use std::collections::HashMap;

use shared::{db::Bind, tenant_tx::TenantTx};

use crate::{
    entity::Wanted,
    error::{Error, Result},
    store::Where,
};

/// The jobs that these quotes became, where the answer shows them.
pub async fn jobs(tx: &mut TenantTx, wanted: &Wanted, quotes: &[&str]) -> Result<HashMap<String, String>> {
    match wanted.has("job_id") {
        true => made_of(tx, "jobs", "quote_id", quotes).await,
        false => Ok(HashMap::new()),
    }
}

/// The invoices that these became, where the answer shows them; `source` is the column that names those in an invoice.
pub async fn invoices(
    tx: &mut TenantTx,
    wanted: &Wanted,
    source: &str,
    ids: &[&str],
) -> Result<HashMap<String, String>> {
    match wanted.has("invoice_id") {
        true => made_of(tx, "invoices", source, ids).await,
        false => Ok(HashMap::new()),
    }
}

/// The invoice that this became.
pub async fn invoice_of(tx: &mut TenantTx, source: &str, id: &str) -> Result<Option<String>> {
    Ok(made_of(tx, "invoices", source, &[id]).await?.remove(id))
}

/// Refuses to bill a job or a quote, a `noun`, a second time.
pub async fn refuse_second_invoice(tx: &mut TenantTx, source: &str, id: &str, noun: &str) -> Result<()> {
    match invoice_of(tx, source, id).await? {
        None => Ok(()),
        Some(invoice) => {
            let message = format!(
                "The {noun} is billed already, by {invoice}. Change that invoice, or void it first (invoices.void)."
            );
            Err(Error::conflict("already_converted", message).with("existing_id", invoice))
        }
    }
}

/// Refuses to make a second job of a quote.
pub async fn refuse_second_job(tx: &mut TenantTx, quote: &str) -> Result<()> {
    match made_of(tx, "jobs", "quote_id", &[quote]).await?.remove(quote) {
        None => Ok(()),
        Some(job) => {
            let message = format!("The quote became {job} already. Change that job (jobs.update).");
            Err(Error::conflict("already_converted", message).with("existing_id", job))
        }
    }
}

/// The customer of what is made from a source: the source's own.
pub fn same_customer(asked: Option<String>, source: Option<&String>) -> Result<Option<String>> {
    match (asked, source) {
        (Some(asked), Some(own)) if asked != *own => {
            Err(Error::field("customer_id", "is another customer than the source's; leave it out."))
        }
        (asked, own) => Ok(asked.or(own.cloned())),
    }
}

async fn made_of(
    tx: &mut TenantTx,
    table: &str,
    source: &str,
    ids: &[&str],
) -> Result<HashMap<String, String>> {
    let mut to = Where::of_table(table, tx);
    to.any_of(source, ids.iter().map(|&id| Bind::from(id)));
    if table == "invoices" {
        to.and("status <> 'void'", []);
    }
    let sql = format!("SELECT {source}, id FROM {table} WHERE {}", to.sql());
    let rows: Vec<(String, String)> = tx.rows(&sql, to.into_binds()).await?;
    Ok(rows.into_iter().collect())
}
