//! A postal address.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Country, Line, ShortLine};

/// {line1, line2, city, region, postal_code, country: US}; line1 and country are needed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-brief" = true))]
pub struct Address {
    /// Street and number.
    pub line1: Line,
    /// Flat, suite, floor.
    #[serde(default)]
    pub line2: Option<Line>,
    /// City.
    #[serde(default)]
    pub city: Option<Line>,
    /// State or region.
    #[serde(default)]
    pub region: Option<Line>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Option<ShortLine>,
    /// ISO 3166-1 alpha-2, e.g. US.
    pub country: Country,
}

/// An address as it is answered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddressRecord {
    pub line1: String,
    pub line2: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: String,
}
