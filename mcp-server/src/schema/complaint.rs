//! A validator's error in the caller's words: what is wrong, and what would be right.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::Refused;
use crate::{
    error::{Issue, shown},
    fields::format_complaint,
};

/// The name that was probably meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.collect();
    // `start` means `scheduled_start`, `price` means `unit_price`: a whole word of a name, if only one name has it.
    let word = crate::schema::snake(name);
    let mut holding = known.iter().filter(|candidate| candidate.split('_').any(|part| part == word));
    if let (Some(only), None) = (holding.next(), holding.next()) {
        return Some(only);
    }
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.78)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The issues that one error stands for.
pub fn issues(error: &ValidationError<'_>, schema: &Value, refused: &Refused) -> Vec<Issue> {
    let path = path_of(error.instance_path().as_str());
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let here = schema_around(error, schema);
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let known =
                || here.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys());
            unexpected
                .iter()
                .map(|name| {
                    let refused = refused.get(&crate::schema::snake(name)).filter(|_| path.is_empty());
                    if let Some(&(message, reason)) = refused {
                        return Issue { path: at(name), message: message.to_owned(), reason: Some(reason) };
                    }
                    let message = match nearest(name, known().map(String::as_str)) {
                        Some(near) => format!("is no field here; did you mean `{near}`?"),
                        None => {
                            let all: Vec<&str> = known().map(String::as_str).take(40).collect();
                            format!("is no field here; there are {}.", all.join(", "))
                        }
                    };
                    Issue { path: shown(&at(name)), message, reason: Some("unknown_field") }
                })
                .collect()
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![Issue::new(at(name), "is required.")]
        }
        kind => vec![Issue::new(path.clone(), message(kind, error.instance(), here))],
    }
}

fn message(kind: &Kind, instance: &Value, here: &Value) -> String {
    let is_money = here.get("format").and_then(Value::as_str) == Some("money");
    match kind {
        Kind::Type { .. } if is_money => "amounts are integer minor units: send 1250 for $12.50.".to_owned(),
        Kind::Type { kind } => format!("must be {}, not {}.", expected(kind), kind_of(instance)),
        Kind::Enum { options } => {
            let options: Vec<&str> =
                options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let sent = instance.as_str().unwrap_or_default();
            let near = nearest(sent, options.iter().copied())
                .map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
            format!("must be one of {}.{near}", options.join(", "))
        }
        Kind::Minimum { limit } => format!("must be at least {limit}."),
        Kind::Maximum { limit } => format!("must be at most {limit}."),
        Kind::MaxLength { limit } => format!("has more than {limit} characters; shorten it."),
        Kind::MinLength { .. } => "is empty; give it at least one character.".to_owned(),
        Kind::MaxItems { limit } => format!("has more than {limit} entries."),
        Kind::MinItems { limit } => format!("needs at least {limit} entries."),
        Kind::MaxProperties { limit } => format!("has more than {limit} keys."),
        Kind::Format { format } => instance
            .as_str()
            .and_then(|text| format_complaint(format, text))
            .unwrap_or_else(|| format!("is no {format}.")),
        Kind::Pattern { pattern } => format!("must match `{pattern}`."),
        Kind::PropertyNames { error } => format!(
            "has the key `{}`; keys are lower-case letters, digits and `_`, up to 40, a letter first.",
            shown(error.instance().as_str().unwrap_or_default())
        ),
        _ => "is not what the tool's schema asks for.".to_owned(),
    }
}

fn expected(kind: &TypeKind) -> String {
    let one = |word: &str| {
        match word {
            "integer" => "a whole number",
            "number" => "a number",
            "string" => "a string",
            "boolean" => "true or false",
            "array" => "a list",
            "object" => "an object",
            _ => "null",
        }
        .to_owned()
    };
    match kind {
        TypeKind::Single(kind) => one(&kind.to_string()),
        TypeKind::Multiple(kinds) => {
            kinds.iter().map(|kind| one(&kind.to_string())).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The schema that holds the keyword which failed.
fn schema_around<'a>(error: &ValidationError<'_>, schema: &'a Value) -> &'a Value {
    let path = error.schema_path().as_str();
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    schema.pointer(parent).unwrap_or(&Value::Null)
}

/// `/line_items/2/quantity` as `line_items[2].quantity`.
fn path_of(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
            path.push_str(&format!("[{part}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&part);
        }
    }
    path
}
