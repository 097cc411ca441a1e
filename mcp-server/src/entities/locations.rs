//! Locations: the addresses where work is done for a customer.

mod input;
mod record;

use serde_json::{Value, json};
use shared::{binds, scope::Family, tenant_tx::TenantTx};

pub use input::{Change, Draft, Filter, Retire};
pub use record::{Record, Row, forgetting, in_use_of};

use super::{contacts, customers, in_use::in_use, primary};
use crate::{
    entities::named::{self, Reference},
    entity::{About, BY_CREATION, BY_UPDATE, Entity, Fifth, Key, Link, Order, Q, Retired, Stored, Wanted},
    error::{Error, Result},
    fields::{Address, Patch},
    references::{self, TAX_RATE},
    search::sort_key,
    store::{Columns, Where, Write},
};

/// The entity.
pub struct Locations;

impl Entity for Locations {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "locations";
    const NOUN: &'static str = "location";
    const NOUNS: &'static str = "locations";
    const PREFIX: &'static str = "loc";
    const FAMILY: Family = Family::Locations;
    const TABLE: &'static str = "locations";
    const SHOWN_AS: &'static str = "COALESCE(name, line1)";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Archive;
    const ORDERS: &'static [Order] =
        &[Order::rising("name", &[Key::Text("name_key")]), BY_UPDATE, BY_CREATION];
    const SUMMARY: &'static [&'static str] =
        &["customer_id", "customer_name", "name", "address", "time_zone", "is_primary", "tag_names"];
    const Q: Q = Q::Substring(&["name_key"]);
    const TAGS: Option<Link> = Some(Link { table: "location_tags", owner: "location_id" });
    const REFERENCES: &'static [Reference] = &[named::CUSTOMER, named::DEFAULT_RATE, named::CONTACT];
    const ABOUT: About = About {
        list: "Use it to find where a customer's work is done.",
        get: "Use it before going there: gate code and access notes.",
        create: "Use it for another place of work; a customer's first becomes the primary one.",
        update: "Use it when address or access changes. is_primary true takes it over from the other. archived false restores.",
        retire: "Use it for a place no longer served; refused while scheduled jobs or active series need it. Undo with locations.update archived false.",
    };

    async fn create(draft: Draft, id: &str, tx: &mut TenantTx) -> Result<Write> {
        customers::served(tx, &draft.customer_id, Self::NOUN).await?;
        TAX_RATE.check(tx, "default_tax_rate_id", draft.default_tax_rate_id.as_deref(), None).await?;
        check_contact(tx, &draft.customer_id, draft.contact_id.as_deref()).await?;
        let (is_primary, gives_way) =
            primary::settle::<Self>(tx, &draft.customer_id, id, draft.is_primary.0, primary::Now::Comes)
                .await?;
        Ok(draft.compose(is_primary).first(gives_way))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        patched(row, change, false, tx).await
    }

    async fn restore(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        patched(row, change, row.archived_at.is_some(), tx).await
    }

    async fn retire(row: &Stored<Row>, _: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.archived_at.is_some() {
            return Ok(Retired::Already);
        }
        refuse_while_jobs(row, tx, Jobs::Scheduled).await?;
        refuse_while_series(row, tx).await?;
        Ok(Retired::columns(Columns::default().put("is_primary", false).put("archived_at", tx.now())))
    }

    fn narrow(filter: Filter, _: &TenantTx, to: &mut Where) -> Result<()> {
        to.and_if("customer_id = ?", filter.customer_id);
        to.and_if("city_key = ?", filter.city.map(|city| sort_key(&city.0)));
        to.and_if("region_key = ?", filter.region.map(|region| sort_key(&region.0)));
        to.and_if("postal_key = ?", filter.postal_code.map(|code| sort_key(&code.0)));
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

/// What a patch changes; `restored`: it brings the location back, which may become the primary one.
async fn patched(row: &Stored<Row>, change: Change, restored: bool, tx: &mut TenantTx) -> Result<Write> {
    let customer = change.customer_id.0.unwrap_or_else(|| row.customer_id.clone());
    let moved = customer != row.customer_id;
    let mut left_behind = vec![];
    if moved {
        customers::served(tx, &customer, Locations::NOUN).await?;
        refuse_while_jobs(row, tx, Jobs::Any).await?;
        refuse_while_series(row, tx).await?;
        left_behind = contacts::leaving(tx, &row.meta.id).await?;
    }
    if let Patch::Set(rate) = &change.default_tax_rate_id {
        TAX_RATE.check(tx, "default_tax_rate_id", Some(rate), row.default_tax_rate_id.as_deref()).await?;
    }
    let contact = match change.contact_id {
        // A new customer leaves the old one's contact behind.
        Patch::Absent if moved => Patch::Null,
        Patch::Set(id) if moved || row.contact_id.as_ref() != Some(&id) => {
            check_contact(tx, &customer, Some(&id)).await?;
            Patch::Set(id)
        }
        other => other,
    };
    let now = primary::Now::patched(row.archived_at.is_some(), restored, moved, row.is_primary);
    let (is_primary, gives_way) =
        primary::settle::<Locations>(tx, &customer, &row.meta.id, change.is_primary.0, now).await?;
    let name = change.name.clone().map(|name| name.0).or(row.name.clone());
    let line1 = change.address.0.as_ref().map_or(&row.line1, |address| &address.line1.0);
    let columns = Columns::default()
        .put("customer_id", customer)
        .put("name_key", sort_key(name.as_deref().unwrap_or(line1)))
        .patch("name", change.name, |name| name.0)
        .and(change.address.0.map(placed).unwrap_or_default())
        .patch("time_zone", change.time_zone, |zone| zone.0)
        .patch("access_notes", change.access_notes, |text| text.0)
        .patch("gate_code", change.gate_code, |code| code.0)
        .patch("default_tax_rate_id", change.default_tax_rate_id, |id| id)
        .patch("contact_id", contact, |id| id)
        .put("is_primary", is_primary);
    Ok(Write::new(columns).first(left_behind).first(gives_way))
}

impl Draft {
    /// The row of a new location; what it refers to is known to be there.
    pub fn compose(self, is_primary: bool) -> Write {
        let name = self.name.map(|name| name.0);
        Write::new(
            Columns::default()
                .put("customer_id", self.customer_id)
                .put("name_key", sort_key(name.as_deref().unwrap_or(&self.address.line1.0)))
                .put("name", name)
                .and(placed(self.address))
                .put("time_zone", self.time_zone.map(|zone| zone.0))
                .put("access_notes", self.access_notes.map(|text| text.0))
                .put("gate_code", self.gate_code.map(|code| code.0))
                .put("default_tax_rate_id", self.default_tax_rate_id)
                .put("contact_id", self.contact_id)
                .put("is_primary", is_primary),
        )
    }
}

/// The address's columns, and the folded ones that the filters read.
fn placed(address: Address) -> Columns {
    let (city, region) = (address.city.map(|city| city.0), address.region.map(|region| region.0));
    let postal_code = address.postal_code.map(|code| code.0);
    Columns::default()
        .put("line1", address.line1.0)
        .put("line2", address.line2.map(|line| line.0))
        .put("city_key", city.as_deref().map(sort_key))
        .put("city", city)
        .put("region_key", region.as_deref().map(sort_key))
        .put("region", region)
        .put("postal_key", postal_code.as_deref().map(sort_key))
        .put("postal_code", postal_code)
        .put("country", address.country.0)
}

/// The contact must be the customer's own, and in use.
async fn check_contact(tx: &mut TenantTx, customer: &str, contact: Option<&str>) -> Result<()> {
    let Some(contact) = contact else { return Ok(()) };
    let sql = "SELECT id FROM contacts WHERE tenant_id = $1 AND id = $2 AND customer_id = $3 AND archived_at IS NULL";
    match tx.row::<(String,)>(sql, binds![tx.tenant_id(), contact, customer]).await? {
        Some(_) => Ok(()),
        None => {
            let (noun, finder) = ("contact of this customer in use", "contacts.list");
            let error = Error::issues(vec![references::unknown("contact_id", noun, contact, finder)]);
            Err(error.then_call(finder, json!({"customerId": customer})))
        }
    }
}

/// Which jobs hold a location where it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Jobs {
    /// Those still to be done: it cannot be archived.
    Scheduled,
    /// All that ever were: it cannot change hands.
    Any,
}

async fn refuse_while_jobs(row: &Stored<Row>, tx: &mut TenantTx, which: Jobs) -> Result<()> {
    let scheduled = if which == Jobs::Scheduled { "AND status = 'scheduled' " } else { "" };
    let sql = format!(
        "SELECT id, title FROM jobs WHERE tenant_id = $1 AND location_id = $2 {scheduled}ORDER BY id"
    );
    let jobs: Vec<(String, String)> = tx.rows(&sql, binds![tx.tenant_id(), &row.meta.id]).await?;
    if jobs.is_empty() {
        return Ok(());
    }
    let sample: Vec<Value> =
        jobs.iter().take(5).map(|(id, title)| json!({"id": id, "title": title})).collect();
    let (count, noun) = (jobs.len(), if jobs.len() == 1 { "job" } else { "jobs" });
    let message = match which {
        Jobs::Scheduled => format!(
            "{} still has {count} scheduled {noun}. Do, move or cancel them first (jobs.update, jobs.cancel).",
            row.shown()
        ),
        Jobs::Any => format!(
            "{} has {count} {noun}; a location with jobs keeps its customer. Create a location for the other customer (locations.create).",
            row.shown()
        ),
    };
    let error =
        Error::conflict("in_use", message).with("by", "jobs").with("count", count).with("sample", sample);
    let (error, those) = match which {
        Jobs::Scheduled => (error, json!({"locationId": row.meta.id, "status": "scheduled"})),
        Jobs::Any => (error.with("field", "customer_id"), json!({"locationId": row.meta.id})),
    };
    Err(error.then_call("jobs.list", those))
}

/// A series makes jobs at its location for its customer.
async fn refuse_while_series(row: &Stored<Row>, tx: &mut TenantTx) -> Result<()> {
    let sql = "SELECT id, title FROM job_series WHERE tenant_id = $1 AND location_id = $2 AND status = 'active' ORDER BY id";
    let series: Vec<(String, String)> = tx.rows(sql, binds![tx.tenant_id(), &row.meta.id]).await?;
    if series.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{} still has {} active job series. End or move them first (job_series.end, job_series.update).",
        row.shown(),
        series.len()
    );
    let those = json!({"locationId": row.meta.id, "status": "active"});
    Err(in_use(message, "job_series", &series).then_call("job_series.list", those))
}
