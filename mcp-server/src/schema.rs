//! JSON Schemas of tools: made from the types, checked collecting every error, told in plain words.

mod complaint;
mod repair;
mod spelling;
mod tell;
mod tidy;

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use jsonschema::Validator;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Issue, Result},
    fields::{FORMATS, format_complaint},
};

pub use complaint::nearest;
pub use spelling::snake;
pub use tell::{Audience, BRIEF, UNTOLD};

/// Fields that are known but not taken here, with what a call that sends one is told and the reason.
pub type Refused = HashMap<String, (&'static str, &'static str)>;

/// A tool's input: its JSON Schema as it is checked, and as it is told.
pub struct InputSchema {
    one: Shape,
    many: Option<Many>,
}

/// For a tool that takes many records at once: what stands beside `records`, and in each of them.
struct Many {
    options: Shape,
    record: Shape,
}

/// What an object of arguments must be like.
struct Shape {
    schema: Value,
    validator: Validator,
    refused: Refused,
}

/// Arguments that have passed the schema.
#[derive(Debug)]
pub enum Checked {
    /// One record's, or a reading call's.
    One(Map<String, Value>),
    /// Many records', each checked by itself.
    Many {
        /// What stands beside `records`.
        options: Map<String, Value>,
        /// Each record's arguments, or what is wrong with them.
        records: Vec<Result<Map<String, Value>>>,
    },
}

/// At most so many records in one call.
const MOST_RECORDS: usize = 100;

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

impl InputSchema {
    /// A schema of these properties; `refused` are fields that this tool does not take.
    pub fn new(
        properties: Map<String, Value>,
        required: Vec<Value>,
        refused: Refused,
    ) -> anyhow::Result<Self> {
        let mut schema = object(properties, required);
        describe_all(&mut schema);
        Ok(Self { one: Shape::new(schema, refused)?, many: None })
    }

    /// The same, for a tool that also takes `records`; `options` are what may stand beside them, for all of them.
    pub fn taking_many(mut self, options: Map<String, Value>) -> anyhow::Result<Self> {
        let (mut record, mut refused) = (self.one.schema.clone(), self.one.refused.clone());
        if let Some(Value::Object(properties)) = record.get_mut("properties") {
            for name in options.keys() {
                properties.shift_remove(name);
                refused.insert(snake(name), ("stands beside `records`, for all of them.", "unknown_field"));
            }
        }
        let mut properties = options;
        properties.insert("records".into(), records_property());
        let options = object(properties, vec!["records".into()]);
        let options = Shape::new(options, Refused::new())?;
        self.many = Some(Many { options, record: Shape::new(record, refused)? });
        Ok(self)
    }

    /// The schema as tools/list tells it.
    pub fn told(&self, audience: Audience) -> Value {
        tell::told(&self.one.schema, self.many.is_some(), audience)
    }

    /// The schema for the documentation.
    pub fn documented(&self) -> Value {
        tell::documented(&self.one.schema, self.many.is_some())
    }

    /// Whether it edits single entries of a list: a repeated call then does not end where one does.
    pub fn takes_ops(&self) -> bool {
        let properties = self.one.schema["properties"].as_object();
        properties.is_some_and(|properties| properties.keys().any(|name| name.ends_with("_ops")))
    }

    /// Brings the keys to their one spelling and checks everything, collecting every error.
    pub fn check(&self, args: Map<String, Value>) -> Result<Checked> {
        let Some(many) = self.many.as_ref().filter(|_| args.contains_key("records")) else {
            return self.one.check(args).map(Checked::One);
        };
        let mut options = many.options.check(args)?;
        let records = match options.shift_remove("records") {
            Some(Value::Array(records)) => records,
            _ => vec![],
        };
        let one = |record| match record {
            Value::Object(args) => many.record.check(args),
            _ => Err(Error::invalid("A record is an object of the tool's own fields.")),
        };
        Ok(Checked::Many { options, records: records.into_iter().map(one).collect() })
    }
}

impl InputSchema {
    /// The arguments that were probably meant, if there is one sensible way to mend these.
    pub fn repaired(&self, args: &Map<String, Value>) -> Option<Map<String, Value>> {
        repair::repaired(args, &self.one.schema, &self.one.validator, &self.one.refused)
    }
}

const RECORDS: &str = "Up to 100 at once, each with the fields above.";

fn records_property() -> Value {
    json!({"type": "array", "minItems": 1, "maxItems": MOST_RECORDS, "items": {"type": "object"}, "description": RECORDS})
}

fn object(properties: Map<String, Value>, required: Vec<Value>) -> Value {
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn validator(schema: &Value) -> anyhow::Result<Validator> {
    let mut options = jsonschema::draft202012::options().should_validate_formats(true);
    for &format in FORMATS {
        options = options.with_format(format, move |text: &str| format_complaint(format, text).is_none());
    }
    Ok(options.build(schema)?)
}

impl Shape {
    fn new(schema: Value, refused: Refused) -> anyhow::Result<Self> {
        let validator = validator(&schema)?;
        Ok(Self { schema, validator, refused })
    }

    fn check(&self, args: Map<String, Value>) -> Result<Map<String, Value>> {
        let mut args = Value::Object(args);
        let mut issues = Vec::new();
        spelling::bring_to_one(&mut args, &self.schema, "", &mut issues);
        tidy::tidy(&mut args, "", &mut issues);
        for error in self.validator.iter_errors(&args) {
            issues.extend(complaint::issues(&error, &self.schema, &self.refused));
        }
        // A text that is too long breaks its length and its format: one thing is wrong, and is said once.
        let mut said = HashSet::new();
        issues.retain(|issue| said.insert(issue.path.clone()));
        match args {
            Value::Object(args) if issues.is_empty() => Ok(args),
            _ => Err(Error::issues(issues)),
        }
    }
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
