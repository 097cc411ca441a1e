//! The call that was probably meant: what the schema refuses, mended where there is one sensible way.

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::{Map, Value};

use super::{
    complaint::stands_for,
    input::{NotTaken, Untaken},
    nearest::{nearest, nearest_word},
};
use crate::fields::minor_units;

/// The arguments with every mistake mended, if that can be done and makes them pass. What a call means stays as it is:
/// where a mend could change that, there is none. Amounts are in `currency`.
pub fn repaired(
    args: &Map<String, Value>,
    schema: &Value,
    validator: &Validator,
    untaken: &Untaken,
    currency: &str,
) -> Option<Map<String, Value>> {
    let original = Value::Object(args.clone());
    let mut mended = original.clone();
    for error in validator.iter_errors(&original) {
        let place = mended.pointer_mut(error.instance_path().as_str())?;
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                let known = schema_around(&error, schema)?.get("properties")?.as_object()?;
                let is_top = error.instance_path().as_str().is_empty();
                let object = place.as_object_mut()?;
                for name in unexpected {
                    let value = object.shift_remove(name)?;
                    if let Some(meant) = stands_for(name, args, known, untaken).filter(|_| is_top) {
                        object.extend(meant);
                        continue;
                    }
                    match untaken.known.get(name).filter(|_| is_top) {
                        Some(NotTaken::ReadOnly) => continue,
                        // It is set in another way, if at all.
                        Some(_) => return None,
                        None => {}
                    }
                    let near = nearest(name, known.keys().map(String::as_str))?;
                    if object.insert(near.to_owned(), value).is_some() {
                        return None;
                    }
                }
            }
            Kind::Enum { options } => {
                let options: Vec<&str> = options.as_array()?.iter().filter_map(Value::as_str).collect();
                *place = nearest_word(place.as_str()?, &options)?.into();
            }
            // A page too large is meant as "as many as there can be".
            Kind::Maximum { limit } if error.instance_path().as_str() == "/limit" => *place = limit.clone(),
            Kind::Type { kind } => {
                let here = schema_around(&error, schema)?;
                let amount = (here["format"] == "money").then(|| in_minor_units(place, currency)).flatten();
                *place = amount.or_else(|| of_type(place, kind, here))?;
            }
            // A field of another name may be the one that is missing: whether it is, the end shows.
            Kind::Required { .. } => {}
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

/// The schema that holds the keyword which failed.
pub fn schema_around<'a>(error: &ValidationError<'_>, schema: &'a Value) -> Option<&'a Value> {
    let path = error.schema_path().as_str();
    schema.pointer(path.rsplit_once('/').map_or("", |(parent, _)| parent))
}

/// A decimal amount in minor units.
fn in_minor_units(amount: &Value, currency: &str) -> Option<Value> {
    match amount {
        Value::Number(number) => minor_units(&number.to_string(), currency),
        Value::String(text) => minor_units(text, currency),
        _ => None,
    }
    .map(Value::from)
}

/// A text that holds a number or a truth value, a single value or a text with commas where a list is wanted.
fn of_type(value: &Value, kind: &TypeKind, schema: &Value) -> Option<Value> {
    let kinds: Vec<String> = match kind {
        TypeKind::Single(kind) => vec![kind.to_string()],
        TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
    };
    // A field that may also be cleared takes one kind beside null.
    let mut kinds = kinds.iter().filter(|kind| *kind != "null");
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return None };
    match (kind.as_str(), value) {
        ("integer", Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        ("boolean", Value::String(text)) => text.to_lowercase().parse::<bool>().ok().map(Value::from),
        ("string", Value::Number(number)) => Some(number.to_string().into()),
        ("array", Value::String(text)) if schema["items"]["type"] == "string" => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Some(entries.collect())
        }
        ("array", Value::String(_) | Value::Object(_)) => Some(vec![value.clone()].into()),
        _ => None,
    }
}
