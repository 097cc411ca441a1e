//! A contact as it is stored and as it is answered.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::links::LOCATIONS;
use crate::{
    entities::{customers::Customers, locations::Locations},
    entity::{Stored, Wanted},
    error::Result,
    references::Kind,
    store,
};

/// A contact's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) customer_id: String,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) role: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) phone_e164: Option<String>,
    pub(super) sms_enabled: bool,
    pub(super) is_primary: bool,
    pub(super) is_billing: bool,
    pub(super) archived_at: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "customer_id, first_name, last_name, role, email, phone, phone_e164, \
        sms_enabled, is_primary, is_billing, archived_at";

    pub(super) fn name(&self) -> String {
        let parts: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        parts.join(" ")
    }
}

/// A contact.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    customer_id: String,
    customer_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    role: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    phone_e164: Option<String>,
    sms_enabled: bool,
    /// One per customer.
    is_primary: bool,
    is_billing: bool,
    location_ids: Vec<String>,
    location_names: Vec<String>,
    archived_at: Option<Timestamp>,
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.meta.id.as_str()).collect();
    let customers = rows.iter().map(|row| row.customer_id.as_str());
    let customers = Kind::of::<Customers>().names_for(wanted, "customer_name", tx, customers).await?;
    let mut links = match wanted.has("location_ids") || wanted.has("location_names") {
        true => store::of_owners(tx, LOCATIONS, "location_id", &ids).await?,
        false => Default::default(),
    };
    let locations = links.values().flatten().map(String::as_str);
    let locations = Kind::of::<Locations>().names_for(wanted, "location_names", tx, locations).await?;
    let record = |row: &Stored<Row>| {
        let location_ids = links.remove(&row.meta.id).unwrap_or_default();
        Record {
            customer_name: customers.get(&row.customer_id).cloned(),
            customer_id: row.customer_id.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            role: row.role.clone(),
            email: row.email.clone(),
            phone: row.phone.clone(),
            phone_e164: row.phone_e164.clone(),
            sms_enabled: row.sms_enabled,
            is_primary: row.is_primary,
            is_billing: row.is_billing,
            location_names: location_ids.iter().filter_map(|id| locations.get(id).cloned()).collect(),
            location_ids,
            archived_at: row.archived_at,
        }
    };
    Ok(rows.iter().map(record).collect())
}
