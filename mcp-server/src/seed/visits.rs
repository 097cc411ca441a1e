//! Which jobs there are to be: visits over five years to customers by Zipf's law, most of them done, a few called off,
//! some to come.

use chrono::{Duration, NaiveTime};
use serde_json::Value;
use shared::timestamp::Timestamp;

use super::{
    clients::{Callers, Client},
    dice::Share,
    quotes::Offer,
    scene::{SETTLED, Scene, zone},
    series::Come,
    tickets::{Ticket, installs_of},
};
use crate::fields::When;

/// A job, as other files need to know one.
pub struct Visit {
    /// `job_…`; empty until it is written.
    pub id: String,
    /// The place of its customer.
    pub client: usize,
    /// The place of its address among the customer's, if it is at one.
    pub site: Option<usize>,
    /// What it costs.
    pub ticket: Ticket,
    /// What became of it.
    pub fate: Fate,
    /// When it was taken on.
    pub at: Timestamp,
    /// The percentage that is taken off.
    pub discount: Option<i64>,
    /// The customer's own number of the order.
    pub po_number: Option<String>,
    /// The places of the techs to whom it is assigned.
    pub crew: Vec<usize>,
    /// When it was billed.
    pub billed: Option<Timestamp>,
    /// The quote that it was made from.
    pub offer: Option<Offer>,
    /// What it stands for, if it is of a series.
    pub come: Option<Come>,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends: what is done was done then.
    pub end: Timestamp,
}

impl Visit {
    /// A visit that is still to be given its times.
    pub fn new(client: usize, site: Option<usize>, ticket: Ticket) -> Self {
        let never = Timestamp::from_micros(0);
        Self {
            id: String::new(),
            client,
            site,
            ticket,
            fate: Fate::Asked,
            at: never,
            discount: None,
            po_number: None,
            crew: vec![],
            billed: None,
            offer: None,
            come: None,
            start: never,
            end: never,
        }
    }

    /// Whether its work was finished by then.
    pub fn is_done_by(&self, time: Timestamp) -> bool {
        self.fate == Fate::Done && self.end < time
    }

    /// Its lines, as a tool takes them. Those of a quote keep the rate by which the quote taxed them.
    pub fn lines(&self, scene: &Scene<'_>) -> Vec<Value> {
        let mut lines = self.ticket.lines(scene);
        if let Some(rate) = self.offer.as_ref().and_then(|offer| offer.rate.as_deref()) {
            lines.iter_mut().for_each(|line| line["tax_rate_id"] = rate.into());
        }
        lines
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

/// How much the business grows: see [`Scene::growing`].
const GROWTH: f64 = 0.3;

/// All jobs, the oldest first: those of series, what became of quotes, and the rest.
pub fn plan(
    scene: &Scene<'_>,
    clients: &[Client],
    callers: &Callers,
    mut visits: Vec<Visit>,
    offers: Vec<Offer>,
) -> Vec<Visit> {
    let count = scene.volume.jobs;
    visits.reserve(count.saturating_sub(visits.len()));
    for offer in offers {
        visits.extend(visit_of(scene, clients, offer));
    }
    let calls = calls(scene, &visits);
    let installs = visits.iter().filter(|visit| visit.ticket.install).count();
    let mut installs = Share::new(installs_of(count).saturating_sub(installs), calls.len());
    for at in calls {
        let install = installs.next(&scene.dice);
        let client = callers.pick(clients, at, &scene.dice);
        visits.push(visit(scene, clients, client, at, Ticket::draw(scene, install)));
    }
    visits.sort_by_key(|visit| (visit.at, visit.client));
    visits
}

/// When those call of whom nothing is known: so that all jobs together grow evenly, though series are of the last year.
fn calls(scene: &Scene<'_>, visits: &[Visit]) -> Vec<Timestamp> {
    let mut known: Vec<Timestamp> = visits.iter().map(|visit| visit.at).collect();
    known.sort_unstable();
    let mut calls = Vec::new();
    // From now backwards, what is known takes the next place before it.
    for at in scene.growing(scene.volume.jobs, GROWTH).into_iter().rev() {
        if known.last().is_some_and(|known| *known >= at) {
            known.pop();
        } else {
            calls.push(at);
        }
    }
    // What is older than the first of the places has its place too.
    calls.truncate(scene.volume.jobs.saturating_sub(visits.len()));
    calls
}

/// The visit to a customer who calls at that time.
fn visit(scene: &Scene<'_>, clients: &[Client], client: usize, call: Timestamp, ticket: Ticket) -> Visit {
    let (dice, whom) = (&scene.dice, &clients[client]);
    let site = whom.some_site(call, dice);
    let earliest = site.map_or(whom.since, |site| whom.sites[site].since).max(whom.since + SETTLED);
    // Most of those who called in the last month wait for their day.
    let ahead = call > scene.now - Duration::days(30) && whom.active(scene.now) && dice.percent(60);
    let day = match ahead {
        true => scene.between(scene.now, scene.now + Duration::days(28)),
        false => call + Duration::minutes(dice.between(30, 12 * 24 * 60)),
    };
    placed(scene, Visit::new(client, site, ticket), whom, earliest, day, day.utc() - call.utc())
}

/// The visit that an accepted quote becomes; four of five do, within three weeks.
fn visit_of(scene: &Scene<'_>, clients: &[Client], offer: Offer) -> Option<Visit> {
    let (dice, whom) = (&scene.dice, &clients[offer.client]);
    let accepted = offer.accepted;
    let day = accepted + Duration::minutes(dice.between(24 * 60, 21 * 24 * 60));
    if dice.percent(20) || whom.until < day {
        return None;
    }
    let visit = Visit::new(offer.client, offer.site, offer.ticket);
    let visit = Visit { offer: Some(offer), ..visit };
    Some(placed(scene, visit, whom, accepted, day, day.utc() - accepted.utc()))
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
    let (dice, closing) = (&scene.dice, whom.closing(scene.now));
    let there = zone(whom.site(visit.site).map_or(scene.business.time_zone, |site| site.place.time_zone));
    // On the hour or the half, between eight and half past four; nobody works when clocks change.
    let local = day.utc().with_timezone(&there).date_naive().and_time(NaiveTime::MIN)
        + Duration::minutes(8 * 60 + 30 * dice.between(0, 17));
    let start = When::Wall(local).in_zone(there).max(earliest + Duration::minutes(30));
    let end = start + Duration::minutes(if visit.ticket.install { 480 } else { 30 * dice.between(2, 5) });
    let at = (start - lead).min(closing - Duration::minutes(dice.between(5, 600))).max(earliest);
    let active = whom.active(scene.now);
    let fate = match dice.below(100) {
        0..5 => Fate::Cancelled,
        5..30 if start > scene.now && active && visit.offer.is_none() => Fate::Asked,
        _ if end < closing => Fate::Done,
        _ if active => Fate::Scheduled,
        _ => Fate::Cancelled,
    };
    let discount = match &visit.offer {
        Some(offer) => offer.discount,
        None => dice.percent(5).then_some(10),
    };
    let po_number =
        (whom.company && dice.percent(40)).then(|| format!("PO-{}", dice.between(10_000, 99_999)));
    let crew = if fate == Fate::Asked { vec![] } else { crew(scene, visit.ticket.install) };
    Visit { at, start, end, fate, discount, po_number, crew, ..visit }
}

/// Who goes there: a tech, and with an install mostly another.
fn crew(scene: &Scene<'_>, install: bool) -> Vec<usize> {
    let some = || scene.dice.below(scene.techs.len());
    let (tech, helper) = (some(), some());
    let mut crew = vec![tech];
    if install && helper != tech {
        crew.push(helper);
    }
    crew
}
