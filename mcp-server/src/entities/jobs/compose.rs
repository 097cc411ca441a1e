//! A new job's row, once everything is looked up: for `create`, and for seeding thousands.

use chrono_tz::Tz;
use shared::timestamp::Timestamp;

use super::{Draft, Priority, Retire, Slot, Status, assigned, pricing::Input, state};
use crate::{
    entities::{place::Payer, priced::Priced},
    error::Result,
    lines::{self, LineItem},
    search::sort_key,
    store::{Columns, Write},
};

/// What a new job's row takes beside its draft, once it has been looked up.
pub struct Given {
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub customer_id: Option<String>,
    /// Where it is done.
    pub location_id: Option<String>,
    /// The zone there.
    pub zone: Tz,
    /// When it is done.
    pub slot: Slot,
    /// Who does it.
    pub assignees: Vec<String>,
    /// Where tax is rounded.
    pub rounding: String,
    /// What it costs.
    pub priced: Priced,
    /// Whether it is on an invoice.
    pub billed: bool,
    /// When it is made.
    pub now: Timestamp,
}

impl Draft {
    /// From when to when it is done.
    pub fn slot(&self, zone: Tz) -> Result<Slot> {
        Slot::new(self.scheduled_start, self.scheduled_end, zone)
    }

    /// What its price is made from, with these lines.
    pub fn price(&self, lines: Vec<(Option<String>, LineItem)>, payer: Payer, rounding: &str) -> Input {
        Input {
            lines,
            flat_price: self.flat_price.map(|price| price.0),
            discount: self.discount.map(|discount| discount.0),
            rounding: lines::rounding_named(rounding),
            payer,
        }
    }

    /// The row of a new job.
    pub fn compose(self, given: Given) -> Result<Write> {
        let Given {
            number,
            title,
            customer_id,
            location_id,
            zone,
            slot,
            assignees,
            rounding,
            priced,
            billed,
            now,
        } = given;
        let status = state::on_create(self.status.0, slot.start)?;
        let done_at = (status == Status::Done).then(|| self.done_at.map_or(now, |moment| moment.0));
        let columns = Columns::default()
            .put("number", number)
            .put("quote_id", self.from_quote_id)
            .put("title_key", sort_key(&title))
            .put("title", title)
            .put("description", self.description.map(|text| text.0))
            .put("customer_id", customer_id)
            .put("location_id", location_id)
            .and(slot.columns(zone))
            .put("created_desc", -now.micros())
            .put("arrival_window_minutes", self.arrival_window_minutes)
            .put("all_day", self.all_day.0.unwrap_or(false))
            .put("tax_rounding", rounding)
            .and(priced.columns)
            .and(state::columns(status, priced.total, billed, done_at))
            .put("priority", self.priority.0.unwrap_or(Priority::Normal).as_str())
            .put("job_type", self.job_type.map(|text| text.0))
            .put("po_number", self.po_number.map(|text| text.0))
            .put("completion_notes", self.completion_notes.map(|text| text.0));
        Ok(Write::new(columns).with_children(Some(priced.lines)).with_children(Some(assigned(assignees))))
    }
}

impl Retire {
    /// What cancelling sets.
    pub fn columns(self, at: Timestamp) -> Columns {
        Columns::default()
            .put("status", Status::Cancelled.as_str())
            .put("billing_state", "not_billable")
            .put("cancelled_at", at)
            .put("cancel_reason", self.reason.map(|text| text.0))
            .put("cancel_note", self.note.map(|text| text.0))
    }
}
