//! Notes: what people write down about a customer and their file, a piece of work or a document, or about nothing in
//! particular.

mod record;
mod subject;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::{role::Role, scope::Family, tenant_tx::TenantTx};

pub use record::{Record, Row};
use subject::SubjectFilter;
pub use subject::{SubjectType, about, standalone};

use super::team;
use crate::{
    entity::{
        About, Actors, BY_CREATION, BY_UPDATE, Entity, Fifth, Key, Needs, Order, Q, Retired, Stored, Wanted,
    },
    error::{Error, Result},
    fields::{Body, Set, When, zone_named},
    search::sort_key,
    store::{Columns, Where, Write},
};

/// A new note.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    body: Body,
    /// With subject_id; neither for a standalone note.
    #[serde(default)]
    subject_type: Option<SubjectType>,
    /// What the note is about; fixed for good.
    #[serde(default)]
    subject_id: Option<String>,
    /// On top of the list.
    #[serde(default)]
    pinned: Set<bool>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default)]
    body: Set<Body>,
    /// On top of the list.
    #[serde(default)]
    pinned: Set<bool>,
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    subject_type: Option<SubjectFilter>,
    subject_id: Option<String>,
    /// On top of the list.
    pinned: Option<bool>,
    /// Written by this member.
    author_id: Option<String>,
    /// Written from this time or day on.
    from: Option<When>,
    /// Written up to and with this time or day.
    to: Option<When>,
}

/// Nothing beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {}

/// The entity.
pub struct Notes;

impl Entity for Notes {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "notes";
    const NOUN: &'static str = "note";
    const NOUNS: &'static str = "notes";
    const PREFIX: &'static str = "note";
    const FAMILY: Family = Family::Notes;
    const TABLE: &'static str = "notes";
    const SHOWN_AS: &'static str = "body";
    const COLUMNS: &'static str = Row::COLUMNS;
    const FIFTH: Fifth = Fifth::Archive;
    const ACTORS: Actors = Actors { create: Needs::User, update: Needs::User, retire: Needs::User };
    const ORDERS: &'static [Order] =
        &[BY_CREATION, Order::falling("pinned", &[Key::Int("pinned"), Key::Time("created_at")]), BY_UPDATE];
    const SUMMARY: &'static [&'static str] =
        &["body", "subject_type", "subject_id", "subject_name", "pinned", "author"];
    const Q: Q = Q::Substring(&["body_key"]);
    const REACH: Option<&'static str> = Some(
        "EXISTS (SELECT 1 FROM job_assignees a WHERE a.tenant_id = notes.tenant_id AND a.job_id = notes.job_id AND a.user_id = ?)",
    );
    const ABOUT: About = About {
        list: "Use it for what was written about a customer or a job; q looks into the bodies.",
        get: "Use it to read the whole body.",
        create: "Use it for what the next person must know; you are its author. Without a subject it stands alone.",
        update: "Use it to correct or pin; its author's or an owner's alone. The subject stays; archived false restores.",
        retire: "Use it for what no longer holds; its author's or an owner's alone. Undo with notes.update archived false.",
    };

    fn meant(name: &str, value: &Value, _: &Map<String, Value>) -> Option<Map<String, Value>> {
        let kind = SubjectType::of_id_field(name)?;
        let subject = [("subject_type", kind.as_str().into()), ("subject_id", value.clone())];
        Some(subject.into_iter().map(|(field, value)| (field.to_owned(), value)).collect())
    }

    async fn create(draft: Draft, _: &str, tx: &mut TenantTx) -> Result<Write> {
        let subject = subject::find(tx, draft.subject_type, draft.subject_id.clone()).await?;
        let author = tx.permit().caller().user_id().map(str::to_owned);
        Ok(draft.compose(subject, author))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        refuse_strangers(row, tx).await?;
        let mut columns = Columns::default().set("pinned", change.pinned, i64::from);
        if let Some(body) = change.body.0.filter(|body| body.0 != row.body) {
            columns =
                columns.put("body_key", sort_key(&body.0)).put("body", body.0).put("edited_at", tx.now());
        }
        Ok(Write::new(columns))
    }

    async fn retire(row: &Stored<Row>, _: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.archived_at.is_some() {
            return Ok(Retired::Already);
        }
        refuse_strangers(row, tx).await?;
        Ok(Retired::columns(Columns::default().put("archived_at", tx.now())))
    }

    fn narrow(filter: Filter, tx: &TenantTx, to: &mut Where) -> Result<()> {
        let zone = zone_named(&tx.tenant().time_zone).unwrap_or(chrono_tz::Tz::UTC);
        to.and_if("subject_type = ?", filter.subject_type.map(|kind| kind.as_str()));
        to.and_if("pinned = ?", filter.pinned.map(i64::from));
        to.and_if("author_id = ?", filter.author_id);
        to.and_if("created_at >= ?", filter.from.map(|from| from.in_zone(zone)));
        to.and_if("created_at <= ?", filter.to.map(|to| to.end_in_zone(zone)));
        if let Some(id) = filter.subject_id {
            subject::narrow(id, to);
        }
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
        record::present(rows, wanted, tx).await
    }
}

impl Draft {
    /// The row of a new note about this subject.
    pub fn compose(self, subject: Columns, author: Option<String>) -> Write {
        Write::new(
            subject
                .put("body_key", sort_key(&self.body.0))
                .put("body", self.body.0)
                .put("pinned", i64::from(self.pinned.0.unwrap_or(false)))
                .put("author_id", author),
        )
    }
}

/// What somebody wrote is theirs to change, and an owner's.
async fn refuse_strangers(row: &Stored<Row>, tx: &mut TenantTx) -> Result<()> {
    let caller = tx.permit().caller();
    let own = row.author_id.is_some() && row.author_id.as_deref() == caller.user_id();
    if own || caller.role == Some(Role::Owner) {
        return Ok(());
    }
    let author: Vec<&str> = row.author_id.as_deref().into_iter().collect();
    let name = team::names(tx, &author).await?.into_values().next();
    let message = format!(
        "The note is by {}; only its author or an owner of the account changes it. Write one of your own with notes.create.",
        name.as_deref().unwrap_or("somebody else")
    );
    Err(Error::conflict("not_author", message))
}
