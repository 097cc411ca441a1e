//! A quote's lines: its customer may choose among them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

use super::LineItem;

/// Whether a line can be left out, and whether it is in. A line that cannot be left out is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Choice {
    /// The customer may leave it out; default false.
    #[serde(default)]
    pub optional: Option<bool>,
    /// Counts toward the total; default: unless optional.
    #[serde(default)]
    pub selected: Option<bool>,
}

impl Choice {
    /// Whether the line can be left out.
    pub fn is_optional(self) -> bool {
        self.optional.unwrap_or(false)
    }

    /// Whether the line is in.
    pub fn is_selected(self) -> bool {
        self.selected.unwrap_or(!self.is_optional())
    }

    /// This patch on top of what is there.
    pub(super) fn over(self, before: Self) -> Self {
        let became_fixed = self.optional == Some(false);
        let selected = if became_fixed { None } else { before.selected };
        Self { optional: self.optional.or(before.optional), selected: self.selected.or(selected) }
    }
}

/// A line item that may also say `optional` and `selected`.
#[derive(Clone, Debug, Default)]
pub struct QuoteLine(LineItem);

impl From<QuoteLine> for LineItem {
    fn from(line: QuoteLine) -> Self {
        line.0
    }
}

impl<'de> Deserialize<'de> for QuoteLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut line = Map::deserialize(deserializer)?;
        let own: Map<String, Value> =
            ["optional", "selected"].into_iter().filter_map(|name| line.shift_remove_entry(name)).collect();
        let choice = Choice::deserialize(Value::Object(own)).map_err(D::Error::custom)?;
        let line = LineItem::deserialize(Value::Object(line)).map_err(D::Error::custom)?;
        Ok(Self(LineItem { choice: Some(choice), ..line }))
    }
}

impl JsonSchema for QuoteLine {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "QuoteLine".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = LineItem::json_schema(generator);
        let own = Choice::json_schema(generator).remove("properties");
        if let (Some(Value::Object(properties)), Some(Value::Object(own))) =
            (schema.get_mut("properties"), own)
        {
            properties.extend(own);
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(json: Value) -> LineItem {
        serde_json::from_value::<QuoteLine>(json).unwrap().into()
    }

    #[test]
    fn an_optional_line_is_out_until_it_is_selected() {
        let is_in = |json| line(json).is_counted();
        assert!(is_in(json!({"description": "Boiler", "unit_price": 5})));
        assert!(!is_in(json!({"optional": true})));
        assert!(is_in(json!({"optional": true, "selected": true})));
        assert!(!is_in(json!({"optional": true, "selected": false})));
        let out = Choice { optional: Some(true), selected: Some(false) };
        let fixed = Choice { optional: Some(false), selected: None }.over(out);
        assert!(fixed.is_selected(), "what cannot be left out is in");
        assert!(Choice { optional: None, selected: Some(true) }.over(out).is_optional());
    }

    #[test]
    fn its_schema_is_a_lines_with_two_fields_more() {
        let schema = schemars::schema_for!(QuoteLine);
        let names = |schema: &Schema| schema.get("properties").unwrap().as_object().unwrap().len();
        assert_eq!(names(&schema), names(&schemars::schema_for!(LineItem)) + 2);
        assert_eq!(schema.get("additionalProperties"), Some(&json!(false)));
        assert!(serde_json::from_value::<QuoteLine>(json!({"optoinal": true})).is_err());
    }
}
