//! Series of jobs: what comes round, most of it a few times a year. Each has the jobs of its past and of the eight weeks
//! to come; some are ended. In four zones there is one at the hour of the night at which clocks change, or do not.

use chrono::{Datelike, Days, Duration, NaiveTime};
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    clients::{self, Client},
    scene::{AT_ONCE, Scene, draft},
    size::Volume,
    tickets::Ticket,
    visits::{Fate, Visit},
};
use crate::{
    entities::{
        job_series::{self, DUE, Given, JobSeries, Next, Priced, Rhythm},
        jobs::{Occurrence, Template, local_text},
        priced,
    },
    error::Result,
    fields::day_in,
    lines::Sources,
    store::{Past, set_due},
};

/// A series, as other files need to know one.
pub struct Routine {
    /// `ser_…`
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub by: Value,
    /// What its jobs are made of.
    pub template: Template,
}

/// What a visit of a series stands for.
#[derive(Clone, Copy)]
pub struct Come {
    /// The place of its series.
    pub routine: usize,
    /// Once.
    pub occurrence: Occurrence,
}

/// What was written of series.
pub struct Series {
    /// All of them.
    pub routines: Vec<Routine>,
    /// Their jobs, to be written among all others.
    pub visits: Vec<Visit>,
}

const EVERY_OTHER_WEEK: &str = "FREQ=WEEKLY;INTERVAL=2";

/// What comes round: in how many cases of a hundred, what it is, its type, how often, and for how many minutes.
const KINDS: &[(usize, &str, &str, &str, i64)] = &[
    (1, "Grease trap check", "Maintenance", "FREQ=WEEKLY;BYDAY=MO", 45),
    (1, "Pool equipment visit", "Maintenance", EVERY_OTHER_WEEK, 60),
    (1, "Sump pump check", "Inspection", "FREQ=MONTHLY;BYMONTHDAY=1,15", 45),
    (1, "Filter change", "Maintenance", "FREQ=MONTHLY;BYDAY=2TU", 30),
    (2, "Water softener service", "Maintenance", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 45),
    (6, "Drain line jetting", "Maintenance", "FREQ=MONTHLY;INTERVAL=3", 90),
    (7, "Fire door inspection", "Inspection", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1WE", 60),
    (41, "AC and furnace tune-up", "Maintenance", "FREQ=MONTHLY;INTERVAL=6", 90),
    (40, "Backflow test", "Inspection", "FREQ=YEARLY", 60),
];

/// Half past two on a Sunday: a time that the night of a clock change skips, or has twice, in all of these but Phoenix.
const NIGHTS: [(&str, &str); 4] = [
    ("New York", "America/New_York"),
    ("Phoenix", "America/Phoenix"),
    ("Sydney", "Australia/Sydney"),
    ("Auckland", "Pacific/Auckland"),
];

/// So far back the nights go: through both clock changes of a year.
const NIGHT_WEEKS: i64 = 53;

/// A series to be made.
struct New {
    at: Timestamp,
    client: usize,
    night: Option<(&'static str, &'static str)>,
    ended: Option<Timestamp>,
}

/// Writes all series, the oldest first.
pub async fn write(scene: &mut Scene<'_>, clients: &[Client], sources: &Sources) -> Result<Series> {
    let new = plan(scene, clients);
    let mut series = Series { routines: Vec::with_capacity(new.len()), visits: Vec::new() };
    for chunk in new.chunks(AT_ONCE) {
        let mut tx = scene.begin().await?;
        let mut records = Vec::with_capacity(chunk.len());
        for new in chunk {
            let (record, next) = one(scene, new, &clients[new.client], sources, &mut series)?;
            set_due(&mut tx, DUE, &record.id, next.due(scene.now)).await?;
            records.push(record);
        }
        scene.finish::<JobSeries>(tx, records).await?;
    }
    Ok(series)
}

fn plan(scene: &Scene<'_>, clients: &[Client]) -> Vec<New> {
    let loyal = (0..clients.len()).filter(|&n| clients[n].active(scene.now));
    let mut new: Vec<New> = NIGHTS
        .into_iter()
        .zip(loyal)
        .map(|(night, client)| {
            let at = scene.now - Duration::weeks(NIGHT_WEEKS);
            New { at, client, night: Some(night), ended: None }
        })
        .collect();
    while new.len() < scene.volume.series + Volume::past(scene.volume.series) {
        let (client, at) = clients::anybody(scene, clients, scene.now - Duration::hours(2));
        let ends = new.len() >= scene.volume.series;
        let ended = ends.then(|| scene.between(at, scene.now - Duration::hours(1)));
        new.push(New { at, client, night: None, ended });
    }
    new.sort_by_key(|new| (new.at, new.client));
    new
}

/// The record of a series, and when it happens next; its routine and its visits are added to the others.
fn one(
    scene: &Scene<'_>,
    new: &New,
    client: &Client,
    sources: &Sources,
    series: &mut Series,
) -> Result<(Past, Next)> {
    let (dice, at, ticket) = (&scene.dice, new.at, Ticket::visit(scene));
    let site = new.night.is_none().then(|| client.some_site(at, dice)).flatten();
    let place = site.map(|site| &client.sites[site]);
    let mut fields = match new.night {
        Some(night) => at_night(at, night),
        None => by_day(scene, at, place.map_or(scene.business.time_zone, |site| site.place.time_zone)),
    };
    let tech = dice.below(scene.techs.len());
    let assignee = &scene.techs[tech].id;
    fields["customer_id"] = client.id.as_str().into();
    fields["location_id"] = place.map(|site| site.id.as_str()).into();
    fields["assignee_ids"] = json!([assignee]);
    fields["line_items"] = ticket.lines(scene).into();
    let mut draft: job_series::Draft = draft(fields)?;

    let rhythm = Rhythm::new(&draft);
    let rounding = scene.business.tax_rounding;
    let terms = job_series::terms(scene.payer(client, place), None, rounding);
    let items = priced::new_lines(draft.line_items.0.take());
    let priced = Priced::of(sources.price(items, &terms, || scene.line_id(at))?, None);
    let last = new.ended.map(|ended| day_in(rhythm.zone().name(), ended));
    let schedule = rhythm.schedule(last)?;
    let given = Given {
        rhythm,
        customer_id: Some(client.id.clone()),
        location_id: place.map(|site| site.id.clone()),
        assignee_ids: vec![assignee.clone()],
        rounding: rounding.to_owned(),
        priced,
    };
    let (write, template) = draft.compose(given);
    let next = Next::after(&schedule, scene.now);
    let through = job_series::end(new.ended.unwrap_or(scene.now));
    let id = scene.id::<JobSeries>(at);
    let by = scene.clerk().actor.clone();
    let mut record = Past::new(id.clone(), at, by.clone(), write.and(next.columns(through)));
    if let (Some(ended), Some(last)) = (new.ended, last) {
        record = record.changed(ended, job_series::ended(last));
    }
    let routine = series.routines.len();
    let occurrences = schedule.between(at, job_series::end(scene.now));
    series.visits.extend(occurrences.map(|occurrence| {
        let come = Come { routine, occurrence };
        let visit = Visit { crew: vec![tech], ..Visit::new(new.client, site, ticket) };
        come_round(scene, visit, come, at, occurrence.at + template.duration)
    }));
    series.routines.push(Routine { id, at, by, template });
    Ok((record, next))
}

/// A visit of a series made at `since`: its job was made with the series, or when it came within eight weeks.
fn come_round(scene: &Scene<'_>, visit: Visit, come: Come, since: Timestamp, end: Timestamp) -> Visit {
    let start = come.occurrence.at;
    let fate = match scene.dice.below(100) {
        0..4 => Fate::Cancelled,
        _ if end < scene.now => Fate::Done,
        _ => Fate::Scheduled,
    };
    Visit { at: job_series::made_at(start).max(since), start, end, fate, come: Some(come), ..visit }
}

/// Something by day, some days after the customer asked for it.
fn by_day(scene: &Scene<'_>, at: Timestamp, zone_name: &str) -> Value {
    let dice = &scene.dice;
    let &(_, title, job_type, rule, minutes) = dice.weighted(KINDS, |kind| kind.0);
    let day = day_in(zone_name, at) + Days::new(dice.between(1, 21).unsigned_abs());
    let day = day + Days::new(if day.weekday().num_days_from_monday() > 4 { 2 } else { 0 });
    let start = day.and_time(NaiveTime::MIN) + Duration::minutes(8 * 60 + 30 * dice.between(0, 16));
    // Some leave one out, as people do who go on holiday.
    let left_out =
        (rule == EVERY_OTHER_WEEK && dice.percent(30)).then(|| local_text(start + Duration::weeks(4)));
    json!({
        "title": title,
        "job_type": job_type,
        "rrule": rule,
        "duration_minutes": minutes,
        "dtstart_local": local_text(start),
        "time_zone": zone_name,
        "exdates": Vec::from_iter(left_out),
    })
}

/// Something at the hour of clock changes.
fn at_night(at: Timestamp, (city, zone_name): (&str, &str)) -> Value {
    let start = day_in(zone_name, at).and_time(NaiveTime::MIN) + Duration::minutes(150);
    json!({
        "title": format!("Night check of the plant, {city}"),
        "description": "Remote: restart the controls and read the meters while the building sleeps.",
        "job_type": "Inspection",
        "priority": "low",
        "rrule": "FREQ=WEEKLY;BYDAY=SU",
        "duration_minutes": 30,
        "dtstart_local": local_text(start),
        "time_zone": zone_name,
    })
}
