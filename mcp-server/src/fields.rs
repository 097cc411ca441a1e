//! Newtypes that parse on arrival: what a record's fields may hold, stated once for serde and for the JSON Schema.

mod address;
mod calendar;
mod country;
mod decimal;
mod money;
mod patch;
mod schedule;
mod text;
mod words;

pub use address::{Address, AddressRecord};
pub use calendar::{NO_DAY, day_in, day_key};
pub use decimal::{Markup, Percentage, Quantity, TaxPercentage, parts};
pub use money::{LARGEST, Money, SignedMoney, minor_units};
pub use patch::{NULL_COUNTS, Patch, Set};
pub use schedule::{Moment, When, local, shown_local, zone_named};
pub use text::{
    Body, Color, Conditions, Date, Email, Language, Line, LocalTime, Phone, RuleText, ShortLine, TagName,
    ZoneName, tidied,
};
pub(crate) use words::words;

use serde_json::Value;

/// What is wrong with this value as this `format` of a schema; none if nothing is. The type of the value is the schema's
/// own business.
pub fn format_complaint(format: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text::complaint(format, text)
            .or_else(|| schedule::complaint(format, text))
            .or_else(|| decimal::complaint(format, text)),
        Value::Number(number) => decimal::complaint(format, &number.to_string()),
        _ => None,
    }
}
