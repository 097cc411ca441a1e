//! The entities, a file each; what a file had no room for stands in the folder of its name. `common`
//! holds what several entities share.

pub mod catalog_categories;
pub mod catalog_items;
pub mod contacts;
pub mod customers;
pub mod invoices;
pub mod job_series;
pub mod jobs;
pub mod locations;
pub mod notes;
pub mod plans;
pub mod quotes;
pub mod tags;
pub mod tax_rates;

mod common;

#[cfg(test)]
use common::by_index;
use common::{became, duplicates, in_use, named, primary};
pub use common::{place, priced, team};
