//! The two spellings of a key: each is accepted, both at once are not.

use serde_json::{Map, Value};

use crate::error::Issue;

/// `camelCase` as `snake_case`.
pub fn snake(key: &str) -> String {
    let mut snake = String::with_capacity(key.len() + 4);
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// `snake_case` as `camelCase`.
fn camel(key: &str) -> String {
    let mut camel = String::with_capacity(key.len());
    let mut upper = false;
    for c in key.chars() {
        match (c, upper) {
            ('_', _) => upper = true,
            (c, true) => {
                camel.push(c.to_ascii_uppercase());
                upper = false;
            }
            (c, false) => camel.push(c),
        }
    }
    camel
}

/// Renames keys that stand in their other spelling, as deep as the schema names keys at all: those inside
/// `custom_fields` are the caller's own and stay.
pub fn bring_to_one(value: &mut Value, schema: &Value, path: &str, issues: &mut Vec<Issue>) {
    match value {
        Value::Object(object) => {
            let Some(Value::Object(properties)) = schema.get("properties") else { return };
            let mut renamed = Map::with_capacity(object.len());
            for (key, mut value) in std::mem::take(object) {
                let name = name_of(&key, properties);
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if let Some(schema) = properties.get(&name) {
                    bring_to_one(&mut value, schema, &inner, issues);
                }
                if renamed.contains_key(&name) {
                    let message = "is there in both spellings; send one of them.";
                    issues.push(Issue::new(inner, message));
                } else {
                    renamed.insert(name, value);
                }
            }
            *object = renamed;
        }
        Value::Array(list) => {
            let Some(items) = schema.get("items") else { return };
            for (n, value) in list.iter_mut().enumerate() {
                bring_to_one(value, items, &format!("{path}[{n}]"), issues);
            }
        }
        _ => {}
    }
}

/// The key as these properties spell it; as it is, if they do not know it.
pub fn name_of(key: &str, properties: &Map<String, Value>) -> String {
    let other = [snake(key), camel(key)];
    match properties.contains_key(key) {
        true => key.to_owned(),
        false => {
            other.into_iter().find(|name| properties.contains_key(name)).unwrap_or_else(|| key.to_owned())
        }
    }
}
