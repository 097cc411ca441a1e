//! The invoices of plans: a worker makes a draft for each billing date, once, when its day has come. What was missed is
//! made up for.

use chrono::NaiveDate;
use shared::tenant_tx::TenantTx;

use super::{
    LINES, Plans, Row,
    billing::{Billing, today, zone},
};
use crate::{
    entities::invoices::Period,
    entity::Stored,
    error::Result,
    lines::{self, LineItem},
    store::{self, Step, Write, Written, set_due},
    verbs,
};

/// As the table `due` names this work.
pub const DUE: &str = "plans";

/// At most so many invoices in one transaction of a worker: each has up to 300 lines.
const BATCH: usize = 5;

/// Says when a worker looks at the plan: when the day has begun in the account's zone on which the invoice for this
/// billing date is made.
pub async fn keep(tx: &mut TenantTx, id: &str, billing: &Billing, next: Option<NaiveDate>) -> Result<()> {
    let at = next.map(|date| billing.runs_at(date, zone(tx)));
    set_due(tx, DUE, id, at).await
}

/// Bills what is due, some periods at a time. The row of the tenant is held, so nobody else is at it; and were it not,
/// (plan, period) is unique among invoices.
pub async fn bill(tx: &mut TenantTx, id: &str) -> Result<Vec<Written>> {
    let row = store::fetch_any::<Plans>(tx, id).await?;
    let billing = Billing::of(&row);
    let today = today(tx);
    let periods = billing.periods(zone(tx))?;
    let later = |date: &NaiveDate| date.succ_opt().and_then(|day| periods.next_on_or_after(day));
    let mut dates = std::iter::successors(row.next_bill_on, later).peekable();
    let mut due = Vec::new();
    while due.len() < BATCH
        && let Some(date) = dates.next_if(|&date| billing.run_on(date) <= today)
    {
        due.push(date);
    }
    let next = dates.next();
    keep(tx, id, &billing, next).await?;
    let Some(&last) = due.last() else { return Ok(vec![]) };
    let lines = lines::load(tx, LINES, id).await?;
    let lines: Vec<LineItem> = lines.into_iter().map(|(_, line)| line).collect();
    let mut steps: Vec<Step> = due.iter().map(|&date| period(&row, date, lines.clone()).bill()).collect();
    let runs = row.runs + i64::try_from(due.len()).unwrap_or(0);
    let columns = billing.run_columns(runs, last, next, today);
    steps.push(verbs::alter::<Plans>(id, Write::new(columns)));
    verbs::run(steps, tx).await
}

fn period(row: &Stored<Row>, on: NaiveDate, lines: Vec<LineItem>) -> Period {
    Period {
        plan_id: row.meta.id.clone(),
        on,
        customer_id: row.customer_id.clone(),
        lines,
        default_tax_rate_id: row.default_tax_rate_id.clone(),
        tax_rounding: row.tax_rounding.clone(),
    }
}
