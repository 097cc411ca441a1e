//! A JSON Schema as a reader wants it: names, types in words, limits, and what is inside.

use serde_json::{Map, Value};

use crate::schema;

/// One parameter, or one field of a record.
pub struct Parameter {
    /// Its name; of a nested one its path.
    pub name: String,
    /// Its type in words.
    pub kind: String,
    /// Whether it must be sent.
    pub required: bool,
    /// The values that it can have, where they are few.
    pub values: Vec<String>,
    /// Its limits in words; empty where there are none worth telling.
    pub limits: String,
    /// What it means.
    pub description: String,
    /// The fields inside, each with its path.
    pub inside: Vec<Parameter>,
}

impl Parameter {
    /// Whether its description says no more than its name: a page need not say it twice.
    pub fn says_its_name(&self) -> bool {
        let name = self.name.rsplit('.').next().unwrap_or_default();
        self.description == schema::described_by_name(name)
    }
}

/// The parameters of an object's schema.
pub fn parameters(schema: &Value) -> Vec<Parameter> {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object();
    let one = |(name, schema): (&String, &Value)| {
        let mut inside = Vec::new();
        flatten(schema, "", &mut inside);
        Parameter { inside, ..parameter(name.clone(), schema, required.contains(&name.as_str())) }
    };
    properties.into_iter().flatten().map(one).collect()
}

/// The fields of a record.
pub fn fields(properties: Map<String, Value>) -> Vec<Parameter> {
    parameters(&Value::from_iter([("properties", Value::Object(properties))]))
}

fn flatten(schema: &Value, path: &str, out: &mut Vec<Parameter>) {
    let schema = if schema["items"].is_object() { &schema["items"] } else { schema };
    for inner in parameters_at(schema) {
        let (name, inner, required) = inner;
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        out.push(parameter(path.clone(), inner, required));
        flatten(inner, &path, out);
    }
}

fn parameters_at(schema: &Value) -> impl Iterator<Item = (&String, &Value, bool)> {
    let required = schema["required"].as_array();
    schema["properties"].as_object().into_iter().flatten().map(move |(name, inner)| {
        let needed = required.is_some_and(|names| names.iter().any(|needed| needed == name.as_str()));
        (name, inner, needed)
    })
}

fn parameter(name: String, schema: &Value, required: bool) -> Parameter {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Parameter {
        name,
        kind: kind(schema),
        required,
        values: schema["enum"].as_array().into_iter().flatten().filter_map(text).collect(),
        limits: limits(schema),
        description: text(&schema["description"]).unwrap_or_default(),
        inside: vec![],
    }
}

fn kind(schema: &Value) -> String {
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec!["any"],
    };
    let format = match schema["format"].as_str() {
        Some("money") => ", minor units",
        Some("moment" | "date-time") => ", RFC 3339",
        Some("when") => ", local or RFC 3339",
        Some("date") => ", YYYY-MM-DD",
        Some("mail") => ", email",
        Some("phone") => ", phone",
        Some("time-zone") => ", IANA zone",
        Some("color") => ", #rrggbb",
        _ => "",
    };
    let mut words: Vec<String> = kinds
        .into_iter()
        .map(|kind| match kind {
            "array" => format!("list of {}s", kind_of_items(&schema["items"])),
            kind => kind.to_owned(),
        })
        .collect();
    let null = words.iter().position(|kind| kind == "null").map(|n| words.remove(n));
    let null = if null.is_some() { " or null" } else { "" };
    format!("{}{format}{null}", words.join(" or "))
}

fn kind_of_items(items: &Value) -> &str {
    items["type"].as_str().unwrap_or("object")
}

fn limits(schema: &Value) -> String {
    let number = |name: &str| schema[name].as_i64().filter(|limit| limit.unsigned_abs() < 1_000_000_000);
    // Where the form tells how long it is, its bound says nothing more.
    let length = number("maxLength").filter(|_| schema["format"] != "date");
    match (number("minimum"), number("maximum"), length, number("maxItems")) {
        (Some(least), Some(most), ..) => format!("{least} to {most}"),
        (None, Some(most), ..) => format!("at most {most}"),
        (_, _, Some(most), _) => format!("up to {} characters", grouped(most)),
        (_, _, _, Some(most)) => format!("up to {most} entries"),
        _ => String::new(),
    }
}

/// 20000 as "20,000".
pub fn grouped(number: i64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}
