//! What a record names of others: it must be there, within the caller's reach and in use. One check and one text for
//! every entity, and the names that answers show beside ids.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use shared::{db::Bind, permit::Reach, tenant_tx::TenantTx};

use crate::{
    entity::{Entity, Fifth, First, Wanted},
    error::{Error, Issue, Result, shown},
    schema::snake,
    store::{self, Where},
};

/// One kind of records that others name.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// In a sentence.
    pub noun: &'static str,
    /// The prefix of its ids.
    pub prefix: &'static str,
    entity: &'static str,
    first: First,
    table: &'static str,
    name: &'static str,
    /// Whether an archived one can no longer be named.
    in_use: bool,
    within: Within,
}

/// What a technician may name of a kind. Their reach is assigned jobs; naming anything else must tell nothing of it.
#[derive(Clone, Copy, Debug)]
enum Within {
    All,
    None,
    Those(&'static str),
}

/// The tags, which everybody sees who sees what they hang on.
pub const TAG: Kind = Kind {
    noun: "tag",
    prefix: "tag",
    entity: "tags",
    first: First::List,
    table: "tags",
    name: "name",
    in_use: false,
    within: Within::All,
};

/// The tax rates.
pub const TAX_RATE: Kind = Kind {
    noun: "tax rate",
    prefix: "tax",
    entity: "tax_rates",
    first: First::List,
    table: "tax_rates",
    name: "name",
    in_use: true,
    within: Within::All,
};

impl Kind {
    /// The records of an entity.
    pub const fn of<E: Entity>() -> Self {
        Self {
            noun: E::NOUN,
            prefix: E::PREFIX,
            entity: E::NAME,
            first: E::FIRST,
            table: E::TABLE,
            name: E::SHOWN_AS,
            in_use: matches!(E::FIFTH, Fifth::Archive),
            within: match E::REACH {
                Some(condition) => Within::Those(condition),
                None => Within::None,
            },
        }
    }

    /// The same, archived ones too.
    pub const fn or_archived(self) -> Self {
        Self { in_use: false, ..self }
    }

    /// Refuses an id that names nothing. What the record names already may stay: `kept`.
    pub async fn check(
        self,
        tx: &mut TenantTx,
        path: &str,
        id: Option<&str>,
        kept: Option<&str>,
    ) -> Result<()> {
        match id {
            Some(id) if kept != Some(id) && self.known(tx, &[id]).await?.is_empty() => {
                Err(self.none(path, id))
            }
            _ => Ok(()),
        }
    }

    /// Refuses ids of a list that name nothing, all at once.
    pub async fn check_all(
        self,
        tx: &mut TenantTx,
        path: &str,
        ids: &[String],
        kept: &[String],
    ) -> Result<()> {
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        let known = self.known(tx, &all).await?;
        let nothing = |(_, id): &(usize, &String)| !known.contains(id) && !kept.contains(id);
        let issues: Vec<Issue> = (ids.iter().enumerate().filter(nothing))
            .map(|(n, id)| unknown(format!("{path}[{n}]"), self.noun, id, &self.finder()))
            .collect();
        if issues.is_empty() {
            Ok(())
        } else {
            Err(Error::issues(issues).then_call(&self.finder(), json!({})))
        }
    }

    /// The error of a field that names nothing.
    pub fn none(self, path: &str, id: &str) -> Error {
        let error = Error::issues(vec![unknown(path, self.noun, id, &self.finder())]);
        error.then_call(&self.finder(), json!({}))
    }

    /// The names of these records, whoever asks: they stand beside ids that are shown anyway.
    pub async fn names<'a>(
        self,
        tx: &mut TenantTx,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<HashMap<String, String>> {
        store::names(tx, self.table, self.name, &ids.into_iter().collect::<Vec<_>>()).await
    }

    /// The names of these records, where the answer shows this field of theirs.
    pub async fn names_for<'a>(
        self,
        wanted: &Wanted,
        field: &str,
        tx: &mut TenantTx,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<HashMap<String, String>> {
        match wanted.has(field) {
            true => self.names(tx, ids).await,
            false => Ok(HashMap::new()),
        }
    }

    /// Those of the ids that can be named.
    async fn known(self, tx: &mut TenantTx, ids: &[&str]) -> Result<Vec<String>> {
        let mut to = Where::of_table(self.table, tx);
        to.any_of("id", ids.iter().map(|&id| Bind::from(id)));
        if self.in_use {
            to.and("archived_at IS NULL", []);
        }
        if let Reach::AssignedTo(user) = tx.reach() {
            match self.within {
                Within::All => {}
                Within::None => return Ok(vec![]),
                Within::Those(condition) => to.and(condition, [Bind::from(user)]),
            }
        }
        let sql = format!("SELECT id FROM {} WHERE {}", self.table, to.sql());
        let rows: Vec<(String,)> = tx.rows(&sql, to.into_binds()).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The tool that finds one.
    fn finder(self) -> String {
        format!("{}.{}", self.entity, self.first.as_str())
    }
}

/// What the arguments of a write name that is not there, wherever it stands in them.
pub async fn misnamed<E: Entity>(args: &Map<String, Value>, tx: &mut TenantTx) -> Result<Vec<Issue>> {
    let mut issues = Vec::new();
    let tags = E::TAGS.map(|_| ("tag_ids", TAG));
    for (field, kind) in E::REFERENCES.iter().copied().chain(tags) {
        let named = named(args, field);
        if named.is_empty() {
            continue;
        }
        let ids: Vec<&str> = named.iter().map(|(_, id)| *id).collect();
        // An archived one is for the entity to judge: the record may hold it already.
        let known = kind.or_archived().known(tx, &ids).await?;
        let nothing = named.into_iter().filter(|(_, id)| !known.iter().any(|known| known == id));
        issues.extend(nothing.map(|(path, id)| unknown(path, kind.noun, id, &kind.finder())));
    }
    Ok(issues)
}

/// The ids in a field of this name, with their paths.
pub fn named<'a>(args: &'a Map<String, Value>, field: &str) -> Vec<(String, &'a str)> {
    let mut found = Vec::new();
    for (key, value) in args {
        let key = snake(key);
        if key == field {
            ids_in(value, key, &mut found);
            continue;
        }
        // Lines stand in lists of objects; what else is nested names nothing.
        for (n, inner) in value.as_array().into_iter().flatten().enumerate() {
            let inner = inner.as_object().map(|inner| named(inner, field)).unwrap_or_default();
            found.extend(inner.into_iter().map(|(path, id)| (format!("{key}[{n}].{path}"), id)));
        }
    }
    found
}

fn ids_in<'a>(value: &'a Value, path: String, found: &mut Vec<(String, &'a str)>) {
    match value {
        // A text with control characters is refused as such, and no database would take it.
        Value::String(id) if !id.contains(char::is_control) => found.push((path, id.trim())),
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                ids_in(value, format!("{path}[{n}]"), found);
            }
        }
        _ => {}
    }
}

/// The issue of a field that names nothing; another tenant's record reads the same.
pub fn unknown(path: impl Into<String>, noun: &str, id: &str, find_with: &str) -> Issue {
    let message = format!("there is no {noun} `{}`; find one with {find_with}.", shown(id));
    Issue { path: path.into(), message, reason: Some("bad_reference") }
}
