//! A line as it is sent.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use super::{Choice, Component};
use crate::{
    documents::{Discount, Price},
    error::{Error, Issue, Result},
    fields::{Line as LineText, Patch, Percentage, Quantity, ShortLine, SignedMoney},
};

/// percent or fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum DiscountKind {
    /// Of the amount.
    Percent,
    /// In minor units.
    Fixed,
}

/// A discount: {type: percent, value: 10} or {type: fixed, value: 500}.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscountInput(pub Discount);

/// {type: percent or fixed, value: percent or minor units}.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline, extend("x-brief" = true, "format" = DISCOUNT))]
struct DiscountShape {
    /// Of which kind.
    #[serde(rename = "type")]
    kind: DiscountKind,
    /// Percent, or minor units.
    #[schemars(extend("type" = ["number", "string"]))]
    value: Value,
}

/// The format of a discount: what its value may be depends on its type.
pub const DISCOUNT: &str = "discount";

/// What is wrong with the value of a discount whose shape is right; none if nothing is.
pub fn discount_complaint(discount: &Value) -> Option<String> {
    let kind = serde_json::from_value(discount.get("type")?.clone()).ok()?;
    let value = discount.get("value").filter(|value| value.is_number() || value.is_string())?;
    discount_of(kind, value).err()
}

fn discount_of(kind: DiscountKind, value: &Value) -> std::result::Result<Discount, String> {
    match (kind, value.as_i64()) {
        (DiscountKind::Percent, _) => match Percentage::deserialize(value) {
            Ok(percent) => Ok(Discount::Percent(percent.0)),
            Err(error) => Err(error.to_string()),
        },
        (DiscountKind::Fixed, Some(value)) if (0..=crate::fields::LARGEST).contains(&value) => {
            Ok(Discount::Fixed(value))
        }
        (DiscountKind::Fixed, _) => {
            Err("a fixed discount is in integer minor units: send 500 for $5.00.".to_owned())
        }
    }
}

impl<'de> Deserialize<'de> for DiscountInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let shape = DiscountShape::deserialize(deserializer)?;
        discount_of(shape.kind, &shape.value).map(Self).map_err(D::Error::custom)
    }
}

impl JsonSchema for DiscountInput {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Discount".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        DiscountShape::json_schema(generator)
    }
}

/// One line item.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct LineItem {
    /// Copies what the line lacks.
    #[serde(default)]
    pub catalog_item_id: Option<String>,
    /// Required without catalog_item_id.
    #[serde(default)]
    pub description: Option<LineText>,
    /// Default 1.
    #[serde(default)]
    pub quantity: Option<Quantity>,
    /// E.g. hour.
    #[serde(default)]
    pub unit: Patch<ShortLine>,
    /// In minor units.
    #[serde(default)]
    pub unit_price: Option<SignedMoney>,
    /// Default true.
    #[serde(default)]
    pub taxable: Option<bool>,
    /// Default: the account's rate; null: no tax.
    #[serde(default)]
    pub tax_rate_id: Patch<String>,
    #[serde(default)]
    pub discount: Patch<DiscountInput>,
    /// What the pricebook gave; none for a line that is new, or not from there.
    #[serde(skip)]
    pub snapshot: Option<Snapshot>,
    /// On a quote.
    #[serde(skip)]
    pub choice: Option<Choice>,
}

/// What a line keeps of its item, beside the fields that it may say itself.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The item's kind.
    pub kind: String,
    /// A bundle's parts.
    pub components: Vec<Component>,
}

impl LineItem {
    /// Whether the line is sent now: one that is stored keeps what it took from the pricebook.
    pub(super) fn is_new(&self) -> bool {
        self.snapshot.is_none()
    }

    pub(super) fn is_discount(&self) -> bool {
        self.snapshot.as_ref().is_some_and(|snapshot| snapshot.kind == "discount")
    }

    /// Whether it is part of the document's sums: all are, but the options of a quote that were not taken.
    pub fn is_counted(&self) -> bool {
        self.choice.is_none_or(Choice::is_selected)
    }

    pub(super) fn tax_rate(&self) -> Option<&str> {
        match &self.tax_rate_id {
            Patch::Set(id) => Some(id),
            Patch::Absent | Patch::Null => None,
        }
    }

    pub(super) fn no_tax(&self) -> bool {
        matches!(self.tax_rate_id, Patch::Null)
    }

    pub(super) fn taxable(&self) -> bool {
        self.taxable.unwrap_or(true)
    }

    pub(super) fn quantity(&self) -> i64 {
        self.quantity.map_or(10_000, |quantity| quantity.0)
    }

    pub(super) fn discount(&self) -> Option<Discount> {
        match self.discount {
            Patch::Set(DiscountInput(discount)) => Some(discount),
            Patch::Absent | Patch::Null => None,
        }
    }

    /// What one costs. A discount's line takes its discount off the others: its price is below 0.
    pub(super) fn price(&self) -> Price {
        match (self.unit_price, self.discount()) {
            (Some(price), _) => Price::Unit(price.0),
            (None, Some(Discount::Percent(p))) if self.is_discount() => Price::PercentOff(p),
            (None, Some(Discount::Fixed(value))) if self.is_discount() => Price::Unit(-value),
            (None, _) => Price::Unit(0),
        }
    }

    /// The discount on the line itself.
    pub(super) fn discount_on_line(&self) -> Option<Discount> {
        self.discount().filter(|_| !self.is_discount())
    }
}

/// What a line must have by itself, once the pricebook has given what it gives.
pub(super) fn check(items: &[LineItem], field: &str) -> Result<()> {
    let mut issues = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let mut issue =
            |name: &str, message: &str| issues.push(Issue::new(format!("{field}[{n}].{name}"), message));
        if item.description.is_none() {
            issue("description", "is required; say what the line is, or name a catalog_item_id.");
        }
        match (item.unit_price, item.is_discount()) {
            (Some(price), true) if price.0 > 0 => {
                issue("unit_price", "of a discount is below 0: send -500 to take $5.00 off.");
            }
            (Some(_), true) if item.discount().is_some() => {
                issue("discount", "cannot stand beside the unit_price of a discount; send one of them.");
            }
            (None, true) if item.discount().is_none() => {
                issue("unit_price", "is required for this discount; send it, or `discount`.");
            }
            (_, true) => {}
            (None, false) => issue("unit_price", "is required, in minor units: send 1250 for $12.50."),
            (Some(price), false) if price.0 < 0 => {
                issue(
                    "unit_price",
                    "may be below 0 only for an item of kind discount; use `discount` instead.",
                );
            }
            (Some(_), false) => {}
        }
        if item.choice.is_some_and(|choice| !choice.is_optional() && !choice.is_selected()) {
            issue("selected", "is false only for a line with `optional: true`; send that too.");
        }
    }
    if issues.is_empty() { Ok(()) } else { Err(Error::issues(issues)) }
}
