//! What a record names of others: it must be there, within the caller's reach and in use. One check and one text for
//! every entity, and the names that answers show beside ids.

use std::collections::HashMap;

use serde_json::json;
use shared::{db::Bind, permit::Reach, tenant_tx::TenantTx};

use crate::{
    entity::{Entity, Fifth, First, Wanted},
    error::{Error, Issue, Result, shown},
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

/// The issue of a field that names nothing; another tenant's record reads the same.
pub fn unknown(path: impl Into<String>, noun: &str, id: &str, find_with: &str) -> Issue {
    let message = format!("there is no {noun} `{}`; find one with {find_with}.", shown(id));
    Issue { path: path.into(), message, reason: Some("bad_reference") }
}
