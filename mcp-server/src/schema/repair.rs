//! The call that was probably meant: what the schema refuses, mended where there is one sensible way.

use jsonschema::{
    Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::{Map, Value};

use super::{Refused, complaint::nearest};

/// The arguments with every mistake mended, if that can be done and makes them pass.
pub fn repaired(
    args: &Map<String, Value>,
    schema: &Value,
    validator: &Validator,
    refused: &Refused,
) -> Option<Map<String, Value>> {
    let original = Value::Object(args.clone());
    let mut mended = original.clone();
    for error in validator.iter_errors(&original) {
        let place = mended.pointer_mut(error.instance_path().as_str())?;
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                let parent = error.schema_path().as_str().rsplit_once('/').map_or("", |(parent, _)| parent);
                let known = schema.pointer(parent)?.get("properties")?.as_object()?;
                let object = place.as_object_mut()?;
                for name in unexpected {
                    let value = object.shift_remove(name)?;
                    if refused.contains_key(name) {
                        continue;
                    }
                    let near = nearest(name, known.keys().map(String::as_str))?;
                    object.entry(near).or_insert(value);
                }
            }
            Kind::Enum { options } => {
                let options = options.as_array()?.iter().filter_map(Value::as_str);
                *place = nearest(place.as_str()?, options)?.into();
            }
            // A page too large is meant as "as many as there can be".
            Kind::Maximum { limit } if error.instance_path().as_str() == "/limit" => *place = limit.clone(),
            Kind::Type { kind } => *place = of_type(place, kind)?,
            _ => return None,
        }
    }
    match mended {
        Value::Object(mended) if mended != *args && validator.is_valid(&Value::Object(mended.clone())) => {
            Some(mended)
        }
        _ => None,
    }
}

/// A text that holds a number or a truth value, a single value where a list is wanted.
fn of_type(value: &Value, kind: &TypeKind) -> Option<Value> {
    let TypeKind::Single(kind) = kind else { return None };
    match (kind.to_string().as_str(), value) {
        ("integer", Value::String(text)) => text.trim().parse::<i64>().ok().map(Value::from),
        ("boolean", Value::String(text)) => text.trim().to_lowercase().parse::<bool>().ok().map(Value::from),
        ("string", Value::Number(number)) => Some(number.to_string().into()),
        ("array", Value::String(_) | Value::Object(_)) => Some(vec![value.clone()].into()),
        _ => None,
    }
}
