//! When something recurs: rules of RFC 5545 in wall time, and the cadences of plans. Pure: no clock, no zone but the
//! one that reads an UNTIL in UTC. `When::Wall(occurrence).in_zone(zone)` gives an occurrence its point in time.

mod cadence;
mod occurrences;
mod parse;
#[cfg(test)]
mod properties;
mod rule;
mod step;
mod text;
#[cfg(test)]
mod vectors;

pub use cadence::{Cadence, Periods};
pub use occurrences::Recurrence;
pub use rule::Rule;
