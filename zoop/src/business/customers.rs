//! A business's customers: people and companies, each with the details that some have and others do not.

use std::collections::HashSet;

use mcp_server::seed::{
    dice::Dice,
    hendersons::{HENDERSONS, Name},
};
use serde_json::{Map, Value, json};
use shared::timestamp::Timestamp;

use super::{
    Business,
    calendar::Calendar,
    history::Draft,
    people::{FIRST, LAST},
};

/// How long ago the first customer came.
const DAYS: usize = 900;

/// A customer to be made.
pub struct Plan {
    /// When.
    pub at: Timestamp,
    /// With what.
    pub draft: Draft,
    /// Whether it is a company.
    pub company: bool,
    /// Whether it is one of the Hendersons, who all stay.
    pub henderson: bool,
}

/// All customers, the oldest first.
pub fn plans(business: &Business, calendar: &Calendar, dice: &Dice) -> Vec<Plan> {
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
    let mut plans: Vec<Plan> = cast
        .into_iter()
        .enumerate()
        .map(|(n, (mut fields, henderson))| {
            let company = fields.get("type").is_some_and(|kind| kind == "company");
            reach(&mut fields, business, n, &mut mailboxes, dice);
            describe(&mut fields, business, n, company, henderson, dice);
            let days_ago = DAYS * (count - 1 - n) / count;
            let at = calendar.office_hour(days_ago as i64, dice);
            Plan {
                at,
                draft: Draft { tags: tags(business, company, dice), ..Draft::new(fields) },
                company,
                henderson,
            }
        })
        .collect();
    plans.sort_by_key(|plan| plan.at);
    plans
}

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
        let pattern = business.phones[n / 100 % business.phones.len()];
        let phone = pattern.replace("##", &format!("{:02}", n % 100));
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
    fields.insert("billing_address".into(), address);
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

/// The places of their tags in the business's library.
fn tags(business: &Business, company: bool, dice: &Dice) -> Vec<usize> {
    let mut tags: Vec<usize> = Vec::new();
    for (place, (name, _)) in business.tags.iter().enumerate() {
        let fits = match *name {
            "Commercial" | "Strata" => company,
            "Beware of dog 🐕" | "Slab foundation" | "Habla español" => !company && dice.percent(9),
            _ => dice.percent(10),
        };
        if fits {
            tags.push(place);
        }
    }
    tags
}
