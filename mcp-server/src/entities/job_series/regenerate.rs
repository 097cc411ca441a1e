//! The jobs of a series that has changed. Those still scheduled are made anew in their place; what a person edited,
//! cancelled or did stays as it is, and keeps its occurrence.

use std::collections::HashSet;

use chrono::{Duration, NaiveDateTime};
use shared::{binds, tenant_tx::TenantTx};

use super::{
    schedule::{Schedule, local},
    window,
};
use crate::{
    entities::jobs::{self, Occurrence, Template, local_text},
    error::Result,
    store::Step,
};

/// What a change of a series does to its jobs.
pub struct Regenerated {
    /// Their writes.
    pub steps: Vec<Step>,
    /// How many are as the series is now.
    pub regenerated: usize,
    /// How many scheduled ones stay as a person left them.
    pub kept_edited: usize,
    /// How many the series no longer has.
    pub cancelled: usize,
}

#[derive(sqlx::FromRow)]
struct Made {
    id: String,
    occurrence_local: String,
    status: String,
    edited_by_hand: bool,
    scheduled_key: i64,
}

/// Makes the future jobs of the series anew.
pub async fn regenerate(
    tx: &mut TenantTx,
    series: &str,
    template: &Template,
    schedule: &Schedule,
) -> Result<Regenerated> {
    let now = tx.now();
    let wanted: Vec<Occurrence> = schedule.between(now, window::end(now)).collect();
    let (regenerable, others): (Vec<Made>, Vec<Made>) =
        recent(tx, series, template).await?.into_iter().partition(|job| {
            job.status == "scheduled" && job.scheduled_key > now.micros() && !job.edited_by_hand
        });
    let kept_edited =
        others.iter().filter(|job| job.status == "scheduled" && job.scheduled_key > now.micros());
    let kept_edited = kept_edited.count();

    // An occurrence that moves within its day is the same visit still: who did it, or called it off, did so for good.
    let texts: HashSet<String> = wanted.iter().map(Occurrence::text).collect();
    let taken: HashSet<&str> = others.iter().map(|job| job.occurrence_local.as_str()).collect();
    let days: HashSet<&str> =
        taken.iter().filter(|local| !texts.contains(**local)).filter_map(|local| local.get(..10)).collect();
    let is_open = |occurrence: &Occurrence| {
        !taken.contains(occurrence.text().as_str())
            && !days.contains(occurrence.local.date().to_string().as_str())
    };
    let mut open: Vec<Occurrence> = wanted.into_iter().filter(is_open).collect();

    let mut steps = Vec::new();
    let mut leaving = Vec::new();
    for job in regenerable {
        match open.iter().position(|occurrence| occurrence.text() == job.occurrence_local) {
            Some(n) => steps.push(jobs::remake(job.id, template, open.remove(n))),
            None => leaving.push(job),
        }
    }
    // The occurrences that are left have no job at all, so one may move to each: to the nearest, since what is written
    // on a job is mostly about its day.
    let mut withdrawn = Vec::new();
    for job in leaving {
        match nearest(&open, &job.occurrence_local) {
            Some(n) => steps.push(jobs::remake(job.id, template, open.remove(n))),
            None => withdrawn.push(jobs::withdraw(job.id, now)),
        }
    }
    steps.extend(open.into_iter().map(|occurrence| jobs::make(series, template, occurrence)));
    let (regenerated, cancelled) = (steps.len(), withdrawn.len());
    steps.extend(withdrawn);
    Ok(Regenerated { steps, regenerated, kept_edited, cancelled })
}

fn nearest(open: &[Occurrence], local: &str) -> Option<usize> {
    // The column holds what an occurrence wrote.
    let local: NaiveDateTime = local.parse().unwrap_or_default();
    (0..open.len()).min_by_key(|&n| (open[n].local - local).abs())
}

/// The jobs whose occurrence, or own time, is not long past; by their occurrence.
async fn recent(tx: &mut TenantTx, series: &str, template: &Template) -> Result<Vec<Made>> {
    let sql = "SELECT id, occurrence_local, status, edited_by_hand, scheduled_key FROM jobs \
               WHERE tenant_id = $1 AND series_id = $2 AND (occurrence_local >= $3 OR (status = 'scheduled' AND scheduled_key > $4)) \
               ORDER BY occurrence_local";
    // Two days cover any change of the zone.
    let since = local_text(local(tx.now(), template.zone) - Duration::days(2));
    let values = binds![tx.tenant_id(), series, since, tx.now().micros()];
    Ok(tx.rows(sql, values).await?)
}
