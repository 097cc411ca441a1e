//! The shape that every entity has. One file under `entities/` declares one; tools, schemas, scopes, docs and the
//! verbs' behaviour derive from it.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use shared::{caller::Actor, db::Row, role::Role, scope::Family, tenant_tx::TenantTx, timestamp::Timestamp};
use sqlx::FromRow;

use crate::{
    error::{Error, Issue, Result},
    references,
    store::{Columns, Where, Write},
};

/// One of the thirteen entities.
pub trait Entity: Sized + Send + Sync + 'static {
    /// What the statements read: the own columns of [`Entity::TABLE`].
    type Row: Row + Sync;
    /// What is answered, beside what every record has.
    type Record: Serialize + JsonSchema + Send;
    /// The fields of `create`.
    type Draft: DeserializeOwned + JsonSchema + Send + 'static;
    /// The fields of `update`: a partial patch.
    type Change: DeserializeOwned + JsonSchema + Send + 'static;
    /// The filters of `list` beyond the common ones.
    type Filter: DeserializeOwned + JsonSchema + Send + 'static;
    /// What the fifth verb takes beside the id.
    type Retire: DeserializeOwned + JsonSchema + Send + 'static;

    /// The tool prefix, e.g. `job_series`.
    const NAME: &'static str;
    /// In a sentence: `customer`, `job series`.
    const NOUN: &'static str;
    /// In a sentence, of several.
    const NOUNS: &'static str;
    /// The prefix of its ids.
    const PREFIX: &'static str;
    /// The scope family.
    const FAMILY: Family;
    /// Its table, which is also its name for external references and the search index.
    const TABLE: &'static str;
    /// What people call a record, from its columns: the name that others show beside its id.
    const SHOWN_AS: &'static str = "name";
    /// The columns of [`Entity::Row`].
    const COLUMNS: &'static str;
    /// How the first verb is called.
    const FIRST: First = First::List;
    /// How the fifth verb is called.
    const FIFTH: Fifth;
    /// Who may create, update and retire.
    const ACTORS: Actors = Actors { create: Needs::Any, update: Needs::Any, retire: Needs::Any };
    /// The orders of a list, the default first.
    const ORDERS: &'static [Order];
    /// The own fields that a summary shows.
    const SUMMARY: &'static [&'static str];
    /// What `q` looks through.
    const Q: Q;
    /// The table that links records to tags, and its column for the record.
    const TAGS: Option<Link> = None;
    /// Rows to list when a list takes no limit.
    const PAGE: i64 = 25;
    /// Whether a list can also be asked for by page number.
    const NUMBERED_PAGES: bool = false;
    /// Whether a list without arguments is the whole list, however long.
    const UNPAGED: bool = false;
    /// Whether records say who made and who changed them.
    const SIGNED: bool = true;
    /// Whether `update {archived: false}` brings an archived record back.
    const RESTORABLE: bool = matches!(Self::FIFTH, Fifth::Archive);
    /// A condition that holds for rows within a technician's reach; `?` is the user. None: all are.
    const REACH: Option<&'static str> = None;
    /// Every move between states that is possible at all, and by what.
    const MOVES: &'static [(&'static str, &'static str, By)] = &[];
    /// Own fields that follow from other records or from time, beside the names that stand next to ids: when they move,
    /// neither the version nor updated_at does, so an incremental sync does not hear of it.
    const DERIVED: &'static [&'static str] = &[];
    /// Fields that Zoop sets, or that are set once and for all: what a call is told that sends one to a tool which does
    /// not take it, where there is more to say than that it is read-only.
    const FIXED: &'static [(&'static str, &'static str)] = &[];
    /// The fields of `create` that name a record of another family to be made into this one: who calls must be able to
    /// read that too.
    const SOURCES: &'static [(&'static str, Family)] = &[];
    /// The fields that name other records, wherever they stand in a call's arguments. What a write refuses first is for
    /// `create` and `change` to say; by these the refusal tells of all that name nothing. Tags are known anyway.
    const REFERENCES: &'static [(&'static str, references::Kind)] = &[];
    /// What there is to know beyond the schema, for the tools' descriptions: create, update, fifth.
    const ABOUT: About;

    /// The row to write for a new record.
    fn create(draft: Self::Draft, id: &str, tx: &mut TenantTx) -> impl Future<Output = Result<Write>> + Send;

    /// What a patch changes in a row.
    fn change(
        row: &Stored<Self::Row>,
        change: Self::Change,
        tx: &mut TenantTx,
    ) -> impl Future<Output = Result<Write>> + Send;

    /// What a patch with `archived: false` changes in a row, which is archived or in use already. That it is no longer
    /// archived is written anyway; this is for those who come back to something, or who may find their place taken.
    fn restore(
        row: &Stored<Self::Row>,
        change: Self::Change,
        tx: &mut TenantTx,
    ) -> impl Future<Output = Result<Write>> + Send {
        Self::change(row, change, tx)
    }

    /// What the fifth verb does to a row.
    fn retire(
        row: &Stored<Self::Row>,
        how: Self::Retire,
        tx: &mut TenantTx,
    ) -> impl Future<Output = Result<Retired>> + Send;

    /// Narrows a list. The tenant and the common filters are in it already.
    fn narrow(filter: Self::Filter, tx: &TenantTx, to: &mut Where) -> Result<()>;

    /// What these arguments name of other records that is not there.
    fn misnamed(
        args: &Map<String, Value>,
        tx: &mut TenantTx,
    ) -> impl Future<Output = Result<Vec<Issue>>> + Send {
        references::misnamed::<Self>(args, tx)
    }

    /// What a field stands for that no tool takes, where only the entity can tell: fields and their values.
    fn meant(_name: &str, _value: &Value, _args: &Map<String, Value>) -> Option<Map<String, Value>> {
        None
    }

    /// Which rows a list shows when nothing is said of archived ones.
    fn hide_by_default(_filter: &Self::Filter, include_archived: bool, to: &mut Where) {
        if !include_archived && Self::FIFTH == Fifth::Archive {
            to.and("archived_at IS NULL", []);
        }
    }

    /// The answers for a whole page at once, so that no page makes a query for each row.
    fn present(
        rows: &[Stored<Self::Row>],
        wanted: &Wanted,
        tx: &mut TenantTx,
    ) -> impl Future<Output = Result<Vec<Self::Record>>> + Send;

    /// What a list says beside its items.
    fn beside_list(
        _tx: &mut TenantTx,
    ) -> impl Future<Output = Result<serde_json::Map<String, serde_json::Value>>> + Send {
        async { Ok(serde_json::Map::new()) }
    }

    /// What the search index knows of a row; none for entities that are not in it.
    fn search_text(_row: &Self::Row, _tx: &TenantTx) -> Option<SearchText> {
        None
    }
}

/// The first verb: to look through the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// `list`
    List,
    /// `search`, for customers.
    Search,
}

impl First {
    /// The verb in the tool's name.
    pub fn as_str(self) -> &'static str {
        match self {
            First::List => "list",
            First::Search => "search",
        }
    }
}

/// The fifth verb: to take a record out of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fifth {
    Archive,
    Delete,
    Cancel,
    End,
    Void,
}

impl Fifth {
    /// The verb in the tool's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Fifth::Archive => "archive",
            Fifth::Delete => "delete",
            Fifth::Cancel => "cancel",
            Fifth::End => "end",
            Fifth::Void => "void",
        }
    }
}

/// Who may call a tool, beside what scopes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Any caller with the scope.
    Any,
    /// A person: a user key or an OAuth token (marked U).
    User,
    /// A person whose role is owner.
    Owner,
}

impl Needs {
    /// Whether this caller will do.
    pub fn met_by(self, user: Option<&str>, role: Option<Role>) -> bool {
        match self {
            Needs::Any => true,
            Needs::User => user.is_some(),
            Needs::Owner => user.is_some() && role == Some(Role::Owner),
        }
    }
}

/// Who may create, update and retire.
#[derive(Clone, Copy, Debug)]
pub struct Actors {
    pub create: Needs,
    pub update: Needs,
    pub retire: Needs,
}

/// What moves a record from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `update`.
    Patch,
    /// The fifth verb.
    Fifth,
    /// Nobody: time, which workers follow.
    Time,
}

/// What a list's `q` looks through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Q {
    /// The search index: whole words over prefixes.
    Index,
    /// Folded columns, anywhere in one of them; a condition says by `{}` where its column is looked through.
    Substring(&'static [&'static str]),
}

/// A table of links between records.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The table.
    pub table: &'static str,
    /// Its column for the record.
    pub owner: &'static str,
}

/// An order of a list. `name` goes by rising keys, `-name` by falling ones; the id breaks ties.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Its name in `sort`.
    pub name: &'static str,
    /// Its key columns; none of them is ever null.
    pub keys: &'static [Key],
    /// Whether, as the default, it goes by falling keys.
    pub falling: bool,
}

/// A key column, and how its values travel in a cursor.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Int(&'static str),
    Text(&'static str),
    Time(&'static str),
}

impl Key {
    /// The column.
    pub fn column(self) -> &'static str {
        match self {
            Key::Int(column) | Key::Text(column) | Key::Time(column) => column,
        }
    }
}

impl Order {
    /// An order by rising keys.
    pub const fn rising(name: &'static str, keys: &'static [Key]) -> Self {
        Self { name, keys, falling: false }
    }

    /// An order whose default is by falling keys.
    pub const fn falling(name: &'static str, keys: &'static [Key]) -> Self {
        Self { name, keys, falling: true }
    }
}

/// By the last change: the order of incremental sync.
pub const BY_UPDATE: Order = Order::falling("updated_at", &[Key::Time("updated_at")]);
/// By creation.
pub const BY_CREATION: Order = Order::falling("created_at", &[Key::Time("created_at")]);

/// What a tool's description adds to what its verb says anyway.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// When to use the entity's first verb.
    pub list: &'static str,
    /// What get adds.
    pub get: &'static str,
    /// What create does beside creating.
    pub create: &'static str,
    /// What update does beside patching.
    pub update: &'static str,
    /// What the fifth verb does, and whether it can be undone.
    pub retire: &'static str,
}

/// What the search index knows of a record.
#[derive(PartialEq, Eq)]
pub struct SearchText {
    /// Texts, to be cut into words.
    pub texts: Vec<String>,
    /// Tokens as they are, e.g. a phone number's digits.
    pub tokens: Vec<String>,
}

/// A row with what every record has.
pub struct Stored<R> {
    /// The entity's own columns.
    pub own: R,
    /// The common ones.
    pub meta: Meta,
}

impl<R> std::ops::Deref for Stored<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.own
    }
}

/// What every record has.
#[derive(Clone, Debug, FromRow)]
pub struct Meta {
    pub id: String,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub created_by: sqlx::types::Json<Actor>,
    pub updated_by: sqlx::types::Json<Actor>,
    pub custom_fields: sqlx::types::Json<serde_json::Map<String, serde_json::Value>>,
}

impl Meta {
    /// The columns that it is read from.
    pub const COLUMNS: &'static str =
        "id, version, created_at, updated_at, created_by, updated_by, custom_fields";
}

impl<'r, R, DB> FromRow<'r, DB> for Stored<R>
where
    DB: sqlx::Row,
    R: FromRow<'r, DB>,
    Meta: FromRow<'r, DB>,
{
    fn from_row(row: &'r DB) -> std::result::Result<Self, sqlx::Error> {
        Ok(Self { own: R::from_row(row)?, meta: Meta::from_row(row)? })
    }
}

/// What the fifth verb comes to.
pub enum Retired {
    /// The record is in that state already: it is answered as it is.
    Already,
    /// These columns change.
    Changed(Write),
    /// The row goes; a tombstone stays. The write has no columns: it says what stands beside, and who else changes.
    Deleted(Write),
}

impl Retired {
    /// Only these columns change.
    pub fn columns(columns: Columns) -> Self {
        Self::Changed(Write::new(columns))
    }
}

/// Which fields of a record are wanted: a page fetches nothing for the others.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// All.
    Full,
    /// These, and the id.
    Only(HashSet<String>),
}

impl Wanted {
    /// Whether this field is.
    pub fn has(&self, field: &str) -> bool {
        match self {
            Wanted::Full => true,
            Wanted::Only(fields) => field == "id" || fields.contains(field),
        }
    }
}

/// The conflict of a move that the entity does not know, with the states that it could move to.
pub fn illegal_move<E: Entity>(from: &str, to: &str) -> Error {
    let allowed: Vec<&str> =
        E::MOVES.iter().filter(|(start, _, _)| *start == from).map(|(_, end, _)| *end).collect();
    let then = match allowed.as_slice() {
        [] => "That state is final.".to_owned(),
        some => format!("From there it can become {}.", some.join(" or ")),
    };
    Error::conflict("illegal_transition", format!("The {} is {from}; it cannot become {to}. {then}", E::NOUN))
        .with("from", from)
        .with("to", to)
        .with("allowed", allowed)
}

/// Whether a patch may move a record so.
pub fn patch_moves<E: Entity>(from: &str, to: &str) -> bool {
    from == to || E::MOVES.contains(&(from, to, By::Patch))
}
