//! Quotes: what work would cost, and what the customer said to it.

mod compose;
mod input;
mod offer;
mod record;
mod state;

use shared::{scope::Family, tenant_tx::TenantTx};

pub use compose::Given;
pub use input::{Change, Draft, Filter, Retire, Status};
pub use offer::Offer;
pub use record::{Record, Row};
pub use state::moved;

use super::{
    place::{Payer, Place},
    priced,
};
use crate::{
    entities::named::{self, Reference},
    entity::{
        About, Actors, BY_CREATION, BY_UPDATE, By, Entity, Fifth, Key, Link, Needs, Order, Q, Retired,
        Stored, Wanted,
    },
    error::Result,
    fields::{NO_DAY, Patch, day_in, day_key},
    search::sort_key,
    store::{Columns, Where, Write},
};

/// Where a quote's lines are.
pub const LINES: Link = Link { table: "quote_lines", owner: "quote_id" };

/// The counter that numbers quotes, and where it begins.
pub const NUMBERS: &str = "quotes";
/// See [`NUMBERS`].
pub const FIRST_NUMBER: i64 = 1001;

/// The entity.
pub struct Quotes;

impl Entity for Quotes {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "quotes";
    const NOUN: &'static str = "quote";
    const NOUNS: &'static str = "quotes";
    const PREFIX: &'static str = "quo";
    const FAMILY: Family = Family::Quotes;
    const TABLE: &'static str = "quotes";
    const SHOWN_AS: &'static str = "title";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Archive;
    const RESTORABLE: bool = false;
    const ACTORS: Actors = Actors { create: Needs::Owner, update: Needs::Owner, retire: Needs::Owner };
    const ORDERS: &'static [Order] = &[
        BY_CREATION,
        BY_UPDATE,
        Order::rising("valid_until", &[Key::Int("valid_key")]),
        Order::falling("total", &[Key::Int("total")]),
        Order::rising("number", &[Key::Int("number")]),
    ];
    const SUMMARY: &'static [&'static str] = &[
        "number",
        "title",
        "status",
        "customer_id",
        "customer_name",
        "total",
        "valid_until",
        "is_expired",
        "job_id",
        "invoice_id",
    ];
    const Q: Q = Q::Substring(&["title_key"]);
    const MOVES: &'static [(&'static str, &'static str, By)] = state::MOVES;
    const DERIVED: &'static [&'static str] = &["is_expired", "job_id", "invoice_id"];
    const REFERENCES: &'static [Reference] =
        &[named::CUSTOMER, named::LOCATION, named::DEFAULT_RATE, named::ITEM, named::RATE];
    const ABOUT: About = About {
        list: "Use it for what is offered and still open, or what was accepted.",
        get: "Use it for lines, totals and what it became.",
        create: "Use it to offer work at a price. Lines may be optional; only selected ones count. An owner's alone.",
        update: "Use it to send, or when the customer has accepted, which is final, or declined. Content changes in draft alone; sent and declined ones can go back to draft. An owner's alone.",
        retire: "Use it for what is over: hides it and keeps its status; an owner's alone. Cannot be undone; create a new quote instead.",
    };

    async fn create(mut draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        priced::check_currency(tx, draft.currency.as_ref())?;
        let place =
            Place::of_new(tx, Some(draft.customer_id.clone()), draft.location_id.take(), None, Self::NOUN)
                .await?;
        let payer = Payer::find(tx, Some(&draft.customer_id), place.location_id.as_deref()).await?;
        let default = priced::new_default(tx, std::mem::take(&mut draft.default_tax_rate_id), &payer).await?;
        let terms = draft.terms_of(&payer, default.clone(), &tx.tenant().tax_rounding);
        let items = priced::new_lines(draft.line_items.0.take());
        let priced = priced::price(tx, LINES, items, &terms).await?;
        let status = draft.status.0.unwrap_or(Status::Draft);
        let reason = draft.decline_reason.take().map_or(Patch::Absent, Patch::Set);
        let given = Given {
            number: tx.next_number(NUMBERS, FIRST_NUMBER).await?,
            location_id: place.location_id,
            default_tax_rate_id: default,
            currency: tx.tenant().currency.clone(),
            rounding: tx.tenant().tax_rounding.clone(),
            state: state::columns(None, status, &draft.customer_id, reason, tx).await?,
            priced,
        };
        Ok(draft.compose(given))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        let status = state::on_change(row, change.status.0, &change.content())?;
        let decline_reason = change.decline_reason.clone();
        if row.status() != Status::Draft && status != Status::Draft {
            return Ok(Write::new(
                state::columns(Some(row), status, &row.customer_id, decline_reason, tx).await?,
            ));
        }
        let draft = priced::Draft {
            id: &row.meta.id,
            customer_id: &row.customer_id,
            location_id: row.location_id.as_ref(),
            default_tax_rate_id: row.default_tax_rate_id.as_ref(),
            discount: (row.discount_type.as_deref(), row.discount_value),
            tax_rounding: &row.tax_rounding,
        };
        let patch = priced::Redraft {
            customer_id: change.customer_id.0,
            location_id: change.location_id,
            line_items: change.line_items.0,
            line_item_ops: change.line_item_ops.0,
            discount: change.discount,
            default_tax_rate_id: change.default_tax_rate_id,
            currency: change.currency.0,
        };
        let redrafted = priced::redraft::<Self, _>(tx, LINES, draft, patch).await?;
        let mut columns = state::columns(Some(row), status, &redrafted.customer_id, decline_reason, tx)
            .await?
            .and(redrafted.columns)
            .patch("valid_until", change.valid_until.clone(), |date| date.day())
            .patch("terms", change.terms, |text| text.0)
            .patch("message", change.message, |text| text.0);
        match &change.valid_until {
            Patch::Absent => {}
            Patch::Null => columns = columns.put("valid_key", NO_DAY),
            Patch::Set(date) => columns = columns.put("valid_key", day_key(date.day())),
        }
        if let Some(title) = change.title.0 {
            columns = columns.put("title_key", sort_key(&title.0)).put("title", title.0);
        }
        Ok(Write::new(columns).with_children(Some(redrafted.lines)))
    }

    async fn retire(row: &Stored<Row>, _: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.archived_at.is_some() {
            return Ok(Retired::Already);
        }
        Ok(Retired::columns(Columns::default().put("archived_at", tx.now())))
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        to.and_if("status = ?", filter.status.map(Status::as_str));
        to.and_if("customer_id = ?", filter.customer_id);
        to.and_if("location_id = ?", filter.location_id);
        to.and_if("total >= ?", filter.amount_min.map(|amount| amount.0));
        to.and_if("total <= ?", filter.amount_max.map(|amount| amount.0));
        if let Some(expired) = filter.is_expired {
            let not = if expired { "" } else { "NOT " };
            let today = day_key(day_in(&tx.tenant().time_zone, tx.now()));
            to.and(&format!("{not}(valid_key < ? AND status IN ('draft', 'sent'))"), [today.into()]);
        }
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}
