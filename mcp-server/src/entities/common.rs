//! What several entities share: the place and who pays, names and ids of others, prices, primaries, what became of what.

pub mod became;
#[cfg(test)]
pub mod by_index;
pub mod duplicates;
pub mod in_use;
pub mod named;
pub mod place;
pub mod priced;
pub mod primary;
pub mod team;
