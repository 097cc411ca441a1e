//! The jobs from now to eight weeks from now: made in the create itself, and rolled on by a worker. A job that is not
//! made before its time has passed is not made at all.

use std::collections::HashSet;

use chrono::Duration;
use shared::{binds, db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use super::{ASSIGNEES, JobSeries, LINES, Row, schedule::Schedule};
use crate::{
    entities::{
        jobs::{self, Occurrence, Template},
        team,
    },
    entity::Stored,
    error::Result,
    fields::{Body, Line, Money},
    lines,
    store::{self, Columns, Step, Where, Written, set_due},
    verbs,
};

/// As the table `due` names this work.
pub const DUE: &str = "job_series";

/// The next occurrence's key where there is none.
const NEVER: i64 = i64::MAX;

/// At most so many jobs in one transaction of a worker.
const BATCH: usize = 20;

/// So far ahead jobs are made.
const WEEKS: i64 = 8;

/// Up to when jobs are made.
pub fn end(now: Timestamp) -> Timestamp {
    now + Duration::weeks(WEEKS)
}

/// From when on the job of this time is made.
pub fn made_at(time: Timestamp) -> Timestamp {
    time - Duration::weeks(WEEKS)
}

/// When a series happens next, if it does.
#[derive(Clone, Copy, Debug)]
pub struct Next(Option<Timestamp>);

impl Next {
    /// The first time after this one.
    pub fn after(schedule: &Schedule, now: Timestamp) -> Self {
        Self(schedule.after(now).next().map(|occurrence| occurrence.at))
    }

    /// When a worker looks at the series again: when that has passed, and daily.
    pub fn due(self, now: Timestamp) -> Option<Timestamp> {
        self.0.map(|at| at.min(now + Duration::days(1)))
    }

    /// The columns that say it, of a series whose jobs are made up to then.
    pub fn columns(self, through: Timestamp) -> Columns {
        Columns::default()
            .put("next_occurrence_at", self.0)
            .put("next_key", self.0.map_or(NEVER, Timestamp::micros))
            .put("generated_through", through)
    }
}

/// Writes down when a worker looks at the series again; answers the columns that say when it happens next.
pub async fn keep(tx: &mut TenantTx, id: &str, schedule: &Schedule, through: Timestamp) -> Result<Columns> {
    let now = tx.now();
    let next = Next::after(schedule, now);
    set_due(tx, DUE, id, next.due(now)).await?;
    Ok(next.columns(through))
}

/// The jobs of a new series.
pub fn first(id: &str, template: &Template, schedule: &Schedule, now: Timestamp) -> Vec<Step> {
    schedule.between(now, end(now)).map(|occurrence| jobs::make(id, template, occurrence)).collect()
}

/// Rolls the window of a series on, by some jobs at a time. What it says of itself thereby is derived: neither its
/// version nor its updated_at moves.
pub async fn roll(tx: &mut TenantTx, id: &str) -> Result<Vec<Written>> {
    let row = store::fetch_any::<JobSeries>(tx, id).await?;
    let schedule = Schedule::of(&row)?;
    let now = tx.now();
    let from = row.generated_through.unwrap_or(now).max(now);
    let mut occurrences: Vec<Occurrence> = schedule.between(from, end(now)).take(BATCH + 1).collect();
    let more = occurrences.len() > BATCH;
    occurrences.truncate(BATCH);
    let through = occurrences.last().filter(|_| more).map_or(end(now), |last| last.at);
    let made = already_made(tx, id, &occurrences).await?;
    let steps: Vec<Step> = match occurrences.iter().all(|occurrence| made.contains(&occurrence.text())) {
        true => vec![],
        false => {
            let template = template(&row, tx).await?;
            let open = occurrences.iter().filter(|occurrence| !made.contains(&occurrence.text()));
            open.map(|&occurrence| jobs::make(id, &template, occurrence)).collect()
        }
    };
    let written = verbs::run(steps, tx).await?;
    let columns = match more {
        // It stays due.
        true => Columns::default().put("generated_through", through),
        false => keep(tx, id, &schedule, through).await?,
    };
    store::set_derived::<JobSeries>(tx, id, columns).await?;
    Ok(written)
}

/// Those of the occurrences that have their job, whatever became of it.
async fn already_made(tx: &mut TenantTx, id: &str, occurrences: &[Occurrence]) -> Result<HashSet<String>> {
    let mut to = Where::of_table("jobs", tx);
    to.and("series_id = ?", [id.into()]);
    to.any_of("occurrence_local", occurrences.iter().map(|occurrence| Bind::from(occurrence.text())));
    let sql = format!("SELECT occurrence_local FROM jobs WHERE {}", to.sql());
    let rows: Vec<(String,)> = tx.rows(&sql, to.into_binds()).await?;
    Ok(rows.into_iter().map(|(local,)| local).collect())
}

/// What the jobs of a stored series are made of.
async fn template(row: &Stored<Row>, tx: &mut TenantTx) -> Result<Template> {
    let items = lines::load(tx, LINES, &row.meta.id).await?;
    Ok(Template {
        title: Line(row.title.clone()),
        description: row.description.clone().map(Body),
        customer_id: row.customer_id.clone(),
        location_id: row.location_id.clone(),
        assignee_ids: assignees(row, tx).await?,
        line_items: items.into_iter().map(|(_, item)| item).collect(),
        flat_price: row.flat_price.map(Money),
        job_type: row.job_type.clone().map(Line),
        priority: row.priority(),
        zone: super::schedule::Rhythm::of(row).zone(),
        duration: Duration::minutes(row.duration_minutes),
    })
}

/// Who does the jobs of a series: those who are still of the team.
pub async fn assignees(row: &Stored<Row>, tx: &mut TenantTx) -> Result<Vec<String>> {
    let id = row.meta.id.as_str();
    let named = store::of_owners(tx, ASSIGNEES, "user_id", &[id]).await?.remove(id).unwrap_or_default();
    if named.is_empty() {
        return Ok(named);
    }
    let members = team::members(tx).await?;
    Ok(named.into_iter().filter(|id| members.iter().any(|member| member.id == *id)).collect())
}

/// The jobs that are still to be done after this time: by their own time, or by their occurrence where they have none.
pub async fn pending_after(
    tx: &mut TenantTx,
    id: &str,
    last: chrono::NaiveDate,
    end: Timestamp,
) -> Result<Vec<String>> {
    let sql = "SELECT id FROM jobs WHERE tenant_id = $1 AND series_id = $2 AND \
               (status = 'scheduled' AND scheduled_key > $3 OR status = 'unscheduled' AND occurrence_local > $4) \
               ORDER BY scheduled_key, id";
    // Later than any time of the last day, as text.
    let values = binds![tx.tenant_id(), id, end.micros(), format!("{last}T~")];
    let rows: Vec<(String,)> = tx.rows(sql, values).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
