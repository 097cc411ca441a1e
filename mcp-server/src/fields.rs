//! Newtypes that parse on arrival: what a record's fields may hold, stated once for serde and for the JSON Schema.

mod address;
mod decimal;
mod money;
mod patch;
mod schedule;
mod text;

pub use address::{Address, AddressRecord};
pub use decimal::{Markup, Percentage, Quantity, TaxPercentage, parts};
pub use money::{LARGEST, Money, SignedMoney};
pub use patch::{NULL_COUNTS, Patch, Set};
pub use schedule::{Moment, When, local, shown_local, zone_named};
pub use text::{
    Body, Color, Email, FORMATS, Language, Line, Phone, ShortLine, TagName, ZoneName, format_complaint,
};
