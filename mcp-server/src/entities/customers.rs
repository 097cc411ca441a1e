//! Customers: the people and companies that the business works for.

#[cfg(test)]
pub mod at_scale;
mod input;
mod lookups;
mod record;

use serde_json::{Map, Value, json};
use shared::{db::Bind, scope::Family, tenant_tx::TenantTx, timestamp::Timestamp};

pub use input::{Change, Draft, Filter, Retire, Status, Type};
pub use lookups::{billing_addresses, owing, served, set_balance};
pub use record::{Record, Row};

use crate::{
    entities::named::{self, Reference},
    entity::{
        About, BY_CREATION, BY_UPDATE, By, Entity, Fifth, First, Key, Link, Order, Q, Retired, SearchText,
        Stored, Wanted,
    },
    error::{Error, Result},
    fields::{Address, Patch},
    references::TAX_RATE,
    search::sort_key,
    store::{Columns, Where, Write},
};

/// The counter that numbers customers, and where it begins.
pub const NUMBERS: &str = "customers";
/// See [`NUMBERS`].
pub const FIRST_NUMBER: i64 = 1001;

/// The entity.
pub struct Customers;

impl Entity for Customers {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "customers";
    const NOUN: &'static str = "customer";
    const NOUNS: &'static str = "customers";
    const PREFIX: &'static str = "cus";
    const FAMILY: Family = Family::Customers;
    const TABLE: &'static str = "customers";
    const SHOWN_AS: &'static str = "display_name";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIRST: First = First::Search;
    const FIFTH: Fifth = Fifth::Archive;
    // The state says it: update to active restores.
    const RESTORABLE: bool = false;
    const ORDERS: &'static [Order] = &[
        BY_UPDATE,
        Order::rising("display_name", &[Key::Text("name_key")]),
        Order::rising("created_at", BY_CREATION.keys),
        Order::falling("balance", &[Key::Int("balance")]),
    ];
    const SUMMARY: &'static [&'static str] = &[
        "customer_number",
        "display_name",
        "type",
        "status",
        "email",
        "phone",
        "city",
        "balance",
        "vip",
        "tag_names",
    ];
    const Q: Q = Q::Index;
    const TAGS: Option<Link> = Some(Link { table: "customer_tags", owner: "customer_id" });
    const MOVES: &'static [(&'static str, &'static str, By)] = &[
        ("active", "inactive", By::Patch),
        ("inactive", "active", By::Patch),
        ("active", "archived", By::Fifth),
        ("inactive", "archived", By::Fifth),
        ("archived", "active", By::Patch),
    ];
    const DERIVED: &'static [&'static str] = &["job_count", "last_job_at", "primary_contact", "locations"];
    const REFERENCES: &'static [Reference] = &[named::DEFAULT_RATE];
    const ABOUT: About = About {
        list: "Finds by name, phone, company, email, number or address line; accents do not matter. Use it first to get a customer's id.",
        get: "Use it for the balance, jobs, primary contact and locations.",
        create: "Use it after a search has found nobody: a phone or email that another customer has is a warning, not an error.",
        update: "Use it when something about them changes. status active restores an archived one.",
        retire: "Use it for those you no longer serve: hides the customer from search and blocks new work; jobs and invoices stay. Undo with customers.update status active.",
    };

    fn meant(name: &str, value: &Value, args: &Map<String, Value>) -> Option<Map<String, Value>> {
        let text = value.as_str().filter(|_| matches!(name, "name" | "full_name" | "display_name"))?;
        let names = match (args.get("type")?.as_str()?, text.rsplit_once(' ')) {
            ("company", _) => vec![("company_name", text)],
            ("individual", Some((first, last))) => vec![("first_name", first), ("last_name", last)],
            ("individual", None) => vec![("first_name", text)],
            _ => return None,
        };
        Some(names.into_iter().map(|(field, name)| (field.to_owned(), name.into())).collect())
    }

    async fn create(draft: Draft, id: &str, tx: &mut TenantTx) -> Result<Write> {
        let number = tx.next_number(NUMBERS, FIRST_NUMBER).await?;
        TAX_RATE.check(tx, "default_tax_rate_id", draft.default_tax_rate_id.as_deref(), None).await?;
        let contact = draft.reachable(&tx.tenant().country);
        let write = draft.compose(number, &tx.tenant().country)?;
        contact.warn_of_doubles(write, id, tx).await
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let mut columns = Columns::default();
        if let Some(status) = change.status.0 {
            settable(status)
                .map_err(|error| error.then_call("customers.archive", json!({"id": row.meta.id})))?;
            if row.status == "archived" && status == Status::Inactive {
                return Err(crate::entity::illegal_move::<Customers>("archived", "inactive"));
            }
            columns = columns.put("status", record::word(status)).put("archived_at", Bind::Time(None));
        }
        if let Patch::Set(rate) = &change.default_tax_rate_id {
            TAX_RATE.check(tx, "default_tax_rate_id", Some(rate), row.default_tax_rate_id.as_deref()).await?;
        }
        let names = Names {
            kind: change.kind.0.unwrap_or(row.kind()),
            first: change.first_name.map(|name| name.0).or(row.first_name.clone()),
            last: change.last_name.map(|name| name.0).or(row.last_name.clone()),
            company: change.company_name.map(|name| name.0).or(row.company_name.clone()),
        };
        let columns = columns
            .and(names.columns()?)
            .set("phones", change.phones, |phones| serde_json::to_value(phones).unwrap_or_default())
            .set("vip", change.vip, |yes| yes)
            .set("do_not_contact", change.do_not_contact, |yes| yes)
            .patch("source", change.source, |source| source.0)
            .patch("language", change.language, |language| language.0)
            .set("tax_exempt", change.tax_exempt, |yes| yes)
            .patch("tax_exempt_number", change.tax_exempt_number, |number| number.0)
            .patch("default_tax_rate_id", change.default_tax_rate_id, |id| id)
            .patch("payment_terms_days", change.payment_terms_days, |days| days);
        let columns = match change.billing_address {
            Patch::Absent => columns,
            Patch::Null => columns.and(address(None)),
            Patch::Set(new) => columns.and(address(Some(new))),
        };
        let contact = lookups::Reachable::patched(change.email, change.phone, &tx.tenant().country);
        contact.warn_of_doubles(Write::new(columns.and(contact.columns())), &row.meta.id, tx).await
    }

    async fn retire(row: &Stored<Row>, _: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.status == "archived" {
            return Ok(Retired::Already);
        }
        lookups::refuse_while_in_use(tx, row).await?;
        Ok(Retired::columns(archived(tx.now())))
    }

    fn hide_by_default(filter: &Filter, include_archived: bool, to: &mut Where) {
        if filter.status.is_none() && !include_archived {
            to.and("archived_at IS NULL", []);
        }
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        let tagged = "EXISTS (SELECT 1 FROM customer_tags t WHERE t.tenant_id = customers.tenant_id \
                      AND t.customer_id = customers.id AND t.tag_id = ?)";
        to.and_if("status = ?", filter.status.map(record::word));
        to.and_if("type = ?", filter.kind.map(record::word));
        to.and_if(tagged, filter.tag);
        to.and_if("city_key = ?", filter.city.map(|city| sort_key(&city.0)));
        to.and_if("region_key = ?", filter.region.map(|region| sort_key(&region.0)));
        to.and_if("postal_key = ?", filter.postal_code.map(|code| sort_key(&code.0)));
        to.and_if("email_key = ?", filter.email.map(|email| email.key()));
        if let Some(owing) = filter.has_balance {
            to.and(if owing { "balance > 0" } else { "balance = 0" }, []);
        }
        if let Some(phone) = filter.phone {
            let e164 = phone.e164(&tx.tenant().country);
            to.and("(phone = ? OR phone_e164 = ?)", [phone.0.into(), Bind::from(e164)]);
        }
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }

    fn search_text(row: &Row, _: &TenantTx) -> Option<SearchText> {
        Some(row.search_text())
    }
}

impl Draft {
    /// The row of a new customer; what it refers to is known to be there.
    pub fn compose(self, number: i64, country: &str) -> Result<Write> {
        let status = self.status.0.unwrap_or(Status::Active);
        settable(status)?;
        let contact = self.reachable(country);
        let names = Names {
            kind: self.kind,
            first: self.first_name.map(|name| name.0),
            last: self.last_name.map(|name| name.0),
            company: self.company_name.map(|name| name.0),
        };
        let columns = names
            .columns()?
            .and(contact.columns())
            .and(address(self.billing_address))
            .put("number", number)
            .put("status", record::word(status))
            .put("phones", serde_json::to_value(self.phones.0.unwrap_or_default()).unwrap_or_default())
            .put("vip", self.vip.0.unwrap_or(false))
            .put("do_not_contact", self.do_not_contact.0.unwrap_or(false))
            .put("source", self.source.map(|source| source.0))
            .put("language", self.language.map(|language| language.0))
            .put("tax_exempt", self.tax_exempt.0.unwrap_or(false))
            .put("tax_exempt_number", self.tax_exempt_number.map(|number| number.0))
            .put("default_tax_rate_id", self.default_tax_rate_id)
            .put("payment_terms_days", self.payment_terms_days)
            .put("balance", 0);
        Ok(Write::new(columns))
    }

    fn reachable(&self, country: &str) -> lookups::Reachable {
        lookups::Reachable::of(self.email.as_ref(), self.phone.as_ref(), country)
    }
}

/// What archiving a customer sets.
pub fn archived(at: Timestamp) -> Columns {
    Columns::default().put("status", "archived").put("archived_at", at)
}

/// `status` says archived only through customers.archive: a host may allow one tool and ask a person for the other.
fn settable(status: Status) -> Result<()> {
    match status {
        Status::Archived => {
            Err(Error::field("status", "archived is set by customers.archive; call that tool."))
        }
        Status::Active | Status::Inactive => Ok(()),
    }
}

/// The names that make a customer's display name.
struct Names {
    kind: Type,
    first: Option<String>,
    last: Option<String>,
    company: Option<String>,
}

impl Names {
    fn columns(self) -> Result<Columns> {
        let person: Vec<&str> = [&self.first, &self.last].into_iter().flatten().map(String::as_str).collect();
        let display = match self.kind {
            Type::Company => self.company.clone().ok_or_else(|| {
                Error::field(
                    "company_name",
                    "is required for a company; send it, or make the type individual.",
                )
            })?,
            Type::Individual if person.is_empty() => {
                let message =
                    "an individual needs first_name or last_name; send one, or make the type company.";
                return Err(Error::field("last_name", message));
            }
            Type::Individual => person.join(" "),
        };
        Ok(Columns::default()
            .put("type", record::word(self.kind))
            .put("name_key", sort_key(&display))
            .put("display_name", display)
            .put("first_name", self.first)
            .put("last_name", self.last)
            .put("company_name", self.company))
    }
}

fn address(address: Option<Address>) -> Columns {
    let (line1, country) = address.as_ref().map(|a| (a.line1.0.clone(), a.country.0.clone())).unzip();
    let rest = address.map(|a| (a.line2, a.city, a.region, a.postal_code));
    let (line2, city, region, postal_code) = rest.unwrap_or_default();
    let key = |line: Option<&String>| line.map(|line| sort_key(line));
    Columns::default()
        .put("city_key", key(city.as_ref().map(|line| &line.0)))
        .put("region_key", key(region.as_ref().map(|line| &line.0)))
        .put("postal_key", key(postal_code.as_ref().map(|line| &line.0)))
        .put("billing_line1", line1)
        .put("billing_line2", line2.map(|line| line.0))
        .put("billing_city", city.map(|line| line.0))
        .put("billing_region", region.map(|line| line.0))
        .put("billing_postal_code", postal_code.map(|line| line.0))
        .put("billing_country", country)
}
