//! What the tools of locations take.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::fields::{Address, Body, Line, Patch, Set, ShortLine, ZoneName};

/// A new location.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    pub customer_id: String,
    /// E.g. Lake house.
    #[serde(default)]
    pub name: Option<Line>,
    pub address: Address,
    /// IANA; default: the account's.
    #[serde(default)]
    pub time_zone: Option<ZoneName>,
    /// How to get in.
    #[serde(default)]
    pub access_notes: Option<Body>,
    /// Opens the gate.
    #[serde(default)]
    pub gate_code: Option<ShortLine>,
    /// For lines that name none.
    #[serde(default)]
    pub default_tax_rate_id: Option<String>,
    /// Whom to ask for there.
    #[serde(default)]
    pub contact_id: Option<String>,
    /// One per customer.
    #[serde(default)]
    pub is_primary: Set<bool>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    /// Locked once a job is there.
    #[serde(default)]
    pub customer_id: Set<String>,
    #[serde(default)]
    pub name: Patch<Line>,
    /// Replaced whole.
    #[serde(default)]
    pub address: Set<Address>,
    /// IANA.
    #[serde(default)]
    pub time_zone: Patch<ZoneName>,
    /// How to get in.
    #[serde(default)]
    pub access_notes: Patch<Body>,
    /// Opens the gate.
    #[serde(default)]
    pub gate_code: Patch<ShortLine>,
    /// For lines that name none.
    #[serde(default)]
    pub default_tax_rate_id: Patch<String>,
    /// Whom to ask for there.
    #[serde(default)]
    pub contact_id: Patch<String>,
    /// true takes it over from the other.
    #[serde(default)]
    pub is_primary: Set<bool>,
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    pub customer_id: Option<String>,
    pub city: Option<Line>,
    pub region: Option<Line>,
    pub postal_code: Option<ShortLine>,
}

/// Nothing beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {}
