//! A tool's input: its schema, and how a call's arguments are brought to it.

use std::collections::{HashMap, HashSet};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{Audience, checker, complaint, describe_all, object, repair, spelling, tell, tidy};
use crate::{
    error::{Error, Issue, Result},
    fields::NULL_COUNTS,
};

/// Why a known field is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// Zoop sets it: a call may simply leave it out.
    ReadOnly,
    /// It is set in another way, if at all, and this says how.
    Fixed(&'static str),
    /// It is an option, and stands within one of many records.
    BesideRecords,
}

impl NotTaken {
    /// What a call that sends it is told.
    pub fn message(self) -> &'static str {
        match self {
            Self::ReadOnly => "is read-only: Zoop sets it. Leave it out.",
            Self::Fixed(message) => message,
            Self::BesideRecords => "stands beside `records`, for all of them.",
        }
    }

    /// The reason that the error gives.
    pub fn reason(self) -> &'static str {
        match self {
            Self::ReadOnly | Self::Fixed(_) => "read_only_field",
            Self::BesideRecords => "unknown_field",
        }
    }
}

/// What a field of another name may stand for, by the whole of a call's arguments: the likeliest first.
pub type Meant = fn(&str, &Map<String, Value>) -> Vec<Map<String, Value>>;

/// What there is to say of fields that a tool does not take.
#[derive(Clone)]
pub struct Untaken {
    /// Those that are known.
    pub known: HashMap<String, NotTaken>,
    /// Those that have another name.
    pub meant: Meant,
}

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

/// A schema that arguments are checked by.
struct Shape {
    schema: Value,
    validator: Validator,
    untaken: Untaken,
    /// Whether it is a patch, in which null clears a field.
    patch: bool,
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

/// How a told schema speaks of them.
pub(super) const RECORDS: &str = "Up to 100 at once, each with the fields above.";

pub(super) fn records_property() -> Value {
    json!({"type": "array", "minItems": 1, "maxItems": MOST_RECORDS, "items": {"type": "object"}, "description": RECORDS})
}

impl InputSchema {
    /// A schema of these properties; `untaken` tells of fields that the tool does not take.
    pub fn new(
        properties: Map<String, Value>,
        required: Vec<Value>,
        untaken: Untaken,
    ) -> anyhow::Result<Self> {
        let mut schema = object(properties, required);
        describe_all(&mut schema);
        Ok(Self { one: Shape::new(schema, untaken)?, many: None })
    }

    /// The same, for a tool that takes a patch.
    pub fn of_patch(mut self) -> Self {
        self.one.patch = true;
        self
    }

    /// The same, for a tool that also takes `records`; `options` are what may stand beside them, for all of them.
    pub fn taking_many(mut self, options: Map<String, Value>) -> anyhow::Result<Self> {
        let (mut record, mut refused) = (self.one.schema.clone(), self.one.untaken.clone());
        if let Some(Value::Object(properties)) = record.get_mut("properties") {
            for name in options.keys() {
                properties.shift_remove(name);
                refused.known.insert(spelling::snake(name), NotTaken::BesideRecords);
            }
        }
        let record = Shape { patch: self.one.patch, ..Shape::new(record, refused)? };
        let mut properties = options;
        // A record that is no object is told so in its own place, and the others are written.
        let mut records = records_property();
        records["items"] = json!({});
        properties.insert("records".into(), records);
        let untaken = Untaken { known: HashMap::new(), meant: |_, _| vec![] };
        let options = Shape::new(object(properties, vec!["records".into()]), untaken)?;
        self.many = Some(Many { options, record });
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
    pub fn check(&self, mut args: Map<String, Value>) -> Result<Checked> {
        if self.many.is_some() && args.get("records").is_some_and(Value::is_null) {
            args.shift_remove("records");
        }
        let Some(many) = self.many.as_ref().filter(|_| args.contains_key("records")) else {
            return self.one.check(args, false).map(Checked::One);
        };
        let mut options = many.options.check(args, false)?;
        let upserts = asks_to_upsert(&options);
        let records = match options.shift_remove("records") {
            Some(Value::Array(records)) => records,
            _ => vec![],
        };
        let one = |record| match record {
            Value::Object(args) => many.record.check(args, upserts),
            _ => Err(Error::invalid("A record is an object of the tool's own fields.")),
        };
        Ok(Checked::Many { options, records: records.into_iter().map(one).collect() })
    }

    /// The arguments that were probably meant, if there is one sensible way to mend these; amounts are in `currency`.
    pub fn repaired(&self, args: &Map<String, Value>, currency: &str) -> Option<Map<String, Value>> {
        let (Value::Object(args), issues) = self.one.in_order(args.clone(), false) else { return None };
        if !issues.is_empty() {
            return None;
        }
        repair::repaired(&args, &self.one.schema, &self.one.validator, &self.one.untaken, currency)
    }
}

impl Shape {
    fn new(schema: Value, untaken: Untaken) -> anyhow::Result<Self> {
        let validator = checker::validator(&schema)?;
        Ok(Self { schema, validator, untaken, patch: false })
    }

    fn check(&self, args: Map<String, Value>, upserts: bool) -> Result<Map<String, Value>> {
        let (args, mut issues) = self.in_order(args, upserts);
        for error in self.validator.iter_errors(&args) {
            issues.extend(complaint::issues(&error, &self.schema, &self.untaken, &args));
        }
        // A text that is too long breaks its length and its format: one thing is wrong, and is said once.
        let mut said = HashSet::new();
        issues.retain(|issue| said.insert(issue.path.clone()));
        match args {
            Value::Object(args) if issues.is_empty() => Ok(args),
            _ => Err(Error::issues(issues)),
        }
    }

    /// The arguments with their keys in one spelling, their texts tidy and without what is not sent; and what cannot be
    /// brought there.
    fn in_order(&self, args: Map<String, Value>, upserts: bool) -> (Value, Vec<Issue>) {
        let mut args = Value::Object(args);
        let mut issues = Vec::new();
        spelling::bring_to_one(&mut args, &self.schema, "", &mut issues);
        tidy::tidy(&mut args, "", &mut issues);
        if let Value::Object(args) = &mut args {
            self.forget_nulls(args, upserts);
        }
        (args, issues)
    }

    /// Null stands for "not sent" wherever it has no meaning of its own. In a patch it clears a field, and so it does
    /// where a create turns into one.
    fn forget_nulls(&self, args: &mut Map<String, Value>, upserts: bool) {
        let Some(properties) = self.schema["properties"].as_object().filter(|_| !self.patch) else { return };
        let upserts = upserts || asks_to_upsert(args);
        let counts = |property: &Value| {
            let takes_null = property["type"].as_array().is_some_and(|kinds| kinds.contains(&"null".into()));
            property.get(NULL_COUNTS).is_some() || upserts && takes_null
        };
        args.retain(|name, value| !value.is_null() || properties.get(name).is_none_or(counts));
    }
}

fn asks_to_upsert(args: &Map<String, Value>) -> bool {
    args.get("onDuplicate").is_some_and(|what| what == "update")
}
