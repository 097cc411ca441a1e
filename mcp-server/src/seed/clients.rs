//! Customers: a third was there at the opening, the others came one by one. Some 40 are Hendersons.

use chrono::Duration;
use serde_json::{Map, Value, json};
use shared::timestamp::Timestamp;

use super::{
    business::Place,
    dice::{Dice, Zipf},
    hendersons::{HENDERSONS, Name},
    names::mailbox,
    scene::{AT_ONCE, FIRST_CUSTOMERS, SETTLED, Scene, draft},
    tags::Library,
};
use crate::{
    entities::{
        customers::{self, Customers, FIRST_NUMBER, NUMBERS},
        place::billing_columns,
    },
    error::Result,
    fields::AddressRecord,
    store::{Columns, Past},
};

/// A customer, as other files need to know one.
pub struct Client {
    /// `cus_…`
    pub id: String,
    /// The first and the last name, or the company's and nothing.
    pub name: (String, String),
    /// Whether it is a company.
    pub company: bool,
    /// Since when.
    pub since: Timestamp,
    /// Until when work is taken on for them; for most beyond now.
    pub until: Timestamp,
    /// Nobody pays tax for them.
    pub tax_exempt: bool,
    /// Days until their invoices are due.
    pub terms: Option<i64>,
    /// Where they live.
    pub place: &'static Place,
    /// The first line of their address.
    pub line1: String,
    /// Their service addresses.
    pub sites: Vec<Site>,
    /// The ids of the people there.
    pub contacts: Vec<String>,
}

/// A service address.
pub struct Site {
    /// `loc_…`
    pub id: String,
    /// The city.
    pub place: &'static Place,
    /// Since when.
    pub since: Timestamp,
}

impl Client {
    /// Name and address, as a document keeps them from the moment that it is sent.
    pub fn billed_to(&self, country: &str) -> Columns {
        let name = [self.name.0.as_str(), &self.name.1].join(" ").trim().to_owned();
        let address = AddressRecord {
            line1: self.line1.clone(),
            line2: None,
            city: Some(self.place.city.to_owned()),
            region: Some(self.place.region.to_owned()),
            postal_code: Some(self.place.postal_code.to_owned()),
            country: country.to_owned(),
        };
        billing_columns(Some(name), Some(address))
    }

    /// The address at this place among theirs.
    pub fn site(&self, place: Option<usize>) -> Option<&Site> {
        self.sites.get(place?)
    }

    /// The place of one of their addresses at that time, mostly the first.
    pub fn some_site(&self, at: Timestamp, dice: &Dice) -> Option<usize> {
        let known = self.sites.iter().take_while(|site| site.since < at).count();
        (known > 0).then(|| if dice.percent(70) { 0 } else { dice.below(known) })
    }

    /// Whether work is taken on for them at that time.
    pub fn is_served(&self, at: Timestamp) -> bool {
        self.since + SETTLED < at && at < self.until
    }

    /// Until when anything of theirs moves: by the time that they are archived all is done and paid.
    pub fn closing(&self, now: Timestamp) -> Timestamp {
        self.until.min(now)
    }

    /// Whether work is still taken on for them.
    pub fn active(&self, now: Timestamp) -> bool {
        self.until > now
    }
}

/// The exponent of the law by which a few customers call again and again.
const REPEATING: f64 = 1.1;

/// Who calls how often.
pub struct Callers {
    law: Zipf,
    ranks: Vec<usize>,
}

impl Callers {
    /// The tenth that calls most has been there from the first, and stays: else the years in which one of them is there
    /// would stand out.
    pub fn new(scene: &Scene<'_>, clients: &[Client]) -> Self {
        let mut ranks: Vec<usize> = (0..clients.len()).collect();
        scene.dice.shuffle(&mut ranks);
        ranks.sort_by_key(|&n| !(clients[n].is_served(scene.first_call()) && clients[n].active(scene.now)));
        scene.dice.shuffle(&mut ranks[clients.len() / 10..]);
        Self { law: Zipf::new(clients.len(), REPEATING), ranks }
    }

    /// The place of somebody who calls at that time, which is after the first call.
    pub fn pick(&self, clients: &[Client], at: Timestamp, dice: &Dice) -> usize {
        // Those who call most are always there, so that this ends soon.
        loop {
            let client = self.ranks[self.law.pick(dice)];
            if clients[client].is_served(at) {
                return client;
            }
        }
    }
}

/// The place of a customer for whom work is still taken on, all of them alike; and a time from then, or from a year ago,
/// up to `latest`.
pub fn anybody(scene: &Scene<'_>, clients: &[Client], latest: Timestamp) -> (usize, Timestamp) {
    let from = scene.dice.below(clients.len());
    let since = |n: usize| clients[n].since + SETTLED;
    let mut round = (from..clients.len()).chain(0..from);
    let client = round.find(|&n| clients[n].active(scene.now) && since(n) < latest).unwrap_or(from);
    let earliest = since(client).max(scene.now - Duration::days(365));
    (client, scene.between(earliest, latest))
}

/// Writes all customers, the oldest first.
pub async fn write(scene: &mut Scene<'_>, tags: &Library) -> Result<Vec<Client>> {
    let count = scene.volume.customers;
    let first_day = scene.opening + FIRST_CUSTOMERS;
    let mut times = scene.spread(count / 3, scene.opening, first_day);
    // Nobody came today: every customer has a little history.
    times.extend(scene.spread(count - count / 3, first_day, scene.now - Duration::days(2)));
    // Hendersons come and go like everyone else; the first of each step through the list is one.
    let step = (count / HENDERSONS.len()).max(1);
    let mut clients = Vec::with_capacity(count);
    let mut at_once = scene.volume.changed_at_once;
    for chunk in times.chunks(AT_ONCE) {
        let mut tx = scene.begin().await?;
        let first = tx.next_numbers(NUMBERS, FIRST_NUMBER, chunk.len() as i64).await?;
        let mut records = Vec::with_capacity(chunk.len());
        for (number, &at) in (first..).zip(chunk) {
            let n = clients.len();
            let henderson = n.is_multiple_of(step).then(|| HENDERSONS.get(n / step)).flatten();
            let (client, mut record) = one(scene, n, number, at, henderson)?;
            let import = scene.now - Duration::days(60);
            if at_once > 0 && at < import && client.active(scene.now) {
                // As an import does it: thousands of records, one and the same time.
                at_once -= 1;
                record = record.changed(import, Columns::default());
                record.external_refs.push(("ledger", format!("L-{number}")));
            }
            records.push(record.tagged::<Customers>(tags.some(scene, 5)));
            clients.push(client);
        }
        scene.finish::<Customers>(tx, records).await?;
    }
    Ok(clients)
}

type Fields = Map<String, Value>;

fn one(
    scene: &mut Scene<'_>,
    n: usize,
    number: i64,
    at: Timestamp,
    henderson: Option<&'static (Name, &'static str)>,
) -> Result<(Client, Past)> {
    let mut fields = Fields::new();
    let company = match henderson {
        Some((name, _)) => matches!(name, Name::Company(_)),
        None => scene.dice.percent(18),
    };
    let name = match henderson {
        Some((Name::Company(name), _)) => ((*name).to_owned(), String::new()),
        Some((Name::Person(first, last), _)) => ((*first).to_owned(), (*last).to_owned()),
        None if company => (scene.names.company(scene.business.tongue), String::new()),
        None => scene.names.person(scene.business.tongue),
    };
    let mut put = |field: &str, value: Value| drop(fields.insert(field.to_owned(), value));
    if company {
        put("type", "company".into());
        put("company_name", name.0.clone().into());
    } else {
        put("type", "individual".into());
        put("first_name", Some(&name.0).filter(|name| !name.is_empty()).cloned().into());
        put("last_name", name.1.clone().into());
    }
    put("language", henderson.map(|(_, language)| *language).into());
    let dice = &scene.dice;
    let place = dice.pick(scene.business.places);
    let line1 = format!("{} {}", dice.between(1, 98) * dice.between(1, 49), dice.pick(place.streets));
    put(
        "billing_address",
        json!({
            "line1": line1,
            "city": place.city,
            "region": place.region,
            "postal_code": place.postal_code,
            "country": scene.business.country,
        }),
    );
    if !dice.percent(8) {
        put("phone", scene.phone(place).into());
    }
    if !dice.percent(12) {
        put("email", mailbox(&format!("{} {}", name.0, name.1), n).into());
    }
    if dice.percent(80) {
        put(
            "source",
            (*dice.pick(&["Referral", "Search", "Yard sign", "Repeat customer", "Website"])).into(),
        );
    }
    put("vip", dice.percent(4).into());
    put("do_not_contact", dice.percent(2).into());
    let (tax_exempt, terms) = match company {
        true => (dice.percent(15), Some(*dice.pick(&[14, 30, 30, 45]))),
        false => (false, None),
    };
    put("tax_exempt", tax_exempt.into());
    put("tax_exempt_number", tax_exempt.then(|| format!("EX-{number}")).into());
    put("payment_terms_days", terms.into());
    // Nobody leaves in the first month.
    let (earliest, latest) = (at + Duration::days(30), scene.now - Duration::days(1));
    let left = (henderson.is_none() && earliest < latest && dice.percent(3))
        .then(|| scene.between(earliest, latest));
    if henderson.is_none() && left.is_none() && dice.percent(4) {
        put("status", "inactive".into());
    }
    let id = scene.id::<Customers>(at);
    let write = draft::<customers::Draft>(Value::Object(fields))?.compose(number, scene.business.country)?;
    let mut record = Past::new(id.clone(), at, scene.clerk().actor.clone(), write);
    if dice.percent(30) {
        record.external_refs.push(("quickbooks", format!("QB-{number}")));
    }
    if dice.percent(25) {
        record.custom_fields.insert("year_built".to_owned(), dice.between(1928, 2024).into());
    }
    if let Some(left) = left {
        record = record.changed(left, customers::archived(left));
    }
    let until = left.unwrap_or(scene.now + Duration::days(365));
    let (sites, contacts) = (vec![], vec![]);
    Ok((
        Client { id, name, company, since: at, until, tax_exempt, terms, place, line1, sites, contacts },
        record,
    ))
}
