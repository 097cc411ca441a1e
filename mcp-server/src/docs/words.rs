//! Other words that people use for what the page of tools tells: its search finds by them too.

use super::parameters::Parameter;
use crate::catalog::Verb;

/// For the records of an entity.
const OF_ENTITIES: [(&str, &str); 13] = [
    ("customers", "client account"),
    ("contacts", "person"),
    ("locations", "address site property"),
    ("tags", "label"),
    ("notes", "comment"),
    ("jobs", "work order appointment visit"),
    ("job_series", "recurring repeating rrule"),
    ("invoices", "bill"),
    ("quotes", "estimate proposal"),
    ("catalog_items", "price book product service part"),
    ("catalog_categories", "price book group"),
    ("plans", "recurring subscription membership contract"),
    ("tax_rates", "vat gst"),
];

/// For what a parameter is good for.
const OF_PARAMETERS: [(&str, &str); 10] = [
    ("q", "query keyword"),
    ("sort", "order_by"),
    ("cursor", "pagination next_page"),
    ("limit", "page_size per_page"),
    ("updatedSince", "sync incremental"),
    ("expectedVersion", "conflict lock"),
    ("idempotencyKey", "retry"),
    ("onDuplicate", "upsert"),
    ("dryRun", "preview"),
    ("records", "bulk batch"),
];

/// For the records of this entity.
pub fn of_entity(name: &str) -> &'static str {
    OF_ENTITIES.iter().find(|(entity, _)| *entity == name).map_or("", |(_, words)| words)
}

/// For a tool of this verb with these parameters.
pub fn of_tool<'a>(verb: Verb, parameters: impl Iterator<Item = &'a Parameter>) -> String {
    let of_parameter = |parameter: &Parameter| {
        OF_PARAMETERS.iter().find(|(name, _)| *name == parameter.name).map(|(_, words)| *words)
    };
    let mut words = vec![of_verb(verb)];
    words.extend(parameters.filter_map(of_parameter));
    words.join(" ")
}

fn of_verb(verb: Verb) -> &'static str {
    match verb {
        Verb::First => "list find",
        Verb::Get => "read fetch show",
        Verb::Create => "add new insert",
        Verb::Update => "edit patch change",
        Verb::Fifth => "delete remove",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_word_is_for_something_that_is_there() {
        let catalog = Catalog::new().unwrap();
        for (entity, _) in OF_ENTITIES {
            assert!(catalog.entities().any(|name| name == entity), "there is no entity {entity}");
        }
        for (parameter, _) in OF_PARAMETERS {
            let takes =
                catalog.tools().iter().any(|tool| tool.documented()["properties"][parameter].is_object());
            assert!(takes, "no tool takes {parameter}");
        }
    }
}
