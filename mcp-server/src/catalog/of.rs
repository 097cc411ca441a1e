//! The erased twin of an entity: what the catalogue needs of it, implemented once for all.

use std::{marker::PhantomData, pin::Pin};

use serde_json::{Map, Value};
use shared::{scope::Family, tenant_tx::TenantTx};

use super::{Verb, describe};
use crate::{
    entity::{Actors, Entity, Fifth, First},
    error::Result,
    schema::{self, InputSchema},
    verbs::{self, GetOptions, PageSize, UpdateOptions},
};

/// A call that has passed its schema, ready to run.
pub type Prepared = Box<
    dyn for<'t> FnOnce(
            &'t mut TenantTx,
            PageSize,
        ) -> Pin<Box<dyn Future<Output = Result<Map<String, Value>>> + Send + 't>>
        + Send,
>;

/// An entity without its type.
pub trait Catalogued: Send + Sync {
    /// The tool prefix.
    fn name(&self) -> &'static str;
    /// The scope family.
    fn family(&self) -> Family;
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
    fn prepare(&self, verb: Verb, args: Map<String, Value>) -> Result<Prepared>;
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

    fn family(&self) -> Family {
        E::FAMILY
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
                (properties, schema::required_of::<E::Draft>())
            }
            Verb::Update => {
                let mut properties = schema::properties_of::<UpdateOptions>();
                properties.extend(schema::properties_of::<E::Change>());
                properties.extend(verbs::common_write_schema::<E>(true));
                (properties, schema::required_of::<UpdateOptions>())
            }
            Verb::Fifth => {
                let mut properties = schema::properties_of::<UpdateOptions>();
                properties.extend(schema::properties_of::<E::Retire>());
                let mut required = schema::required_of::<UpdateOptions>();
                required.extend(schema::required_of::<E::Retire>());
                (properties, required)
            }
        };
        let own = schema::properties_of::<E::Record>();
        let answered = own.keys().cloned().chain(verbs::COMMON_FIELDS.iter().map(|&name| name.to_owned()));
        let read_only = match verb {
            Verb::Create | Verb::Update => answered.filter(|name| !properties.contains_key(name)).collect(),
            Verb::First | Verb::Get | Verb::Fifth => vec![],
        };
        InputSchema::new(properties, required, read_only)
    }

    fn prepare(&self, verb: Verb, mut args: Map<String, Value>) -> Result<Prepared> {
        Ok(match verb {
            Verb::First => Box::new(|tx, size| Box::pin(verbs::list::<E>(args, size, tx))),
            Verb::Get => {
                let options: GetOptions = schema::read(args)?;
                Box::new(|tx, _| Box::pin(verbs::get::<E>(options, tx)))
            }
            Verb::Create => Box::new(|tx, _| Box::pin(verbs::create::<E>(args, tx))),
            Verb::Update => {
                let options = update_options(&mut args)?;
                Box::new(|tx, _| Box::pin(verbs::update::<E>(options, args, tx)))
            }
            Verb::Fifth => {
                let options = update_options(&mut args)?;
                Box::new(|tx, _| Box::pin(verbs::retire::<E>(options, args, tx)))
            }
        })
    }
}

fn update_options(args: &mut Map<String, Value>) -> Result<UpdateOptions> {
    let mut options = Map::new();
    for name in ["id", "expectedVersion"] {
        if let Some(value) = args.shift_remove(name) {
            options.insert(name.to_owned(), value);
        }
    }
    schema::read(options)
}
