//! What the tools of customers take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fields::{Address, Email, Language, Line, Patch, Phone, Set, ShortLine};

/// A person or a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Type {
    /// Needs a first or last name.
    Individual,
    /// Needs company_name.
    Company,
}

/// Whether the business works for them now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Status {
    /// In use.
    Active,
    /// Kept in view, not worked for now.
    Inactive,
    /// Out of view.
    Archived,
}

/// One more phone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct LabelledPhone {
    /// E.g. `office`.
    #[schemars(length(min = 1, max = 50), extend("format" = "short-line"))]
    pub(super) label: String,
    /// The number.
    #[schemars(length(min = 3, max = 40), extend("format" = "phone"))]
    pub(super) number: String,
}

/// A new customer.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    /// An individual needs a first or last name, a company company_name.
    #[serde(rename = "type")]
    pub(super) kind: Type,
    #[serde(default)]
    pub(super) first_name: Option<Line>,
    #[serde(default)]
    pub(super) last_name: Option<Line>,
    #[serde(default)]
    pub(super) company_name: Option<Line>,
    /// active (default) or inactive.
    #[serde(default)]
    pub(super) status: Set<Status>,
    #[serde(default)]
    pub(super) email: Option<Email>,
    #[serde(default)]
    pub(super) phone: Option<Phone>,
    /// Further phones.
    #[serde(default)]
    #[schemars(length(max = 5))]
    pub(super) phones: Set<Vec<LabelledPhone>>,
    #[serde(default)]
    pub(super) billing_address: Option<Address>,
    /// Marked as important.
    #[serde(default)]
    pub(super) vip: Set<bool>,
    /// Asked not to be contacted.
    #[serde(default)]
    pub(super) do_not_contact: Set<bool>,
    /// Where they came from.
    #[serde(default)]
    pub(super) source: Option<Line>,
    /// E.g. en-US.
    #[serde(default)]
    pub(super) language: Option<Language>,
    /// Pays no tax.
    #[serde(default)]
    pub(super) tax_exempt: Set<bool>,
    /// On their certificate.
    #[serde(default)]
    pub(super) tax_exempt_number: Option<ShortLine>,
    /// For lines that name none.
    #[serde(default)]
    pub(super) default_tax_rate_id: Option<String>,
    /// Days until an invoice is due.
    #[serde(default)]
    #[schemars(range(min = 0, max = 180))]
    pub(super) payment_terms_days: Option<i64>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default, rename = "type")]
    pub(super) kind: Set<Type>,
    #[serde(default)]
    pub(super) first_name: Patch<Line>,
    #[serde(default)]
    pub(super) last_name: Patch<Line>,
    #[serde(default)]
    pub(super) company_name: Patch<Line>,
    /// active (restores an archived one) or inactive.
    #[serde(default)]
    pub(super) status: Set<Status>,
    #[serde(default)]
    pub(super) email: Patch<Email>,
    #[serde(default)]
    pub(super) phone: Patch<Phone>,
    /// Further phones, replaced whole.
    #[serde(default)]
    #[schemars(length(max = 5))]
    pub(super) phones: Set<Vec<LabelledPhone>>,
    /// Replaced whole.
    #[serde(default)]
    pub(super) billing_address: Patch<Address>,
    /// Marked as important.
    #[serde(default)]
    pub(super) vip: Set<bool>,
    /// Asked not to be contacted.
    #[serde(default)]
    pub(super) do_not_contact: Set<bool>,
    /// How they came to you.
    #[serde(default)]
    pub(super) source: Patch<Line>,
    /// BCP 47, e.g. es-US.
    #[serde(default)]
    pub(super) language: Patch<Language>,
    /// Pays no tax.
    #[serde(default)]
    pub(super) tax_exempt: Set<bool>,
    /// On their certificate.
    #[serde(default)]
    pub(super) tax_exempt_number: Patch<ShortLine>,
    /// For lines that name none.
    #[serde(default)]
    pub(super) default_tax_rate_id: Patch<String>,
    /// Days until an invoice is due.
    #[serde(default)]
    #[schemars(range(min = 0, max = 180))]
    pub(super) payment_terms_days: Patch<i64>,
}

/// The filters of search.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Default: all but archived.
    pub(super) status: Option<Status>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Type>,
    /// One tag id.
    pub(super) tag: Option<String>,
    /// Owing money, or not.
    pub(super) has_balance: Option<bool>,
    pub(super) city: Option<Line>,
    pub(super) region: Option<Line>,
    pub(super) postal_code: Option<ShortLine>,
    pub(super) phone: Option<Phone>,
    pub(super) email: Option<Email>,
}

/// Nothing beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {}
