//! Invoices: what customers owe, what they paid, and what was given back.

#[cfg(test)]
mod at_scale;
mod compose;
mod dates;
mod input;
mod ledger;
mod period;
mod record;
mod source;
mod state;

use serde_json::json;
use shared::{db::Bind, scope::Family, tenant_tx::TenantTx};

pub use compose::Given;
pub use dates::Dates;
pub use input::{Change, Draft, Filter, Retire, Status};
pub use ledger::{Ledger, PaymentOp, Recording};
pub use period::{Period, of_period};
pub use record::{Record, Row};
pub use state::{FIRST_NUMBER, NUMBERS, issued_as};

use super::{customers, jobs, place::Payer, priced};
use crate::{
    entities::named::{self, Reference},
    entity::{
        About, Actors, BY_UPDATE, By, Entity, Fifth, Key, Link, Needs, Order, Q, Retired, Stored, Wanted,
    },
    error::Result,
    fields::{Patch, day_in, day_key},
    search::sort_key,
    store::{Children, Columns, Where, Write},
};
use source::Source;

/// Where an invoice's lines are.
pub const LINES: Link = Link { table: "invoice_lines", owner: "invoice_id" };

/// Sent, due before the day `?`, and not paid.
const OVERDUE: &str = "(status = 'sent' AND due_key < ? AND balance > 0)";

/// The entity.
pub struct Invoices;

impl Entity for Invoices {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "invoices";
    const NOUN: &'static str = "invoice";
    const NOUNS: &'static str = "invoices";
    const PREFIX: &'static str = "inv";
    const FAMILY: Family = Family::Invoices;
    const TABLE: &'static str = "invoices";
    const SHOWN_AS: &'static str = "COALESCE('INV-' || CAST(number AS TEXT), 'Draft')";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Void;
    const ACTORS: Actors = Actors { create: Needs::User, update: Needs::User, retire: Needs::Any };
    const ORDERS: &'static [Order] = &[
        Order::falling("issue_date", &[Key::Int("issue_key")]),
        Order::rising("due_date", &[Key::Int("due_key")]),
        BY_UPDATE,
        Order::falling("total", &[Key::Int("total")]),
        Order::falling("balance", &[Key::Int("balance")]),
        Order::rising("number", &[Key::Int("number_key")]),
    ];
    const SUMMARY: &'static [&'static str] = &[
        "number",
        "status",
        "customer_id",
        "customer_name",
        "issue_date",
        "due_date",
        "total",
        "balance",
        "job_id",
        "po_number",
    ];
    const Q: Q = Q::Substring(&[
        "('inv-' || CAST(number AS TEXT))",
        "po_number_key",
        // Found once, not for each invoice.
        "customer_id IN (SELECT c.id FROM customers c WHERE c.tenant_id = $1 AND c.name_key {})",
    ]);
    const MOVES: &'static [(&'static str, &'static str, By)] = state::MOVES;
    const SOURCES: &'static [(&'static str, Family)] =
        &[("from_job_id", Family::Jobs), ("from_quote_id", Family::Quotes)];
    const REFERENCES: &'static [Reference] = &[
        named::CUSTOMER,
        named::LOCATION,
        named::FROM_JOB,
        named::FROM_QUOTE,
        named::DEFAULT_RATE,
        named::ITEM,
        named::RATE,
    ];
    const ABOUT: About = About {
        list: "Use it for what is owed, overdue or was billed; q finds number, PO number and customer. Void ones are hidden.",
        get: "Use it for lines, tax, payments and balance.",
        create: "Use it to bill a done job, an accepted quote, or lines. It gets its number when it is sent.",
        update: "Use it to send, or to record payments (status paid, payment_ops; Zoop moves no money). After draft only due_date, texts, payments and status change; it never becomes a draft again.",
        retire: "Use it for one that was wrong: it keeps its number and stays in the books, its job can be billed again. Refund payments first. Cannot be undone.",
    };

    async fn create(mut draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        let asked = state::asked(draft.status.0, None)?;
        priced::check_currency(tx, draft.currency.as_ref())?;
        let source = match draft.period.take() {
            Some(period) => period.into(),
            None => Source::find(tx, draft.from_job_id.take(), draft.from_quote_id.take()).await?,
        };
        let own = (source.customer_id.as_ref(), source.location_id.as_ref());
        let (customer, place) =
            source::place(tx, own, draft.customer_id.take(), draft.location_id.take()).await?;
        let payer = Payer::find(tx, Some(&customer), place.location_id.as_deref()).await?;
        let default = match (std::mem::take(&mut draft.default_tax_rate_id), source.default_tax_rate_id) {
            (Patch::Absent, Some(theirs)) => Some(theirs),
            (own, _) => priced::new_default(tx, own, &payer).await?,
        };
        let rounding = source.tax_rounding.unwrap_or_else(|| tx.tenant().tax_rounding.clone());
        let mut terms = draft.terms_of(&payer, default.clone(), &rounding);
        terms.discount = terms.discount.or(source.discount);
        let items = match draft.line_items.0.take() {
            None => source.lines,
            items => priced::new_lines(items),
        };
        let priced = priced::price(tx, LINES, items, &terms).await?;
        let mut ledger = Ledger::default();
        if asked == Some(Status::Paid) {
            ledger.settle(priced.total, &Recording::of(tx))?;
        }
        let issued = match asked {
            None | Some(Status::Draft) => None,
            Some(_) => Some(state::issued(&customer, tx).await?),
        };
        let given = Given {
            customer_id: customer.clone(),
            location_id: place.location_id,
            default_tax_rate_id: default,
            currency: tx.tenant().currency.clone(),
            rounding,
            dates: Dates::new(draft.issue_date.take(), draft.due_date.take(), &payer, tx),
            po_number: source.po_number,
            source: source.columns,
            issued,
            priced,
            ledger,
        };
        let (write, owed) = draft.compose(given);
        let mut write = write.then(customers::owing(tx, &customer, owed).await?).then(source.then);
        for warning in source.warnings {
            write = write.warn(warning, []);
        }
        Ok(write)
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let from = row.status();
        let asked = state::asked(change.status.0, Some((&row.meta.id, from)))?;
        if from == Status::Draft && asked == Some(Status::Paid) {
            state::check(from, from, asked).map_err(|error| state::send_first(error, row))?;
        }
        let content = change.content();
        if from != Status::Draft && !content.is_empty() {
            let then = "Void it (invoices.void) and create a new one.";
            return Err(priced::locked_after_draft::<Invoices>(from.as_str(), &content, then));
        }
        let (mut columns, lines, customer, total) = match from {
            Status::Draft => redrafted(row, &change, tx).await?,
            _ => (reissued(row, &change, tx).await?, None, row.customer_id.clone(), row.total),
        };
        columns = columns
            .patch("message", change.message, |text| text.0)
            .patch("terms", change.terms, |text| text.0)
            .patch("po_number_key", change.po_number.clone(), |text| sort_key(&text.0))
            .patch("po_number", change.po_number, |text| text.0)
            .patch("notes", change.notes, |text| text.0);
        let mut status = from;
        if from == Status::Draft && asked == Some(Status::Sent) {
            columns = columns.and(state::issued(&customer, tx).await?);
            status = Status::Sent;
        }
        let mut ledger = Ledger::load(tx, &row.meta.id).await?;
        if let Some(ops) = change.payment_ops.0.filter(|ops| !ops.is_empty()) {
            if !matches!(status, Status::Sent | Status::Paid) {
                state::check(status, status, Some(Status::Paid))
                    .map_err(|error| state::send_first(error, row))?;
            }
            ledger.apply(ops, total, &Recording::of(tx))?;
        }
        if matches!(status, Status::Sent | Status::Paid) {
            if asked == Some(Status::Paid) {
                ledger.settle(total, &Recording::of(tx))?;
            }
            status = state::by_balance(ledger.balance(total));
        }
        state::check(from, status, asked)?;
        if status != Status::Void {
            columns = columns.and(ledger.columns(total));
        }
        let before = state::owed(from, row.balance);
        let owing = state::owed(status, ledger.balance(total)) - before;
        Ok(Write::new(columns.put("status", status.as_str()))
            .with_children(lines)
            .with_children(Some(ledger.children()))
            .then(customers::owing(tx, &customer, owing).await?))
    }

    async fn retire(row: &Stored<Row>, how: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.status() == Status::Void {
            return Ok(Retired::Already);
        }
        state::check_void(row, Ledger::load(tx, &row.meta.id).await?.refundable())?;
        let columns = how.columns(tx.now(), json!(tx.actor()));
        let owing = -state::owed(row.status(), row.balance);
        let mut write = Write::new(columns).then(customers::owing(tx, &row.customer_id, owing).await?);
        if let Some(job) = &row.job_id {
            write = write.then([jobs::billed(tx, job, false).await?]);
        }
        Ok(Retired::Changed(write))
    }

    fn hide_by_default(filter: &Filter, include_archived: bool, to: &mut Where) {
        if filter.status.is_none() && !include_archived {
            to.and("status <> 'void'", []);
        }
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        let today = || Bind::from(day_key(day_in(&tx.tenant().time_zone, tx.now())));
        match filter.status {
            None => {}
            Some(Status::Overdue) => to.and(OVERDUE, [today()]),
            Some(Status::Sent) => to.and(&format!("status = 'sent' AND NOT {OVERDUE}"), [today()]),
            Some(status) => to.and("status = ?", [status.as_str().into()]),
        }
        match filter.overdue {
            None => {}
            Some(true) => to.and(OVERDUE, [today()]),
            Some(false) => to.and(&format!("NOT {OVERDUE}"), [today()]),
        }
        to.and_if("customer_id = ?", filter.customer_id);
        to.and_if("job_id = ?", filter.job_id);
        to.and_if("quote_id = ?", filter.quote_id);
        to.and_if("plan_id = ?", filter.plan_id);
        to.and_if("issue_key >= ?", filter.issued_from.map(|date| day_key(date.day())));
        to.and_if("issue_key <= ?", filter.issued_to.map(|date| day_key(date.day())));
        to.and_if("due_key >= ?", filter.due_from.map(|date| day_key(date.day())));
        to.and_if("due_key <= ?", filter.due_to.map(|date| day_key(date.day())));
        to.and_if("total >= ?", filter.amount_min.map(|amount| amount.0));
        to.and_if("total <= ?", filter.amount_max.map(|amount| amount.0));
        to.and_if("number = ?", filter.number);
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

/// A draft after a patch: its columns, lines, customer and total.
async fn redrafted(
    row: &Stored<Row>,
    change: &Change,
    tx: &mut TenantTx,
) -> Result<(Columns, Option<Children>, String, i64)> {
    let draft = priced::Draft {
        id: &row.meta.id,
        customer_id: &row.customer_id,
        location_id: row.location_id.as_ref(),
        default_tax_rate_id: row.default_tax_rate_id.as_ref(),
        discount: (row.discount_type.as_deref(), row.discount_value),
        tax_rounding: &row.tax_rounding,
    };
    let patch = priced::Redraft {
        customer_id: change.customer_id.0.clone(),
        location_id: change.location_id.clone(),
        line_items: change.line_items.0.clone(),
        line_item_ops: change.line_item_ops.0.clone(),
        discount: change.discount.clone(),
        default_tax_rate_id: change.default_tax_rate_id.clone(),
        currency: change.currency.0.clone(),
    };
    let draft = priced::redraft::<Invoices, _>(tx, LINES, draft, patch).await?;
    let dates = Dates::of_draft(row, change.issue_date.clone(), change.due_date.clone(), &draft.payer, tx);
    Ok((draft.columns.and(dates.columns()), Some(draft.lines), draft.customer_id, draft.total))
}

/// What a patch changes of when an issued invoice is due.
async fn reissued(row: &Stored<Row>, change: &Change, tx: &mut TenantTx) -> Result<Columns> {
    if change.due_date.is_absent() {
        return Ok(Columns::default());
    }
    let payer = Payer::find(tx, Some(&row.customer_id), row.location_id.as_deref()).await?;
    Ok(Dates::of_issued(row, change.due_date.clone(), &payer).columns())
}
