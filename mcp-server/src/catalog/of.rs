//! The erased twin of an entity: what the catalogue needs of it, implemented once for all.

use std::{collections::HashMap, marker::PhantomData, pin::Pin};

use serde_json::{Map, Value};
use shared::{scope::Family, tenant_tx::TenantTx};

use super::{Verb, describe, meant};
use crate::{
    entity::{Actors, Entity, Fifth, First},
    error::{Error, Issue, Result},
    schema::{self, Checked, InputSchema, NotTaken, Untaken},
    verbs::{self, GetOptions, Outcome, PageSize, Target, WriteOptions, WriteVerb},
};

/// A call that has passed its schema, ready to run.
pub type Prepared = Box<
    dyn for<'t> FnOnce(
            &'t mut TenantTx,
            PageSize,
        ) -> Pin<Box<dyn Future<Output = Result<Outcome>> + Send + 't>>
        + Send,
>;

/// An entity without its type.
pub trait Catalogued: Send + Sync {
    /// The tool prefix.
    fn name(&self) -> &'static str;
    /// In a sentence, of several.
    fn nouns(&self) -> &'static str;
    /// The prefix of its ids.
    fn prefix(&self) -> &'static str;
    /// The fields that a record answers beside those that every record has.
    fn record(&self) -> Map<String, Value>;
    /// Those of its fields that an incremental sync does not hear of.
    fn derived(&self) -> &'static [&'static str];
    /// The scope family.
    fn family(&self) -> Family;
    /// The fields of `create` that name a record of another family, whose reading it takes.
    fn sources(&self) -> &'static [(&'static str, Family)];
    /// How the first verb is called.
    fn first(&self) -> First;
    /// How the fifth verb is called.
    fn fifth(&self) -> Fifth;
    /// Who may call what.
    fn actors(&self) -> Actors;
    /// A tool's title and description.
    fn description(&self, verb: Verb) -> (String, String);
    /// A tool's input.
    fn schema(&self, verb: Verb) -> anyhow::Result<InputSchema>;
    /// Makes arguments that have passed the schema ready to run.
    fn prepare(&self, verb: Verb, tool: &str, call: Checked) -> Result<Prepared>;
    /// What these arguments name of other records that is not there.
    fn misnamed<'t>(
        &self,
        args: &'t Map<String, Value>,
        tx: &'t mut TenantTx,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Issue>>> + Send + 't>>;
    /// The moves between states: from, to, by what.
    fn moves(&self) -> Vec<(&'static str, &'static str, crate::entity::By)>;
}

/// The twin of `E`.
pub struct Of<E>(PhantomData<fn() -> E>);

impl<E> Of<E> {
    /// It holds nothing.
    pub const NEW: Self = Self(PhantomData);
}

impl<E: Entity> Catalogued for Of<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn nouns(&self) -> &'static str {
        E::NOUNS
    }

    fn prefix(&self) -> &'static str {
        E::PREFIX
    }

    fn record(&self) -> Map<String, Value> {
        schema::documented_properties_of::<E::Record>()
    }

    fn derived(&self) -> &'static [&'static str] {
        E::DERIVED
    }

    fn family(&self) -> Family {
        E::FAMILY
    }

    fn sources(&self) -> &'static [(&'static str, Family)] {
        E::SOURCES
    }

    fn first(&self) -> First {
        E::FIRST
    }

    fn fifth(&self) -> Fifth {
        E::FIFTH
    }

    fn actors(&self) -> Actors {
        E::ACTORS
    }

    fn misnamed<'t>(
        &self,
        args: &'t Map<String, Value>,
        tx: &'t mut TenantTx,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Issue>>> + Send + 't>> {
        Box::pin(E::misnamed(args, tx))
    }

    fn moves(&self) -> Vec<(&'static str, &'static str, crate::entity::By)> {
        E::MOVES.to_vec()
    }

    fn description(&self, verb: Verb) -> (String, String) {
        describe::tool::<E>(verb)
    }

    fn schema(&self, verb: Verb) -> anyhow::Result<InputSchema> {
        let (properties, required) = match verb {
            Verb::First => (verbs::list_schema::<E>(), vec![]),
            Verb::Get => (schema::properties_of::<GetOptions>(), schema::required_of::<GetOptions>()),
            Verb::Create => {
                let mut properties = schema::properties_of::<E::Draft>();
                properties.extend(verbs::common_write_schema::<E>(false));
                properties.extend(write_options(verb));
                (properties, schema::required_of::<E::Draft>())
            }
            Verb::Update => {
                let mut properties = schema::properties_of::<Target>();
                properties.extend(schema::properties_of::<E::Change>());
                properties.extend(verbs::common_write_schema::<E>(true));
                properties.extend(write_options(verb));
                (properties, schema::required_of::<Target>())
            }
            Verb::Fifth => {
                let mut properties = schema::properties_of::<Target>();
                properties.extend(schema::properties_of::<E::Retire>());
                properties.extend(write_options(verb));
                let mut required = schema::required_of::<Target>();
                required.extend(schema::required_of::<E::Retire>());
                (properties, required)
            }
        };
        let own = schema::properties_of::<E::Record>();
        let answered = own.keys().cloned().chain(verbs::common_fields::<E>().map(str::to_owned));
        let known = match verb {
            Verb::Create | Verb::Update => {
                answered.filter(|name| !properties.contains_key(name)).map(|name| fixed::<E>(name)).collect()
            }
            Verb::First | Verb::Get | Verb::Fifth => HashMap::new(),
        };
        let untaken = Untaken { known, meant: meant::fields::<E> };
        let schema = InputSchema::new(properties, required, untaken)?;
        match verb {
            Verb::Create => schema.taking_many(write_options(verb)),
            Verb::Update => schema.of_patch().taking_many(write_options(verb)),
            Verb::First | Verb::Get | Verb::Fifth => Ok(schema),
        }
    }

    fn prepare(&self, verb: Verb, tool: &str, call: Checked) -> Result<Prepared> {
        let tool = tool.to_owned();
        let write = |verb: WriteVerb, call: Checked| -> Prepared {
            Box::new(move |tx, _| Box::pin(async move { verbs::write::<E>(verb, &tool, call, tx).await }))
        };
        Ok(match (verb, call) {
            (Verb::First, Checked::One(args)) => Box::new(|tx, size| {
                Box::pin(async move { verbs::list::<E>(args, size, tx).await.map(Outcome::read) })
            }),
            (Verb::Get, Checked::One(args)) => {
                let options: GetOptions = schema::read(args)?;
                Box::new(|tx, _| {
                    Box::pin(async move { verbs::get::<E>(options, tx).await.map(Outcome::read) })
                })
            }
            (Verb::First | Verb::Get, Checked::Many { .. }) => {
                return Err(Error::field("records", "is for tools that create or update."));
            }
            (Verb::Create, call) => write(WriteVerb::Create, call),
            (Verb::Update, call) => write(WriteVerb::Update, call),
            (Verb::Fifth, call) => write(WriteVerb::Retire, call),
        })
    }
}

/// A field that a tool does not take, with what there is to say of it.
fn fixed<E: Entity>(name: String) -> (String, NotTaken) {
    let said = E::FIXED.iter().find(|(field, _)| *field == name).map(|(_, message)| NotTaken::Fixed(message));
    (name, said.unwrap_or(NotTaken::ReadOnly))
}

/// The options of a write, as far as the verb has a use for them.
fn write_options(verb: Verb) -> Map<String, Value> {
    let mut options = schema::properties_of::<WriteOptions>();
    // `atomic` stands beside `records` alone; an upsert is a create's.
    if verb != Verb::Create {
        options.shift_remove("onDuplicate");
    }
    if verb == Verb::Fifth {
        options.shift_remove("atomic");
    }
    options
}
