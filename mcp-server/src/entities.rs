//! The entities, a file each; what a file had no room for stands in the folder of its name. Beside them what several
//! entities share.

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

mod became;
#[cfg(test)]
mod by_index;
mod duplicates;
mod in_use;
mod named;
pub mod place;
pub mod priced;
mod primary;
pub mod team;
