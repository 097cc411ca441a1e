//! The entities: one file each. Read it and you know that entity.

pub mod catalog_categories;
pub mod catalog_items;
pub mod contacts;
pub mod customers;
pub mod jobs;
pub mod locations;
pub mod notes;
pub mod tags;
pub mod tax_rates;

mod duplicates;
mod in_use;
mod primary;
pub mod team;
