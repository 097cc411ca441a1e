//! When a job is done: its slot, its zone, and who is booked twice.

use chrono_tz::Tz;
use shared::{binds, db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use super::Row;
use crate::{
    entities::team,
    entity::Stored,
    error::{Error, Result},
    fields::{Patch, When, shown_local, zone_named},
    store::{Columns, Write},
};

/// From when to when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// None: no time is set.
    pub start: Option<Timestamp>,
    /// None: it is open.
    pub end: Option<Timestamp>,
}

/// The zone that a job's times are shown in.
pub fn zone(asked: Option<String>, place: Option<&str>, tx: &TenantTx) -> Tz {
    asked
        .as_deref()
        .or(place)
        .and_then(zone_named)
        .or_else(|| zone_named(&tx.tenant().time_zone))
        .unwrap_or(Tz::UTC)
}

impl Slot {
    /// A new job's.
    pub fn new(start: Option<When>, end: Option<When>, zone: Tz) -> Result<Self> {
        Self { start: start.map(|when| when.in_zone(zone)), end: end.map(|when| when.in_zone(zone)) }
            .checked()
    }

    /// A stored job's.
    pub fn of(row: &Stored<Row>) -> Self {
        Self { start: row.scheduled_start, end: row.scheduled_end }
    }

    /// After a patch. An end that is not named moves with the start: the job keeps its length.
    pub fn patched(self, start: Patch<When>, end: Patch<When>, zone: Tz) -> Result<Self> {
        let moved = start.map(|when| when.in_zone(zone)).or(self.start);
        let end = match (end, self.start, self.end, moved) {
            (Patch::Absent, Some(old), Some(end), Some(new)) => Some(new + (end.utc() - old.utc())),
            (Patch::Absent, _, _, None) => None,
            (end, _, old, _) => end.map(|when| when.in_zone(zone)).or(old),
        };
        Self { start: moved, end }.checked()
    }

    fn checked(self) -> Result<Self> {
        match (self.start, self.end) {
            (None, Some(_)) => {
                Err(Error::field("scheduled_end", "stands without scheduled_start; send both."))
            }
            (Some(start), Some(end)) if end < start => {
                Err(Error::field("scheduled_end", "is before scheduled_start; send a later time."))
            }
            _ => Ok(self),
        }
    }

    /// The columns that say it.
    pub fn columns(self, zone: Tz) -> Columns {
        Columns::default()
            .put("scheduled_start", self.start)
            .put("scheduled_end", self.end)
            .put("scheduled_key", self.start.map_or(i64::MAX, Timestamp::micros))
            .put("time_zone", zone.name())
    }
}

/// A job without an end holds its assignees for so long, when doubles are looked for.
const OPEN_SLOT: chrono::Duration = chrono::Duration::hours(1);

/// Booking somebody twice is allowed, and said.
pub async fn warn_of_double_booking(
    mut write: Write,
    own: Option<&str>,
    slot: Slot,
    assignees: &[String],
    tx: &mut TenantTx,
) -> Result<Write> {
    let Some(start) = slot.start else { return Ok(write) };
    if assignees.is_empty() {
        return Ok(write);
    }
    let end = slot.end.unwrap_or(start + OPEN_SLOT);
    let marks: Vec<String> = (0..assignees.len()).map(|n| format!("${}", n + 5)).collect();
    let sql = format!(
        "SELECT a.user_id, j.id, j.title, j.scheduled_start, j.time_zone \
         FROM job_assignees a JOIN jobs j ON j.tenant_id = a.tenant_id AND j.id = a.job_id \
         WHERE a.tenant_id = $1 AND j.status = 'scheduled' AND j.scheduled_key < $2 AND j.id <> $3 \
         AND (j.scheduled_end > $4 OR (j.scheduled_end IS NULL AND j.scheduled_start > {open})) \
         AND a.user_id IN ({}) \
         ORDER BY j.scheduled_key, j.id LIMIT 20",
        marks.join(", "),
        open = format_args!("${}", assignees.len() + 5),
    );
    let mut binds = binds![tx.tenant_id(), end.micros(), own.unwrap_or_default(), start];
    binds.extend(assignees.iter().map(Bind::from));
    binds.push(Bind::from(start - OPEN_SLOT));
    type Booked = (String, String, String, Timestamp, String);
    let booked: Vec<Booked> = tx.rows(&sql, binds).await?;
    let users: Vec<&str> = booked.iter().map(|(user, ..)| user.as_str()).collect();
    let names = team::names(tx, &users).await?;
    for (user, id, title, other_start, zone) in &booked {
        let name = names.get(user).map_or("A team member", String::as_str);
        let at = shown_local(*other_start, zone_named(zone).unwrap_or(Tz::UTC));
        // A technician sees their own jobs alone, so another's is told without its name.
        let warning = match tx.reach() {
            shared::permit::Reach::AssignedTo(own) if own != user => {
                format!("{name} is booked at {at} already.")
            }
            _ => format!("{name} is booked at {at} already: {title} ({id})."),
        };
        write = write.warn(warning, [("field", "assignee_ids".into())]);
    }
    Ok(write)
}
