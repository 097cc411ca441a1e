//! A note as it is stored and as it is answered.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::subject::SubjectType;
use crate::{
    entities::{
        contacts::Contacts, customers::Customers, invoices::Invoices, job_series::JobSeries, jobs::Jobs,
        locations::Locations, plans::Plans, quotes::Quotes, team,
    },
    entity::{Stored, Wanted},
    error::Result,
    references::Kind,
};

/// A note's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) body: String,
    pub(super) subject_type: String,
    pub(super) customer_id: Option<String>,
    pub(super) contact_id: Option<String>,
    pub(super) location_id: Option<String>,
    pub(super) job_id: Option<String>,
    pub(super) quote_id: Option<String>,
    pub(super) invoice_id: Option<String>,
    pub(super) plan_id: Option<String>,
    pub(super) series_id: Option<String>,
    pub(super) pinned: i64,
    pub(super) author_id: Option<String>,
    pub(super) edited_at: Option<Timestamp>,
    pub(super) archived_at: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "body, subject_type, customer_id, contact_id, location_id, job_id, quote_id, \
        invoice_id, plan_id, series_id, pinned, author_id, edited_at, archived_at";

    fn subject_id(&self) -> Option<&String> {
        let people = [&self.customer_id, &self.contact_id, &self.location_id];
        let work = [&self.job_id, &self.quote_id, &self.invoice_id, &self.plan_id, &self.series_id];
        people.into_iter().chain(work).flatten().next()
    }
}

/// Who wrote a note.
#[derive(Serialize, JsonSchema)]
pub struct Author {
    id: String,
    name: Option<String>,
}

/// A note.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    body: String,
    /// None: it stands alone.
    subject_type: Option<SubjectType>,
    subject_id: Option<String>,
    subject_name: Option<String>,
    pinned: bool,
    author: Option<Author>,
    /// When its body was last changed.
    edited_at: Option<Timestamp>,
    archived_at: Option<Timestamp>,
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let of =
        |pick: fn(&Row) -> Option<&str>| rows.iter().filter_map(|row| pick(&row.own)).collect::<Vec<&str>>();
    let mut subjects: HashMap<String, String> = HashMap::new();
    if wanted.has("subject_name") {
        subjects.extend(Kind::of::<Customers>().names(tx, of(|row| row.customer_id.as_deref())).await?);
        subjects.extend(Kind::of::<Contacts>().names(tx, of(|row| row.contact_id.as_deref())).await?);
        subjects.extend(Kind::of::<Locations>().names(tx, of(|row| row.location_id.as_deref())).await?);
        subjects.extend(Kind::of::<Jobs>().names(tx, of(|row| row.job_id.as_deref())).await?);
        subjects.extend(Kind::of::<Quotes>().names(tx, of(|row| row.quote_id.as_deref())).await?);
        subjects.extend(Kind::of::<Invoices>().names(tx, of(|row| row.invoice_id.as_deref())).await?);
        subjects.extend(Kind::of::<Plans>().names(tx, of(|row| row.plan_id.as_deref())).await?);
        subjects.extend(Kind::of::<JobSeries>().names(tx, of(|row| row.series_id.as_deref())).await?);
    }
    let mut authors = of(|row| row.author_id.as_deref());
    authors.sort_unstable();
    authors.dedup();
    let authors = match wanted.has("author") {
        true => team::names(tx, &authors).await?,
        false => Default::default(),
    };
    let record = |row: &Stored<Row>| {
        let subject_id = row.subject_id();
        Record {
            body: row.body.clone(),
            subject_type: SubjectType::from_word(&row.subject_type),
            subject_name: subject_id.and_then(|id| subjects.get(id).cloned()),
            subject_id: subject_id.cloned(),
            pinned: row.pinned == 1,
            author: row
                .author_id
                .as_ref()
                .map(|id| Author { id: id.clone(), name: authors.get(id).cloned() }),
            edited_at: row.edited_at,
            archived_at: row.archived_at,
        }
    };
    Ok(rows.iter().map(record).collect())
}
