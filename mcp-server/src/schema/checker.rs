//! The validator of a schema: draft 2020-12, with `format` as Zoop's own fields mean it.

use jsonschema::{Keyword, ValidationError, Validator, paths::Location};
use serde_json::{Map, Value};

use super::for_each_schema;
use crate::{
    fields::format_complaint,
    lines::{DISCOUNT, discount_complaint},
};

/// Makes the validator.
pub fn validator(schema: &Value) -> anyhow::Result<Validator> {
    let mut schema = schema.clone();
    bound_whole_numbers(&mut schema);
    Ok(jsonschema::draft202012::options().with_keyword("format", Format::of).build(&schema)?)
}

/// A format holds for numbers too, and says itself what is wrong.
struct Format(String);

impl Format {
    fn of<'a>(
        _: &'a Map<String, Value>,
        name: &'a Value,
        _: Location,
    ) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
        Ok(Box::new(Format(name.as_str().unwrap_or_default().to_owned())))
    }

    fn complaint(&self, value: &Value) -> Option<String> {
        match self.0.as_str() {
            DISCOUNT => discount_complaint(value),
            format => format_complaint(format, value),
        }
    }
}

impl<'i> Keyword<'i> for Format {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        self.complaint(instance).map_or(Ok(()), |complaint| Err(ValidationError::custom(complaint)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.complaint(instance).is_none()
    }
}

/// Past it JSON's numbers are no longer exact everywhere (RFC 8259 §6).
const LARGEST_WHOLE: i64 = (1 << 53) - 1;

/// A whole number without a bound of its own has JSON's, so that none is left to what happens to hold it.
fn bound_whole_numbers(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            let is_whole = match map.get("type") {
                Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "integer"),
                Some(kind) => kind == "integer",
                None => false,
            };
            if is_whole {
                map.entry("minimum").or_insert((-LARGEST_WHOLE).into());
                map.entry("maximum").or_insert(LARGEST_WHOLE.into());
            }
            for_each_schema(map, bound_whole_numbers);
        }
        Value::Array(list) => list.iter_mut().for_each(bound_whole_numbers),
        _ => {}
    }
}
