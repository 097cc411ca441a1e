//! Quotes over five years: more than half of them accepted, of which most become jobs.

use chrono::{Days, Duration};
use serde_json::json;
use shared::timestamp::Timestamp;

use super::{
    clients::{Callers, Client},
    dice::Share,
    scene::{AT_ONCE, Scene, draft, percent_off, zone},
    tickets::{Ticket, installs_of},
};
use crate::{
    entities::{
        priced::{self, Priced},
        quotes::{self, FIRST_NUMBER, Given, LINES, NUMBERS, Quotes, Status},
    },
    error::Result,
    fields::Patch,
    lines::Sources,
    store::{Columns, Past},
};

/// A quote that was accepted, as the job that it becomes needs to know it.
pub struct Offer {
    /// `quo_…`
    pub id: String,
    /// The place of its customer.
    pub client: usize,
    /// The place of the address among the customer's.
    pub site: Option<usize>,
    /// What it costs.
    pub ticket: Ticket,
    /// The percentage that is taken off.
    pub discount: Option<i64>,
    /// The tax rate of its lines.
    pub rate: Option<String>,
    /// When the customer said yes.
    pub accepted: Timestamp,
}

/// A quote to be made.
struct Asked {
    at: Timestamp,
    client: usize,
    install: bool,
}

/// How much the number of quotes grows: every year stands near the average.
const GROWTH: f64 = 0.15;

/// Writes all quotes, the oldest first; answers those that were accepted.
pub async fn write(
    scene: &mut Scene<'_>,
    clients: &[Client],
    callers: &Callers,
    sources: &Sources,
) -> Result<Vec<Offer>> {
    let count = scene.volume.quotes;
    let mut installs = Share::new(installs_of(count), count);
    let asked: Vec<Asked> = scene
        .growing(count, GROWTH)
        .into_iter()
        .map(|at| {
            let client = callers.pick(clients, at, &scene.dice);
            Asked { at, client, install: installs.next(&scene.dice) }
        })
        .collect();
    let mut offers = Vec::new();
    for chunk in asked.chunks(AT_ONCE) {
        let mut tx = scene.begin().await?;
        let first = tx.next_numbers(NUMBERS, FIRST_NUMBER, chunk.len() as i64).await?;
        let mut records = Vec::with_capacity(chunk.len());
        for (number, quote) in (first..).zip(chunk) {
            records.push(one(scene, quote, &clients[quote.client], number, sources, &mut offers)?);
        }
        scene.finish::<Quotes>(tx, records).await?;
    }
    Ok(offers)
}

fn one(
    scene: &Scene<'_>,
    quote: &Asked,
    client: &Client,
    number: i64,
    sources: &Sources,
    offers: &mut Vec<Offer>,
) -> Result<Past> {
    let (dice, at) = (&scene.dice, quote.at);
    let (ticket, id) = (Ticket::draw(scene, quote.install), scene.id::<Quotes>(at));
    let sent = at + Duration::minutes(dice.between(10, 2 * 24 * 60));
    let decided = sent + Duration::minutes(dice.between(60, 20 * 24 * 60));
    let closing = client.closing(scene.now);
    let status = match dice.below(100) {
        _ if sent > closing => Status::Draft,
        0..5 => Status::Draft,
        5..17 => Status::Sent,
        _ if decided > closing => Status::Sent,
        17..38 => Status::Declined,
        _ => Status::Accepted,
    };
    let mut lines = ticket.lines(scene);
    if dice.percent(15) {
        let mut extra = scene.pricebook.line(dice, 1, scene.money(149.0));
        extra["optional"] = true.into();
        extra["selected"] = false.into();
        lines.push(extra);
    }
    let there = zone(client.place.time_zone);
    let valid_until = at.utc().with_timezone(&there).date_naive() + Days::new(30);
    let reason =
        (status == Status::Declined).then(|| *dice.pick(&["Too expensive", "Went with another", "Later"]));
    let discount = dice.percent(8).then_some(5);
    let fields = json!({
        "title": ticket.work().title,
        "customer_id": client.id,
        "line_items": lines,
        "valid_until": valid_until.to_string(),
        "decline_reason": reason,
        "message": "Thank you for asking us. This is what we recommend.",
        "discount": percent_off(discount),
    });
    let mut quote_draft: quotes::Draft = draft(fields)?;
    let place = client.sites.first().filter(|site| site.since < at).map(|_| 0);
    let site = client.site(place);
    let payer = scene.payer(client, site);
    let default = payer.default_tax_rate_id.clone();
    let terms = quote_draft.terms_of(&payer, default.clone(), scene.business.tax_rounding);
    let items = priced::new_lines(quote_draft.line_items.0.take());
    let priced = Priced::of(sources.price(items, &terms, || scene.line_id(at))?, LINES, &terms);
    let reason = quote_draft.decline_reason.take().map_or(Patch::Absent, Patch::Set);
    let billed_to = (status != Status::Draft).then(|| client.billed_to(scene.business.country));
    let given = Given {
        number,
        location_id: site.map(|site| site.id.clone()),
        default_tax_rate_id: default.clone(),
        currency: scene.business.currency.to_owned(),
        rounding: scene.business.tax_rounding.to_owned(),
        state: quotes::moved(None, status, reason, billed_to, sent)?,
        priced,
    };
    let mut record = Past::new(id.clone(), at, scene.owner().actor.clone(), quote_draft.compose(given));
    if status != Status::Draft {
        record = record.changed(sent, Columns::default());
    }
    if matches!(status, Status::Accepted | Status::Declined) {
        record = record.changed(decided, Columns::default().put("decided_at", decided));
    }
    if status == Status::Accepted {
        let (client, rate) = (quote.client, default);
        offers.push(Offer { id, client, site: place, ticket, discount, rate, accepted: decided });
    }
    Ok(record)
}
