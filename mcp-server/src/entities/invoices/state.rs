//! An invoice's states and the moves between them.

use serde_json::json;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Invoices, Row, Status};
use crate::{
    entities::place,
    entity::{By, Stored, illegal_move},
    error::{Error, Result},
    store::Columns,
};

/// Paid and void are final, and nothing moves back; but what is refunded is owed again.
pub const MOVES: &[(&str, &str, By)] = &[
    ("draft", "sent", By::Patch),
    ("draft", "void", By::Fifth),
    ("sent", "paid", By::Patch),
    ("sent", "void", By::Fifth),
];

/// What a call asks of the state, once those that no call of this tool sets are refused. `own` is the record's id and
/// state, for a change.
pub fn asked(status: Option<Status>, own: Option<(&str, Status)>) -> Result<Option<Status>> {
    match status {
        Some(Status::Overdue) => {
            let message = "overdue is shown by itself when due_date passes with a balance; set due_date, or record a \
                           payment with payment_ops.";
            Err(Error::field("status", message))
        }
        Some(Status::Void) if own.is_none_or(|(_, state)| state != Status::Void) => {
            let error = Error::field("status", "void is set by invoices.void; call that tool.");
            Err(match own {
                Some((id, _)) => error.then_call("invoices.void", json!({"id": id})),
                None => error,
            })
        }
        other => Ok(other),
    }
}

/// Where an issued invoice stands.
pub fn by_balance(balance: i64) -> Status {
    if balance == 0 { Status::Paid } else { Status::Sent }
}

/// Refuses a state that the call asked for and that the invoice, which was in `from`, does not come to.
pub fn check(from: Status, to: Status, asked: Option<Status>) -> Result<()> {
    match asked {
        Some(asked) if asked != to => {
            // What is paid in the call that sends it, or whose total is 0, is paid at once.
            let paid_at_once = asked == Status::Sent && to == Status::Paid && from != Status::Paid;
            if paid_at_once { Ok(()) } else { Err(illegal_move::<Invoices>(from.as_str(), asked.as_str())) }
        }
        _ => Ok(()),
    }
}

/// The refusal of a payment with the step before it: a draft is sent first.
pub fn send_first(refusal: Error, row: &Stored<Row>) -> Error {
    match row.status() {
        Status::Draft => refusal.then_call("invoices.update", json!({"id": row.meta.id, "status": "sent"})),
        _ => refusal,
    }
}

/// The counter that numbers invoices, and where it begins.
pub const NUMBERS: &str = "invoices";
/// See [`NUMBERS`].
pub const FIRST_NUMBER: i64 = 1001;

/// What an invoice gets when it leaves draft: its number, and its customer as they are now.
pub async fn issued(customer: &str, tx: &mut TenantTx) -> Result<Columns> {
    let number = tx.next_number(NUMBERS, FIRST_NUMBER).await?;
    Ok(issued_as(number, place::billed_to(tx, customer).await?, tx.now()))
}

/// The same, once both are known.
pub fn issued_as(number: i64, billed_to: Columns, now: Timestamp) -> Columns {
    billed_to.put("number", number).put("number_key", number).put("sent_at", now)
}

/// What the customer owes by an invoice in this state: a draft asks for nothing yet.
pub fn owed(status: Status, balance: i64) -> i64 {
    if matches!(status, Status::Sent | Status::Paid) { balance } else { 0 }
}

/// Refuses to take back an invoice that was paid.
pub fn check_void(row: &Stored<Row>, refundable: Option<(&str, i64)>) -> Result<()> {
    let status = row.status();
    if row.amount_paid > row.amount_refunded {
        let how = match status {
            Status::Paid => "paid; a paid invoice cannot be voided",
            _ => "paid in part; it cannot be voided while it holds payments",
        };
        let message = format!(
            "Invoice {} is {how}. Refund its payments first (invoices.update payment_ops).",
            row.number_shown()
        );
        let error = Error::conflict("has_payments", message);
        return Err(match refundable {
            Some((payment, left)) => {
                let ops = json!([{"op": "refund", "payment_id": payment, "amount": left}]);
                error.then_call("invoices.update", json!({"id": row.meta.id, "payment_ops": ops}))
            }
            None => error,
        });
    }
    if MOVES.contains(&(status.as_str(), "void", By::Fifth)) {
        return Ok(());
    }
    Err(illegal_move::<Invoices>(status.as_str(), "void"))
}
