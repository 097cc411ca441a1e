//! A job's states and the moves between them.

use chrono_tz::Tz;
use serde_json::json;
use shared::timestamp::Timestamp;

use super::{Change, Jobs, Row, Status, input::BillingState, schedule::Slot};
use crate::{
    entity::{By, Stored, illegal_move, patch_moves},
    error::{Error, Result},
    fields::Patch,
    store::Columns,
};

/// Cancelled is final; a done job goes back only while it is not invoiced.
pub const MOVES: &[(&str, &str, By)] = &[
    ("unscheduled", "scheduled", By::Patch),
    ("unscheduled", "done", By::Patch),
    ("unscheduled", "cancelled", By::Fifth),
    ("scheduled", "unscheduled", By::Patch),
    ("scheduled", "done", By::Patch),
    ("scheduled", "cancelled", By::Fifth),
    ("done", "scheduled", By::Patch),
    ("done", "cancelled", By::Fifth),
];

/// The state of a new job.
pub fn on_create(asked: Option<Status>, start: Option<Timestamp>) -> Result<Status> {
    match (asked, start) {
        (Some(Status::Cancelled), _) => Err(cancelled_elsewhere()),
        (Some(Status::Scheduled), None) => Err(start_needed()),
        (Some(Status::Unscheduled), Some(_)) => Err(start_unneeded()),
        (Some(status), _) => Ok(status),
        (None, Some(_)) => Ok(Status::Scheduled),
        (None, None) => Ok(Status::Unscheduled),
    }
}

/// The slot and the state after a patch: setting a start schedules, clearing it moves back.
pub fn on_change(row: &Stored<Row>, change: &Change, zone: Tz) -> Result<(Slot, Status)> {
    let from = row.status();
    if from == Status::Cancelled && matches!(change.scheduled_start, Patch::Set(_)) {
        return Err(illegal_move::<Jobs>(from.as_str(), Status::Scheduled.as_str()));
    }
    let mut slot =
        Slot::of(row).patched(change.scheduled_start.clone(), change.scheduled_end.clone(), zone)?;
    let to = match (change.status.0, &change.scheduled_start) {
        (Some(Status::Cancelled), _) if from != Status::Cancelled => {
            return Err(cancelled_elsewhere().then_call("jobs.cancel", json!({"id": row.meta.id})));
        }
        (Some(status), _) => status,
        (None, Patch::Set(_)) if from == Status::Unscheduled => Status::Scheduled,
        (None, Patch::Null) if from == Status::Scheduled => Status::Unscheduled,
        (None, _) => from,
    };
    if !patch_moves::<Jobs>(from.as_str(), to.as_str()) {
        return Err(illegal_move::<Jobs>(from.as_str(), to.as_str()));
    }
    match to {
        Status::Unscheduled if matches!(change.scheduled_start, Patch::Set(_)) => {
            return Err(start_unneeded());
        }
        Status::Unscheduled => slot = Slot::default(),
        Status::Scheduled if slot.start.is_none() => return Err(start_needed()),
        Status::Scheduled | Status::Done | Status::Cancelled => {}
    }
    Ok((slot, to))
}

/// Whether a job in this state is billed. An invoiced job stays invoiced: only its invoice takes that back.
pub fn billing(status: Status, total: i64, invoiced: bool) -> BillingState {
    match status {
        Status::Done if invoiced => BillingState::Invoiced,
        Status::Done if total > 0 => BillingState::ToInvoice,
        _ => BillingState::NotBillable,
    }
}

/// The columns that say a job's state.
pub fn columns(status: Status, total: i64, invoiced: bool, done_at: Option<Timestamp>) -> Columns {
    Columns::default()
        .put("status", status.as_str())
        .put("billing_state", billing(status, total, invoiced).as_str())
        .put("done_at", done_at)
}

fn cancelled_elsewhere() -> Error {
    Error::field("status", "cancelled is set by jobs.cancel; call that tool.")
}

fn start_needed() -> Error {
    Error::field("scheduled_start", "is required for a scheduled job; send when it starts.")
}

fn start_unneeded() -> Error {
    Error::field("status", "an unscheduled job has no scheduled_start; leave one of the two out.")
}
