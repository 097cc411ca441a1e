//! Lines, totals, payments, and documents that become others.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod conversions;
mod line_items;
mod odd_money;
mod payments;
mod snapshots;
