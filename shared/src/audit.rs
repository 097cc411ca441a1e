//! Who did what: one row for each write, written in the write's own transaction.

use serde_json::Value;

use crate::{binds, caller::Actor, db::Bind, timestamp::Timestamp};

/// The prefix of its ids.
pub const PREFIX: &str = "aud";

/// One line of the audit log.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Where; none for what belongs to no tenant, such as a failed sign-in.
    pub tenant_id: Option<&'a str>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: &'a Actor,
    /// What: a tool's name, or e.g. `api_key.create`.
    pub action: &'a str,
    /// `ok`, or why it was refused.
    pub outcome: &'a str,
    /// The id of what it was done to.
    pub subject: Option<&'a str>,
    /// {field: [before, after]}; never a secret.
    pub changes: Value,
    /// The request's id, as the caller saw it.
    pub request_id: Option<&'a str>,
    /// The caller's address, where it is known.
    pub source: Option<&'a str>,
}

impl Event<'_> {
    /// The statement that writes an event; see [`Event::binds`].
    pub const INSERT: &'static str = "INSERT INTO audit \
        (id, tenant_id, at, actor, action, outcome, subject, changes, request_id, source) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

    /// The statement's values, under this id.
    pub fn binds(&self, id: String) -> Vec<Bind> {
        let actor = serde_json::to_value(self.actor).unwrap_or(Value::Null);
        binds![
            id,
            self.tenant_id,
            self.at,
            actor,
            self.action,
            self.outcome,
            self.subject,
            self.changes.clone(),
            self.request_id,
            self.source,
        ]
    }
}
