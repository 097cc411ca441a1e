//! Invoices over five years and what was paid on them; one has as many lines as an invoice can.

use std::collections::BTreeMap;

use chrono::{Days, Duration, NaiveDate};
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    bills::{Bill, Fate, Of},
    clients::Client,
    plans::Contract,
    scene::{AT_ONCE, Scene, draft, percent_off},
    visits::Visit,
};
use crate::{
    entities::{
        customers,
        invoices::{
            self, Dates, FIRST_NUMBER, Given, Invoices, LINES, Ledger, NUMBERS, PaymentOp, Recording, Retire,
        },
        priced::{self, Priced},
    },
    error::Result,
    fields::day_in,
    lines::Sources,
    store::{Columns, Past},
};

/// Writes the invoices, and what their customers owe.
pub async fn write(
    scene: &mut Scene<'_>,
    clients: &[Client],
    visits: &[Visit],
    contracts: &[Contract],
    bills: &mut [Bill],
    sources: &Sources,
) -> Result<()> {
    let mut debts: BTreeMap<usize, i64> = BTreeMap::new();
    let issued = bills.iter().filter(|bill| bill.rank.is_some()).count() as i64;
    let mut tx = scene.begin().await?;
    let first = tx.next_numbers(NUMBERS, FIRST_NUMBER, issued).await?;
    tx.commit().await?;
    for chunk in bills.chunks_mut(AT_ONCE) {
        let mut records = Vec::with_capacity(chunk.len());
        for bill in chunk {
            bill.id = scene.id::<Invoices>(bill.at);
            let number = bill.rank.map(|rank| first + rank);
            let source = Made::of(scene, bill, visits, contracts);
            let (record, owed) = one(scene, bill, &clients[bill.client], source, number, sources)?;
            *debts.entry(bill.client).or_default() += owed;
            records.push(record);
        }
        scene.write::<Invoices>(records).await?;
    }
    let debts: Vec<(usize, i64)> = debts.into_iter().filter(|(_, owed)| *owed > 0).collect();
    for chunk in debts.chunks(AT_ONCE) {
        let mut tx = scene.begin().await?;
        for (client, owed) in chunk {
            customers::set_balance(&mut tx, &clients[*client].id, *owed).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// What an invoice takes from what it is made from.
#[derive(Default)]
struct Made<'a> {
    columns: Columns,
    lines: Vec<Value>,
    discount: Option<i64>,
    po_number: Option<String>,
    /// The billing date of a plan.
    issue: Option<NaiveDate>,
    default_tax_rate_id: Option<&'a String>,
}

impl<'a> Made<'a> {
    fn of(scene: &Scene<'_>, bill: &Bill, visits: &[Visit], contracts: &'a [Contract]) -> Self {
        let lines = || bill.ticket.lines(scene);
        match bill.of {
            Of::Job(job) => Self {
                columns: Columns::default().put("job_id", &visits[job].id),
                lines: visits[job].lines(scene),
                discount: visits[job].discount,
                po_number: visits[job].po_number.clone(),
                ..Self::default()
            },
            Of::Plan(plan, on) => Self {
                columns: invoices::of_period(&contracts[plan].id, on),
                lines: lines(),
                issue: Some(on),
                default_tax_rate_id: contracts[plan].default_tax_rate_id.as_ref(),
                ..Self::default()
            },
            Of::Sale => Self { lines: lines(), ..Self::default() },
            Of::LongSale => Self { lines: long(scene), ..Self::default() },
        }
    }
}

fn one(
    scene: &Scene<'_>,
    bill: &Bill,
    client: &Client,
    source: Made<'_>,
    number: Option<i64>,
    sources: &Sources,
) -> Result<(Past, i64)> {
    let (dice, at, clerk) = (&scene.dice, bill.at, &scene.clerk().actor);
    let site = client.site(bill.site).filter(|site| site.since < at);
    let payer = scene.payer(client, site);
    let today = day_in(scene.business.time_zone, at);
    let issued = source.issue.unwrap_or(today);
    let closing = client.closing(scene.now);
    let fields = json!({
        "line_items": source.lines,
        "due_date": due_date(scene, bill, issued, payer.payment_terms_days).map(|day| day.to_string()),
        "message": dice.percent(30).then_some("Thank you for your business."),
        "discount": percent_off(source.discount),
    });
    let mut invoice: invoices::Draft = draft(fields)?;
    let default = source.default_tax_rate_id.or(payer.default_tax_rate_id.as_ref()).cloned();
    let terms = invoice.terms_of(&payer, default.clone(), scene.business.tax_rounding);
    let items = priced::new_lines(invoice.line_items.0.take());
    let priced = Priced::of(sources.price(items, &terms, || scene.line_id(at))?, LINES, &terms);
    let mut ledger = Ledger::default();
    let last = pay(scene, bill, priced.total, closing, &mut ledger)?;
    let due = invoice.due_date.take().map(|date| date.day());
    let given = Given {
        customer_id: client.id.clone(),
        location_id: site.map(|site| site.id.clone()),
        default_tax_rate_id: default,
        currency: scene.business.currency.to_owned(),
        rounding: scene.business.tax_rounding.to_owned(),
        dates: Dates::as_of(today, source.issue, due, &payer),
        po_number: source.po_number,
        source: source.columns,
        issued: number
            .map(|number| invoices::issued_as(number, client.billed_to(scene.business.country), bill.sent)),
        priced,
        ledger,
    };
    let (write, owed) = invoice.compose(given);
    let of_plan = matches!(bill.of, Of::Plan(..));
    let maker = if of_plan { &scene.zoop } else { clerk };
    let mut record = Past::new(bill.id.clone(), at, maker.clone(), write);
    if of_plan && number.is_some() {
        record = record.changed(bill.sent, Columns::default()).changed_by(clerk.clone());
    }
    if let Some(last) = last {
        record = record.changed(last, Columns::default());
    }
    if bill.fate == Fate::Void {
        let voided = scene.between(bill.sent, closing.min(bill.sent + Duration::days(20)));
        let how: Retire =
            draft(json!({ "reason": *dice.pick(&["Billed twice", "Wrong customer", "Goodwill"]) }))?;
        return Ok((record.changed(voided, how.columns(voided, clerk.clone())), 0));
    }
    Ok((record, owed))
}

/// When it is due, where the customer's terms would not do.
fn due_date(scene: &Scene<'_>, bill: &Bill, issued: NaiveDate, terms: Option<i64>) -> Option<NaiveDate> {
    let today = day_in(scene.business.time_zone, scene.now);
    let later = || today + Days::new(scene.dice.between(1, 25).unsigned_abs());
    match bill.fate {
        Fate::Sent if issued + Days::new(terms.unwrap_or(30).unsigned_abs()) <= today + Days::new(1) => {
            Some(later())
        }
        // They pay by and by, as it was agreed.
        Fate::PartlyPaid => Some(later()),
        _ => None,
    }
}

/// Records what was paid by `closing`; answers when the last of it was.
fn pay(
    scene: &Scene<'_>,
    bill: &Bill,
    total: i64,
    closing: Timestamp,
    ledger: &mut Ledger,
) -> Result<Option<Timestamp>> {
    let dice = &scene.dice;
    let mut amounts = match bill.fate {
        Fate::Paid if dice.percent(12) => vec![total / 3, total - total / 3],
        Fate::Paid => vec![total],
        Fate::PartlyPaid if dice.percent(25) => vec![total],
        Fate::PartlyPaid => vec![total * dice.between(20, 80) / 100],
        Fate::Draft | Fate::Sent | Fate::Overdue | Fate::Void => vec![],
    };
    amounts.retain(|amount| *amount > 0);
    let (mut after, mut last) = (bill.sent, None);
    for amount in amounts {
        after = scene.between(after, closing.min(after + Duration::days(40)));
        let method = *dice.pick(&["card", "card", "check", "transfer", "cash"]);
        let reference = (method == "check").then(|| dice.between(1000, 9999).to_string());
        let op = json!({ "op": "record", "amount": amount, "method": method, "reference": reference });
        ledger.apply(vec![draft::<PaymentOp>(op)?], total, &recording(scene, after))?;
        last = Some(after);
    }
    // What was paid in full and is not went back in part.
    if bill.fate == Fate::PartlyPaid
        && ledger.balance(total) == 0
        && let Some((payment, left)) = ledger.refundable()
    {
        after = scene.between(after, closing);
        let amount = (left / 4).max(1);
        let op =
            json!({ "op": "refund", "payment_id": payment, "amount": amount, "reason": "Part came back" });
        ledger.apply(vec![draft::<PaymentOp>(op)?], total, &recording(scene, after))?;
        last = Some(after);
    }
    Ok(last)
}

fn recording(scene: &Scene<'_>, now: Timestamp) -> Recording {
    Recording { now, by: scene.clerk().who.clone(), ids: scene.ids.clone() }
}

/// The most lines that an invoice can have.
fn long(scene: &Scene<'_>) -> Vec<Value> {
    let line = |n: i64| scene.pricebook.line(&scene.dice, 1 + n % 7, scene.money(3.0 + scene.dice.unit()));
    (0..300).map(line).collect()
}
