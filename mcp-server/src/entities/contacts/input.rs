//! What the tools of contacts take.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::fields::{Email, Line, Patch, Phone, Set};

/// A new contact.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    pub customer_id: String,
    /// This or last_name is needed.
    #[serde(default)]
    pub first_name: Option<Line>,
    #[serde(default)]
    pub last_name: Option<Line>,
    /// E.g. site manager.
    #[serde(default)]
    pub role: Option<Line>,
    #[serde(default)]
    pub email: Option<Email>,
    #[serde(default)]
    pub phone: Option<Phone>,
    /// May be sent text messages.
    #[serde(default)]
    pub sms_enabled: Set<bool>,
    /// One per customer.
    #[serde(default)]
    pub is_primary: Set<bool>,
    /// Gets the invoices.
    #[serde(default)]
    pub is_billing: Set<bool>,
    /// Locations of the same customer.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub location_ids: Set<Vec<String>>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    /// Moves the contact; its locations are left behind.
    #[serde(default)]
    pub customer_id: Set<String>,
    #[serde(default)]
    pub first_name: Patch<Line>,
    #[serde(default)]
    pub last_name: Patch<Line>,
    /// What they do there.
    #[serde(default)]
    pub role: Patch<Line>,
    #[serde(default)]
    pub email: Patch<Email>,
    #[serde(default)]
    pub phone: Patch<Phone>,
    /// May be sent text messages.
    #[serde(default)]
    pub sms_enabled: Set<bool>,
    /// true takes it over from the other.
    #[serde(default)]
    pub is_primary: Set<bool>,
    /// Gets the invoices.
    #[serde(default)]
    pub is_billing: Set<bool>,
    /// Replaced whole.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub location_ids: Set<Vec<String>>,
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    pub customer_id: Option<String>,
    pub location_id: Option<String>,
    /// The primary ones, or the others.
    pub is_primary: Option<bool>,
    /// The whole role, ignoring case.
    pub role: Option<Line>,
}

/// What archiving takes beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {
    /// Becomes the primary contact in place of this one.
    #[serde(default)]
    pub promote_contact_id: Option<String>,
}
