//! What a record names of others: it must be there, and within the caller's reach.

use serde_json::json;
use shared::tenant_tx::TenantTx;

use super::customers;
use crate::{
    entity::Entity,
    error::{Error, Issue, Kind, Result, shown},
    store,
};

/// The issue of a field that names nothing; another tenant's record reads the same.
pub fn unknown(path: impl Into<String>, noun: &str, id: &str, find_with: &str) -> Issue {
    let message = format!("there is no {noun} `{}`; find one with {find_with}.", shown(id));
    Issue { path: path.into(), message, reason: Some("bad_reference") }
}

/// Whether the entity has this record, within reach.
pub async fn is_there<E: Entity>(tx: &mut TenantTx, id: &str) -> Result<bool> {
    match store::fetch::<E>(tx, id).await {
        Ok(_) => Ok(true),
        Err(Error::Tool(error)) if error.kind == Kind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses a customer who is not there, or archived.
pub async fn check_customer(tx: &mut TenantTx, id: &str, noun: &str) -> Result<()> {
    match customers::standing(tx, id).await? {
        None => {
            let error = Error::issues(vec![unknown("customer_id", "customer", id, "customers.search")]);
            Err(error.then_call("customers.search", json!({})))
        }
        Some(standing) if standing.archived => {
            let message = format!(
                "The customer is archived; no new {noun} for them. Restore with customers.update status active."
            );
            let error = Error::conflict("parent_archived", message);
            Err(error.then_call("customers.update", json!({"id": id, "status": "active"})))
        }
        Some(_) => Ok(()),
    }
}

/// Refuses a tax rate that is not there.
pub async fn check_tax_rate(tx: &mut TenantTx, id: Option<&str>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    if store::names(tx, "tax_rates", "name", &[id]).await?.contains_key(id) {
        return Ok(());
    }
    let error = Error::issues(vec![unknown("default_tax_rate_id", "tax rate", id, "tax_rates.list")]);
    Err(error.then_call("tax_rates.list", json!({})))
}
