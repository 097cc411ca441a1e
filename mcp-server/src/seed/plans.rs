//! Plans of the last year: what customers are billed again and again. Each has the invoices of its dates so far; some
//! are cancelled, some have come to the end of their rule.

use chrono::{Days, Duration, NaiveDate};
use serde_json::json;
use shared::timestamp::Timestamp;

use super::{
    clients::{self, Client},
    scene::{AT_ONCE, Scene, draft, zone},
    size::Volume,
    tickets::Ticket,
};
use crate::{
    entities::{
        plans::{self, Billing, DUE, Given, Plans, Priced, Retire, terms},
        priced,
    },
    error::Result,
    fields::day_in,
    lines::Sources,
    store::{Columns, Past, set_due},
};

/// A plan, as other files need to know one.
pub struct Contract {
    /// `pln_…`
    pub id: String,
    /// The place of its customer.
    pub client: usize,
    /// When it was made.
    pub at: Timestamp,
    /// What each invoice comes to.
    pub ticket: Ticket,
    /// Its own tax rate.
    pub default_tax_rate_id: Option<String>,
    /// What it billed so far: each date, and when the invoice was made.
    pub billed: Vec<(NaiveDate, Timestamp)>,
}

/// In how many cases of a hundred, what is agreed, how often it bills, and about how many dollars.
const KINDS: &[(usize, &str, How, f64)] = &[
    (2, "Weekly pool care", How::Cadence("weekly"), 80.0),
    (3, "Gutters and garden drains", How::Cadence("biweekly"), 110.0),
    (3, "Filters, twice a month", How::Rule("FREQ=MONTHLY;BYMONTHDAY=1,15"), 55.0),
    (5, "Property care, last working day", How::Rule("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"), 240.0),
    (32, "Comfort plan", How::Cadence("monthly"), 29.0),
    (25, "Quarterly maintenance agreement", How::Cadence("quarterly"), 145.0),
    (30, "Annual service agreement", How::Cadence("annually"), 260.0),
];

/// A plan that was agreed for three months.
const SHORT: (usize, &str, How, f64) = (0, "Three payments", How::Rule("FREQ=MONTHLY;COUNT=3"), 190.0);

/// How often a plan bills.
#[derive(Clone, Copy)]
enum How {
    Cadence(&'static str),
    Rule(&'static str),
}

/// What becomes of a plan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Active,
    Ended,
    Cancelled,
}

/// A plan to be made.
struct New {
    at: Timestamp,
    client: usize,
    fate: Fate,
}

/// Writes all plans, the oldest first.
pub async fn write(scene: &mut Scene<'_>, clients: &[Client], sources: &Sources) -> Result<Vec<Contract>> {
    let new = plan(scene, clients);
    let mut contracts = Vec::with_capacity(new.len());
    for chunk in new.chunks(AT_ONCE) {
        let mut tx = scene.begin().await?;
        let mut records = Vec::with_capacity(chunk.len());
        for new in chunk {
            let (record, contract, due) = one(scene, new, &clients[new.client], sources)?;
            set_due(&mut tx, DUE, &record.id, due).await?;
            records.push(record);
            contracts.push(contract);
        }
        scene.finish::<Plans>(tx, records).await?;
    }
    Ok(contracts)
}

fn plan(scene: &Scene<'_>, clients: &[Client]) -> Vec<New> {
    let active = scene.volume.plans;
    let mut new: Vec<New> = (0..active + Volume::past(active))
        .map(|n| {
            let (fate, days) = match n.checked_sub(active) {
                None => (Fate::Active, 0),
                Some(n) if n % 2 == 0 => (Fate::Cancelled, 30),
                // Three months, and the days until the first; where a month has no such day, it takes longer.
                Some(_) => (Fate::Ended, 180),
            };
            let latest = scene.now - Duration::days(days) - Duration::hours(2);
            let (client, at) = clients::anybody(scene, clients, latest);
            New { at, client, fate }
        })
        .collect();
    new.sort_by_key(|new| (new.at, new.client));
    new
}

/// The record of a plan, what others need to know of it, and when a worker looks at it.
fn one(
    scene: &Scene<'_>,
    new: &New,
    client: &Client,
    sources: &Sources,
) -> Result<(Past, Contract, Option<Timestamp>)> {
    let (dice, at, business) = (&scene.dice, new.at, scene.business);
    let &(_, title, how, dollars) =
        if new.fate == Fate::Ended { &SHORT } else { dice.weighted(KINDS, |kind| kind.0) };
    let ticket = Ticket::of(scene, dollars * (0.7 + 0.6 * dice.unit()));
    let (there, today) = (zone(business.time_zone), day_in(business.time_zone, scene.now));
    let first = day_in(business.time_zone, at);
    let mut fields = json!({
        "title": title,
        "customer_id": client.id,
        "items": ticket.lines(scene),
        "starts_on": (first + Days::new(dice.between(0, 20).unsigned_abs())).to_string(),
        "lead_days": dice.pick(&[0, 0, 0, 1, 3]),
        "default_tax_rate_id": scene.rate_of(client.place).filter(|_| dice.percent(10)),
    });
    match how {
        How::Cadence(word) => fields["cadence"] = word.into(),
        How::Rule(rule) => fields["rrule"] = rule.into(),
    }
    let mut plan: plans::Draft = draft(fields)?;

    let billing = Billing::new(&plan)?;
    let periods = billing.periods(there)?;
    let begin = billing.first_from(first, &periods)?;
    let default = plan.default_tax_rate_id.clone();
    let terms = terms(&scene.payer(client, None), default.clone(), business.tax_rounding);
    let items = priced::new_lines(Some(std::mem::take(&mut plan.items)));
    let given = Given {
        billing: &billing,
        next: begin,
        today: first,
        currency: business.currency.to_owned(),
        rounding: business.tax_rounding.to_owned(),
        priced: Priced::of(&sources.price(items, &terms, || scene.line_id(at))?),
    };
    let id = scene.id::<Plans>(at);
    let mut record = Past::new(id.clone(), at, scene.clerk().actor.clone(), plan.compose(given));

    let until = match new.fate {
        Fate::Cancelled => scene.between(at, scene.now),
        Fate::Active | Fate::Ended => scene.now,
    };
    let mut billed = Vec::new();
    let mut next = Some(begin);
    while let Some(date) = next.filter(|date| billing.runs_at(*date, there) < until) {
        // A worker looks every ten seconds.
        let looked = billing.runs_at(date, there).max(at) + Duration::milliseconds(dice.between(100, 10_000));
        billed.push((date, looked.min(until)));
        next = date.succ_opt().and_then(|day| periods.next_on_or_after(day));
        record = record.changed(looked.min(until), Columns::default()).changed_by(scene.zoop.clone());
    }
    if let (runs, Some((last, _))) = (billed.len() as i64, billed.last()) {
        record.write = record.write.and(billing.run_columns(runs, *last, next, today));
    }
    if new.fate == Fate::Cancelled {
        next = None;
        let reason = *dice.pick(&["Moved away", "Sold the house", "Too expensive"]);
        let how: Retire = draft(json!({ "reason": reason }))?;
        record = record
            .changed(until, how.columns(&billing, until, today))
            .changed_by(scene.clerk().actor.clone());
    }
    let due = next.map(|date| billing.runs_at(date, there));
    Ok((record, Contract { id, client: new.client, at, ticket, default_tax_rate_id: default, billed }, due))
}
