//! The addresses of customers and the people there: each has one of both from the beginning, some get more.

use chrono::Duration;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    clients::{Client, Site},
    names::mailbox,
    scene::{AT_ONCE, Scene, draft},
    tags::Library,
};
use crate::{
    entities::{
        contacts::{self, Contacts},
        locations::{self, Locations},
    },
    error::Result,
    store::Past,
};

/// Writes locations and contacts, the oldest first.
pub async fn write(scene: &mut Scene<'_>, clients: &mut [Client], tags: &Library) -> Result<()> {
    let sites = comings(scene, clients, scene.volume.locations);
    for chunk in sites.chunks(AT_ONCE) {
        let records: Vec<Past> = chunk
            .iter()
            .map(|coming| location(scene, &mut clients[coming.client], coming.at, tags))
            .collect::<Result<_>>()?;
        scene.write::<Locations>(records).await?;
    }
    let people = comings(scene, clients, scene.volume.contacts);
    for (n, chunk) in people.chunks(AT_ONCE).enumerate() {
        let mut records = Vec::with_capacity(chunk.len());
        for (place, coming) in chunk.iter().enumerate() {
            records.push(contact(scene, &mut clients[coming.client], coming.at, n * AT_ONCE + place)?);
        }
        scene.write::<Contacts>(records).await?;
    }
    Ok(())
}

/// Somebody or something new at a customer.
struct Coming {
    at: Timestamp,
    client: usize,
}

/// One for each customer soon after they came, and the rest at some time for some of them.
fn comings(scene: &Scene<'_>, clients: &[Client], count: usize) -> Vec<Coming> {
    let soon = |client: usize| {
        let at = clients[client].since + Duration::milliseconds(scene.dice.between(20_000, 600_000));
        Coming { at: at.min(clients[client].until), client }
    };
    let mut comings: Vec<Coming> = (0..clients.len()).map(soon).collect();
    while comings.len() < count {
        let client = scene.dice.below(clients.len());
        let Client { since, until, .. } = clients[client];
        comings.push(Coming {
            at: scene.between(since + Duration::hours(1), until.min(scene.now - Duration::days(1))),
            client,
        });
    }
    comings.sort_by_key(|coming| (coming.at, coming.client));
    comings
}

fn location(scene: &Scene<'_>, client: &mut Client, at: Timestamp, tags: &Library) -> Result<Past> {
    let dice = &scene.dice;
    let first = client.sites.is_empty();
    let place = if first { client.place } else { dice.pick(scene.business.places) };
    let line1 = match first {
        true => client.line1.clone(),
        false => format!("{} {}", dice.between(1, 998), dice.pick(place.streets)),
    };
    let names = ["Rental", "Lake house", "Shop", "Office", "Parents' house", "Warehouse"];
    let name = (!first).then(|| *dice.pick(&names));
    let gate = dice.percent(10).then(|| format!("#{:04}", dice.below(10_000)));
    let access = dice.percent(15).then_some("Side gate; please close it behind you, the dog is quick.");
    let location: locations::Draft = draft(json!({
        "customer_id": client.id,
        "name": name,
        "address": {
            "line1": line1,
            "city": place.city,
            "region": place.region,
            "postal_code": place.postal_code,
            "country": scene.business.country,
        },
        "time_zone": place.time_zone,
        "access_notes": access,
        "gate_code": gate,
        "default_tax_rate_id": scene.rate_of(place),
    }))?;
    let id = scene.id::<Locations>(at);
    client.sites.push(Site { id: id.clone(), place, since: at });
    let record = Past::new(id, at, scene.clerk().actor.clone(), location.compose(first));
    Ok(record.tagged::<Locations>(tags.some(scene, 1)))
}

fn contact(scene: &mut Scene<'_>, client: &mut Client, at: Timestamp, n: usize) -> Result<Past> {
    let first = client.contacts.is_empty();
    let own = first && !client.company;
    let (first_name, last_name) =
        if own { client.name.clone() } else { scene.names.person(scene.business.tongue) };
    let dice = &scene.dice;
    let role: Value = match (own, client.company) {
        (true, _) => Value::Null,
        (false, true) => (*dice.pick(&["Owner", "Site manager", "Accounts payable", "Front desk"])).into(),
        (false, false) => (*dice.pick(&["Spouse", "Tenant", "Neighbor with the key"])).into(),
    };
    let site = client.sites.iter().rfind(|site| site.since <= at).filter(|_| dice.percent(40));
    let contact: contacts::Draft = draft(json!({
        "customer_id": client.id,
        "first_name": Some(&first_name).filter(|name| !name.is_empty()),
        "last_name": last_name,
        "role": role,
        "email": (!dice.percent(20)).then(|| mailbox(&format!("{first_name} {last_name}"), n)),
        "phone": (!dice.percent(10)).then(|| scene.phone(client.place)),
        "sms_enabled": dice.percent(60),
        "is_billing": first || dice.percent(20),
        "location_ids": Vec::from_iter(site.map(|site| &site.id)),
    }))?;
    let id = scene.id::<Contacts>(at);
    client.contacts.push(id.clone());
    let write = contact.compose(first, scene.business.country)?;
    Ok(Past::new(id, at, scene.clerk().actor.clone(), write))
}
