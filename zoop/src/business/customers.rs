//! A business's customers: people and companies, each with the details that some have and others do not.

use std::collections::HashSet;

use chrono::Duration;
use mcp_server::seed::{
    dice::Dice,
    hendersons::{HENDERSONS, Name},
};
use serde_json::{Map, Value, json};
use shared::timestamp::Timestamp;

use super::{
    Business,
    calendar::Calendar,
    history::{By, History, Kind, Ref},
    people::{FIRST, LAST},
};

/// How long ago the first customer came.
pub const DAYS: i64 = 900;

/// A customer.
pub struct Customer {
    /// The record.
    pub this: Ref,
    /// Their place among the customers.
    pub place: usize,
    /// When they came.
    pub at: Timestamp,
    /// When their contacts and locations were entered too: what else is about them comes later.
    pub settled: Timestamp,
    /// Whether it is a company.
    pub company: bool,
    /// Whether it is one of the Hendersons, who all stay.
    pub henderson: bool,
    /// Whether they let houses.
    pub landlord: bool,
    /// In how many days they pay.
    pub terms: i64,
    /// Their own address.
    pub address: Value,
    /// Where the work is.
    pub locations: Vec<Ref>,
}

/// The place of one who was a customer by then and fits; some come up again and again.
pub fn known(customers: &[Customer], at: Timestamp, fits: impl Fn(&Customer) -> bool, dice: &Dice) -> usize {
    let fitting = || customers.iter().filter(|customer| fits(customer));
    let known: Vec<&Customer> = fitting().filter(|customer| customer.settled <= at).collect();
    // Before anyone fits, whoever is the first to.
    let first = fitting().next().map_or(0, |customer| customer.place);
    known.get(dice.mostly_small(known.len())).map_or(first, |customer| customer.place)
}

/// Enters all customers, the oldest first.
pub fn enter(
    history: &mut History,
    business: &Business,
    library: &[Ref],
    calendar: &Calendar,
    dice: &Dice,
) -> Vec<Customer> {
    let mut cast: Vec<(Fields, bool)> = Vec::new();
    if business.hendersons {
        cast.extend(HENDERSONS.iter().map(|(name, language)| (named(name, Some(language)), true)));
    }
    cast.extend(business.companies.iter().map(|name| (named(&Name::Company(name), None), false)));
    let mut known = HashSet::new();
    while cast.len() < business.customers {
        let (first, last) = (*dice.pick(FIRST), *dice.pick(LAST));
        if known.insert((first, last)) {
            cast.push((named(&Name::Person(first, last), None), false));
        }
    }
    // Shuffled (Fisher and Yates), so that Hendersons and companies come and go like everyone else.
    for n in (1..cast.len()).rev() {
        cast.swap(n, dice.below(n + 1));
    }
    let count = cast.len();
    let mut mailboxes = HashSet::new();
    let mut arrivals: Vec<(Timestamp, Fields, bool)> = cast
        .into_iter()
        .enumerate()
        .map(|(n, (mut fields, henderson))| {
            let company = fields.get("type").is_some_and(|kind| kind == "company");
            reach(&mut fields, business, n, &mut mailboxes, dice);
            describe(&mut fields, business, n, company, henderson, dice);
            fields.insert("tag_ids".into(), tags(business, library, company, dice));
            let days_ago = DAYS * (count - 1 - n) as i64 / count as i64;
            (calendar.office_hour(days_ago, dice), fields, henderson)
        })
        .collect();
    arrivals.sort_by_key(|(at, ..)| *at);
    let landlord_tag = business.tags.iter().position(|(name, _)| *name == "Landlord");
    let landlord_tag = landlord_tag.map(|place| json!(library[place]));
    let mut landlords = 0;
    let enter = |(place, (at, fields, henderson)): (usize, (Timestamp, Fields, bool))| {
        let company = fields.get("type").is_some_and(|kind| kind == "company");
        let tags = fields.get("tag_ids").and_then(Value::as_array);
        let lets =
            !company && landlord_tag.as_ref().is_none_or(|tag| tags.is_some_and(|tags| tags.contains(tag)));
        let landlord = lets && landlords < LANDLORDS;
        landlords += usize::from(landlord);
        Customer {
            place,
            at,
            settled: at + Duration::minutes(2),
            company,
            henderson,
            landlord,
            terms: fields.get("payment_terms_days").and_then(Value::as_i64).unwrap_or(30),
            address: fields.get("billing_address").cloned().unwrap_or_default(),
            locations: Vec::new(),
            this: history.create(at, By::Office, Kind::Customer, Value::Object(fields)),
        }
    };
    arrivals.into_iter().enumerate().map(enter).collect()
}

/// How many let two houses.
const LANDLORDS: usize = 2;

type Fields = Map<String, Value>;

fn named(name: &Name, language: Option<&str>) -> Fields {
    let mut fields = Map::new();
    match name {
        Name::Person(first, last) => {
            fields.insert("type".into(), "individual".into());
            for (field, text) in [("first_name", first), ("last_name", last)] {
                if !text.is_empty() {
                    fields.insert(field.into(), (*text).into());
                }
            }
        }
        Name::Company(name) => {
            fields.insert("type".into(), "company".into());
            fields.insert("company_name".into(), (*name).into());
        }
    }
    if let Some(language) = language {
        fields.insert("language".into(), language.into());
    }
    fields
}

/// How they are reached: address, phone, mail.
fn reach(fields: &mut Fields, business: &Business, n: usize, mailboxes: &mut HashSet<String>, dice: &Dice) {
    if !dice.percent(8) {
        let phone = phone(business, n);
        // Typed as people type: with brackets, with hyphens, with dots.
        let phone = match dice.below(5) {
            0 => phone.replace("(", "").replace(") ", "-").replace(' ', "-"),
            1 => phone.replace("(", "").replace(") ", ".").replace(['-', ' '], "."),
            _ => phone,
        };
        fields.insert("phone".into(), phone.into());
    }
    if !dice.percent(12) {
        let base = mailbox(fields).unwrap_or_else(|| format!("customer{}", 1001 + n));
        let mailbox = if mailboxes.insert(base.clone()) { base } else { format!("{base}{}", n + 2) };
        mailboxes.insert(mailbox.clone());
        fields.insert("email".into(), format!("{mailbox}@example.com").into());
    }
    fields.insert("billing_address".into(), address(business, dice));
}

/// The n-th number that is reserved for fiction.
pub fn phone(business: &Business, n: usize) -> String {
    business.phones[n / 100 % business.phones.len()].replace("##", &format!("{:02}", n % 100))
}

/// An address in one of the business's places.
pub fn address(business: &Business, dice: &Dice) -> Value {
    let place = dice.pick(business.places);
    let mut address = json!({
        "line1": format!("{} {}", dice.between(1, 98) * dice.between(1, 49), dice.pick(place.streets)),
        "city": place.city,
        "region": place.region,
        "postal_code": place.postal_code,
        "country": business.country,
    });
    if dice.percent(12) {
        let unit = format!("{} {}", dice.pick(&["Unit", "Apt", "Suite"]), dice.between(1, 40));
        address["line2"] = unit.into();
    }
    address
}

/// `mary.henderson` for Mary Henderson; none for a name without Latin letters.
fn mailbox(fields: &Fields) -> Option<String> {
    let words: Vec<String> = ["first_name", "last_name", "company_name"]
        .iter()
        .filter_map(|field| fields.get(*field)?.as_str())
        .flat_map(|text| text.split([' ', '-', '&', ',', ';', '(', '+']))
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase())
        .filter(|word| word.len() > 1)
        .take(3)
        .collect();
    (!words.is_empty()).then(|| words.join("."))
}

/// What else is known of them.
fn describe(fields: &mut Fields, business: &Business, n: usize, company: bool, henderson: bool, dice: &Dice) {
    let mut put = |field: &str, value: Value| {
        fields.insert(field.into(), value);
    };
    let sources: &[&str] = &["Referral", "Google", "Nextdoor", "Yard sign", "Repeat customer", "Website"];
    if dice.percent(80) {
        put("source", (*dice.pick(sources)).into());
    }
    if dice.percent(6) {
        put("vip", true.into());
    }
    if dice.percent(3) {
        put("do_not_contact", true.into());
    }
    if !henderson && dice.percent(5) {
        put("status", "inactive".into());
    }
    if company {
        put("payment_terms_days", (*dice.pick(&[14, 30, 30, 45])).into());
        if dice.percent(20) {
            put("tax_exempt", true.into());
            put("tax_exempt_number", format!("{}-EX-{:05}", business.country, 10_000 + n * 37).into());
        }
    }
    if dice.percent(30) {
        put("external_refs", json!([{ "system": "quickbooks", "id": format!("QB-{}", 2000 + n) }]));
    }
    if dice.percent(25) {
        put(
            "custom_fields",
            json!({ "year_built": dice.between(1928, 2024), "paperless": dice.percent(60) }),
        );
    }
}

/// Their tags, of the business's library.
fn tags(business: &Business, library: &[Ref], company: bool, dice: &Dice) -> Value {
    let fits = |name: &str| match name {
        "Commercial" | "Strata" => company,
        "Beware of dog 🐕" | "Slab foundation" | "Habla español" => !company && dice.percent(9),
        _ => dice.percent(10),
    };
    business.tags.iter().zip(library).filter(|((name, _), _)| fits(name)).map(|(_, tag)| json!(tag)).collect()
}
