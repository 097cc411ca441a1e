//! What belongs to the call and not to the record: filters that every list takes, views, versions.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{error::Result, fields::Moment, schema};

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
    /// Tombstones of deleted ones too; with sort updated_at.
    pub include_deleted: Option<bool>,
    /// Only these ids.
    #[schemars(length(min = 1, max = 100))]
    pub ids: Option<Vec<String>>,
    /// {system, id} elsewhere.
    #[schemars(extend("x-brief" = true))]
    pub external_ref: Option<ExternalRef>,
    /// Having all these tags.
    #[schemars(length(min = 1, max = 50))]
    pub tag_ids: Option<Vec<String>>,
    /// Default summary.
    pub view: Option<View>,
    /// These fields alone, and id.
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
    /// Default full.
    pub view: Option<View>,
    /// These fields alone, and id.
    #[schemars(length(min = 1, max = 100))]
    pub fields: Option<Vec<String>>,
}

/// Which record a change is about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Its id.
    #[schemars(length(min = 1, max = 100))]
    pub id: String,
    /// Refused at another version.
    #[schemars(range(min = 1))]
    pub expected_version: Option<i64>,
}

const TARGET: &[&str] = &["id", "expectedVersion"];

impl Target {
    /// Takes the target out of a change's arguments.
    pub fn take(args: &mut Map<String, Value>) -> Result<Self> {
        schema::read(split_off(args, TARGET))
    }
}

/// What to do when a record with the same outside id is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum OnDuplicate {
    /// Refuse with a conflict that names it.
    Error,
    /// Apply the fields to it.
    Update,
}

/// The options of every write.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WriteOptions {
    /// Reuse the SAME key when you retry the same change.
    #[schemars(length(min = 1, max = 64))]
    pub idempotency_key: Option<String>,
    /// Check only; write nothing.
    pub dry_run: Option<bool>,
    /// Default error; update changes the one with these external_refs.
    pub on_duplicate: Option<OnDuplicate>,
    /// With records: all or none.
    pub atomic: Option<bool>,
}

const WRITE_OPTIONS: &[&str] = &["idempotencyKey", "dryRun", "onDuplicate", "atomic"];

impl WriteOptions {
    /// Takes the options out of a write's arguments.
    pub fn take(args: &mut Map<String, Value>) -> Result<Self> {
        schema::read(split_off(args, WRITE_OPTIONS))
    }
}

/// Whether the arguments of a change name no field that changes.
pub fn changes_nothing(args: &Map<String, Value>) -> bool {
    args.keys().all(|name| TARGET.iter().chain(WRITE_OPTIONS).any(|option| option == name))
}

/// Whether an argument of a write says no more than leaving it out does.
pub fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "dryRun" | "atomic" => value.is_null() || *value == false,
        "onDuplicate" => value.is_null() || value == "error",
        "expectedVersion" => value.is_null(),
        _ => false,
    }
}

fn split_off(args: &mut Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    names.iter().filter_map(|&name| args.shift_remove_entry(name)).collect()
}
