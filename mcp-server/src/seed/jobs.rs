//! Jobs: visits over five years to customers by Zipf's law, most of them done, a few called off, some to come.

use chrono::{Duration, NaiveTime};
use serde_json::json;
use shared::timestamp::Timestamp;

use super::{
    clients::{Callers, Client},
    quotes::Offer,
    scene::{AT_ONCE, Scene, draft, zone},
    series::{Come, Routine},
    tags::Library,
    tickets::Ticket,
};
use crate::{
    entities::{
        jobs::{self, FIRST_NUMBER, Given, Jobs, NUMBERS, Retire, Status},
        priced,
    },
    error::Result,
    fields::{Body, Moment, Set, When},
    lines::Sources,
    store::{Columns, Past},
};

/// What the tech writes when the work of a series is done.
const AS_EVER: &str = "Done, nothing new.";

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
    /// Whether a tenth is taken off.
    pub discounted: bool,
    /// When it was billed.
    pub billed: Option<Timestamp>,
    /// The quote that it was made from.
    pub quote: Option<String>,
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
        let (id, quote, come, fate) = (String::new(), None, None, Fate::Asked);
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
            come,
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

/// All jobs, the oldest first: those of series, what became of quotes, and the rest.
pub fn plan(
    scene: &Scene<'_>,
    clients: &[Client],
    callers: &Callers,
    mut visits: Vec<Visit>,
    offers: Vec<Offer>,
) -> Vec<Visit> {
    visits.reserve(scene.volume.jobs.saturating_sub(visits.len()));
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
    routines: &[Routine],
    sources: &Sources,
    tags: &Library,
) -> Result<()> {
    for chunk in visits.chunks_mut(AT_ONCE) {
        let mut tx = scene.begin().await?;
        let first = tx.next_numbers(NUMBERS, FIRST_NUMBER, chunk.len() as i64).await?;
        let mut records = Vec::with_capacity(chunk.len());
        for (number, visit) in (first..).zip(chunk) {
            visit.id = scene.id::<Jobs>(visit.at);
            let record = one(scene, visit, &clients[visit.client], number, routines, sources)?;
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
    let site = whom.some_site(day, dice);
    let earliest = site.map_or(earliest, |site| whom.sites[site].since.max(earliest));
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
    let visit = Visit { quote: Some(offer.id), ..Visit::new(offer.client, Some(0), offer.ticket) };
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
    let there = zone(whom.site(visit.site).map_or(scene.business.time_zone, |site| site.place.time_zone));
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

fn one(
    scene: &Scene<'_>,
    visit: &Visit,
    client: &Client,
    number: i64,
    routines: &[Routine],
    sources: &Sources,
) -> Result<Past> {
    let (work, site) = (visit.ticket.work(), client.site(visit.site));
    let come = visit.come.map(|come| (&routines[come.routine], come.occurrence));
    let (title, there, mut job) = match come {
        Some((Routine { template, .. }, occurrence)) => {
            (template.title.0.as_str(), template.zone, template.draft(occurrence))
        }
        None => {
            let there = zone(site.map_or(scene.business.time_zone, |site| site.place.time_zone));
            (work.title, there, called(scene, visit, client)?)
        }
    };
    if visit.fate == Fate::Done {
        job.status = Set(Some(Status::Done));
        job.done_at = Some(Moment(visit.end));
        job.completion_notes = Some(Body(if come.is_some() { AS_EVER } else { work.notes }.to_owned()));
    }
    let lines = priced::new_lines(job.line_items.0.take());
    let input = job.price(lines, scene.payer(client, site), scene.business.tax_rounding);
    let given = Given {
        number,
        title: title.to_owned(),
        customer_id: Some(client.id.clone()),
        location_id: site.map(|site| site.id.clone()),
        zone: there,
        slot: job.slot(there)?,
        assignees: job.assignee_ids.0.take().unwrap_or_default(),
        rounding: scene.business.tax_rounding.to_owned(),
        priced: input.price(sources, || scene.line_id(visit.at))?,
        billed: visit.billed.is_some(),
        now: visit.at,
    };
    let (clerk, mut write) = (scene.clerk().actor.clone(), job.compose(given)?);
    let mut maker = clerk.clone();
    if let Some((routine, occurrence)) = come {
        write = write.and(occurrence.of_series(&routine.id));
        if visit.at > routine.at {
            maker = scene.zoop.clone();
        }
    }
    let record = Past::new(visit.id.clone(), visit.at, maker, write);
    Ok(match visit.fate {
        Fate::Done => {
            // Whoever says of a series' job that it is done has edited it.
            let edited = come.map(|_| Columns::default().put("edited_by_hand", true)).unwrap_or_default();
            let record = record.changed(visit.end, edited).changed_by(clerk);
            match visit.billed {
                None => record,
                Some(at) => record.changed(at, Columns::default()),
            }
        }
        Fate::Cancelled => {
            let at = scene.between(visit.at, visit.start.min(scene.now));
            let (reason, note) = *scene.dice.pick(&[
                ("Customer cancelled", "Found it was the breaker."),
                ("No access", "Gate locked, no answer on the phone."),
                ("Weather", "Too wet for the roof."),
                ("Duplicate", "Booked twice, by phone and on the website."),
            ]);
            let how: Retire = draft(json!({ "reason": reason, "note": note }))?;
            record.changed(at, how.columns(at)).changed_by(clerk)
        }
        Fate::Asked | Fate::Scheduled => record,
    })
}

/// The job of somebody who called, or said yes to a quote.
fn called(scene: &Scene<'_>, visit: &Visit, client: &Client) -> Result<jobs::Draft> {
    let (dice, work) = (&scene.dice, visit.ticket.work());
    let mut fields = json!({
        "from_quote_id": visit.quote,
        "job_type": work.job_type,
        "priority": work.priority,
        "description": work.description,
        "line_items": visit.ticket.lines(scene),
    });
    if client.company && dice.percent(40) {
        fields["po_number"] = format!("PO-{}", dice.between(10_000, 99_999)).into();
    }
    if visit.discounted {
        fields["discount"] = json!({ "type": "percent", "value": 10 });
    }
    if visit.fate != Fate::Asked {
        fields["scheduled_start"] = visit.start.to_string().into();
        fields["scheduled_end"] = visit.end.to_string().into();
        if dice.percent(40) {
            fields["arrival_window_minutes"] = (*dice.pick(&[30, 60, 120])).into();
        }
        let (tech, helper) = (&dice.pick(&scene.techs).id, &dice.pick(&scene.techs).id);
        let mut assignees = vec![tech];
        if visit.ticket.install && helper != tech {
            assignees.push(helper);
        }
        fields["assignee_ids"] = json!(assignees);
    }
    draft(fields)
}
