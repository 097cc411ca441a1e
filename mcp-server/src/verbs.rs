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

pub use every_record::common_write_schema;
pub use get::get;
#[cfg(test)]
pub use list::sorts;
pub use list::{PageSize, list, list_schema};
pub use options::{GetOptions, Target, WriteOptions, list_option_names};
#[allow(unused_imports, reason = "workers and documents make and patch records; none does so yet")]
pub use put::{alter, make, patch};
pub use write::{Outcome, WriteVerb, write};

/// What every record answers beside its entity's own fields.
pub const COMMON_FIELDS: &[&str] = &[
    "id",
    "external_refs",
    "custom_fields",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
];
