//! Other words for fields and tools, which people and models use: each is told, and hinted at, as what it is here.

use serde_json::{Map, Value};

use super::{Tool, Verb};
use crate::{entity::Entity, schema};

/// Words for a field, and the fields of which the first that a tool takes is meant.
const FIELDS: &[(&str, &[&str])] = &[
    ("query", &["q"]),
    ("search", &["q"]),
    ("search_term", &["q"]),
    ("keyword", &["q"]),
    ("text", &["q", "body"]),
    ("name", &["q", "title"]),
    ("title", &["q", "name"]),
    ("content", &["body"]),
    ("order_by", &["sort"]),
    ("sort_by", &["sort"]),
    ("page_size", &["limit"]),
    ("per_page", &["limit"]),
    ("max_results", &["limit"]),
    ("page_token", &["cursor"]),
    ("next_cursor", &["cursor"]),
];

/// Words for a verb.
const VERBS: &[(Verb, &[&str])] = &[
    (Verb::First, &["list", "search", "find", "query", "all"]),
    (Verb::Get, &["get", "read", "fetch", "show", "retrieve", "view"]),
    (Verb::Create, &["create", "add", "new", "insert", "make"]),
    (Verb::Update, &["update", "edit", "patch", "modify", "change", "set"]),
    (Verb::Fifth, &["archive", "delete", "remove", "cancel", "end", "void", "close", "destroy"]),
];

/// What a field that no tool of `E` takes may stand for: fields and their values, the likeliest first.
pub fn fields<E: Entity>(name: &str, args: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let sent = args.iter().find(|(key, _)| schema::snake(key) == name);
    let Some((_, value)) = sent else { return vec![] };
    let one = |field: &str, value: &Value| Map::from_iter([(field.to_owned(), value.clone())]);
    let mut meant: Vec<Map<String, Value>> = E::meant(name, value, args).into_iter().collect();
    let words = FIELDS.iter().filter(|(word, _)| *word == name).flat_map(|(_, fields)| fields.iter());
    meant.extend(words.map(|field| one(field, value)));
    // `customer_id` of a customer's own tools.
    if name == format!("{}_id", E::NOUN.replace(' ', "_")) {
        meant.push(one("id", value));
        meant.push(one("ids", &Value::from(vec![value.clone()])));
    }
    meant
}

/// The tool that was probably meant: `customers.list`, `deleteCustomer`, `customer_find`.
pub fn tool<'a>(name: &str, tools: impl Iterator<Item = &'a Tool> + Clone) -> Option<&'a Tool> {
    let words = schema::snake(&name.replace(['.', '/', '-', ' '], "_")).replace("__", "_");
    let (head, last) = words.rsplit_once('_')?;
    let (first, tail) = words.split_once('_')?;
    [(head, last), (tail, first)].into_iter().find_map(|(entity, verb)| {
        let names = || tools.clone().map(|tool| tool.entity.name());
        let singular = |name: &str| name.strip_suffix('s').is_some_and(|single| single == entity);
        let entity = names()
            .find(|name| *name == entity || singular(name))
            .or_else(|| schema::nearest(entity, names()))?;
        let of_entity = || tools.clone().filter(|tool| tool.entity.name() == entity);
        let own = of_entity().find(|tool| tool.name.rsplit('.').next() == Some(verb));
        own.or_else(|| {
            let words = VERBS.iter().flat_map(|(_, words)| words.iter().copied());
            let word = schema::nearest(verb, words)?;
            let (verb, _) = VERBS.iter().find(|(_, words)| words.contains(&word))?;
            of_entity().find(|tool| tool.verb == *verb)
        })
    })
}
