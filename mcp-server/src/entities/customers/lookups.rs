//! What customers look up elsewhere, and what others look up in customers.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::{binds, db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Customers, record::Row};
use crate::{
    entities::in_use::in_use,
    entity::Stored,
    error::{Error, Result},
    fields::{AddressRecord, Email, LARGEST, Patch, Phone},
    references::Kind,
    store::{self, Columns, Step, Write},
    verbs,
};

/// Refuses a customer for whom nothing new, a `noun`, is made: one who is not there, or archived.
pub async fn served(tx: &mut TenantTx, id: &str, noun: &str) -> Result<()> {
    let kind = Kind::of::<Customers>();
    kind.or_archived().check(tx, "customer_id", Some(id), None).await?;
    let sql = "SELECT status FROM customers WHERE tenant_id = $1 AND id = $2 AND status = 'archived'";
    if tx.row::<(String,)>(sql, binds![tx.tenant_id(), id]).await?.is_none() {
        return Ok(());
    }
    let message = format!(
        "The customer is archived; no new {noun} for them. Restore with customers.update status active."
    );
    let error = Error::conflict("parent_archived", message);
    Err(error.then_call("customers.update", json!({"id": id, "status": "active"})))
}

/// Writes on a customer that they owe so much more, or less; nothing, if that is 0.
pub async fn owing(tx: &mut TenantTx, id: &str, more: i64) -> Result<Option<Step>> {
    if more == 0 {
        return Ok(None);
    }
    let balance = store::fetch_any::<Customers>(tx, id).await?.balance + more;
    if balance > LARGEST {
        return Err(Error::field("customer_id", "would owe more than 9,000,000,000,000,000 in all."));
    }
    Ok(Some(verbs::alter::<Customers>(id, Write::new(Columns::default().put("balance", balance)))))
}

/// Sets what a customer owes, as a sum of what is written already: neither version nor updated_at moves.
pub async fn set_balance(tx: &mut TenantTx, id: &str, balance: i64) -> Result<()> {
    let sql = "UPDATE customers SET balance = $3 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, binds![tx.tenant_id(), id, balance]).await?;
    Ok(())
}

/// Email and phone, as far as a call names them.
pub(super) struct Reachable {
    email: Patch<Email>,
    phone: Patch<Phone>,
    e164: Option<String>,
}

impl Reachable {
    pub(super) fn of(email: Option<&Email>, phone: Option<&Phone>, country: &str) -> Self {
        let email = email.map_or(Patch::Null, |email| Patch::Set(email.clone()));
        let phone = phone.map_or(Patch::Null, |phone| Patch::Set(phone.clone()));
        Self::patched(email, phone, country)
    }

    pub(super) fn patched(email: Patch<Email>, phone: Patch<Phone>, country: &str) -> Self {
        let e164 = match &phone {
            Patch::Set(phone) => phone.e164(country),
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

/// What keeps a customer in use: of each kind its entity, a statement of ids and names, what it is in a sentence, one
/// and many, what to do, and the tool for it.
type Use = (&'static str, &'static str, [&'static str; 2], &'static str, &'static str);
const USES: [Use; 4] = [
    (
        "jobs",
        "SELECT id, title FROM jobs WHERE tenant_id = $1 AND customer_id = $2 AND status = 'scheduled' ORDER BY id",
        ["scheduled job", "scheduled jobs"],
        "Do or cancel them first (jobs.update, jobs.cancel).",
        "jobs.cancel",
    ),
    (
        "invoices",
        "SELECT id, 'INV-' || CAST(number AS TEXT) FROM invoices \
         WHERE tenant_id = $1 AND customer_id = $2 AND status = 'sent' AND balance > 0 ORDER BY id",
        ["invoice with a balance", "invoices with a balance"],
        "Record their payments or void them first (invoices.update, invoices.void).",
        "invoices.get",
    ),
    (
        "job_series",
        "SELECT id, title FROM job_series WHERE tenant_id = $1 AND customer_id = $2 AND status = 'active' ORDER BY id",
        ["active job series", "active job series"],
        "End or move them first (job_series.end, job_series.update).",
        "job_series.end",
    ),
    (
        "plans",
        "SELECT id, title FROM plans WHERE tenant_id = $1 AND customer_id = $2 AND status = 'active' ORDER BY id",
        ["active plan", "active plans"],
        "Cancel them first (plans.cancel).",
        "plans.cancel",
    ),
];

/// Scheduled jobs, invoices with a balance, active series and active plans keep a customer in use.
pub(super) async fn refuse_while_in_use(tx: &mut TenantTx, row: &Stored<Row>) -> Result<()> {
    for (by, sql, [one, many], how, tool) in USES {
        let found: Vec<(String, String)> = tx.rows(sql, binds![tx.tenant_id(), &row.meta.id]).await?;
        let Some((first, _)) = found.first() else { continue };
        let noun = if found.len() == 1 { one } else { many };
        let message = format!("{} still has {} {noun}. {how}", row.display_name, found.len());
        return Err(in_use(message, by, &found).then_call(tool, json!({"id": first})));
    }
    Ok(())
}

fn of_customers(sql: &str, tx: &TenantTx, ids: &[&str]) -> (String, Vec<Bind>) {
    let marks: Vec<String> = (0..ids.len()).map(|n| format!("${}", n + 2)).collect();
    let binds =
        std::iter::once(Bind::from(tx.tenant_id())).chain(ids.iter().map(|&id| Bind::from(id))).collect();
    (sql.replace("{ids}", &marks.join(", ")), binds)
}

/// The billing addresses of those customers who have one.
pub async fn billing_addresses(tx: &mut TenantTx, ids: &[&str]) -> Result<HashMap<String, AddressRecord>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    #[derive(sqlx::FromRow)]
    struct Row {
        id: String,
        #[sqlx(flatten)]
        address: super::record::BillingAddress,
    }
    let sql = format!(
        "SELECT id, {} FROM customers WHERE tenant_id = $1 AND id IN ({{ids}}) AND billing_line1 IS NOT NULL",
        super::record::BillingAddress::COLUMNS
    );
    let (sql, binds) = of_customers(&sql, tx, ids);
    let rows: Vec<Row> = tx.rows(&sql, binds).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, row.address.shown()?))).collect())
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
