//! The schema as tools/list tells it: a model reads it anew in every conversation, so it says what is needed for a
//! good call and no more. What is left out is checked all the same, and refused with a message that says what to do.
//!
//! A schema may carry marks for the teller, which the checker ignores.

use serde_json::{Map, Value, json};

use crate::fields::NULL_COUNTS;

/// Marks a field whose description says its shape: what is inside is not told.
pub const BRIEF: &str = "x-brief";
/// Marks a field that every entity takes and this one has no use for.
pub const UNTOLD: &str = "x-untold";

/// What a chat rarely needs, though calls take it.
const RARE: [&str; 12] = [
    "custom_fields",
    "external_refs",
    "onDuplicate",
    "records",
    "atomic",
    "dryRun",
    "createdSince",
    "createdBefore",
    "ids",
    "externalRef",
    "fields",
    "includeTotal",
];

/// What the checker alone reads. Keys may come in their other spelling too, so `additionalProperties: false` is not
/// told either: a host that held callers to it would refuse what Zoop takes.
const CHECKED_ONLY: [&str; 9] = [
    "format",
    "pattern",
    "propertyNames",
    "additionalProperties",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "maxProperties",
];

/// For whom a schema is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Programs and agents: every parameter.
    All,
    /// Chats: without what they rarely need.
    Chat,
}

/// Tells a schema. `many` tells that the tool takes `records` in place of one record's fields.
pub fn told(full: &Value, many: bool, audience: Audience) -> Value {
    let mut told = full.clone();
    if let Some(Value::Object(properties)) = told.get_mut("properties") {
        properties.retain(|name, property| {
            property.get(UNTOLD).is_none() && !(audience == Audience::Chat && RARE.contains(&name.as_str()))
        });
    }
    if many && audience == Audience::All {
        told["properties"]["records"] = super::input::records_property();
        // With records the other fields are not needed: a host that checks calls by this schema must let them through.
        let required = told.as_object_mut().and_then(|told| told.shift_remove("required"));
        if let Some(Value::Array(required)) = required {
            let names: Vec<&str> = required.iter().filter_map(Value::as_str).collect();
            let text = format!("{} Else required: {}.", super::input::RECORDS, names.join(", "));
            told["properties"]["records"]["description"] = text.into();
        }
    }
    shorten(&mut told);
    if let Some(Value::Object(properties)) = told.get_mut("properties") {
        let mut shapes = Vec::new();
        for (name, property) in properties {
            name_known_shapes(property, name, &mut shapes);
        }
    }
    told
}

/// The schema for the documentation: everything that is checked, without the marks, and null only where it counts.
pub fn documented(full: &Value, many: bool) -> Value {
    let mut schema = full.clone();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|_, property| property.get(UNTOLD).is_none());
    }
    if many {
        schema["properties"]["records"] = super::input::records_property();
    }
    unmark(&mut schema);
    schema
}

fn unmark(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    map.shift_remove(BRIEF);
    forget_null(map);
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        properties.values_mut().for_each(unmark);
    }
    if let Some(items) = map.get_mut("items") {
        unmark(items);
    }
}

/// Null is taken for "not sent" nearly everywhere; it is told where it means something by itself.
fn forget_null(map: &mut Map<String, Value>) {
    if map.shift_remove(NULL_COUNTS).is_some() {
        return;
    }
    if let Some(Value::Array(kinds)) = map.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [one] = kinds.as_slice() {
            let one = one.clone();
            map.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(options)) = map.get_mut("enum") {
        options.retain(|option| !option.is_null());
    }
}

fn shorten(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    for name in CHECKED_ONLY {
        map.shift_remove(name);
    }
    // A bound that no sensible value meets says nothing.
    if map.get("minimum").and_then(Value::as_i64).is_some_and(|least| least <= 1) {
        map.shift_remove("minimum");
    }
    if map.get("maximum").and_then(Value::as_i64).is_some_and(|most| most > i64::from(u32::MAX)) {
        map.shift_remove("maximum");
    }
    forget_null(map);
    // Decimals may also come as strings; a number is what comes to mind.
    if map.get("type").is_some_and(|kinds| *kinds == json!(["number", "string"])) {
        map.insert("type".to_owned(), "number".into());
    }
    if map.shift_remove(BRIEF).is_some() {
        forget_inside(map);
        if let Some(Value::Object(items)) = map.get_mut("items") {
            forget_inside(items);
        }
    }
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        properties.values_mut().for_each(shorten);
    }
    let described = map.contains_key("description");
    if let Some(items) = map.get_mut("items") {
        shorten(items);
        if let (true, Value::Object(items)) = (described, items) {
            items.shift_remove("description");
        }
    }
}

fn forget_inside(map: &mut Map<String, Value>) {
    map.shift_remove("properties");
    map.shift_remove("required");
}

/// A shape that a tool tells twice is told once; the second time its place is named. `$ref` would be shorter to
/// think of, but several hosts cannot read it.
fn name_known_shapes(schema: &mut Value, path: &str, told: &mut Vec<(Value, String)>) {
    let Value::Object(map) = schema else { return };
    if let Some(properties) = map.get("properties") {
        let known = told.iter().find(|(shape, _)| shape == properties).map(|(_, place)| place.clone());
        match known {
            Some(place) => {
                forget_inside(map);
                let text = map.get("description").and_then(Value::as_str).unwrap_or_default();
                let text = format!("{text} Fields as in {place}.");
                map.insert("description".to_owned(), text.trim_start().into());
            }
            None => told.push((properties.clone(), path.to_owned())),
        }
    }
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        for (name, property) in properties {
            name_known_shapes(property, &format!("{path}.{name}"), told);
        }
    }
    if let Some(items) = map.get_mut("items") {
        name_known_shapes(items, path, told);
    }
}
