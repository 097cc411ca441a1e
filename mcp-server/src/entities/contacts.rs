//! Contacts: the people at a customer. One of them is the primary one.

mod input;
mod links;
mod record;

use serde_json::{Value, json};
use shared::{scope::Family, tenant_tx::TenantTx};

pub use input::{Change, Draft, Filter, Retire};
pub use links::leaving;
pub use record::{Record, Row};

use super::{customers, locations, primary};
use crate::{
    entities::named::{self, Reference},
    entity::{About, BY_CREATION, BY_UPDATE, Entity, Fifth, Key, Order, Q, Retired, Stored, Wanted},
    error::{Error, Result},
    fields::{Patch, Set},
    references::{self, Kind},
    search::sort_key,
    store::{Columns, Step, Where, Write},
};

/// The entity.
pub struct Contacts;

impl Entity for Contacts {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "contacts";
    const NOUN: &'static str = "contact";
    const NOUNS: &'static str = "contacts";
    const PREFIX: &'static str = "con";
    const FAMILY: Family = Family::Contacts;
    const TABLE: &'static str = "contacts";
    const SHOWN_AS: &'static str = "TRIM(COALESCE(first_name, '') || ' ' || COALESCE(last_name, ''))";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Archive;
    const ORDERS: &'static [Order] =
        &[Order::rising("last_name", &[Key::Text("name_key")]), BY_UPDATE, BY_CREATION];
    const SUMMARY: &'static [&'static str] = &[
        "customer_id",
        "customer_name",
        "first_name",
        "last_name",
        "role",
        "email",
        "phone",
        "is_primary",
        "is_billing",
    ];
    // The key is "last first"; twice in a row it also holds "first last".
    const Q: Q = Q::Substring(&["(name_key || ' ' || name_key)"]);
    const REFERENCES: &'static [Reference] = &[named::CUSTOMER, named::LOCATIONS];
    const ABOUT: About = About {
        list: "Use it to find whom to call or write to at a customer.",
        get: "Use it before you write or call.",
        create: "Use it for another person at a customer; the first becomes the primary one.",
        update: "Use it when a number, email or role changes. is_primary true takes it over from the other. archived false restores.",
        retire: "Use it when somebody has left; for the primary one name its successor in promote_contact_id. Undo with contacts.update archived false.",
    };

    async fn create(mut draft: Draft, id: &str, tx: &mut TenantTx) -> Result<Write> {
        customers::served(tx, &draft.customer_id, Self::NOUN).await?;
        let asked = draft.location_ids.0.take().unwrap_or_default();
        draft.location_ids = Set(Some(links::checked(tx, &draft.customer_id, asked, &[]).await?));
        // Not to be the primary one is nothing that a first contact can ask for.
        let asked = draft.is_primary.0.filter(|yes| *yes);
        let (is_primary, gives_way) =
            primary::settle::<Self>(tx, &draft.customer_id, id, asked, primary::Now::Comes).await?;
        Ok(draft.compose(is_primary, &tx.tenant().country)?.first(gives_way))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        patched(row, change, false, tx).await
    }

    async fn restore(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        patched(row, change, row.archived_at.is_some(), tx).await
    }

    async fn retire(row: &Stored<Row>, how: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.archived_at.is_some() {
            return Ok(Retired::Already);
        }
        let heir = match how.promote_contact_id {
            None => {
                refuse_while_primary(row, tx, "archived").await?;
                None
            }
            Some(heir) => Some(promoted(row, &heir, tx).await?),
        };
        let columns = Columns::default().put("is_primary", false).put("archived_at", tx.now());
        Ok(Retired::Changed(Write::new(columns).then(heir)))
    }

    fn narrow(filter: Filter, _: &TenantTx, to: &mut Where) -> Result<()> {
        let at_location = "EXISTS (SELECT 1 FROM contact_locations l WHERE l.tenant_id = contacts.tenant_id \
                           AND l.contact_id = contacts.id AND l.location_id = ?)";
        to.and_if("customer_id = ?", filter.customer_id);
        to.and_if(at_location, filter.location_id);
        to.and_if("role_key = ?", filter.role.map(|role| sort_key(&role.0)));
        match filter.is_primary {
            Some(true) => to.and("is_primary", []),
            Some(false) => to.and("NOT is_primary", []),
            None => {}
        }
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

/// What a patch changes; `restored`: it brings the contact back, who may become the primary one.
async fn patched(row: &Stored<Row>, change: Change, restored: bool, tx: &mut TenantTx) -> Result<Write> {
    let customer = change.customer_id.0.unwrap_or_else(|| row.customer_id.clone());
    let moved = customer != row.customer_id;
    let mut left_behind = vec![];
    if moved {
        customers::served(tx, &customer, Contacts::NOUN).await?;
        refuse_while_primary(row, tx, "moved to another customer").await?;
        left_behind = locations::forgetting(tx, &row.meta.id).await?;
    }
    let now = primary::Now::patched(row.archived_at.is_some(), restored, moved, row.is_primary);
    let asked = match (change.is_primary.0, now) {
        (Some(false), primary::Now::Stays { primary: true }) => {
            let message =
                "a customer's primary contact gives way to another: set is_primary true on that one.";
            return Err(Error::field("is_primary", message));
        }
        (asked, _) => asked.filter(|yes| *yes),
    };
    let (is_primary, gives_way) =
        primary::settle::<Contacts>(tx, &customer, &row.meta.id, asked, now).await?;
    let names = named(
        change.first_name.map(|name| name.0).or(row.first_name.clone()),
        change.last_name.map(|name| name.0).or(row.last_name.clone()),
    )?;
    let mut columns = names
        .put("customer_id", customer.clone())
        .put("is_primary", is_primary)
        .patch("role_key", change.role.clone(), |role| sort_key(&role.0))
        .patch("role", change.role, |role| role.0)
        .patch("email", change.email, |email| email.0)
        .set("sms_enabled", change.sms_enabled, |yes| yes)
        .set("is_billing", change.is_billing, |yes| yes);
    if !change.phone.is_absent() {
        let e164 = match &change.phone {
            Patch::Set(phone) => phone.e164(&tx.tenant().country),
            Patch::Absent | Patch::Null => None,
        };
        columns = columns.put("phone_e164", e164).patch("phone", change.phone, |phone| phone.0);
    }
    let linked = match change.location_ids.0 {
        Some(asked) => {
            let before = if moved { vec![] } else { links::of(tx, &row.meta.id).await? };
            Some(links::checked(tx, &customer, asked, &before).await?)
        }
        None => moved.then(Vec::new),
    };
    let write = Write::new(columns).with_children(linked.map(links::children));
    Ok(write.first(left_behind).first(gives_way))
}

impl Draft {
    /// The row of a new contact; what it refers to is known to be there.
    pub fn compose(self, is_primary: bool, country: &str) -> Result<Write> {
        let e164 = self.phone.as_ref().and_then(|phone| phone.e164(country));
        let columns = named(self.first_name.map(|name| name.0), self.last_name.map(|name| name.0))?
            .put("customer_id", self.customer_id)
            .put("role_key", self.role.as_ref().map(|role| sort_key(&role.0)))
            .put("role", self.role.map(|role| role.0))
            .put("email", self.email.map(|email| email.0))
            .put("phone", self.phone.map(|phone| phone.0))
            .put("phone_e164", e164)
            .put("sms_enabled", self.sms_enabled.0.unwrap_or(false))
            .put("is_primary", is_primary)
            .put("is_billing", self.is_billing.0.unwrap_or(false));
        let linked = links::children(self.location_ids.0.unwrap_or_default());
        Ok(Write::new(columns).with_children(Some(linked)))
    }
}

/// The name's columns: one of the two is needed.
fn named(first: Option<String>, last: Option<String>) -> Result<Columns> {
    let key: Vec<&str> = [&last, &first].into_iter().flatten().map(String::as_str).collect();
    if key.is_empty() {
        return Err(Error::field("last_name", "a contact needs first_name or last_name; send one."));
    }
    Ok(Columns::default()
        .put("name_key", sort_key(&key.join(" ")))
        .put("first_name", first)
        .put("last_name", last))
}

/// A customer with contacts has a primary one: it goes last, or names its successor.
async fn refuse_while_primary(row: &Stored<Row>, tx: &mut TenantTx, how: &str) -> Result<()> {
    if !row.is_primary {
        return Ok(());
    }
    let others = primary::others::<Contacts>(tx, &row.customer_id, &row.meta.id).await?;
    if others.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = others.iter().take(5).map(String::as_str).collect();
    let names = Kind::of::<Contacts>().names(tx, ids.iter().copied()).await?;
    let sample: Vec<Value> = ids.iter().map(|&id| json!({"id": id, "name": names.get(id)})).collect();
    let message = format!(
        "{} is the primary contact and the customer has others; the primary one is not {how} before another takes over. \
         Make another one primary with contacts.update is_primary, or archive with promote_contact_id.",
        row.name()
    );
    let error = Error::conflict("in_use", message)
        .with("by", "contacts")
        .with("count", others.len())
        .with("sample", sample);
    let heir = json!({"id": others[0], "is_primary": true});
    Err(error.then_call("contacts.update", heir))
}

/// Another contact of the same customer becomes the primary one in this one's place, once that is free.
async fn promoted(row: &Stored<Row>, heir: &str, tx: &mut TenantTx) -> Result<Step> {
    if !row.is_primary {
        let message = "the contact is not the primary one and needs no successor; leave it out.";
        return Err(Error::field("promote_contact_id", message));
    }
    let others = primary::others::<Contacts>(tx, &row.customer_id, &row.meta.id).await?;
    if !others.iter().any(|other| other == heir) {
        let (noun, finder) = ("other contact of this customer in use", "contacts.list");
        let error = Error::issues(vec![references::unknown("promote_contact_id", noun, heir, finder)]);
        return Err(error.then_call(finder, json!({"customerId": row.customer_id})));
    }
    Ok(primary::set::<Contacts>(heir, true))
}
