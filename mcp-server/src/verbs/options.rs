//! What belongs to the call and not to the record: filters that every list takes, views, versions.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::fields::Moment;

/// Which fields an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum View {
    /// What a list shows.
    Summary,
    /// Everything.
    Full,
}

/// An id in another system.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct ExternalRef {
    /// Which system, e.g. `hubspot`.
    #[schemars(length(min = 1, max = 50))]
    pub system: String,
    /// The id there.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
}

/// The options of list and search.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListOptions {
    /// Text to find.
    #[schemars(length(max = 500))]
    pub q: Option<String>,
    /// Rows per page.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<i64>,
    /// nextCursor of the page before.
    #[schemars(length(max = 2000))]
    pub cursor: Option<String>,
    /// Page number from 1, in place of cursor.
    #[schemars(range(min = 1))]
    pub page: Option<i64>,
    /// Order; `-` for descending.
    pub sort: Option<String>,
    /// Changed at or after.
    pub updated_since: Option<Moment>,
    /// Changed before.
    pub updated_before: Option<Moment>,
    /// Created at or after.
    pub created_since: Option<Moment>,
    /// Created before.
    pub created_before: Option<Moment>,
    /// Archived ones too.
    pub include_archived: Option<bool>,
    /// Only these ids.
    #[schemars(length(min = 1, max = 100))]
    pub ids: Option<Vec<String>>,
    /// Only the one with this outside id.
    pub external_ref: Option<ExternalRef>,
    /// Having all these tags.
    #[schemars(length(min = 1, max = 50))]
    pub tag_ids: Option<Vec<String>>,
    /// summary (default) or full.
    pub view: Option<View>,
    /// Exactly these fields, and id.
    #[schemars(length(min = 1, max = 100))]
    pub fields: Option<Vec<String>>,
    /// Count all matches too.
    pub include_total: Option<bool>,
}

/// The names of the list options.
pub fn list_option_names() -> Vec<String> {
    crate::schema::properties_of::<ListOptions>().keys().cloned().collect()
}

/// The options of get.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetOptions {
    /// Its id.
    #[schemars(length(min = 1, max = 100))]
    pub id: String,
    /// full (default) or summary.
    pub view: Option<View>,
    /// Exactly these fields, and id.
    #[schemars(length(min = 1, max = 100))]
    pub fields: Option<Vec<String>>,
}

/// The options of update and of the fifth verb.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateOptions {
    /// Its id.
    #[schemars(length(min = 1, max = 100))]
    pub id: String,
    /// The version you read; refused if it has moved.
    #[schemars(range(min = 1))]
    pub expected_version: Option<i64>,
}
