//! Where jobs, quotes and invoices are done, for whom, and what a document takes from whoever pays for it.

use std::collections::HashMap;

use shared::{binds, db::Bind, tenant_tx::TenantTx};

use crate::entities::{
    customers::{self, Customers},
    locations::Locations,
};
use crate::{
    error::{Error, Result},
    fields::{AddressRecord, Patch, zone_named},
    references::Kind,
    store::Columns,
};

/// Where work is done and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    /// The location's own zone.
    pub zone: Option<String>,
}

impl Place {
    /// The place of a new document, a `noun`. A location brings its customer; the two must agree, and nothing new is
    /// made for a customer who is archived. A location that a source has already, `kept`, may be out of use since.
    pub async fn of_new(
        tx: &mut TenantTx,
        customer: Option<String>,
        location: Option<String>,
        kept: Option<&str>,
        noun: &str,
    ) -> Result<Self> {
        let place = Self::find(tx, customer, location, kept).await?;
        if let Some(customer) = &place.customer_id {
            customers::served(tx, customer, noun).await?;
        }
        Ok(place)
    }

    /// The place that these name.
    async fn find(
        tx: &mut TenantTx,
        customer: Option<String>,
        location: Option<String>,
        kept: Option<&str>,
    ) -> Result<Self> {
        let mut place = Self { customer_id: customer, location_id: location, zone: None };
        if let Some(location) = place.location_id.clone() {
            let kind = Kind::of::<Locations>();
            kind.check(tx, "location_id", Some(&location), kept).await?;
            let sql = "SELECT customer_id, time_zone FROM locations WHERE tenant_id = $1 AND id = $2";
            let found: Option<(String, Option<String>)> =
                tx.row(sql, binds![tx.tenant_id(), &location]).await?;
            let (owner, zone) = found.ok_or_else(|| kind.none("location_id", &location))?;
            if place.customer_id.as_ref().is_some_and(|customer| *customer != owner) {
                let message =
                    "is a location of another customer; send that customer, or leave customer_id out.";
                return Err(Error::field("location_id", message));
            }
            place.customer_id = Some(owner);
            place.zone = zone.filter(|zone| zone_named(zone).is_some());
        }
        Kind::of::<Customers>()
            .or_archived()
            .check(tx, "customer_id", place.customer_id.as_deref(), None)
            .await?;
        Ok(place)
    }

    /// Where a patch puts a document, a `noun`, that was at `before`; none if it says nothing of it. It goes to no other
    /// customer who is archived.
    pub async fn patched(
        tx: &mut TenantTx,
        before: (Option<&String>, Option<&String>),
        customer: &Patch<String>,
        location: &Patch<String>,
        noun: &str,
    ) -> Result<Option<Self>> {
        let (customer, location) = match (customer, location) {
            (Patch::Absent, Patch::Absent) => return Ok(None),
            // A new location brings its own customer.
            (Patch::Absent, Patch::Set(location)) => (None, Some(location.clone())),
            (Patch::Absent, Patch::Null) => (before.0.cloned(), None),
            // A new customer leaves the old one's location behind.
            (customer, Patch::Absent) if customer.clone().or(None).as_ref() != before.0 => {
                (customer.clone().or(None), None)
            }
            (customer, location) => (customer.clone().or(None), location.clone().or(before.1.cloned())),
        };
        let place = Self::find(tx, customer, location, before.1.map(String::as_str)).await?;
        if let Some(customer) = place.customer_id.as_ref().filter(|&customer| Some(customer) != before.0) {
            customers::served(tx, customer, noun).await?;
        }
        Ok(Some(place))
    }
}

/// What a document takes from whoever pays for it.
pub struct Payer {
    /// Nobody pays tax for them.
    pub tax_exempt: bool,
    /// Days until an invoice is due; none: the usual ones.
    pub payment_terms_days: Option<i64>,
    /// What taxes a line that names no rate: the location's, else the customer's, else the account's default.
    pub default_tax_rate_id: Option<String>,
}

impl Payer {
    /// Who pays at this place.
    pub async fn find(tx: &mut TenantTx, customer: Option<&str>, location: Option<&str>) -> Result<Self> {
        let sql = "SELECT tax_exempt, payment_terms_days, default_tax_rate_id FROM customers \
                   WHERE tenant_id = $1 AND id = $2";
        let paying: Option<(bool, Option<i64>, Option<String>)> =
            tx.row(sql, binds![tx.tenant_id(), customer.unwrap_or_default()]).await?;
        let (tax_exempt, payment_terms_days, theirs) = paying.unwrap_or_default();
        let sql = "SELECT default_tax_rate_id FROM locations WHERE tenant_id = $1 AND id = $2";
        let there: Option<(Option<String>,)> =
            tx.row(sql, binds![tx.tenant_id(), location.unwrap_or_default()]).await?;
        let sql = "SELECT id, is_default FROM tax_rates WHERE tenant_id = $1 AND archived_at IS NULL";
        let rates: HashMap<String, bool> =
            tx.rows::<(String, bool)>(sql, binds![tx.tenant_id()]).await?.into_iter().collect();
        let default_tax_rate_id = [there.and_then(|(rate,)| rate), theirs]
            .into_iter()
            .flatten()
            .find(|rate| rates.contains_key(rate))
            .or_else(|| rates.iter().find(|(_, default)| **default).map(|(id, _)| id.clone()));
        Ok(Self { tax_exempt, payment_terms_days, default_tax_rate_id })
    }
}

/// The customer's name and address, as a document keeps them from the moment that it is sent.
pub async fn billed_to(tx: &mut TenantTx, customer: &str) -> Result<Columns> {
    let name = Kind::of::<Customers>().names(tx, [customer]).await?.remove(customer);
    let address = customers::billing_addresses(tx, &[customer]).await?.remove(customer);
    Ok(billing_columns(name, address))
}

/// A name and an address, as a document keeps them.
pub fn billing_columns(name: Option<String>, address: Option<AddressRecord>) -> Columns {
    let address = address.and_then(|address| serde_json::to_value(address).ok());
    Columns::default().put("customer_name", name).put("billing_address", Bind::Json(address))
}

/// A document's address: as it was when it was sent, and before that as it is now.
pub fn address_shown(
    sent: bool,
    kept: Option<&sqlx::types::Json<AddressRecord>>,
    now: Option<&AddressRecord>,
) -> Option<AddressRecord> {
    match sent {
        true => kept.map(|address| address.0.clone()),
        false => now.cloned(),
    }
}
