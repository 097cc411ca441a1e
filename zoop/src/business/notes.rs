//! What people wrote down beside the records.

use chrono::Duration;
use serde_json::json;
use shared::timestamp::Timestamp;

use super::history::{By, History, Kind, Ref};

/// What the notes are about; none where a business has none.
pub struct Subjects {
    /// A quote that waits for an answer.
    pub quote: Option<Ref>,
    /// An invoice that is overdue.
    pub invoice: Option<Ref>,
    /// A plan.
    pub plan: Option<Ref>,
    /// A round.
    pub series: Option<Ref>,
    /// A job that is done.
    pub job: Option<Ref>,
    /// A customer.
    pub customer: Option<Ref>,
}

/// Writes them, all in the last day.
pub fn write(history: &mut History, subjects: Subjects, now: Timestamp) {
    let notes = [
        (
            "quote",
            subjects.quote,
            "Asked whether the price holds until the end of the month. Told them yes; call on Friday.",
        ),
        (
            "invoice",
            subjects.invoice,
            "Called twice. They say the payment goes out with the next run; look again in a week.",
        ),
        (
            "plan",
            subjects.plan,
            "Wants the bill to name the site. Add it to the invoice's message before sending.",
        ),
        ("job_series", subjects.series, "New manager from next month on; the key stays where it is."),
        ("job", subjects.job, "Left our torpedo level there. They keep it at the front door."),
        ("customer", subjects.customer, "Prefers a text an hour before. Does not pick up unknown numbers."),
    ];
    let mut at = now - Duration::hours(20);
    for (kind, subject, body) in notes {
        let Some(subject) = subject else { continue };
        let fields = json!({ "subject_type": kind, "subject_id": subject, "body": body });
        history.create(at, By::Office, Kind::Note, fields);
        at = at + Duration::minutes(140);
    }
    let body = "The supply house closes at noon on the day before a holiday: order the day before that.";
    history.create(at, By::Office, Kind::Note, json!({ "body": body, "pinned": true }));
}
