//! Which invoices there are to be, and what becomes of each: what plans bill, most of done jobs, and what is sold.

use chrono::{Duration, NaiveDate};
use shared::timestamp::Timestamp;

use super::{
    clients::{Callers, Client},
    dice::Share,
    plans::Contract,
    scene::Scene,
    tickets::{Ticket, installs_of},
    visits::Visit,
};

/// An invoice to be made.
pub struct Bill {
    /// `inv_…`; empty until it is written.
    pub id: String,
    /// Its place among all that were sent, in the order of their sending; none for a draft.
    pub rank: Option<i64>,
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
        Self { id: String::new(), rank: None, at, sent: at, client, site, ticket, of, fate: Fate::Paid }
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
        let until = clients[visit.client].closing(scene.now);
        // One is left for what is sold.
        if bills.len() + 1 < count && visit.is_done_by(until) && dice.percent(94) {
            let at = scene.between(visit.end, until.min(visit.end + Duration::days(3)));
            bills.push(Bill::new(at, visit.client, visit.site, visit.ticket, Of::Job(n)));
        }
    }
    let sales = count.saturating_sub(bills.len());
    let mut installs = Share::new(installs_of(sales), sales);
    for n in 0..sales {
        let at = scene.between(scene.first_call(), scene.now);
        let client = callers.pick(clients, at, dice);
        let ticket = Ticket::draw(scene, installs.next(dice));
        bills.push(Bill::new(at, client, Some(0), ticket, if n == 0 { Of::LongSale } else { Of::Sale }));
    }
    bills.sort_by_key(|bill| (bill.at, bill.client));
    decide(scene, clients, &mut bills);
    rank(&mut bills);
    for bill in bills.iter().filter(|bill| bill.fate != Fate::Void) {
        if let Of::Job(job) = bill.of {
            visits[job].billed = Some(bill.at);
        }
    }
    bills
}

/// Numbers are given in the order in which invoices leave draft; what a plan bills may wait for days.
fn rank(bills: &mut [Bill]) {
    let mut sent: Vec<&mut Bill> = bills.iter_mut().filter(|bill| bill.fate != Fate::Draft).collect();
    sent.sort_by_key(|bill| bill.sent);
    (0..).zip(sent).for_each(|(rank, bill)| bill.rank = Some(rank));
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
