//! A new series' row, once everything is looked up: for `create`, and for seeding thousands.

use chrono::{Duration, NaiveDate};
use shared::db::Bind;

use super::{ASSIGNEES, Draft, LINES, Rhythm, Status};
use crate::{
    entities::{
        jobs::{Priority, Template},
        place::Payer,
    },
    lines::{self, LineItem, Terms},
    search::sort_key,
    store::{Children, Columns, Write},
};

/// What a new series' row takes beside its draft, once it has been looked up.
pub struct Given {
    /// When it happens.
    pub rhythm: Rhythm,
    /// Whose it is.
    pub customer_id: Option<String>,
    /// Where its jobs are done.
    pub location_id: Option<String>,
    /// Who does them.
    pub assignee_ids: Vec<String>,
    /// Where tax is rounded.
    pub rounding: String,
    /// What one job costs.
    pub priced: Priced,
}

/// What one job of the series costs, and the lines that each gets.
pub struct Priced {
    pub(super) columns: Columns,
    pub(super) lines: Children,
    pub(super) items: Vec<LineItem>,
}

impl Priced {
    /// What is written of lines that are reckoned.
    pub fn of(priced: lines::Priced, flat_price: Option<i64>) -> Self {
        Self {
            columns: priced.columns().put("flat_price", flat_price),
            lines: priced.children(LINES),
            items: priced.lines.into_iter().map(|line| line.item).collect(),
        }
    }
}

/// What a job of a series is reckoned from, beside its lines.
pub fn terms(payer: Payer, flat_price: Option<i64>, rounding: &str) -> Terms {
    Terms {
        field: "line_items",
        discount: None,
        rounding: lines::rounding_named(rounding),
        flat_price,
        tax_exempt: payer.tax_exempt,
        default_tax_rate_id: payer.default_tax_rate_id,
    }
}

impl Draft {
    /// The row of a new series, all but when it happens next; and what its jobs are made of.
    pub fn compose(self, given: Given) -> (Write, Template) {
        let Given { rhythm, customer_id, location_id, assignee_ids, rounding, priced } = given;
        let minutes = self.duration_minutes.0.unwrap_or(60);
        let template = Template {
            title: self.title,
            description: self.description,
            customer_id,
            location_id,
            assignee_ids,
            line_items: priced.items,
            flat_price: self.flat_price,
            job_type: self.job_type,
            priority: self.priority.0.unwrap_or(Priority::Normal),
            zone: rhythm.zone(),
            duration: Duration::minutes(minutes),
        };
        let columns = columns(&template, minutes)
            .and(rhythm.columns())
            .and(priced.columns)
            .put("tax_rounding", rounding)
            .put("status", Status::Active.as_str());
        let write = Write::new(columns)
            .with_children(Some(priced.lines))
            .with_children(Some(assigned(&template.assignee_ids)));
        (write, template)
    }
}

/// The columns of what the jobs are made of, their price and lines apart.
pub(super) fn columns(template: &Template, minutes: i64) -> Columns {
    Columns::default()
        .put("title", &template.title.0)
        .put("title_key", sort_key(&template.title.0))
        .put("description", template.description.as_ref().map(|text| text.0.clone()))
        .put("customer_id", template.customer_id.clone())
        .put("location_id", template.location_id.clone())
        .put("job_type", template.job_type.as_ref().map(|text| text.0.clone()))
        .put("priority", template.priority.as_str())
        .put("duration_minutes", minutes)
}

/// Who does the jobs.
pub(super) fn assigned(users: &[String]) -> Children {
    let rows = users.iter().map(|user| Columns::default().put("user_id", Bind::from(user))).collect();
    Children { table: ASSIGNEES.table, owner: ASSIGNEES.owner, rows }
}

/// What ending sets.
pub fn ended(last: NaiveDate) -> Columns {
    Columns::default().put("status", Status::Ended.as_str()).put("ended_on", last)
}
