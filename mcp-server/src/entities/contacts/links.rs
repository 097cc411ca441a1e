//! Which locations a contact is responsible for: always of the contact's own customer.

use serde_json::json;
use shared::{binds, tenant_tx::TenantTx};

use super::Contacts;
use crate::{
    entities::locations,
    entity::Link,
    error::{Error, Issue, Result},
    references,
    store::{self, Children, Columns, Step, Write},
    verbs,
};

pub(super) const LOCATIONS: Link = Link { table: "contact_locations", owner: "contact_id" };

const FINDER: &str = "locations.list";

/// The locations of one contact.
pub(super) async fn of(tx: &mut TenantTx, contact: &str) -> Result<Vec<String>> {
    Ok(store::of_owners(tx, LOCATIONS, "location_id", &[contact]).await?.remove(contact).unwrap_or_default())
}

/// The asked ones, each once; those that are not the customer's in use are refused, all at once. What was linked
/// `before` may stay.
pub(super) async fn checked(
    tx: &mut TenantTx,
    customer: &str,
    asked: Vec<String>,
    before: &[String],
) -> Result<Vec<String>> {
    let (mut ids, mut issues) = (Vec::with_capacity(asked.len()), Vec::<Issue>::new());
    let own = locations::in_use_of(tx, customer).await?;
    for (n, id) in asked.into_iter().enumerate() {
        if ids.contains(&id) {
            continue;
        }
        if !own.contains(&id) && !before.contains(&id) {
            let path = format!("location_ids[{n}]");
            issues.push(references::unknown(path, "location of this customer in use", &id, FINDER));
        }
        ids.push(id);
    }
    if issues.is_empty() {
        return Ok(ids);
    }
    Err(Error::issues(issues).then_call(FINDER, json!({"customerId": customer})))
}

/// The rows that say it.
pub(super) fn children(locations: Vec<String>) -> Children {
    let rows = locations.into_iter().map(|id| Columns::default().put("location_id", id)).collect();
    Children { table: LOCATIONS.table, owner: LOCATIONS.owner, rows }
}

/// A location goes to another customer: the contacts that name it do so no longer.
pub async fn leaving(tx: &mut TenantTx, location: &str) -> Result<Vec<Step>> {
    let sql = "SELECT contact_id FROM contact_locations WHERE tenant_id = $1 AND location_id = $2";
    let contacts: Vec<(String,)> = tx.rows(sql, binds![tx.tenant_id(), location]).await?;
    let contacts: Vec<&str> = contacts.iter().map(|(id,)| id.as_str()).collect();
    let linked = store::of_owners(tx, LOCATIONS, "location_id", &contacts).await?;
    let without = |locations: Vec<String>| locations.into_iter().filter(|id| id != location).collect();
    let step = |(contact, locations): (String, Vec<String>)| {
        verbs::alter::<Contacts>(contact, Write::default().with_children(Some(children(without(locations)))))
    };
    Ok(linked.into_iter().map(step).collect())
}
