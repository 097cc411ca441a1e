//! The entities: one file each. Read it and you know that entity.

pub mod contacts;
pub mod customers;
pub mod jobs;
pub mod locations;
pub mod notes;
pub mod quotes;
pub mod tags;
pub mod tax_rates;

mod became;
mod duplicates;
mod place;
mod priced;
mod primary;
pub mod team;
