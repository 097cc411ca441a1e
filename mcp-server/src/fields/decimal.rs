//! Decimals with up to four places, kept as integers of ten-thousandths.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

/// Reads at most four places from the digits themselves; a float never stands between.
fn ten_thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) || fraction.len() > 4 {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 10_000 + format!("{fraction:0<4}").parse::<i64>().ok()?)
}

/// A share of one that is counted in millionths, as a decimal: 82,500 is 0.0825.
pub fn parts(millionths: i64) -> String {
    trimmed(&format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)).to_owned()
}

fn trimmed(decimal: &str) -> &str {
    decimal.trim_end_matches('0').trim_end_matches('.')
}

macro_rules! decimals {
    ($($(#[$doc:meta])* $name:ident, $format:literal, $range:expr, $complaint:literal;)*) => {
        $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub i64);

        impl FromStr for $name {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                ten_thousandths(text.trim()).filter(|n| $range.contains(n)).map(Self).ok_or($complaint)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match Value::deserialize(deserializer)? {
                    Value::String(text) => text.parse(),
                    Value::Number(number) => number.to_string().parse(),
                    _ => Err($complaint),
                }
                .map_err(D::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(trimmed(&format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000)))
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": ["number", "string"], "format": $format})
            }
        }
    )*

        /// What is wrong with these digits as this format; none if nothing is.
        pub(super) fn complaint(format: &str, digits: &str) -> Option<String> {
            match format {
                $($format => digits.parse::<$name>().err().map(str::to_owned),)*
                _ => None,
            }
        }
    };
}

decimals! {
    /// How much or how many: over 0, up to four places.
    Quantity, "quantity", 1..=10_000_000_000_000i64,
        "is no quantity; send a number over 0 with at most 4 decimal places, like `2.5`.";
    /// A percentage from 0 to 100, up to four places.
    Percentage, "percentage", 0..=1_000_000i64,
        "is no percentage; send a number from 0 to 100 with at most 4 decimal places, like `8.25`.";
    /// A tax rate in percent: from 0 to 99.9999, up to four places.
    TaxPercentage, "tax-percentage", 0..=999_999i64,
        "is no tax rate; send a percentage from 0 to 99.9999 with at most 4 decimal places, like `8.25`.";
    /// What is added to a cost, in percent of it: from 0 to 10,000, up to four places.
    Markup, "markup", 0..=100_000_000i64,
        "is no markup; send a percentage from 0 to 10000 with at most 4 decimal places, like `35`.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_digits_and_writes_them_back() {
        for (text, value) in
            [("2.5", 25_000), ("1", 10_000), ("0.0001", 1), ("12345678.9000", 123_456_789_000)]
        {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!(quantity.0, value);
        }
        assert_eq!("2.50".parse::<Quantity>().unwrap().to_string(), "2.5");
        for bad in ["0", "-1", "1.23456", "1e3", "", ".5", "abc", "99999999999999"] {
            assert!(bad.parse::<Quantity>().is_err(), "{bad}");
        }
    }
}
