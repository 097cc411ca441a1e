//! The catalogue as the documentation tells it: entities, their tools, what each takes and answers.

use serde_json::{Map, Value, json};
use shared::scope::{Access, Scopes};

use super::{
    examples::{self, Example},
    parameters::{Parameter, fields, parameters},
    words,
};
use crate::{
    catalog::{Catalog, Catalogued, Tool, Verb},
    entity::{By, Needs},
    verbs,
};

/// One entity.
pub struct Section {
    /// `job_series`
    pub name: &'static str,
    /// "Job series"
    pub title: String,
    /// What else it is called.
    pub words: &'static str,
    /// Its tools.
    pub tools: Vec<Entry>,
    /// What a record answers.
    pub fields: Vec<Parameter>,
    /// From, to, and by which tool; none: by itself.
    pub moves: Vec<(&'static str, &'static str, Option<String>)>,
}

/// One tool.
pub struct Entry {
    /// `customers.search`
    pub name: String,
    /// "Search customers"
    pub title: String,
    /// What it does.
    pub description: String,
    /// What else it is called, and what else its parameters are.
    pub words: String,
    /// The scope that it needs.
    pub scope: String,
    /// Whether it only reads.
    pub reads: bool,
    /// The mark U: whether it needs a real user.
    pub user: bool,
    /// Whether that user must be an owner.
    pub owner: bool,
    /// What is particular to it.
    pub own: Vec<Parameter>,
    /// What every list, or every write, takes.
    pub common: Vec<Parameter>,
    /// A call and its answer.
    pub example: Option<Example>,
}

/// What every write takes, whatever its entity.
const OF_EVERY_WRITE: [&str; 8] = [
    "expectedVersion",
    "external_refs",
    "custom_fields",
    "idempotencyKey",
    "dryRun",
    "onDuplicate",
    "atomic",
    "records",
];
/// What is a list option by its code and yet what a reader looks for first.
const OWN_OF_A_LIST: [&str; 2] = ["q", "sort"];

/// Every entity, in order.
pub fn sections(catalog: &Catalog) -> anyhow::Result<Vec<Section>> {
    let kept = examples::kept()?;
    let section = |entity: &'static dyn Catalogued| {
        let of_it = || catalog.tools().iter().filter(|tool| tool.entity.name() == entity.name());
        Section {
            name: entity.name(),
            title: capitalised(entity.nouns()),
            words: words::of_entity(entity.name()),
            tools: of_it().map(|tool| entry(tool, &kept)).collect(),
            fields: fields(record(entity)),
            moves: moves(entity, of_it()),
        }
    };
    Ok(catalog.each_entity().map(section).collect())
}

fn entry(tool: &Tool, kept: &Map<String, Value>) -> Entry {
    let list_options = verbs::list_option_names();
    let is_common = |parameter: &Parameter| {
        let name = parameter.name.as_str();
        match tool.access() {
            Access::Read => {
                list_options.iter().any(|option| option == name) && !OWN_OF_A_LIST.contains(&name)
            }
            Access::Write => OF_EVERY_WRITE.contains(&name),
        }
    };
    let (common, own): (Vec<_>, Vec<_>) = parameters(&tool.documented()).into_iter().partition(|parameter| {
        // Of get all is its own: it has but three.
        tool.verb != Verb::Get && is_common(parameter)
    });
    let scopes: Scopes = tool.scopes().into_iter().map(shared::scope::Scope::as_advertised).collect();
    Entry {
        name: tool.name.clone(),
        title: tool.title.clone(),
        description: tool.description.clone(),
        words: words::of_tool(tool.verb, own.iter().chain(&common)),
        scope: scopes.to_string(),
        reads: tool.access() == Access::Read,
        user: tool.needs() != Needs::Any,
        owner: tool.needs() == Needs::Owner,
        own,
        common,
        example: examples::of(&tool.name, kept),
    }
}

/// The fields of a record: its own, between those that every record has.
fn record(entity: &dyn Catalogued) -> Map<String, Value> {
    let mut all = Map::from_iter([(
        "id".to_owned(),
        json!({"type": "string", "description": format!("Begins with `{}_`.", entity.prefix())}),
    )]);
    all.extend(entity.record());
    let actor = json!({"type": "object", "description": "Who: {type, id, name, via}."});
    let time = json!({"type": "string", "format": "moment", "description": "In UTC."});
    for (name, schema) in [
        (
            "external_refs",
            json!({"type": "array", "items": {"type": "object"}, "description": "Ids in other systems: [{system, id}]."}),
        ),
        ("custom_fields", json!({"type": "object", "description": "Your own fields."})),
        ("version", json!({"type": "integer", "description": "Rises by 1 with every write."})),
        ("created_at", time.clone()),
        ("updated_at", time),
        ("created_by", actor.clone()),
        ("updated_by", actor),
    ] {
        all.entry(name).or_insert(schema);
    }
    let derived: Vec<String> = all.keys().filter(|name| is_derived(entity, name, &all)).cloned().collect();
    for (_, schema) in all.iter_mut().filter(|(name, _)| derived.contains(name)) {
        let known = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let description = format!("{known} {DERIVED}").trim_start().into();
        match schema {
            Value::Object(schema) => drop(schema.insert("description".to_owned(), description)),
            // `true`: anything at all.
            any => *any = json!({"description": description}),
        }
    }
    all
}

/// What a consumer that syncs must know of such a field.
const DERIVED: &str = "Derived: it moves neither version nor updated_at.";

/// A name beside an id is as it is now; other fields are named by their entity.
fn is_derived(entity: &dyn Catalogued, name: &str, fields: &Map<String, Value>) -> bool {
    let stem = name.strip_suffix("_names").or_else(|| name.strip_suffix("_name"));
    let beside_an_id = stem.is_some_and(|stem| {
        fields.contains_key(&format!("{stem}_id")) || fields.contains_key(&format!("{stem}_ids"))
    });
    beside_an_id || entity.derived().contains(&name)
}

/// From which state to which, and the tool that does it; `None` where time does.
pub fn moves<'a>(
    entity: &dyn Catalogued,
    tools: impl Iterator<Item = &'a Tool> + Clone,
) -> Vec<(&'static str, &'static str, Option<String>)> {
    let by = |by: By| {
        let verb = match by {
            By::Patch => Verb::Update,
            By::Fifth => Verb::Fifth,
            By::Time => return None,
        };
        tools.clone().find(|tool| tool.verb == verb).map(|tool| tool.name.clone())
    };
    entity.moves().into_iter().map(|(from, to, what)| (from, to, by(what))).collect()
}

/// "job series" as "Job series".
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
