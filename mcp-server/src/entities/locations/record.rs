//! A location as it is stored and as it is answered.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{binds, tenant_tx::TenantTx, timestamp::Timestamp};

use super::Locations;
use crate::{
    entities::{contacts::Contacts, customers::Customers},
    entity::{Stored, Wanted},
    error::Result,
    fields::AddressRecord,
    references::{Kind, TAX_RATE},
    store::{Columns, Step, Write},
    verbs,
};

/// A location's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) customer_id: String,
    pub(super) name: Option<String>,
    pub(super) line1: String,
    pub(super) line2: Option<String>,
    pub(super) city: Option<String>,
    pub(super) region: Option<String>,
    pub(super) postal_code: Option<String>,
    pub(super) country: String,
    pub(super) time_zone: Option<String>,
    pub(super) access_notes: Option<String>,
    pub(super) gate_code: Option<String>,
    pub(super) default_tax_rate_id: Option<String>,
    pub(super) contact_id: Option<String>,
    pub(super) is_primary: bool,
    pub(super) archived_at: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "customer_id, name, line1, line2, city, region, postal_code, country, \
        time_zone, access_notes, gate_code, default_tax_rate_id, contact_id, is_primary, archived_at";

    /// As people call it.
    pub(super) fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.line1)
    }
}

/// A location.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    customer_id: String,
    customer_name: Option<String>,
    name: Option<String>,
    address: AddressRecord,
    time_zone: Option<String>,
    access_notes: Option<String>,
    gate_code: Option<String>,
    default_tax_rate_id: Option<String>,
    default_tax_rate_name: Option<String>,
    contact_id: Option<String>,
    contact_name: Option<String>,
    /// One per customer.
    is_primary: bool,
    archived_at: Option<Timestamp>,
}

/// The ids of a customer's locations in use.
pub async fn in_use_of(tx: &mut TenantTx, customer: &str) -> Result<Vec<String>> {
    let sql = "SELECT id FROM locations WHERE tenant_id = $1 AND customer_id = $2 AND archived_at IS NULL";
    let rows: Vec<(String,)> = tx.rows(sql, binds![tx.tenant_id(), customer]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A contact goes to another customer: the locations that name it do so no longer.
pub async fn forgetting(tx: &mut TenantTx, contact: &str) -> Result<Vec<Step>> {
    let sql = "SELECT id FROM locations WHERE tenant_id = $1 AND contact_id = $2";
    let rows: Vec<(String,)> = tx.rows(sql, binds![tx.tenant_id(), contact]).await?;
    let nobody = || Write::new(Columns::default().put("contact_id", None::<String>));
    Ok(rows.into_iter().map(|(id,)| verbs::alter::<Locations>(id, nobody())).collect())
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let of =
        |pick: fn(&Row) -> Option<&str>| rows.iter().filter_map(|row| pick(&row.own)).collect::<Vec<&str>>();
    let customers = of(|row| Some(&row.customer_id));
    let customers = Kind::of::<Customers>().names_for(wanted, "customer_name", tx, customers).await?;
    let contacts = of(|row| row.contact_id.as_deref());
    let contacts = Kind::of::<Contacts>().names_for(wanted, "contact_name", tx, contacts).await?;
    let rates = of(|row| row.default_tax_rate_id.as_deref());
    let rates = TAX_RATE.names_for(wanted, "default_tax_rate_name", tx, rates).await?;
    let record = |row: &Stored<Row>| Record {
        customer_name: customers.get(&row.customer_id).cloned(),
        customer_id: row.customer_id.clone(),
        name: row.name.clone(),
        address: AddressRecord {
            line1: row.line1.clone(),
            line2: row.line2.clone(),
            city: row.city.clone(),
            region: row.region.clone(),
            postal_code: row.postal_code.clone(),
            country: row.country.clone(),
        },
        time_zone: row.time_zone.clone(),
        access_notes: row.access_notes.clone(),
        gate_code: row.gate_code.clone(),
        default_tax_rate_name: row.default_tax_rate_id.as_ref().and_then(|id| rates.get(id).cloned()),
        default_tax_rate_id: row.default_tax_rate_id.clone(),
        contact_name: row.contact_id.as_ref().and_then(|id| contacts.get(id).cloned()),
        contact_id: row.contact_id.clone(),
        is_primary: row.is_primary,
        archived_at: row.archived_at,
    };
    Ok(rows.iter().map(record).collect())
}
