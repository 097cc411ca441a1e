//! The fields by which records name others, as they are called wherever they stand.

use crate::entities::{
    catalog_categories::CatalogCategories, catalog_items::CatalogItems, contacts::Contacts,
    customers::Customers, jobs::Jobs, locations::Locations, quotes::Quotes,
};
use crate::references::{Kind, TAX_RATE};

/// A field, and the records that it names.
pub type Reference = (&'static str, Kind);

pub const CUSTOMER: Reference = ("customer_id", Kind::of::<Customers>());
pub const CONTACT: Reference = ("contact_id", Kind::of::<Contacts>());
pub const LOCATION: Reference = ("location_id", Kind::of::<Locations>());
pub const LOCATIONS: Reference = ("location_ids", Kind::of::<Locations>());
pub const FROM_JOB: Reference = ("from_job_id", Kind::of::<Jobs>());
pub const FROM_QUOTE: Reference = ("from_quote_id", Kind::of::<Quotes>());
pub const ITEM: Reference = ("catalog_item_id", Kind::of::<CatalogItems>());
pub const CATEGORY: Reference = ("category_id", Kind::of::<CatalogCategories>());
pub const RATE: Reference = ("tax_rate_id", TAX_RATE);
pub const DEFAULT_RATE: Reference = ("default_tax_rate_id", TAX_RATE);
