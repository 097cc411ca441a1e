//! A quote's states, the moves between them, and what each leaves behind.

use serde_json::json;
use shared::{db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Quotes, Row, Status};
use crate::{
    entities::{place, priced},
    entity::{By, Stored, illegal_move, patch_moves},
    error::{Error, Result},
    fields::{Line, Patch},
    store::Columns,
};

/// Accepted is final. A quote that goes back to draft is written anew: its next revision.
pub const MOVES: &[(&str, &str, By)] = &[
    ("draft", "sent", By::Patch),
    ("sent", "accepted", By::Patch),
    ("sent", "declined", By::Patch),
    ("sent", "draft", By::Patch),
    ("declined", "draft", By::Patch),
];

/// Where a patch takes a quote.
pub fn on_change(row: &Stored<Row>, asked: Option<Status>, content: &[&str]) -> Result<Status> {
    let from = row.status();
    let to = asked.unwrap_or(from);
    if !patch_moves::<Quotes>(from.as_str(), to.as_str()) {
        let refusal = illegal_move::<Quotes>(from.as_str(), to.as_str());
        return Err(match from {
            // What is decided was sent before.
            Status::Draft => refusal.then_call("quotes.update", json!({"id": row.meta.id, "status": "sent"})),
            _ => refusal,
        });
    }
    if from == Status::Draft || to == Status::Draft || content.is_empty() {
        return Ok(to);
    }
    let then = match from {
        Status::Accepted => "An accepted quote stays as it is: create a new one.",
        _ => "Move it back first: status draft, in the same call if you like.",
    };
    Err(priced::locked_after_draft::<Quotes>(from.as_str(), content, then))
}

/// What a quote in this state holds of how it came there; `from` is none for a new one.
pub async fn columns(
    from: Option<&Stored<Row>>,
    to: Status,
    customer: &str,
    decline_reason: Patch<Line>,
    tx: &mut TenantTx,
) -> Result<Columns> {
    let leaves_draft = to != Status::Draft && from.is_none_or(|row| row.status() == Status::Draft);
    let billed_to = if leaves_draft { Some(place::billed_to(tx, customer).await?) } else { None };
    moved(from, to, decline_reason, billed_to, tx.now())
}

/// The same, once it is known to whom a quote that leaves draft is billed.
pub fn moved(
    from: Option<&Stored<Row>>,
    to: Status,
    decline_reason: Patch<Line>,
    billed_to: Option<Columns>,
    now: Timestamp,
) -> Result<Columns> {
    let reason = match (&decline_reason, to) {
        (Patch::Set(_), Status::Draft | Status::Sent | Status::Accepted) => {
            let message = "is for a quote that is declined; send status declined too, or leave it out.";
            return Err(Error::field("decline_reason", message));
        }
        (_, Status::Declined) => {
            decline_reason.map(|text| text.0).or(from.and_then(|row| row.decline_reason.clone()))
        }
        _ => None,
    };
    let was = from.map(|row| row.status());
    let mut columns = Columns::default().put("status", to.as_str()).put("decline_reason", reason);
    if was == Some(to) {
        return Ok(columns);
    }
    if to == Status::Draft {
        let revision = from.map_or(1, |row| row.revision + 1);
        return Ok(columns
            .put("revision", revision)
            .put("customer_name", None::<String>)
            .put("billing_address", Bind::Json(None))
            .put("sent_at", Bind::Time(None))
            .put("decided_at", Bind::Time(None)));
    }
    if let Some(billed_to) = billed_to {
        columns = columns.and(billed_to).put("sent_at", now);
        if from.is_none() {
            columns = columns.put("revision", 1);
        }
    }
    if matches!(to, Status::Accepted | Status::Declined) {
        columns = columns.put("decided_at", now);
    }
    Ok(columns)
}
