//! The audit log: one row for each thing done or refused, in the transaction that does it.

use serde_json::Value;
use shared::{
    audit::Event,
    caller::{Actor, ActorKind},
    db::{Db, Tx},
    error::Error,
    id::Ids,
    timestamp::Timestamp,
};

use crate::domain::user::User;

/// What is remembered of one deed.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Where, unless it belongs to no company.
    pub tenant_id: Option<&'a str>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What, e.g. `api_key.create`.
    pub action: &'a str,
    /// `ok`, or why it was refused.
    pub outcome: &'a str,
    /// To what.
    pub subject: Option<&'a str>,
    /// More, never a secret.
    pub details: Value,
    /// The request's id; empty for what no request asked for.
    pub request_id: &'a str,
    /// The source address, or empty.
    pub source: String,
}

/// A person, acting in their browser.
pub fn person(user: &User) -> Actor {
    Actor {
        kind: ActorKind::User,
        id: Some(user.id.clone()),
        name: user.name.clone(),
        via: Some("browser".to_owned()),
    }
}

/// Somebody who has not shown who they are.
pub fn stranger() -> Actor {
    Actor { kind: ActorKind::System, id: None, name: "not signed in".to_owned(), via: None }
}

impl Entry<'_> {
    fn event(&self) -> Event<'_> {
        Event {
            tenant_id: self.tenant_id,
            at: self.at,
            actor: &self.actor,
            action: self.action,
            outcome: self.outcome,
            subject: self.subject,
            changes: self.details.clone(),
            request_id: Some(self.request_id).filter(|id| !id.is_empty()),
            source: Some(self.source.as_str()).filter(|source| !source.is_empty()),
        }
    }

    /// Writes it down in this transaction.
    pub async fn write(&self, tx: &mut Tx, ids: &Ids) -> Result<(), Error> {
        tx.execute(Event::INSERT, self.event().binds(ids.next("aud"))).await.map(drop)
    }

    /// Writes it down alone: for refusals, which change nothing else.
    pub async fn write_alone(&self, db: &Db, ids: &Ids) -> Result<(), Error> {
        db.execute(Event::INSERT, self.event().binds(ids.next("aud"))).await.map(drop)
    }
}
