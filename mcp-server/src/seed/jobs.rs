//! Jobs, as they are written: each visit by what became of it.

use serde_json::json;

use super::{
    clients::Client,
    scene::{AT_ONCE, Scene, draft, percent_off, zone},
    series::Routine,
    tags::Library,
    visits::{Fate, Visit},
};
use crate::{
    entities::{
        jobs::{self, FIRST_NUMBER, Given, Jobs, NUMBERS, Retire, Status},
        priced,
    },
    error::Result,
    fields::{Body, Moment, Set},
    lines::Sources,
    store::{Columns, Past},
};

/// What the tech writes when the work of a series is done.
const AS_EVER: &str = "Done, nothing new.";

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
            (work.title, there, called(scene, visit)?)
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
        // The first ones were made with the series, by whoever made it.
        maker = if visit.at > routine.at { scene.zoop.clone() } else { routine.by.clone() };
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
            let at = scene.between(visit.at, visit.start.min(client.closing(scene.now)));
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
fn called(scene: &Scene<'_>, visit: &Visit) -> Result<jobs::Draft> {
    let (dice, work) = (&scene.dice, visit.ticket.work());
    let mut fields = json!({
        "from_quote_id": visit.offer.as_ref().map(|offer| &offer.id),
        "job_type": work.job_type,
        "priority": work.priority,
        "description": work.description,
        "line_items": visit.lines(scene),
        "discount": percent_off(visit.discount),
        "po_number": visit.po_number,
    });
    if visit.fate != Fate::Asked {
        fields["scheduled_start"] = visit.start.to_string().into();
        fields["scheduled_end"] = visit.end.to_string().into();
        if dice.percent(40) {
            fields["arrival_window_minutes"] = (*dice.pick(&[30, 60, 120])).into();
        }
        let crew: Vec<&String> = visit.crew.iter().map(|&tech| &scene.techs[tech].id).collect();
        fields["assignee_ids"] = json!(crew);
    }
    draft(fields)
}
