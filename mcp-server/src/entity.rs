//! The shape that every entity has. One file under `entities/` declares one; tools, schemas, scopes, docs and the
//! verbs' behaviour derive from it.

mod declared;
mod stored;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use shared::{db::Row, scope::Family, tenant_tx::TenantTx};

use crate::{
    error::{Error, Issue, Result},
    references,
    store::{Where, Write},
};

pub use declared::{
    About, Actors, BY_CREATION, BY_UPDATE, By, Fifth, First, Key, Link, Needs, Order, Q, SearchText,
};
pub use stored::{Meta, Retired, Stored, Wanted};

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
