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

/// Amounts of these currencies have no minor units, or a thousand of them (ISO 4217); of all others a hundred.
const WITHOUT: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";

/// A decimal amount of this currency in its minor units; none where it cannot be told exactly.
pub fn minor_units(amount: &str, currency: &str) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.')?;
    let places = match currency {
        one if WITHOUT.split(' ').any(|known| known == one) => 0,
        one if THOUSANDTHS.split(' ').any(|known| known == one) => 3,
        _ => 2,
    };
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > places || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{fraction:0<places$}").parse().ok()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_amount_is_told_in_the_currency_s_own_minor_units() {
        for (amount, currency, units) in [
            ("12.5", "USD", Some(1_250)),
            ("-0.05", "EUR", Some(-5)),
            ("12.500", "USD", Some(1_250)),
            ("12.5", "KWD", Some(12_500)),
            ("12.0", "JPY", Some(12)),
            ("12.5", "JPY", None),
            ("12.345", "USD", None),
            ("12", "USD", None),
            ("1e3.5", "USD", None),
        ] {
            assert_eq!(minor_units(amount, currency), units, "{amount} {currency}");
        }
    }
}
