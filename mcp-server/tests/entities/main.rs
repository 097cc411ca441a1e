//! What is particular to each entity.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod catalog_categories;
mod catalog_items;
mod contacts;
mod customers;
mod invoices;
mod job_series;
mod jobs;
mod locations;
mod notes;
mod plans;
mod quotes;
mod tags;
mod tax_rates;
