//! From rows to answers: an entity's own fields, and beside them what every record has.

use serde_json::{Map, Value, json};
use shared::tenant_tx::TenantTx;

use super::{common_fields, options::View};
use crate::{
    entity::{Entity, Stored, Wanted},
    error::{Error, Issue, Result},
    references,
    schema::nearest,
    store,
};

/// What a summary shows beside the entity's own choice.
const COMMON_SUMMARY: &[&str] = &["id", "created_at", "updated_at"];

/// Which fields the call wants; an unknown name is refused.
pub fn wanted<E: Entity>(view: View, fields: Option<Vec<String>>) -> Result<Wanted> {
    let Some(fields) = fields else {
        return Ok(match view {
            View::Full => Wanted::Full,
            View::Summary => {
                Wanted::Only(E::SUMMARY.iter().chain(COMMON_SUMMARY).map(|&name| name.to_owned()).collect())
            }
        });
    };
    let own = crate::schema::properties_of::<E::Record>();
    let mut known: Vec<&str> = own.keys().map(String::as_str).collect();
    known.extend(common_fields::<E>().map(|name| -> &str { name }));
    if E::TAGS.is_some() {
        known.extend(["tag_ids", "tag_names"]);
    }
    let fields: Vec<String> = fields.into_iter().map(|field| crate::schema::snake(&field)).collect();
    let issues: Vec<Issue> = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !known.contains(&field.as_str()))
        .map(|(n, field)| Issue {
            path: format!("fields[{n}]"),
            message: format!(
                "`{}` is no field of a {}{}",
                crate::error::shown(field),
                E::NOUN,
                nearest(field, known.iter().copied())
                    .map_or(".".to_owned(), |near| format!("; did you mean `{near}`?"))
            ),
            reason: Some("unknown_field"),
        })
        .collect();
    if issues.is_empty() {
        Ok(Wanted::Only(fields.into_iter().collect()))
    } else {
        Err(Error::issues(issues))
    }
}

/// The answers of a page.
pub async fn present<E: Entity>(
    rows: &[Stored<E::Row>],
    wanted: &Wanted,
    tx: &mut TenantTx,
) -> Result<Vec<Map<String, Value>>> {
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<&str> = rows.iter().map(|row| row.meta.id.as_str()).collect();
    let records = E::present(rows, wanted, tx).await?;
    let references = match wanted.has("external_refs") {
        true => store::external_refs_of(tx, E::TABLE, &ids).await?,
        false => Default::default(),
    };
    let tags = match E::TAGS {
        Some(link) if wanted.has("tag_ids") || wanted.has("tag_names") => {
            store::of_owners(tx, link, "tag_id", &ids).await?
        }
        _ => Default::default(),
    };
    let tag_ids: Vec<&str> = tags.values().flatten().map(String::as_str).collect();
    let tag_names =
        if wanted.has("tag_names") { references::TAG.names(tx, tag_ids).await? } else { Default::default() };
    let mut answers = Vec::with_capacity(rows.len());
    for (row, record) in rows.iter().zip(records) {
        let meta = &row.meta;
        let mut answer = Map::new();
        answer.insert("id".into(), meta.id.clone().into());
        match serde_json::to_value(record) {
            Ok(Value::Object(own)) => answer.extend(own),
            Ok(_) | Err(_) => {
                let cause = anyhow::anyhow!("a {} is no JSON object", E::NOUN);
                return Err(Error::Below(shared::error::Error::internal(cause)));
            }
        }
        if E::TAGS.is_some() {
            let empty = vec![];
            let own = tags.get(&meta.id).unwrap_or(&empty);
            answer.insert("tag_ids".into(), json!(own));
            answer.insert("tag_names".into(), own.iter().map(|id| tag_names.get(id).cloned()).collect());
        }
        let own_refs = references.get(&meta.id).map(Vec::as_slice).unwrap_or_default();
        let own_refs: Vec<Value> =
            own_refs.iter().map(|(system, id)| json!({"system": system, "id": id})).collect();
        answer.insert("external_refs".into(), own_refs.into());
        answer.insert("custom_fields".into(), json!(meta.custom_fields.0));
        answer.insert("version".into(), meta.version.into());
        answer.insert("created_at".into(), json!(meta.created_at));
        answer.insert("updated_at".into(), json!(meta.updated_at));
        if E::SIGNED {
            answer.insert("created_by".into(), json!(meta.created_by.0));
            answer.insert("updated_by".into(), json!(meta.updated_by.0));
        }
        if let Wanted::Only(_) = wanted {
            answer.retain(|field, _| wanted.has(field));
        }
        answers.push(answer);
    }
    Ok(answers)
}

/// One record's answer.
pub async fn present_one<E: Entity>(
    row: &Stored<E::Row>,
    wanted: &Wanted,
    tx: &mut TenantTx,
) -> Result<Map<String, Value>> {
    Ok(present::<E>(std::slice::from_ref(row), wanted, tx).await?.pop().unwrap_or_default())
}

/// Custom fields merged by key: null removes one, since two integrations must not wipe each other's.
pub fn custom_fields_merged(mut fields: Map<String, Value>, patch: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in patch {
        if value.is_null() {
            fields.shift_remove(&key);
        } else {
            fields.insert(key, value);
        }
    }
    fields
}
