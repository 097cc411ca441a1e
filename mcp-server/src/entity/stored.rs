//! A record as the database holds it, and what is asked of it.

use std::collections::HashSet;

use shared::{caller::Actor, timestamp::Timestamp};
use sqlx::FromRow;

use crate::store::{Columns, Write};

/// A row with what every record has.
pub struct Stored<R> {
    /// The entity's own columns.
    pub own: R,
    /// The common ones.
    pub meta: Meta,
}

impl<R> std::ops::Deref for Stored<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.own
    }
}

/// What every record has.
#[derive(Clone, Debug, FromRow)]
pub struct Meta {
    pub id: String,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub created_by: sqlx::types::Json<Actor>,
    pub updated_by: sqlx::types::Json<Actor>,
    pub custom_fields: sqlx::types::Json<serde_json::Map<String, serde_json::Value>>,
}

impl Meta {
    /// The columns that it is read from.
    pub const COLUMNS: &'static str =
        "id, version, created_at, updated_at, created_by, updated_by, custom_fields";
}

impl<'r, R, DB> FromRow<'r, DB> for Stored<R>
where
    DB: sqlx::Row,
    R: FromRow<'r, DB>,
    Meta: FromRow<'r, DB>,
{
    fn from_row(row: &'r DB) -> std::result::Result<Self, sqlx::Error> {
        Ok(Self { own: R::from_row(row)?, meta: Meta::from_row(row)? })
    }
}

/// What the fifth verb comes to.
pub enum Retired {
    /// The record is in that state already: it is answered as it is.
    Already,
    /// These columns change.
    Changed(Write),
    /// The row goes; a tombstone stays. The write has no columns: it says what stands beside, and who else changes.
    Deleted(Write),
}

impl Retired {
    /// Only these columns change.
    pub fn columns(columns: Columns) -> Self {
        Self::Changed(Write::new(columns))
    }
}

/// Which fields of a record are wanted: a page fetches nothing for the others.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// All.
    Full,
    /// These, and the id.
    Only(HashSet<String>),
}

impl Wanted {
    /// Whether this field is.
    pub fn has(&self, field: &str) -> bool {
        match self {
            Wanted::Full => true,
            Wanted::Only(fields) => field == "id" || fields.contains(field),
        }
    }
}
