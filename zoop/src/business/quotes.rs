//! A business's quotes, and what the customers said: the owner writes them, the office books what comes of them.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde_json::{Value, json};

use super::{
    Business, Offer, Piece,
    customers::{self, Customer},
    history::{By, History, Kind, Ref},
    jobs::{Desk, Job},
    pricebook::Pricebook,
};

/// What became of a quote.
enum Outcome {
    /// It is being written.
    Draft,
    /// The customer thinks about it; one that is old has expired.
    Sent,
    /// The customer said no, and why.
    Declined(&'static str),
    /// The customer said yes, and nothing is booked yet.
    Accepted,
    /// It became a job, on a day so far from today.
    Job(i64),
    /// It became an invoice, and so much of it is paid: work that begins with a deposit.
    Deposit(i64),
    /// The customer never answered; it was put away.
    Archived,
}

use Outcome::{Accepted, Archived, Declined, Deposit, Draft, Job as Became, Sent};

/// How many days ago they were written, and what became of them; a small business has the first few.
const OUTCOMES: &[(i64, Outcome)] = &[
    (13, Deposit(250_000)),
    (4, Sent),
    (55, Sent), // Its thirty days are over.
    (24, Became(-9)),
    (38, Declined("Went with a cheaper bid.")),
    (1, Draft),
    (17, Became(5)),
    (9, Sent),
    (6, Accepted),
    (75, Became(-60)),
    (61, Declined("Selling the house instead.")),
    (12, Sent),
    (2, Draft),
    (96, Became(-80)),
    (19, Sent),
    (8, Became(9)),
    (130, Became(-112)),
    (44, Declined("Wants to wait until spring.")),
    (150, Archived),
    (3, Sent),
    (210, Became(-190)),
    (27, Declined("Landlord pays for a repair only.")),
    (5, Accepted),
    (0, Draft),
    (16, Sent),
];

/// The outcomes that are for Hendersons, where there are any: someone may ask what they were quoted.
const FOR_HENDERSONS: [usize; 5] = [1, 3, 4, 6, 9];

/// What notes and invoices are about.
pub struct Written {
    /// One that waits for an answer.
    pub open: Option<Ref>,
    /// The jobs that quotes became.
    pub jobs: Vec<Job>,
}

/// Writes them all.
pub fn write(
    history: &mut History,
    business: &Business,
    customers: &[Customer],
    pricebook: &Pricebook,
    desk: &mut Desk,
    dice: &Dice,
) -> Written {
    let mut written = Written { open: None, jobs: Vec::new() };
    for (place, (days_ago, outcome)) in OUTCOMES.iter().take(business.quotes).enumerate() {
        let at = desk.calendar.office_hour(*days_ago, dice);
        let henderson = business.hendersons && FOR_HENDERSONS.contains(&place);
        let customer = customers::known(customers, at, |c| c.henderson == henderson, dice);
        let at = at.max(customers[customer].settled);
        let offer = &business.offers[place % business.offers.len()];
        let valid_until = desk.calendar.day(at) + Duration::days(30);
        let mut fields = json!({
            "title": offer.0,
            "message": offer.1,
            "customer_id": customers[customer].this,
            "line_items": lines(offer, pricebook, dice),
            "valid_until": valid_until.to_string(),
        });
        if let Some(location) = customers[customer].locations.last() {
            fields["location_id"] = json!(location);
        }
        let this = history.create(at, By::Owner, Kind::Quote, fields);
        let mut moved = |at, fields: Value| history.call(at, By::Owner, "quotes.update", &this, fields);
        if matches!(outcome, Draft) {
            continue;
        }
        let sent = desk.by_now(at + Duration::minutes(dice.between(8, 50)));
        moved(sent, json!({ "status": "sent" }));
        let decided = desk.by_now(desk.calendar.days_after(sent, dice.between(1, 3), dice));
        match outcome {
            Draft | Sent => {
                written.open.get_or_insert(this);
            }
            Declined(reason) => moved(decided, json!({ "status": "declined", "decline_reason": reason })),
            Archived => {
                let put_away = sent + Duration::days(60);
                history.call(put_away, By::Owner, "quotes.archive", &this, json!({}));
            }
            Accepted => moved(decided, json!({ "status": "accepted" })),
            Became(days) => {
                moved(decided, json!({ "status": "accepted" }));
                written.jobs.extend(desk.quoted(history, &this, customer, decided, *days));
            }
            Deposit(amount) => {
                moved(decided, json!({ "status": "accepted" }));
                let billed = desk.by_now(decided + Duration::minutes(90));
                let fields = json!({
                    "from_quote_id": this,
                    "status": "sent",
                    "message": "The deposit is due now, the rest when the work is done.",
                });
                let invoice = history.create(billed, By::Office, Kind::Invoice, fields);
                let paid = desk.by_now(billed + Duration::days(1));
                let payment =
                    json!({ "op": "record", "amount": amount, "method": "card", "reference": "Deposit" });
                let fields = json!({ "payment_ops": [payment] });
                history.call(paid, By::Office, "invoices.update", &invoice, fields);
            }
        }
    }
    written
}

fn lines(offer: &Offer, pricebook: &Pricebook, dice: &Dice) -> Vec<Value> {
    let line = |piece: &Piece| {
        let (sku, quantity, selected) = match *piece {
            Piece::Fixed(sku, quantity) => (sku, quantity, None),
            Piece::Chosen(sku, quantity) => (sku, quantity, Some(true)),
            Piece::Open(sku, quantity) => (sku, quantity, Some(false)),
        };
        let mut line = pricebook.line(sku, quantity);
        if sku.starts_with("LAB") {
            // No two houses take the same time.
            line["quantity"] = format!("{quantity}.{}", dice.pick(&["0", "25", "5", "75"])).into();
        }
        if let Some(selected) = selected {
            line["optional"] = true.into();
            line["selected"] = selected.into();
        }
        line
    };
    offer.2.iter().map(line).collect()
}
