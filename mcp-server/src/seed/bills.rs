//! Which invoices there are to be, and what becomes of each: what plans bill, most of done jobs, and what is sold.

use chrono::{Duration, NaiveDate};
use shared::timestamp::Timestamp;

use super::{
    clients::{Callers, Client},
    jobs::Visit,
    plans::Contract,
    scene::Scene,
    tickets::Ticket,
};

/// An invoice to be made.
pub struct Bill {
    /// `inv_…`; empty until it is written.
    pub id: String,
    /// When it is made.
    pub at: Timestamp,
    /// When it is sent, if it is.
    pub sent: Timestamp,
    /// The place of the customer.
    pub client: usize,
    /// The place of the address among the customer's.
    pub site: Option<usize>,
    /// What it comes to.
    pub ticket: Ticket,
    /// What it is for.
    pub of: Of,
    /// What became of it.
    pub fate: Fate,
}

/// What an invoice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The job at this place.
    Job(usize),
    /// A date of the plan at this place.
    Plan(usize, NaiveDate),
    /// Something sold.
    Sale,
    /// As many things as an invoice has room for.
    LongSale,
}

impl Bill {
    /// An invoice that is sent when it is made, and paid.
    fn new(at: Timestamp, client: usize, site: Option<usize>, ticket: Ticket, of: Of) -> Self {
        Self { id: String::new(), at, sent: at, client, site, ticket, of, fate: Fate::Paid }
    }
}

/// What became of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nobody has sent it yet.
    Draft,
    /// It is to be paid.
    Sent,
    /// It should have been paid.
    Overdue,
    /// Some of it is paid.
    PartlyPaid,
    /// All of it is paid.
    Paid,
    /// It was taken back.
    Void,
}

/// Decides which jobs are billed, beside what the plans bill, and what else is; the oldest first.
pub fn plan(
    scene: &Scene<'_>,
    clients: &[Client],
    callers: &Callers,
    contracts: &[Contract],
    visits: &mut [Visit],
) -> Vec<Bill> {
    let (dice, count) = (&scene.dice, scene.volume.invoices);
    let mut bills: Vec<Bill> = Vec::with_capacity(count);
    for (n, contract) in contracts.iter().enumerate() {
        for &(on, at) in &contract.billed {
            // Zoop makes it as the day begins; somebody in the office sends it.
            let sent = (at + Duration::minutes(dice.between(8 * 60, 30 * 60))).min(scene.now);
            let bill = Bill::new(at, contract.client, None, contract.ticket, Of::Plan(n, on));
            bills.push(Bill { sent, ..bill });
        }
    }
    for (n, visit) in visits.iter().enumerate() {
        let until = clients[visit.client].until.min(scene.now);
        // One is left for what is sold.
        if bills.len() + 1 < count && visit.is_done_by(until) && dice.percent(94) {
            let at = scene.between(visit.end, until.min(visit.end + Duration::days(3)));
            bills.push(Bill::new(at, visit.client, visit.site, visit.ticket, Of::Job(n)));
        }
    }
    let mut of = Of::LongSale;
    while bills.len() < count {
        let client = callers.pick(dice);
        let Client { since, until, .. } = clients[client];
        let at = scene.between(since + Duration::hours(1), until.min(scene.now));
        bills.push(Bill::new(at, client, Some(0), Ticket::draw(scene), of));
        of = Of::Sale;
    }
    bills.sort_by_key(|bill| (bill.at, bill.client));
    decide(scene, clients, &mut bills);
    for bill in bills.iter().filter(|bill| bill.fate != Fate::Void) {
        if let Of::Job(job) = bill.of {
            visits[job].billed = Some(bill.at);
        }
    }
    bills
}

/// The newest are drafts, the next are not due yet; of the others most are paid.
fn decide(scene: &Scene<'_>, clients: &[Client], bills: &mut [Bill]) {
    let percent = |part: usize| bills.len() * part / 100;
    // Nothing is open with a customer who is archived.
    let mut open: Vec<usize> =
        (0..bills.len()).rev().filter(|&n| clients[bills[n].client].active(scene.now)).collect();
    let (drafts, sent, overdue, partly, void) = (percent(2), percent(5), percent(3), percent(2), percent(2));
    let newest: Vec<usize> = open.drain(..(drafts + sent).min(open.len())).collect();
    for (place, n) in newest.into_iter().enumerate() {
        bills[n].fate = if place < drafts { Fate::Draft } else { Fate::Sent };
    }
    // Longer ago than anybody has to pay.
    let long_ago = scene.now - Duration::days(50);
    open.retain(|&n| bills[n].at < long_ago);
    // What is owed is not of yesteryear: of the newer half.
    let newer = open.len() / 2;
    for (fate, times, among) in
        [(Fate::Overdue, overdue, newer), (Fate::PartlyPaid, partly, newer), (Fate::Void, void, open.len())]
    {
        let mut left = times.min(among / 4);
        while left > 0 {
            let bill = &mut bills[open[scene.dice.below(among)]];
            if bill.fate == Fate::Paid {
                bill.fate = fate;
                left -= 1;
            }
        }
    }
}
