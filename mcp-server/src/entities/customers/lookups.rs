//! What customers look up elsewhere, and what others look up in customers.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::{binds, db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Customers, record::Row};
use crate::{
    entity::Stored,
    error::{Error, Result},
    fields::{Email, Patch, Phone},
    references::Kind,
    store::{Columns, Write},
};

/// What a document must know of its customer.
pub struct Standing {
    /// No new work for them.
    pub archived: bool,
    /// No tax either.
    pub tax_exempt: bool,
}

/// A customer's standing; none if there is no such customer.
pub async fn standing(tx: &mut TenantTx, id: &str) -> Result<Option<Standing>> {
    let sql = "SELECT status, tax_exempt FROM customers WHERE tenant_id = $1 AND id = $2";
    let row: Option<(String, bool)> = tx.row(sql, binds![tx.tenant_id(), id]).await?;
    Ok(row.map(|(status, tax_exempt)| Standing { archived: status == "archived", tax_exempt }))
}

/// The standing of a customer who gets something new, a `noun`. Nobody does who is not there, or archived.
pub async fn served(tx: &mut TenantTx, id: &str, noun: &str) -> Result<Standing> {
    let kind = Kind::of::<Customers>();
    kind.or_archived().check(tx, "customer_id", Some(id), None).await?;
    let standing = standing(tx, id).await?.ok_or_else(|| kind.none("customer_id", id))?;
    if !standing.archived {
        return Ok(standing);
    }
    let message = format!(
        "The customer is archived; no new {noun} for them. Restore with customers.update status active."
    );
    let error = Error::conflict("parent_archived", message);
    Err(error.then_call("customers.update", json!({"id": id, "status": "active"})))
}

/// Email and phone, as far as a call names them.
pub(super) struct Reachable {
    email: Patch<Email>,
    phone: Patch<Phone>,
    e164: Option<String>,
}

impl Reachable {
    pub(super) fn of(email: Option<&Email>, phone: Option<&Phone>, tx: &TenantTx) -> Self {
        let email = email.map_or(Patch::Null, |email| Patch::Set(email.clone()));
        let phone = phone.map_or(Patch::Null, |phone| Patch::Set(phone.clone()));
        Self::patched(email, phone, tx)
    }

    pub(super) fn patched(email: Patch<Email>, phone: Patch<Phone>, tx: &TenantTx) -> Self {
        let e164 = match &phone {
            Patch::Set(phone) => phone.e164(&tx.tenant().country),
            Patch::Absent | Patch::Null => None,
        };
        Self { email, phone, e164 }
    }

    pub(super) fn columns(&self) -> Columns {
        let mut columns = Columns::default()
            .patch("email", self.email.clone(), |email| email.0)
            .patch("email_key", self.email.clone(), |email| email.key())
            .patch("phone", self.phone.clone(), |phone| phone.0);
        if !self.phone.is_absent() {
            columns = columns.put("phone_e164", self.e164.clone());
        }
        columns
    }

    /// A phone or email that another customer has: the record is made, and a warning names the other.
    pub(super) async fn warn_of_doubles(
        &self,
        mut write: Write,
        own: &str,
        tx: &mut TenantTx,
    ) -> Result<Write> {
        let email = match &self.email {
            Patch::Set(email) => Some(email.key()),
            Patch::Absent | Patch::Null => None,
        };
        for (what, column, value) in
            [("email", "email_key", email), ("phone", "phone_e164", self.e164.clone())]
        {
            let Some(value) = value else { continue };
            let sql = format!(
                "SELECT id, display_name FROM customers WHERE tenant_id = $1 AND {column} = $2 AND id <> $3 ORDER BY id LIMIT 1"
            );
            if let Some((id, name)) =
                tx.row::<(String, String)>(&sql, binds![tx.tenant_id(), value, own]).await?
            {
                let message = format!("{name} has the same {what}. If they are one, keep a single customer.");
                write = write.warn(message, [("field", what.into()), ("existing_id", id.into())]);
            }
        }
        Ok(write)
    }
}

/// Scheduled jobs keep a customer in use.
pub(super) async fn refuse_while_in_use(tx: &mut TenantTx, row: &Stored<Row>) -> Result<()> {
    let sql = "SELECT id, title FROM jobs WHERE tenant_id = $1 AND customer_id = $2 AND status = 'scheduled' ORDER BY id";
    let jobs: Vec<(String, String)> = tx.rows(sql, binds![tx.tenant_id(), &row.meta.id]).await?;
    if jobs.is_empty() {
        return Ok(());
    }
    let sample: Vec<Value> =
        jobs.iter().take(5).map(|(id, title)| json!({"id": id, "title": title})).collect();
    let message = format!(
        "{} still has {} scheduled {}. Do or cancel them first (jobs.update, jobs.cancel).",
        row.display_name,
        jobs.len(),
        if jobs.len() == 1 { "job" } else { "jobs" }
    );
    Err(Error::conflict("in_use", message)
        .with("by", "jobs")
        .with("count", jobs.len())
        .with("sample", sample)
        .then_call("jobs.cancel", json!({"id": jobs[0].0})))
}

fn of_customers(sql: &str, tx: &TenantTx, ids: &[&str]) -> (String, Vec<Bind>) {
    let marks: Vec<String> = (0..ids.len()).map(|n| format!("${}", n + 2)).collect();
    let binds =
        std::iter::once(Bind::from(tx.tenant_id())).chain(ids.iter().map(|&id| Bind::from(id))).collect();
    (sql.replace("{ids}", &marks.join(", ")), binds)
}

pub(super) async fn jobs_of(
    tx: &mut TenantTx,
    ids: &[&str],
) -> Result<HashMap<String, (i64, Option<Timestamp>)>> {
    let sql = "SELECT customer_id, CAST(COUNT(*) AS BIGINT), MAX(scheduled_start) FROM jobs \
               WHERE tenant_id = $1 AND customer_id IN ({ids}) AND status <> 'cancelled' GROUP BY customer_id";
    let (sql, binds) = of_customers(sql, tx, ids);
    let rows: Vec<(String, i64, Option<Timestamp>)> = tx.rows(&sql, binds).await?;
    Ok(rows.into_iter().map(|(id, count, last)| (id, (count, last))).collect())
}

pub(super) async fn primary_contacts_of(tx: &mut TenantTx, ids: &[&str]) -> Result<HashMap<String, Value>> {
    let sql = "SELECT customer_id, id, first_name, last_name, email, phone FROM contacts \
               WHERE tenant_id = $1 AND customer_id IN ({ids}) AND is_primary AND archived_at IS NULL";
    let (sql, binds) = of_customers(sql, tx, ids);
    type Contact = (String, String, Option<String>, Option<String>, Option<String>, Option<String>);
    let rows: Vec<Contact> = tx.rows(&sql, binds).await?;
    let shown = |(customer, id, first, last, email, phone): Contact| {
        let name: Vec<String> = [first, last].into_iter().flatten().collect();
        (customer, json!({"id": id, "name": name.join(" "), "email": email, "phone": phone}))
    };
    Ok(rows.into_iter().map(shown).collect())
}

pub(super) async fn locations_of(tx: &mut TenantTx, ids: &[&str]) -> Result<HashMap<String, Vec<Value>>> {
    let sql = "SELECT customer_id, id, name, line1, city FROM locations \
               WHERE tenant_id = $1 AND customer_id IN ({ids}) AND archived_at IS NULL ORDER BY name_key, id";
    let (sql, binds) = of_customers(sql, tx, ids);
    type Location = (String, String, Option<String>, String, Option<String>);
    let rows: Vec<Location> = tx.rows(&sql, binds).await?;
    let mut locations: HashMap<String, Vec<Value>> = HashMap::new();
    for (customer, id, name, line1, city) in rows {
        let shown =
            json!({"id": id, "name": name.unwrap_or_else(|| line1.clone()), "line1": line1, "city": city});
        locations.entry(customer).or_default().push(shown);
    }
    Ok(locations)
}
