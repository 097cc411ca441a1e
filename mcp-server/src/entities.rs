//! The entities: one file each. Read it and you know that entity.

pub mod customers;
pub mod jobs;
pub mod tags;

mod duplicates;
pub mod team;
