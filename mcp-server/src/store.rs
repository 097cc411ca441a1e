//! The statements for any entity, the same text on both databases.

mod external_refs;
mod idempotency;
mod links;
mod rows;
mod search_index;
#[cfg(test)]
pub mod seen;
mod statement;
mod tombstones;
mod write;
mod written;

pub use external_refs::{
    find as find_by_external_ref, find_any as find_any_by_external_ref, of_records as external_refs_of,
    put as put_external_refs,
};
pub use idempotency::{Repeat, keep as keep_answer, repeated};
pub use links::{move_usage, names, of_owners};
pub use rows::{Page, count, delete, fetch, fetch_any, insert, page, update};
pub use search_index::{hits, put as index, remove as unindex};
pub use statement::Where;
pub use tombstones::{Tombstone, of as tombstone_of, page as tombstones};
pub use write::{Children, Columns, Write};
pub use written::{Step, Written};
