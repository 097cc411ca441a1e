//! Tax rates, and the pricebook: a tree of categories with services, things, labor, fees, bundles and discounts.

use chrono::Duration;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    dice::Dice,
    scene::{AT_ONCE, Scene, draft},
};
use crate::{
    entities::{catalog_categories::CatalogCategories, catalog_items::CatalogItems, tax_rates::TaxRates},
    entity::Entity,
    error::Result,
    store::{Columns, Past},
};

const TRADES: &[&str] =
    &["Plumbing", "Heating", "Cooling", "Electrical", "Drains", "Solar", "Appliances", "Roofing"];
const PARTS: &[&str] = &["Repairs", "Installs", "Maintenance", "Parts", "Inspections", "Accessories"];
const THINGS: &[&str] = &[
    "shut-off valve",
    "capacitor",
    "breaker",
    "thermostat",
    "supply line",
    "trap",
    "filter",
    "contactor",
    "blower motor",
    "pressure regulator",
    "smoke detector",
    "junction box",
    "drain cable",
    "expansion tank",
    "flame sensor",
];
const SIZES: &[&str] = &["1/2 in", "3/4 in", "1 in", "15 A", "20 A", "40 A", "small", "large", "universal"];

/// The lines of documents are taken from these.
#[derive(Default)]
pub struct Pricebook {
    /// The ids of what is in use and takes nothing off.
    items: Vec<String>,
}

impl Pricebook {
    /// A line of some item at this price, as a tool takes it.
    pub fn line(&self, dice: &Dice, quantity: i64, price: i64) -> Value {
        json!({ "catalog_item_id": dice.pick(&self.items), "quantity": quantity, "unit_price": price })
    }
}

/// A record to be made by its entity's own `create`: there are few of them.
struct New<E: Entity> {
    at: Timestamp,
    draft: E::Draft,
    /// What no caller may say, or an owner alone.
    more: Columns,
    /// Whether an owner makes it.
    by_owner: bool,
}

impl<E: Entity> New<E> {
    /// One that anybody in the office makes.
    fn of(at: Timestamp, draft: E::Draft) -> Self {
        Self { at, draft, more: Columns::default(), by_owner: false }
    }
}

/// Makes records of one entity; answers their ids.
async fn make<E: Entity>(scene: &mut Scene<'_>, all: Vec<New<E>>) -> Result<Vec<String>> {
    let mut tx = scene.begin().await?;
    let (mut ids, mut records) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
    for New { at, draft, more, by_owner } in all {
        let id = scene.id::<E>(at);
        let mut write = E::create(draft, &id, &mut tx).await?;
        write.columns = write.columns.and(more);
        let maker = if by_owner { scene.owner() } else { scene.clerk() };
        records.push(Past::new(id.clone(), at, maker.actor.clone(), write));
        ids.push(id);
    }
    scene.finish::<E>(tx, records).await?;
    Ok(ids)
}

/// Writes the tax rates of the places, and the tenant's own as the default.
pub async fn write_rates(scene: &mut Scene<'_>) -> Result<()> {
    let (name, tax) = scene.business.tax;
    let places = scene.business.places.iter().filter_map(|place| Some((place, place.tax?)));
    let mut rates = vec![(None, name.to_owned(), tax)];
    rates.extend(places.map(|(place, tax)| (Some(place), format!("{} sales tax", place.city), tax)));
    let mut new = Vec::with_capacity(rates.len());
    for (n, (place, name, tax)) in rates.iter().enumerate() {
        let draft = draft(json!({
            "name": name,
            "rate_percentage": tax,
            "is_default": place.is_none(),
            "jurisdiction": place.map(|place| place.region),
        }))?;
        let at = scene.set_up() + Duration::seconds(60 + n as i64);
        new.push(New::<TaxRates>::of(at, draft));
    }
    let ids = make(scene, new).await?;
    for ((place, _, tax), id) in rates.into_iter().zip(ids) {
        match place {
            Some(_) => scene.rates.push((tax, id)),
            None => scene.default_rate = Some(id),
        }
    }
    Ok(())
}

/// Writes the pricebook: first what stands alone, then the bundles of it, and what takes something off.
pub async fn write(scene: &mut Scene<'_>) -> Result<()> {
    let begun = scene.set_up() + Duration::minutes(5);
    let categories = categories(scene, begun).await?;
    let times = scene.spread(scene.volume.items, begun + Duration::minutes(5), begun + Duration::hours(12));
    let (alone, rest) = times.split_at(times.len() * 9 / 10);
    for (n, chunk) in alone.chunks(AT_ONCE).enumerate() {
        let (mut new, mut in_use) = (Vec::with_capacity(chunk.len()), Vec::with_capacity(chunk.len()));
        for (place, &at) in chunk.iter().enumerate() {
            let dice = &scene.dice;
            let cost = dice.percent(60).then(|| scene.money(5.0 + 80.0 * dice.unit()));
            let archived = dice.percent(2).then_some(at);
            in_use.push(archived.is_none());
            let draft = draft(item(scene, n * AT_ONCE + place, &categories))?;
            let more = Columns::default().put("cost", cost).put("archived_at", archived);
            new.push(New { more, by_owner: cost.is_some(), ..New::<CatalogItems>::of(at, draft) });
        }
        let ids = make(scene, new).await?;
        scene.pricebook.items.extend(ids.into_iter().zip(in_use).filter(|(_, yes)| *yes).map(|(id, _)| id));
    }
    let mut new = Vec::with_capacity(rest.len());
    for (n, &at) in rest.iter().enumerate() {
        let draft = draft(if n % 3 == 0 { discount(scene, n) } else { bundle(scene, n, &categories) })?;
        new.push(New::<CatalogItems>::of(at, draft));
    }
    make(scene, new).await.map(drop)
}

/// A top level of trades, and their parts below.
async fn categories(scene: &mut Scene<'_>, at: Timestamp) -> Result<Vec<String>> {
    let count = scene.volume.categories;
    let mut all: Vec<String> = Vec::with_capacity(count);
    let top = (count / 5).max(1);
    for level in [0..top, top..count] {
        let mut new = Vec::with_capacity(level.len());
        for n in level {
            let (name, parent) = match n.checked_sub(top) {
                None => (numbered(TRADES, n), None),
                Some(below) => (numbered(PARTS, below / top), Some(&all[below % top])),
            };
            let draft = draft(json!({ "name": name, "parent_id": parent, "sort_order": n }))?;
            let at = at + Duration::milliseconds(n as i64);
            new.push(New::<CatalogCategories>::of(at, draft));
        }
        all.extend(make(scene, new).await?);
    }
    Ok(all)
}

/// The n-th of these, and a number once all were taken.
fn numbered(names: &[&str], n: usize) -> String {
    match n / names.len() {
        0 => names[n].to_owned(),
        round => format!("{} {}", names[n % names.len()], round + 1),
    }
}

fn item(scene: &Scene<'_>, n: usize, categories: &[String]) -> Value {
    let dice = &scene.dice;
    let thing = format!("{}, {}", dice.pick(THINGS), dice.pick(SIZES));
    let (kind, name, unit, dollars) = match n % 10 {
        0..4 => ("service", format!("Replace {thing}"), Some("visit"), 90.0 + 400.0 * dice.unit()),
        4..8 => ("product", thing, Some("each"), 4.0 + 150.0 * dice.unit()),
        8 => ("labor", format!("Labor, grade {}", n / 10 + 1), Some("hour"), 80.0 + 90.0 * dice.unit()),
        _ => (
            "fee",
            format!("Fee {}: disposal, permit or travel", n / 10 + 1),
            None,
            10.0 + 60.0 * dice.unit(),
        ),
    };
    json!({
        "kind": kind,
        "name": name,
        "sku": (kind != "fee").then(|| format!("PB-{:05}", n + 1)),
        "category_id": dice.percent(95).then(|| dice.pick(categories)),
        "unit": unit,
        "unit_price": scene.money(dollars),
        "taxable": kind != "labor",
        "duration_minutes": (kind == "service").then(|| 30 * dice.between(1, 6)),
    })
}

fn bundle(scene: &Scene<'_>, n: usize, categories: &[String]) -> Value {
    let dice = &scene.dice;
    let mut parts: Vec<&String> = (0..3).map(|_| dice.pick(&scene.pricebook.items)).collect();
    parts.sort();
    parts.dedup();
    let components: Vec<Value> =
        parts.iter().map(|id| json!({ "catalog_item_id": id, "quantity": dice.between(1, 4) })).collect();
    json!({
        "kind": "bundle",
        "name": format!("{} package {}", dice.pick(TRADES), n + 1),
        "sku": format!("BU-{:05}", n + 1),
        "category_id": dice.pick(categories),
        "unit_price": dice.percent(50).then(|| scene.money(250.0 + 700.0 * dice.unit())),
        "components": components,
    })
}

fn discount(scene: &Scene<'_>, n: usize) -> Value {
    let percent = json!({ "type": "percent", "value": scene.dice.between(1, 6) * 5 });
    let fixed = json!({ "type": "fixed", "value": scene.money(25.0) });
    json!({
        "kind": "discount",
        "name": format!("Offer {}", n + 1),
        "discount": if scene.dice.percent(60) { percent } else { fixed },
    })
}
