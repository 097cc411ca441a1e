//! The fields that every record takes beside its own: external references, custom fields, tags, archived.

use serde_json::{Map, Value, json};
use shared::tenant_tx::TenantTx;

use super::present::custom_fields_merged;
use crate::{
    entity::{Entity, Stored},
    error::{Error, Result},
    references,
    schema::BRIEF,
    store::{self, Children, Columns, Write},
};

/// The common fields of a write, taken out of the arguments.
#[derive(Debug, Default)]
pub struct Common {
    /// System and id; none removes it.
    pub external_refs: Vec<(String, Option<String>)>,
    custom_fields: Option<Map<String, Value>>,
    tag_ids: Option<Vec<String>>,
    archived: Option<bool>,
}

/// Their schema, as far as the entity takes them.
pub fn common_write_schema<E: Entity>(update: bool) -> Map<String, Value> {
    let id = if update { json!(["string", "null"]) } else { json!("string") };
    let mut properties = Map::new();
    if E::TAGS.is_some() {
        properties.insert(
            "tag_ids".into(),
            json!({"type": "array", "maxItems": 50, "items": {"type": "string"}, "description": "Tags, replaced whole."}),
        );
    }
    let id_text = if update { "The id there; null removes it." } else { "The id there." };
    properties.insert(
        "external_refs".into(),
        json!({"type": "array", "maxItems": 10, "description": "{system, id} elsewhere, merged by system.", BRIEF: true, "items": {
            "type": "object", "additionalProperties": false, "required": ["system", "id"], "properties": {
                "system": {"type": "string", "minLength": 1, "maxLength": 50, "format": "short-line", "description": "Which system, e.g. `hubspot`."},
                "id": {"type": id, "minLength": 1, "maxLength": 200, "format": "line", "description": id_text}}}}),
    );
    properties.insert(
        "custom_fields".into(),
        json!({"type": "object", "maxProperties": 30, "description": "Your own fields, merged by key.", BRIEF: true,
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,39}$"},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"], "maxLength": 500}}),
    );
    if update && E::RESTORABLE {
        properties.insert("archived".into(), json!({"type": "boolean", "description": "false restores it."}));
    }
    properties
}

impl Common {
    /// Takes the common fields out of arguments that have passed the schema.
    pub fn take<E: Entity>(args: &mut Map<String, Value>) -> Result<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let external_refs = match args.remove("external_refs") {
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(|one| Some((text(one.get("system")?)?, one.get("id").and_then(text))))
                .collect(),
            _ => vec![],
        };
        let mut systems: Vec<&String> = external_refs.iter().map(|(system, _)| system).collect();
        systems.sort();
        if let Some(twice) = systems.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::field(
                "external_refs",
                format!("names `{}` twice; name each system once.", twice[0]),
            ));
        }
        let custom_fields = match args.remove("custom_fields") {
            Some(Value::Object(fields)) => Some(fields),
            _ => None,
        };
        let tag_ids = match args.remove("tag_ids") {
            Some(Value::Array(list)) if E::TAGS.is_some() => Some(list.iter().filter_map(text).collect()),
            Some(other) => {
                args.insert("tag_ids".to_owned(), other);
                None
            }
            None => None,
        };
        let archived = if E::RESTORABLE { args.remove("archived").and_then(|v| v.as_bool()) } else { None };
        Ok(Self { external_refs, custom_fields, tag_ids, archived })
    }

    /// Adds them to what a create or a change writes; `row` is the record as it is, for a change.
    pub async fn add<E: Entity>(
        &self,
        mut write: Write,
        row: Option<&Stored<E::Row>>,
        tx: &mut TenantTx,
    ) -> Result<Write> {
        let before = row.map(|row| row.meta.custom_fields.0.clone());
        if row.is_none() || self.custom_fields.is_some() {
            let merged = custom_fields_merged(
                before.unwrap_or_default(),
                self.custom_fields.clone().unwrap_or_default(),
            );
            if merged.len() > 30 {
                return Err(Error::field(
                    "custom_fields",
                    "would hold more than 30 keys; remove some by null.",
                ));
            }
            write.columns = write.columns.put("custom_fields", Value::Object(merged));
        }
        if let (Some(tag_ids), Some(link)) = (&self.tag_ids, E::TAGS) {
            let mut ids = tag_ids.clone();
            ids.sort();
            ids.dedup();
            references::TAG.check_all(tx, "tag_ids", tag_ids, &[]).await?;
            let before = match row {
                Some(row) => {
                    let owner = [row.meta.id.as_str()];
                    store::of_owners(tx, link, "tag_id", &owner)
                        .await?
                        .remove(&row.meta.id)
                        .unwrap_or_default()
                }
                None => vec![],
            };
            store::move_usage(tx, &before, &ids).await?;
            let rows = ids.into_iter().map(|id| Columns::default().put("tag_id", id)).collect();
            write.children.push(Children { table: link.table, owner: link.owner, rows });
        }
        Ok(write)
    }

    /// Writes what stands in tables of its own; the record is there already.
    pub async fn finish<E: Entity>(&self, id: &str, tx: &mut TenantTx) -> Result<()> {
        store::put_external_refs::<E>(tx, id, &self.external_refs).await
    }

    /// What the call says of archiving.
    pub fn archived(&self) -> Option<bool> {
        self.archived
    }
}
