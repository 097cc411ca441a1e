//! Plans: recurring billing. A plan says what a customer is billed and when; its invoices stand on their own.

mod billing;
mod compose;
mod input;
mod record;
mod worker;

use shared::{scope::Family, tenant_tx::TenantTx};

pub use billing::Billing;
pub use compose::{Given, Priced, terms};
pub use input::{Change, Draft, Filter, Retire, Status};
pub use record::{Record, Row};
pub use worker::{DUE, bill};

use super::{
    place::{Payer, Place},
    priced,
};
use crate::{
    entities::named::{self, Reference},
    entity::{
        About, Actors, BY_UPDATE, By, Entity, Fifth, Key, Link, Needs, Order, Q, Retired, Stored, Wanted,
    },
    error::Result,
    fields::{Patch, day_key},
    lines::{self, LineItem},
    references::TAX_RATE,
    search::sort_key,
    store::{Where, Write},
};
use billing::{today, zone};

const LINES: Link = Link { table: "plan_lines", owner: "plan_id" };

/// The entity.
pub struct Plans;

impl Entity for Plans {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "plans";
    const NOUN: &'static str = "plan";
    const NOUNS: &'static str = "plans";
    const PREFIX: &'static str = "pln";
    const FAMILY: Family = Family::Plans;
    const TABLE: &'static str = "plans";
    const SHOWN_AS: &'static str = "title";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Cancel;
    const ACTORS: Actors = Actors { create: Needs::User, update: Needs::User, retire: Needs::Any };
    const ORDERS: &'static [Order] = &[
        Order::rising("next_run_on", &[Key::Int("next_run_key")]),
        BY_UPDATE,
        Order::rising("title", &[Key::Text("title_key")]),
    ];
    const SUMMARY: &'static [&'static str] = &[
        "title",
        "status",
        "customer_id",
        "customer_name",
        "cadence",
        "rrule",
        "starts_on",
        "next_run_on",
        "runs",
        "total",
    ];
    const Q: Q = Q::Substring(&["title_key"]);
    const MOVES: &'static [(&'static str, &'static str, By)] = &[
        ("active", "ended", By::Time),
        ("active", "cancelled", By::Fifth),
        ("ended", "cancelled", By::Fifth),
    ];
    const FIXED: &'static [(&'static str, &'static str)] = &[
        (
            "customer_id",
            "is fixed when a plan is made: cancel this one and create another for that customer.",
        ),
        (
            "status",
            "is never set: plans.cancel stops a plan; one whose rrule has no more dates ends by itself.",
        ),
    ];
    const REFERENCES: &'static [Reference] =
        &[named::CUSTOMER, named::DEFAULT_RATE, named::ITEM, named::RATE];
    const ABOUT: About = About {
        list: "Use it for what is billed again and again and when next; its invoices are in invoices.list with planId.",
        get: "Use it for its lines and when it bills next.",
        create: "Use it for what is billed again and again: makes one draft invoice for each billing date. It charges nobody: somebody sends the drafts.",
        update: "Use it when price or dates change; holds for invoices not made yet.",
        retire: "Use it when the agreement ends: no more invoices; those made stay, nothing is refunded. Cannot be undone.",
    };

    async fn create(mut draft: Draft, id: &str, tx: &mut TenantTx) -> Result<Write> {
        priced::check_currency(tx, draft.currency.as_ref())?;
        let billing = Billing::new(&draft)?;
        let periods = billing.periods(zone(tx))?;
        let today = today(tx);
        let next = billing.first_from(today, &periods)?;
        Place::of_new(tx, Some(draft.customer_id.clone()), None, None, Self::NOUN).await?;
        let default = draft.default_tax_rate_id.clone();
        TAX_RATE.check(tx, "default_tax_rate_id", default.as_deref(), None).await?;
        let rounding = tx.tenant().tax_rounding.clone();
        let items = priced::new_lines(Some(std::mem::take(&mut draft.items)));
        let priced = price(tx, &draft.customer_id, items, default, &rounding).await?;
        worker::keep(tx, id, &billing, Some(next)).await?;
        let currency = tx.tenant().currency.clone();
        let write = draft.compose(Given { billing: &billing, next, today, currency, rounding, priced });
        let passed = billing.began_before(today);
        let write = write
            .warn_of("starts_on", passed.then(|| format!("starts_on has passed: it bills from {next} on.")));
        Ok(write.warn_of("rrule", periods.warning()))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        priced::check_currency(tx, change.currency.0.as_ref())?;
        let id = row.meta.id.as_str();
        let before = Billing::of(row);
        let billing = before.clone().patched(&change)?;
        let today = today(tx);
        let mut columns = billing.columns();
        let mut warning = None;
        if billing != before {
            let periods = billing.periods(zone(tx))?;
            warning = periods.warning();
            if row.status() == Status::Active {
                let next = match row.next_bill_on {
                    Some(next) if billing.same_dates(&before) => next,
                    // What was due already is not forgiven, and what is billed is not billed again.
                    next => {
                        let from = next.map_or(today, |next| next.min(today));
                        let unbilled = row.billed_through.and_then(|date| date.succ_opt());
                        billing.first_from(unbilled.map_or(from, |day| day.max(from)), &periods)?
                    }
                };
                worker::keep(tx, id, &billing, Some(next)).await?;
                columns = columns.and(billing.next_columns(Some(next), today));
            }
        }
        if let Patch::Set(rate) = &change.default_tax_rate_id {
            TAX_RATE.check(tx, "default_tax_rate_id", Some(rate), row.default_tax_rate_id.as_deref()).await?;
        }
        let default = change.default_tax_rate_id.or(row.default_tax_rate_id.clone());
        let items = match change.items.0 {
            Some(items) => priced::new_lines(Some(items)),
            None => lines::load(tx, LINES, id).await?,
        };
        let priced = price(tx, &row.customer_id, items, default.clone(), &row.tax_rounding).await?;
        if let Some(title) = change.title.0 {
            columns = columns.put("title_key", sort_key(&title.0)).put("title", title.0);
        }
        let columns = columns.put("default_tax_rate_id", default).and(priced.columns);
        let mut write = Write::new(columns).with_children(Some(priced.lines));
        if row.status() != Status::Active {
            let message =
                format!("The plan is {}: it bills no more. plans.create makes another.", row.status);
            write = write.warn(message, []);
        }
        Ok(write.warn_of("rrule", warning))
    }

    async fn retire(row: &Stored<Row>, how: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.status() == Status::Cancelled {
            return Ok(Retired::Already);
        }
        let billing = Billing::of(row);
        worker::keep(tx, &row.meta.id, &billing, None).await?;
        let columns = how.columns(&billing, tx.now(), today(tx));
        Ok(Retired::columns(columns))
    }

    fn narrow(filter: Filter, _: &TenantTx, to: &mut Where) -> Result<()> {
        to.and_if("customer_id = ?", filter.customer_id);
        to.and_if("status = ?", filter.status.map(Status::as_str));
        to.and_if("next_run_key >= ?", filter.next_from.as_ref().map(|date| day_key(date.day())));
        to.and_if("next_run_key <= ?", filter.next_to.map(|date| day_key(date.day())));
        if filter.next_from.is_some() {
            to.and("next_run_on IS NOT NULL", []);
        }
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

/// What one invoice of the plan comes to today.
async fn price(
    tx: &mut TenantTx,
    customer: &str,
    items: Vec<(Option<String>, LineItem)>,
    default: Option<String>,
    rounding: &str,
) -> Result<Priced> {
    let payer = Payer::find(tx, Some(customer), None).await?;
    let terms = terms(&payer, default, rounding);
    Ok(Priced::of(&lines::price(tx, items, &terms).await?))
}
