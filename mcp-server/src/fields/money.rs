//! Amounts: integers in minor units of the tenant's one currency. Never a float, anywhere.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// The largest amount, results included.
pub const LARGEST: i64 = 9_000_000_000_000_000;

/// An amount of at least 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

/// An amount that may be below 0, as a discount's price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SignedMoney(pub i64);

impl JsonSchema for Money {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 0, "maximum": LARGEST, "format": "money"})
    }
}

impl JsonSchema for SignedMoney {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "SignedMoney".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": -LARGEST, "maximum": LARGEST, "format": "money"})
    }
}
