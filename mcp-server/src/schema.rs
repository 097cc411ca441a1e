//! JSON Schemas of tools: made from the types, checked collecting every error, told in plain words.

mod checker;
mod complaint;
mod input;
mod nearest;
mod repair;
mod spelling;
mod tell;
mod tidy;

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::{Error, Issue, Result};

pub use input::{Checked, InputSchema, NotTaken, Untaken};
pub use nearest::nearest;
pub use spelling::snake;
pub use tell::{Audience, BRIEF, UNTOLD};

/// The properties of a type's schema, in the order of its fields.
pub fn properties_of<T: JsonSchema>() -> Map<String, Value> {
    match of::<T>().remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// The same as a reader is told of them: each with a description.
pub fn documented_properties_of<T: JsonSchema>() -> Map<String, Value> {
    let mut schema = object(properties_of::<T>(), vec![]);
    describe_all(&mut schema);
    match schema["properties"].take() {
        Value::Object(properties) => properties,
        _ => Map::new(),
    }
}

/// The names of a type's required fields.
pub fn required_of<T: JsonSchema>() -> Vec<Value> {
    match of::<T>().remove("required") {
        Some(Value::Array(names)) => names,
        _ => vec![],
    }
}

fn of<T: JsonSchema>() -> Map<String, Value> {
    let mut settings = schemars::generate::SchemaSettings::draft2020_12();
    settings.meta_schema = None;
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    simplify(&mut schema);
    match schema {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// `oneOf` of constants becomes an enum, `anyOf [{…}, null]` one schema with two types, and what says nothing is left
/// out: shorter to read, and an error inside it is told by its own path.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Array(variants)) = map.get("oneOf")
                && let Some(words) =
                    variants.iter().map(|one| one.get("const").cloned()).collect::<Option<Vec<_>>>()
            {
                map.shift_remove("oneOf");
                map.insert("type".into(), "string".into());
                map.insert("enum".into(), words.into());
            }
            if let Some(Value::Array(variants)) = map.get("anyOf")
                && let [Value::Object(one), other] = variants.as_slice()
                && other == &json!({"type": "null"})
            {
                let mut one = Value::Object(one.clone());
                simplify(&mut one);
                let Value::Object(mut one) = one else { return };
                map.shift_remove("anyOf");
                if let Some(Value::String(kind)) = one.get("type") {
                    one.insert("type".into(), json!([kind, "null"]));
                }
                if let Some(Value::Array(options)) = one.get_mut("enum") {
                    options.push(Value::Null);
                }
                for (name, value) in one {
                    map.entry(name).or_insert(value);
                }
            }
            if map.get("default") == Some(&Value::Null) {
                map.shift_remove("default");
            }
            map.shift_remove("title");
            for_each_schema(map, simplify);
        }
        Value::Array(list) => list.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// Every schema inside this one. A record may have a field of any name, `title` too: what stands under `properties` is
/// a list of fields and no schema itself.
fn for_each_schema(map: &mut Map<String, Value>, change: fn(&mut Value)) {
    for (name, value) in map.iter_mut() {
        match (name.as_str(), value) {
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(change),
            (_, value) => change(value),
        }
    }
}

fn object(properties: Map<String, Value>, required: Vec<Value>) -> Value {
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// Every parameter has a description: one whose name says it all is described by its name.
fn describe_all(schema: &mut Value) {
    if let Some(items) = schema.get_mut("items") {
        describe_all(items);
    }
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (name, schema) in properties.iter_mut() {
        describe_all(schema);
        if let Value::Object(property) = schema
            && !property.contains_key("description")
        {
            property.insert("description".into(), described_by_name(name).into());
        }
    }
}

/// `postal_code` as "Postal code."
pub fn described_by_name(name: &str) -> String {
    let words = spelling::snake(name).replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    format!("{}{}.", first.collect::<String>(), letters.as_str())
}

/// Reads arguments that have passed the schema into their type; what only the type can tell has its path too.
pub fn read<T: DeserializeOwned>(args: Map<String, Value>) -> Result<T> {
    serde_path_to_error::deserialize(Value::Object(args)).map_err(|error| {
        let mut path = String::new();
        let _ = write!(path, "{}", error.path());
        Error::issues(vec![Issue::new(path, error.into_inner().to_string())])
    })
}
