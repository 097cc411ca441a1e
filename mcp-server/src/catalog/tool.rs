//! One tool: an entity's verb, with all that is derived from the two.

use serde_json::{
    Map, Value, json,
    value::{RawValue, to_raw_value},
};
use shared::{
    caller::Caller,
    scope::{Access, Scope, Scopes},
};

use super::{Catalogued, Prepared, Selection, Spelling};
use crate::{
    entity::Needs,
    error::{Error, Result},
    schema::InputSchema,
};

/// The five verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    First,
    Get,
    Create,
    Update,
    Fifth,
}

impl Verb {
    /// In documentation order.
    pub const ALL: [Verb; 5] = [Verb::First, Verb::Get, Verb::Create, Verb::Update, Verb::Fifth];

    /// Whether the verb reads or writes.
    pub fn access(self) -> Access {
        match self {
            Verb::First | Verb::Get => Access::Read,
            Verb::Create | Verb::Update | Verb::Fifth => Access::Write,
        }
    }
}

/// One tool.
pub struct Tool {
    /// `entity.verb`
    pub name: String,
    /// Its entity.
    pub entity: &'static dyn Catalogued,
    /// Its verb.
    pub verb: Verb,
    /// "Search customers"
    pub title: String,
    /// What it does, when to use it, what cannot be undone.
    pub description: String,
    pub(super) schema: InputSchema,
    told: [Box<RawValue>; 2],
}

impl Tool {
    /// Derives a tool.
    pub fn new(entity: &'static dyn Catalogued, verb: Verb) -> anyhow::Result<Self> {
        let word = match verb {
            Verb::First => entity.first().as_str(),
            Verb::Get => "get",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Fifth => entity.fifth().as_str(),
        };
        let name = format!("{}.{word}", entity.name());
        let (title, description) = entity.description(verb);
        let schema = entity.schema(verb)?;
        let tell = |spelling: Spelling| {
            to_raw_value(&json!({
                "name": spelling.spell(&name),
                "title": title,
                "description": description,
                "inputSchema": schema.told(spelling.audience()),
                "annotations": annotations(verb, &schema),
            }))
        };
        let told = [tell(Spelling::Dot)?, tell(Spelling::Underscore)?];
        Ok(Self { name, entity, verb, title, description, schema, told })
    }

    /// Its schema for the documentation.
    pub fn documented(&self) -> Value {
        self.schema.documented()
    }

    /// Its name in this spelling.
    pub fn name_spelled(&self, spelling: Spelling) -> String {
        spelling.spell(&self.name)
    }

    /// As tools/list tells it.
    pub fn told(&self, spelling: Spelling) -> &RawValue {
        &self.told[usize::from(spelling == Spelling::Underscore)]
    }

    /// Whether it reads or writes.
    pub fn access(&self) -> Access {
        self.verb.access()
    }

    /// The scopes that a call needs.
    pub fn scopes(&self) -> Vec<Scope> {
        vec![Scope { access: self.access(), family: self.entity.family() }]
    }

    /// The scopes that a call with these arguments needs: to make a record into another is to read it too.
    pub fn scopes_for(&self, args: &Map<String, Value>) -> Vec<Scope> {
        let mut scopes = self.scopes();
        if self.verb == Verb::Create {
            let records = args.get("records").and_then(Value::as_array).into_iter().flatten();
            let all: Vec<_> = records.filter_map(Value::as_object).chain([args]).collect();
            let named = |field: &str| {
                let in_one = |args: &&Map<String, Value>| {
                    args.iter().any(|(name, value)| crate::schema::snake(name) == field && !value.is_null())
                };
                all.iter().any(in_one)
            };
            let sources = self.entity.sources().iter().filter(|(field, _)| named(field));
            scopes.extend(sources.map(|(_, family)| Scope { access: Access::Read, family: *family }));
        }
        scopes
    }

    /// Who may call it, beside what scopes say.
    pub fn needs(&self) -> Needs {
        let actors = self.entity.actors();
        match self.verb {
            Verb::First | Verb::Get => Needs::Any,
            Verb::Create => actors.create,
            Verb::Update => actors.update,
            Verb::Fifth => actors.retire,
        }
    }

    /// Whether a selection shows it.
    pub fn is_in(&self, selection: &Selection) -> bool {
        let entity = self.entity.name();
        selection.toolsets.as_ref().is_none_or(|sets| sets.iter().any(|set| set == entity))
            && !(selection.readonly && self.access() == Access::Write)
    }

    /// Whether this caller's scopes, kind and role open it.
    pub fn is_open_to(&self, caller: &Caller) -> bool {
        self.scopes().iter().all(|&scope| caller.scopes.covers(scope))
            && self.needs().met_by(caller.user_id(), caller.role)
    }

    /// From arguments to a call that is ready to run: who calls, then the schema. No database yet.
    pub fn parse(&self, caller: &Caller, args: Map<String, Value>) -> Result<Prepared> {
        self.check_actor(caller)?;
        let checked = self.schema.check(args)?;
        self.entity.prepare(self.verb, &self.name, checked)
    }

    /// Whether arguments pass its schema.
    pub fn takes(&self, args: &Map<String, Value>) -> bool {
        self.schema.check(args.clone()).is_ok()
    }

    /// A tenant key on a U tool, or a role too low, is the tool's own invalid_input.
    fn check_actor(&self, caller: &Caller) -> Result<()> {
        let needs = self.needs();
        if needs.met_by(caller.user_id(), caller.role) {
            return Ok(());
        }
        let (reason, message) = match (needs, caller.user_id()) {
            (Needs::Owner, Some(_)) => (
                "owner_required",
                format!("{} needs the role owner. Ask an owner of the account to do it.", self.name),
            ),
            _ => (
                "user_actor_required",
                format!(
                    "{} needs a real user, and a tenant key has none. Call it with a user key (zoop_uk_…) or an OAuth token.",
                    self.name
                ),
            ),
        };
        Err(Error::invalid(message).with("reason", reason))
    }

    /// Its row in the table of tools.
    pub fn row(&self) -> Value {
        let scopes: Scopes = self.scopes().into_iter().map(Scope::as_advertised).collect();
        json!({
            "name": self.name,
            "title": self.title,
            "scope": scopes.to_string(),
            "user_required": self.needs() != Needs::Any,
            "owner_required": self.needs() == Needs::Owner,
            "description": self.description,
            "input_schema": self.documented(),
        })
    }
}

/// The four hints, of which a host makes its rules: what may run unasked, what it should ask a person for.
fn annotations(verb: Verb, schema: &InputSchema) -> Value {
    json!({
        "readOnlyHint": verb.access() == Access::Read,
        "destructiveHint": matches!(verb, Verb::Update | Verb::Fifth),
        "idempotentHint": match verb {
            Verb::First | Verb::Get | Verb::Fifth => true,
            Verb::Create => false,
            Verb::Update => !schema.takes_ops(),
        },
        "openWorldHint": false,
    })
}
