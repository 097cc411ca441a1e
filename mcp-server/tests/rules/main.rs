//! The rules that hold for every entity.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod effects;
mod every_entity;
mod filters;
mod page_size;
mod states;
mod sync;
mod writes;
