//! A validator's error in the caller's words: what is wrong, and what would be right.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::{Map, Value};

use super::{
    input::Untaken,
    nearest::{nearest, nearest_word},
    repair::schema_around,
    spelling,
};
use crate::error::{Issue, shown};

/// The fields that a field of another name stands for, as this schema spells them; none if it does not take them, or
/// the call says them already.
pub fn stands_for(
    name: &str,
    args: &Map<String, Value>,
    known: &Map<String, Value>,
    untaken: &Untaken,
) -> Option<Map<String, Value>> {
    let spelt = |meant: Map<String, Value>| -> Map<String, Value> {
        meant.into_iter().map(|(field, value)| (spelling::name_of(&field, known), value)).collect()
    };
    let is_free = |field: &String| known.contains_key(field) && !args.contains_key(field);
    let meant = (untaken.meant)(&spelling::snake(name), args).into_iter();
    meant.map(spelt).find(|fields| fields.keys().all(is_free))
}

/// The issues that one error in `args` stands for.
pub fn issues(error: &ValidationError<'_>, schema: &Value, untaken: &Untaken, args: &Value) -> Vec<Issue> {
    let path = path_of(error.instance_path().as_str());
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let here = schema_around(error, schema).unwrap_or(&Value::Null);
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let known = here.get("properties").and_then(Value::as_object);
            let names = || known.into_iter().flat_map(|map| map.keys()).map(String::as_str);
            let unknown = |name: &String| {
                let top = args.as_object().filter(|_| path.is_empty());
                let meant = top.zip(known).and_then(|(args, known)| stands_for(name, args, known, untaken));
                let near = match meant {
                    Some(meant) => {
                        Some(meant.keys().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(" and "))
                    }
                    None => {
                        let why = untaken.known.get(&spelling::snake(name)).filter(|_| path.is_empty());
                        if let Some(why) = why {
                            let message = why.message().to_owned();
                            return Issue { path: at(name), message, reason: Some(why.reason()) };
                        }
                        nearest(name, names()).map(|near| format!("`{near}`"))
                    }
                };
                let message = match near {
                    Some(near) => format!("is no field here; did you mean {near}?"),
                    None => {
                        let all: Vec<&str> = names().take(40).collect();
                        format!("is no field here; there are {}.", all.join(", "))
                    }
                };
                Issue { path: shown(&at(name)), message, reason: Some("unknown_field") }
            };
            unexpected.iter().map(unknown).collect()
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
            let near =
                nearest_word(sent, &options).map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
            format!("must be one of {}.{near}", options.join(", "))
        }
        Kind::Minimum { limit } => format!("must be at least {limit}."),
        Kind::Maximum { limit } => format!("must be at most {limit}."),
        Kind::MaxLength { limit } => format!("has more than {limit} characters; shorten it."),
        Kind::MinLength { .. } => "is empty; give it at least one character.".to_owned(),
        Kind::MaxItems { limit } => format!("has more than {limit} entries."),
        Kind::MinItems { limit } => format!("needs at least {limit} entries."),
        Kind::MaxProperties { limit } => format!("has more than {limit} keys."),
        Kind::Custom { message, .. } => message.clone(),
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
