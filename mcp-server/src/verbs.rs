//! The five verbs, generic over the entity: what holds for every record is written here, once.

mod create;
mod cursor;
mod every_record;
mod get;
mod list;
mod options;
mod present;
mod put;
mod retire;
mod update;
mod write;

use crate::entity::Entity;

pub use every_record::common_write_schema;
pub use get::get;
#[cfg(test)]
pub use list::sorts;
pub use list::{PageSize, list, list_schema};
pub use options::{GetOptions, Target, WriteOptions, changes_nothing, list_option_names};
pub use put::{alter, make, patch, run};
pub use write::{Outcome, WriteVerb, write};

/// What a record of this entity answers beside the entity's own fields.
pub fn common_fields<E: Entity>() -> impl Iterator<Item = &'static str> {
    COMMON_FIELDS.iter().copied().chain(SIGNATURES.iter().copied().filter(|_| E::SIGNED))
}

const COMMON_FIELDS: &[&str] =
    &["id", "external_refs", "custom_fields", "version", "created_at", "updated_at"];

const SIGNATURES: &[&str] = &["created_by", "updated_by"];
