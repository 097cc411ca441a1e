//! Jobs: visits over five years to customers by Zipf's law, most of them done, a few called off, some to come.

use chrono::{Duration, NaiveTime};
use serde_json::{Map, Value, json};
use shared::timestamp::Timestamp;

use super::{
    clients::{Callers, Client},
    quotes::Offer,
    scene::{AT_ONCE, Scene, draft, zone},
    tags::Library,
    tickets::Ticket,
};
use crate::{
    entities::{
        jobs::{self, FIRST_NUMBER, Given, Jobs, NUMBERS, Retire},
        priced,
    },
    error::Result,
    fields::When,
    lines::Sources,
    store::{Columns, Past},
};

/// A job, as other files need to know one.
pub struct Visit {
    /// `job_…`; empty until it is written.
    pub id: String,
    /// The place of its customer.
    pub client: usize,
    /// The place of its address among the customer's.
    pub site: usize,
    /// What it costs.
    pub ticket: Ticket,
    /// What became of it.
    pub fate: Fate,
    /// When it was taken on.
    pub at: Timestamp,
    /// Whether a tenth is taken off.
    pub discounted: bool,
    /// When it was billed.
    pub billed: Option<Timestamp>,
    /// The quote that it was made from.
    pub quote: Option<String>,
    /// When it begins.
    start: Timestamp,
    /// When it ends: what is done was done then.
    pub end: Timestamp,
}

impl Visit {
    fn new(client: usize, site: usize, ticket: Ticket) -> Self {
        let never = Timestamp::from_micros(0);
        let (id, quote, fate) = (String::new(), None, Fate::Asked);
        let (discounted, billed) = (false, None);
        Self {
            id,
            client,
            site,
            ticket,
            fate,
            at: never,
            discounted,
            billed,
            quote,
            start: never,
            end: never,
        }
    }

    /// Whether its work was finished by then.
    pub fn is_done_by(&self, time: Timestamp) -> bool {
        self.fate == Fate::Done && self.end < time
    }
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits for a day.
    Asked,
    /// It is to come.
    Scheduled,
    /// The work is finished.
    Done,
    /// It was called off.
    Cancelled,
}

/// All jobs, the oldest first.
pub fn plan(scene: &Scene<'_>, clients: &[Client], callers: &Callers, offers: Vec<Offer>) -> Vec<Visit> {
    let mut visits = Vec::with_capacity(scene.volume.jobs);
    for offer in offers {
        visits.extend(visit_of(scene, clients, offer));
    }
    while visits.len() < scene.volume.jobs {
        visits.push(visit(scene, clients, callers.pick(&scene.dice)));
    }
    visits.sort_by_key(|visit| (visit.at, visit.client));
    visits
}

/// Writes the jobs, and into each visit its id.
pub async fn write(
    scene: &mut Scene<'_>,
    clients: &[Client],
    visits: &mut [Visit],
    sources: &Sources,
    tags: &Library,
) -> Result<()> {
    for chunk in visits.chunks_mut(AT_ONCE) {
        let mut tx = scene.begin().await?;
        let first = tx.next_numbers(NUMBERS, FIRST_NUMBER, chunk.len() as i64).await?;
        let mut records = Vec::with_capacity(chunk.len());
        for (number, visit) in (first..).zip(chunk) {
            visit.id = scene.id::<Jobs>(visit.at);
            let record = one(scene, visit, &clients[visit.client], number, sources)?;
            records.push(record.tagged::<Jobs>(tags.some(scene, 2)));
        }
        scene.finish::<Jobs>(tx, records).await?;
    }
    Ok(())
}

/// A visit of somebody who called.
fn visit(scene: &Scene<'_>, clients: &[Client], client: usize) -> Visit {
    let (dice, whom) = (&scene.dice, &clients[client]);
    let earliest = whom.sites.first().map_or(whom.since, |site| site.since) + Duration::hours(1);
    // One in twenty is still to come.
    let ahead = dice.percent(5) && whom.active(scene.now);
    let day = match ahead {
        true => scene.between(scene.now, scene.now + Duration::days(28)),
        false => scene.between(earliest, whom.until.min(scene.now)),
    };
    let sites = whom.sites.iter().take_while(|site| site.since < day).count();
    let site = if dice.percent(70) { 0 } else { dice.below(sites) };
    let earliest = whom.sites.get(site).map_or(earliest, |site| site.since.max(earliest));
    let lead = Duration::minutes(dice.between(30, 12 * 24 * 60));
    placed(scene, Visit::new(client, site, Ticket::draw(scene)), whom, earliest, day, lead)
}

/// The visit that an accepted quote becomes; four of five do, within three weeks.
fn visit_of(scene: &Scene<'_>, clients: &[Client], offer: Offer) -> Option<Visit> {
    let (dice, whom) = (&scene.dice, &clients[offer.client]);
    let day = offer.accepted + Duration::minutes(dice.between(24 * 60, 21 * 24 * 60));
    if dice.percent(20) || whom.until < day {
        return None;
    }
    let visit = Visit { quote: Some(offer.id), ..Visit::new(offer.client, 0, offer.ticket) };
    let visit = placed(scene, visit, whom, offer.accepted, day, day.utc() - offer.accepted.utc());
    Some(visit).filter(|visit| visit.at >= offer.accepted)
}

/// A visit with its times, and what became of it.
fn placed(
    scene: &Scene<'_>,
    visit: Visit,
    whom: &Client,
    earliest: Timestamp,
    day: Timestamp,
    lead: Duration,
) -> Visit {
    let dice = &scene.dice;
    let there =
        zone(whom.sites.get(visit.site).map_or(scene.business.time_zone, |site| site.place.time_zone));
    // On the hour or the half, between eight and half past four; nobody works when clocks change.
    let local = day.utc().with_timezone(&there).date_naive().and_time(NaiveTime::MIN)
        + Duration::minutes(8 * 60 + 30 * dice.between(0, 17));
    let start = When::Wall(local).in_zone(there).max(earliest + Duration::minutes(30));
    let end = start + Duration::minutes(if visit.ticket.install { 480 } else { 30 * dice.between(2, 5) });
    let at = (start - lead).max(earliest).min(scene.now - Duration::minutes(dice.between(5, 600)));
    let fate = match dice.below(100) {
        0..5 => Fate::Cancelled,
        5..20 if start > scene.now && visit.quote.is_none() => Fate::Asked,
        _ if end < scene.now => Fate::Done,
        _ if whom.active(scene.now) => Fate::Scheduled,
        _ => Fate::Cancelled,
    };
    let discounted = visit.quote.is_none() && dice.percent(5);
    Visit { at, start, end, fate, discounted, ..visit }
}

fn one(scene: &Scene<'_>, visit: &Visit, client: &Client, number: i64, sources: &Sources) -> Result<Past> {
    let (dice, work) = (&scene.dice, visit.ticket.work());
    let mut fields = Map::new();
    let mut put = |field: &str, value: Value| drop(fields.insert(field.to_owned(), value));
    put("from_quote_id", visit.quote.clone().into());
    put("job_type", work.job_type.into());
    put("priority", work.priority.into());
    put("description", work.description.into());
    put("line_items", visit.ticket.lines(scene).into());
    if client.company && dice.percent(40) {
        put("po_number", format!("PO-{}", dice.between(10_000, 99_999)).into());
    }
    if visit.discounted {
        put("discount", json!({ "type": "percent", "value": 10 }));
    }
    let mut assignees = Vec::new();
    if visit.fate != Fate::Asked {
        put("scheduled_start", visit.start.to_string().into());
        put("scheduled_end", visit.end.to_string().into());
        if dice.percent(40) {
            put("arrival_window_minutes", (*dice.pick(&[30, 60, 120])).into());
        }
        assignees.push(dice.pick(&scene.techs).id.clone());
        let helper = &dice.pick(&scene.techs).id;
        if visit.ticket.install && !assignees.contains(helper) {
            assignees.push(helper.clone());
        }
    }
    if visit.fate == Fate::Done {
        put("status", "done".into());
        put("done_at", visit.end.to_string().into());
        put("completion_notes", work.notes.into());
    }
    let mut job: jobs::Draft = draft(Value::Object(fields))?;
    let site = client.sites.get(visit.site);
    let there = zone(site.map_or(scene.business.time_zone, |site| site.place.time_zone));
    let payer = scene.payer(client, site);
    let lines = priced::new_lines(job.line_items.0.take());
    let input = job.price(lines, payer, scene.business.tax_rounding);
    let given = Given {
        number,
        title: work.title.to_owned(),
        customer_id: Some(client.id.clone()),
        location_id: site.map(|site| site.id.clone()),
        zone: there,
        slot: job.slot(there)?,
        assignees,
        rounding: scene.business.tax_rounding.to_owned(),
        priced: input.price(sources, || scene.line_id(visit.at))?,
        billed: visit.billed.is_some(),
        now: visit.at,
    };
    let record = Past::new(visit.id.clone(), visit.at, scene.clerk().actor.clone(), job.compose(given)?);
    Ok(match visit.fate {
        Fate::Done => match visit.billed {
            None => record.changed(visit.end, Columns::default()),
            Some(at) => record.changed(visit.end, Columns::default()).changed(at, Columns::default()),
        },
        Fate::Cancelled => {
            let at = scene.between(visit.at, visit.start.min(scene.now));
            let (reason, note) = *dice.pick(&[
                ("Customer cancelled", "Found it was the breaker."),
                ("No access", "Gate locked, no answer on the phone."),
                ("Weather", "Too wet for the roof."),
                ("Duplicate", "Booked twice, by phone and on the website."),
            ]);
            let how: Retire = draft(json!({ "reason": reason, "note": note }))?;
            record.changed(at, how.columns(at))
        }
        Fate::Asked | Fate::Scheduled => record,
    })
}
