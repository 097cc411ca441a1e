//! What the tools of catalog items take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    fields::{Body, Line, Markup, Money, Patch, Quantity, Set, ShortLine},
    lines::DiscountInput,
};

/// What an item is; fixed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Kind {
    /// Work with a price of its own.
    Service,
    /// A thing.
    Product,
    /// Work by the hour.
    Labor,
    /// A charge.
    Fee,
    /// Several of these at once.
    Bundle,
    /// What is taken off.
    Discount,
}

impl Kind {
    const ALL: [Kind; 6] =
        [Kind::Service, Kind::Product, Kind::Labor, Kind::Fee, Kind::Bundle, Kind::Discount];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Service => "service",
            Kind::Product => "product",
            Kind::Labor => "labor",
            Kind::Fee => "fee",
            Kind::Bundle => "bundle",
            Kind::Discount => "discount",
        }
    }

    /// The kind of a stored word: the column's CHECK holds these alone.
    pub fn of_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Kind::Service)
    }
}

/// A part of a bundle.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct ComponentInput {
    /// No bundle, no discount.
    pub catalog_item_id: String,
    /// In one bundle; default 1.
    #[serde(default)]
    pub quantity: Option<Quantity>,
}

/// A new item.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    /// Fixed for good.
    pub(super) kind: Kind,
    pub(super) name: Line,
    /// Unique ignoring case.
    #[serde(default)]
    pub(super) sku: Option<ShortLine>,
    #[serde(default)]
    pub(super) description: Option<Body>,
    #[serde(default)]
    pub(super) category_id: Option<String>,
    /// E.g. hour; not for discounts.
    #[serde(default)]
    pub(super) unit: Option<ShortLine>,
    /// Minor units; required but for discounts and bundles. A bundle without one costs the sum of its components.
    #[serde(default)]
    pub(super) unit_price: Option<Money>,
    /// For kind discount, which has no unit_price.
    #[serde(default)]
    pub(super) discount: Option<DiscountInput>,
    /// Default true.
    #[serde(default)]
    pub(super) taxable: Set<bool>,
    /// Absent: the default rate.
    #[serde(default)]
    pub(super) tax_rate_id: Option<String>,
    /// How long the work takes.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_080))]
    pub(super) duration_minutes: Option<i64>,
    /// For kind bundle.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub(super) components: Set<Vec<ComponentInput>>,
    /// Minor units; for owners alone.
    #[serde(default)]
    pub(super) cost: Option<Money>,
    /// On the cost; for owners alone.
    #[serde(default)]
    pub(super) markup_percent: Option<Markup>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default)]
    pub(super) name: Set<Line>,
    /// Unique ignoring case.
    #[serde(default)]
    pub(super) sku: Patch<ShortLine>,
    #[serde(default)]
    pub(super) description: Patch<Body>,
    #[serde(default)]
    pub(super) category_id: Patch<String>,
    /// Not for discounts.
    #[serde(default)]
    pub(super) unit: Patch<ShortLine>,
    /// Minor units. null: a bundle costs the sum of its components.
    #[serde(default)]
    pub(super) unit_price: Patch<Money>,
    /// For kind discount.
    #[serde(default)]
    pub(super) discount: Set<DiscountInput>,
    /// Whether tax applies.
    #[serde(default)]
    pub(super) taxable: Set<bool>,
    /// null: the default rate.
    #[serde(default)]
    pub(super) tax_rate_id: Patch<String>,
    /// How long the work takes.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_080))]
    pub(super) duration_minutes: Patch<i64>,
    /// Replaced whole; for kind bundle.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub(super) components: Set<Vec<ComponentInput>>,
    /// Minor units; for owners alone.
    #[serde(default)]
    pub(super) cost: Patch<Money>,
    /// On the cost; for owners alone.
    #[serde(default)]
    pub(super) markup_percent: Patch<Markup>,
}

/// The filters of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    pub(super) kind: Option<Kind>,
    /// With the categories below it.
    pub(super) category_id: Option<String>,
    /// Exactly, ignoring case.
    pub(super) sku: Option<ShortLine>,
    /// Whether tax applies.
    pub(super) taxable: Option<bool>,
    /// Minor units.
    pub(super) price_min: Option<Money>,
    /// Minor units.
    pub(super) price_max: Option<Money>,
}

/// Nothing beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {}
