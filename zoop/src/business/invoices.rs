//! The invoices for done jobs: most are paid, some in time and some late, and with a few something went wrong.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    Business,
    calendar::Calendar,
    customers::Customer,
    history::{By, History, Kind, Ref},
    jobs::Job,
};

const UPDATE: &str = "invoices.update";

/// The payment of all that is owed.
pub fn payment(invoice: &Ref, method: &str) -> Value {
    json!({ "payment_ops": [{ "op": "record", "amount": invoice.balance(), "method": method }] })
}

/// Bills the done jobs. Answers an invoice that is overdue.
pub fn send(
    history: &mut History,
    business: &Business,
    customers: &[Customer],
    mut jobs: Vec<Job>,
    calendar: &Calendar,
    dice: &Dice,
) -> Option<Ref> {
    jobs.retain(|job| job.customer.is_some());
    jobs.sort_by_key(|job| job.done);
    let mut desk = Desk { history, business, calendar, dice, mishaps: 0, late: 0, young: 0, overdue: None };
    for job in &jobs {
        if let (Some(done), Some(customer)) = (job.done, job.customer) {
            desk.bill(&job.this, done, &customers[customer]);
        }
    }
    desk.overdue
}

/// Where bills are written and money is entered.
struct Desk<'a> {
    history: &'a mut History,
    business: &'a Business,
    calendar: &'a Calendar,
    dice: &'a Dice,
    /// How often something went wrong.
    mishaps: usize,
    /// How many invoices were old enough to be overdue.
    late: usize,
    /// How many are of the last days: every other one is a draft still.
    young: usize,
    overdue: Option<Ref>,
}

impl Desk<'_> {
    fn bill(&mut self, job: &Ref, done: Timestamp, customer: &Customer) {
        let at = done + Duration::minutes(self.dice.between(25, 200));
        if at > self.calendar.now() - Duration::minutes(20) {
            return; // It waits to be billed.
        }
        let age = (self.calendar.now().utc() - at.utc()).num_days();
        self.young += usize::from(age < 4);
        if age < 4 && self.young % 2 == 1 {
            self.history.create(at, By::Office, Kind::Invoice, json!({ "from_job_id": job }));
            return;
        }
        let fields = json!({ "from_job_id": job, "status": "sent" });
        let invoice = self.history.create(at, By::Office, Kind::Invoice, fields.clone());
        let methods = if customer.company { self.business.companies_pay } else { self.business.pays };
        let method = *self.dice.pick(methods);
        if (15..120).contains(&age) && self.mishaps < 2 {
            self.mishaps += 1;
            match self.mishaps {
                1 => return self.refunded(&invoice, at),
                _ => return self.void(&invoice, at, fields, method),
            }
        }
        if (customer.terms + 4..customer.terms + 60).contains(&age) {
            self.late += 1;
            if self.late % 4 == 1 {
                self.overdue = Some(invoice);
                return;
            }
        }
        let days = match self.dice.percent(12) {
            true => customer.terms + self.dice.between(1, 12),
            false => self.dice.between(1, customer.terms.max(1)),
        };
        self.paid(&invoice, at, days, method);
    }

    fn paid(&mut self, invoice: &Ref, sent: Timestamp, days: i64, method: &str) {
        let at = self.calendar.days_after(sent, days, self.dice);
        if at < self.calendar.now() {
            self.history.call(at, By::Office, UPDATE, invoice, payment(invoice, method));
        }
    }

    /// Paid with the wrong card: the money goes back and comes in again.
    fn refunded(&mut self, invoice: &Ref, at: Timestamp) {
        let paid = at + Duration::days(2);
        self.history.call(paid, By::Office, UPDATE, invoice, payment(invoice, "card"));
        let refund = json!({
            "op": "refund",
            "payment_id": invoice.first_payment(),
            "amount": invoice.total(),
            "reason": "Charged to the wrong card; they pay by transfer instead.",
        });
        let refunded = paid + Duration::days(1);
        self.history.call(refunded, By::Office, UPDATE, invoice, json!({ "payment_ops": [refund] }));
        self.history.call(
            refunded + Duration::days(3),
            By::Office,
            UPDATE,
            invoice,
            payment(invoice, "transfer"),
        );
    }

    /// Sent with a mistake: it is taken back, and the job is billed again.
    fn void(&mut self, invoice: &Ref, at: Timestamp, fields: Value, method: &str) {
        let reason = json!({ "reason": "Sent to the tenant in place of the owner; billed again." });
        let voided = at + Duration::days(1);
        self.history.call(voided, By::Office, "invoices.void", invoice, reason);
        let again = voided + Duration::minutes(10);
        let invoice = self.history.create(again, By::Office, Kind::Invoice, fields);
        self.paid(&invoice, again, 6, method);
    }
}
