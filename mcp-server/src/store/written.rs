//! One record that was written, as answers, dry runs and the audit log tell it; and what is still to be written.

use std::pin::Pin;

use serde_json::{Map, Value, json};
use shared::tenant_tx::TenantTx;

use crate::error::Result;

/// The write of one record, to be made when its turn comes. `verbs` makes them: `make`, `patch` and `alter`.
pub struct Step(Box<dyn for<'t> FnOnce(&'t mut TenantTx) -> Running<'t> + Send>);

/// A step that is being made.
pub type Running<'t> = Pin<Box<dyn Future<Output = Result<Written>> + Send + 't>>;

impl Step {
    /// A step that does this.
    pub fn new(make: impl for<'t> FnOnce(&'t mut TenantTx) -> Running<'t> + Send + 'static) -> Self {
        Self(Box::new(make))
    }

    /// Makes it. What it answers belongs into the audit log.
    pub async fn run(self, tx: &mut TenantTx) -> Result<Written> {
        (self.0)(tx).await
    }
}

/// One record that was written.
#[must_use = "a write has its line in the audit log"]
pub struct Written {
    /// Its entity's name.
    pub entity: &'static str,
    /// As it was; none for a new one.
    pub before: Option<Map<String, Value>>,
    /// As it is now.
    pub record: Map<String, Value>,
    /// What is to say beside it.
    pub beside: Map<String, Value>,
    /// Nothing had to be done: it was in that state already.
    pub unchanged: bool,
    /// The other records that were written with it.
    pub others: Vec<Written>,
}

impl Written {
    /// A record that was made or changed.
    pub fn new(entity: &'static str, before: Option<Map<String, Value>>, record: Map<String, Value>) -> Self {
        Self { entity, before, record, beside: Map::new(), unchanged: false, others: vec![] }
    }

    /// A record that was in that state already.
    pub fn unchanged(entity: &'static str, record: Map<String, Value>) -> Self {
        Self { unchanged: true, ..Self::new(entity, None, record) }
    }

    /// Says something beside the record.
    pub fn beside(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.beside.insert(name.to_owned(), value.into());
        self
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.record.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// It and all that were written with it, itself first.
    pub fn all(&self) -> Vec<&Written> {
        std::iter::once(self).chain(self.others.iter().flat_map(Written::all)).collect()
    }

    /// {field: [before, after]} of what changed; times and versions move with every write and say nothing.
    pub fn changes(&self) -> Map<String, Value> {
        const ALWAYS: &[&str] = &["version", "updated_at", "updated_by"];
        if self.unchanged {
            return Map::new();
        }
        let null = Value::Null;
        let before = |field: &str| self.before.as_ref().and_then(|record| record.get(field)).unwrap_or(&null);
        self.record
            .iter()
            .filter(|(field, after)| !ALWAYS.contains(&field.as_str()) && before(field) != *after)
            .map(|(field, after)| (field.clone(), json!([before(field), after])))
            .collect()
    }

    /// The record and what is to say beside it.
    pub fn answer(&self) -> Map<String, Value> {
        let mut answer = self.record.clone();
        answer.extend(self.beside.clone());
        answer
    }

    /// What a dry run tells: of which record, what changes, and what is to say beside it.
    pub fn effect(&self) -> Value {
        let mut effect = Map::from_iter([
            ("entity".to_owned(), Value::from(self.entity)),
            ("id".to_owned(), self.id().into()),
            ("changes".to_owned(), Value::Object(self.changes())),
        ]);
        effect.extend(self.beside.clone());
        Value::Object(effect)
    }
}
