//! The entities: one file each. Read it and you know that entity.

pub mod contacts;
pub mod customers;
pub mod jobs;
pub mod locations;
pub mod notes;
pub mod tags;
pub mod tax_rates;

mod duplicates;
mod primary;
pub mod team;
