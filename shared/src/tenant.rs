//! A tenant's settings, which shape how its records are read and written.

use crate::db::Row;

/// One business's account.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Tenant {
    /// `ten_…`
    pub id: String,
    /// Its short name inside the search index.
    pub number: i64,
    /// What its people call it.
    pub name: String,
    /// ISO 4217: the one currency of all its amounts.
    pub currency: String,
    /// ISO 3166-1 alpha-2: how phone numbers without a country code are read.
    pub country: String,
    /// IANA: what wall times without an offset mean, and when a day ends.
    pub time_zone: String,
    /// `line` or `document`: where tax is rounded on new documents.
    pub tax_rounding: String,
}

impl Tenant {
    /// The columns that [`Tenant`] is read from.
    pub const COLUMNS: &str = "id, number, name, currency, country, time_zone, tax_rounding";
}

const fn _is_a_row<T: Row>() {}
const _: () = _is_a_row::<Tenant>();
