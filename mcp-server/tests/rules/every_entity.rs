//! The rules that hold for every entity, tried on each of the thirteen: how a record is made, changed, found and taken
//! out of use does not depend on what it is.

mod found;
mod kinds;

use std::collections::BTreeSet;

use kinds::{KINDS, Kind};
use serde_json::{Map, Value, json};
use testing::{Account, Caller, McpServer, TestDatabase, on_both_databases};

/// One kind, in an account of its own.
struct Trial<'a> {
    kind: &'a Kind,
    caller: Caller,
    customer: Value,
    db: &'a TestDatabase,
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("an object: {other}"),
    }
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

impl Trial<'_> {
    fn draft(&self, n: usize, more: Value) -> Value {
        let text = (self.kind.draft)(n).to_string().replace("\"$customer\"", &self.customer.to_string());
        let mut draft = object(serde_json::from_str(&text).unwrap());
        draft.extend(object(more));
        draft.into()
    }

    fn tool(&self, verb: &str) -> String {
        format!("{}.{verb}", self.kind.name)
    }

    async fn create(&self, n: usize, more: Value) -> Value {
        self.caller.ok(&self.tool("create"), self.draft(n, more)).await
    }

    async fn update(&self, id: &Value, more: Value) -> Value {
        let mut args = object(json!({"id": id}));
        args.extend(object(more));
        self.caller.ok(&self.tool("update"), args.into()).await
    }

    async fn refused_update(&self, id: &Value, more: Value) -> Value {
        let mut args = object(json!({"id": id}));
        args.extend(object(more));
        self.caller.refused(&self.tool("update"), args.into()).await
    }

    async fn get(&self, id: &Value) -> Value {
        self.caller.ok(&self.tool("get"), json!({"id": id})).await
    }

    async fn list(&self, more: Value) -> Value {
        self.caller.ok(&self.tool(self.kind.first), more).await
    }

    async fn count(&self) -> Value {
        self.list(json!({"includeTotal": true, "includeArchived": true, "limit": 1})).await["total"].take()
    }

    /// Like it, but for what a repeated call says beside.
    fn same(&self, mut answer: Value, record: &Value) {
        answer.as_object_mut().unwrap().retain(|key, _| key != "idempotentReplay" && key != "warnings");
        let mut record = record.clone();
        record.as_object_mut().unwrap().retain(|key, _| key != "warnings");
        assert_eq!(answer, record, "{}", self.kind.name);
    }

    async fn a_record_is_made_once(&self) {
        let name = self.kind.name;
        let before = self.count().await;
        let would = self.create(0, json!({"dryRun": true})).await;
        assert_eq!(
            (&would["dryRun"], would["would"]["id"].is_string()),
            (&json!(true), true),
            "{name}: {would}"
        );
        assert_eq!(self.count().await, before, "{name}: a dry run writes nothing");
        let made = self.create(1, json!({"idempotencyKey": "k", "custom_fields": {"mine": 1}})).await;
        assert_eq!((&made["version"], &made["custom_fields"]), (&json!(1), &json!({"mine": 1})), "{name}");
        let again = self.create(1, json!({"idempotency_key": "k", "customFields": {"mine": 1}})).await;
        assert_eq!(again["idempotentReplay"], true, "{name}: keys in either spelling");
        self.same(again, &made);
        let other =
            self.caller.refused(&self.tool("create"), self.draft(2, json!({"idempotencyKey": "k"}))).await;
        assert_eq!(other["reason"], "idempotency_mismatch", "{name}: {other}");
        let both = self.draft(2, json!({"custom_fields": {}, "customFields": {}}));
        assert_eq!(
            self.caller.refused(&self.tool("create"), both).await["kind"],
            "invalid_input",
            "{name}: twice"
        );
    }

    async fn another_systems_ids_name_one_record(&self) {
        let name = self.kind.name;
        let refs = json!([{"system": "crm", "id": "7"}, {"system": "erp", "id": "a"}]);
        let made = self.create(10, json!({"external_refs": refs, "onDuplicate": "update"})).await;
        assert_eq!(made["upserted"], "created", "{name}: {made}");
        let duplicate = self
            .caller
            .refused(
                &self.tool("create"),
                self.draft(11, json!({"external_refs": [{"system": "crm", "id": "7"}]})),
            )
            .await;
        assert_eq!(
            (&duplicate["reason"], &duplicate["existing_id"]),
            (&json!("duplicate"), &made["id"]),
            "{name}"
        );
        let (field, value) = (self.kind.field.0, (self.kind.field.1)());
        let upsert =
            json!({"external_refs": [{"system": "crm", "id": "7"}], "onDuplicate": "update", field: value});
        let mut args = self.draft(10, upsert);
        // What is fixed once a record is made is no part of a patch.
        for fixed in ["customer_id", "kind"] {
            if matches!(
                (name, fixed),
                ("plans" | "contacts" | "locations", "customer_id") | ("catalog_items", "kind")
            ) {
                args.as_object_mut()
                    .unwrap()
                    .insert(fixed.into(), (self.draft(10, json!({})))[fixed].clone());
            }
        }
        let updated = self.caller.ok(&self.tool("create"), args).await;
        assert_eq!(
            (&updated["upserted"], &updated["id"], &updated[field]),
            (&json!("updated"), &made["id"], &value),
            "{name}"
        );
        let found = self.list(json!({"externalRef": {"system": "erp", "id": "a"}})).await;
        assert_eq!(ids(&found), [made["id"].as_str().unwrap()], "{name}");
        let merged = self
            .update(
                &made["id"],
                json!({"external_refs": [{"system": "crm", "id": null}, {"system": "new", "id": "1"}]}),
            )
            .await;
        let systems: BTreeSet<&str> = merged["external_refs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|each| each["system"].as_str().unwrap())
            .collect();
        assert_eq!(systems, BTreeSet::from(["erp", "new"]), "{name}: merged by system");
    }

    async fn a_patch_changes_what_it_names(&self) {
        let name = self.kind.name;
        let (field, value) = (self.kind.field.0, (self.kind.field.1)());
        let made = self.create(20, json!({"custom_fields": {"a": 1, "b": "x"}})).await;
        let id = &made["id"];
        let would = self.update(id, json!({field: value, "dryRun": true})).await;
        assert_eq!(would["would"][field], value, "{name}");
        assert_eq!(self.get(id).await["version"], 1, "{name}: no version is spent");
        let changed = self
            .update(id, json!({field: value, "custom_fields": {"a": null, "c": true}, "expectedVersion": 1}))
            .await;
        assert_eq!(
            (&changed[field], &changed["version"], &changed["custom_fields"]),
            (&value, &json!(2), &json!({"b": "x", "c": true})),
            "{name}"
        );
        for (key, was) in object(made.clone()) {
            // A series also says up to when its jobs are made.
            let moves = [
                "version",
                "updated_at",
                "custom_fields",
                "warnings",
                "edited_at",
                "generated_through",
                field,
            ]
            .contains(&key.as_str())
                || key.ends_with("_name");
            assert!(moves || changed[&key] == was, "{name}: {key} was {was}, is {}", changed[&key]);
        }
        self.same(
            self.get(id).await,
            &Value::Object(
                object(changed)
                    .into_iter()
                    .filter(|(key, _)| !["regenerated", "kept_edited"].contains(&key.as_str()))
                    .collect(),
            ),
        );
        let stale = self.refused_update(id, json!({field: value, "expectedVersion": 1})).await;
        assert_eq!(
            (&stale["reason"], &stale["current_version"]),
            (&json!("version_mismatch"), &json!(2)),
            "{name}: {stale}"
        );
        let misspelt = self.refused_update(id, json!({format!("{field}x"): value, "versiom": 1})).await;
        assert_eq!(
            (&misspelt["kind"], misspelt["issues"].as_array().map_or(1, Vec::len)),
            (&json!("invalid_input"), 2),
            "{name}: all at once: {misspelt}"
        );
        assert!(
            misspelt.to_string().contains(&format!("`{field}`")),
            "{name} names the nearest field: {misspelt}"
        );
        assert_eq!(
            self.refused_update(id, json!({})).await["kind"],
            "invalid_input",
            "{name}: an empty patch"
        );
        assert_eq!(
            self.refused_update(id, json!({"created_at": "2026-01-01T00:00:00Z"})).await["reason"],
            "read_only_field",
            "{name}"
        );
        let nobody = format!("{}0000", &id.as_str().unwrap()[..id.as_str().unwrap().len() - 4]);
        assert_eq!(
            self.refused_update(&json!(nobody), json!({field: value})).await["kind"],
            "not_found",
            "{name}"
        );
        assert_eq!(self.get(id).await["version"], 2, "{name}: what is refused changes nothing");
    }

    async fn many_at_once(&self) {
        let name = self.kind.name;
        let before = self.count().await.as_i64().unwrap();
        let records = json!([self.draft(30, json!({})), {"nope": 1}, self.draft(31, json!({}))]);
        let refused =
            self.caller.refused(&self.tool("create"), json!({"records": records, "atomic": true})).await;
        assert_eq!(refused["index"], 1, "{name}: {refused}");
        assert_eq!(self.count().await, before, "{name}: all or none");
        let answer =
            self.caller.ok(&self.tool("create"), json!({"records": records, "idempotencyKey": "many"})).await;
        assert_eq!((&answer["done"], &answer["failed"]), (&json!(2), &json!(1)), "{name}: {answer}");
        assert_eq!(answer["results"][1]["error"]["kind"], "invalid_input", "{name}");
        let again =
            self.caller.ok(&self.tool("create"), json!({"records": records, "idempotencyKey": "many"})).await;
        assert_eq!(
            (&again["results"], self.count().await),
            (&answer["results"], json!(before + 2)),
            "{name}: a retry doubles nothing"
        );
        let (field, value) = (self.kind.field.0, (self.kind.field.1)());
        let patches: Vec<Value> = [0, 2].iter().map(|&n: &usize| json!({"id": answer["results"][n]["record"]["id"], "custom_fields": {"n": n}, "expectedVersion": 1})).collect();
        let changed = self.caller.ok(&self.tool("update"), json!({"records": patches})).await;
        assert_eq!(
            (&changed["done"], &changed["results"][1]["record"]["custom_fields"]),
            (&json!(2), &json!({"n": 2})),
            "{name}: {changed}"
        );
        let stale = self
            .caller
            .ok(
                &self.tool("update"),
                json!({"records": [{"id": patches[0]["id"], field: value, "expectedVersion": 1}]}),
            )
            .await;
        assert_eq!(stale["results"][0]["error"]["reason"], "version_mismatch", "{name}");
    }
}

on_both_databases! {
    async fn the_common_rules_hold_for_every_entity(db: TestDatabase) {
        let server = McpServer::start_with(&db, |config| {
            (config.rate_limit_credential, config.rate_limit_tenant, config.workers) = (100_000, 100_000, false);
        })
        .await;
        for kind in KINDS {
            let account = Account::create(&db).await;
            let caller = server.caller(&account.full_key().await);
            let customer = match kind.name {
                "customers" => Value::Null,
                _ => caller.ok("customers.create", json!({"type": "company", "company_name": "Blue Pools"})).await["id"].take(),
            };
            let trial = Trial { kind, caller, customer, db: &db };
            trial.a_record_is_made_once().await;
            trial.another_systems_ids_name_one_record().await;
            trial.a_patch_changes_what_it_names().await;
            trial.many_at_once().await;
            trial.a_list_is_asked_the_same_ways().await;
            trial.what_is_out_of_use_stays_or_leaves_a_tombstone().await;
        }
        let entities: BTreeSet<String> = mcp_server::tools().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().split_once('.').unwrap().0.to_owned()).collect();
        assert_eq!(entities, KINDS.iter().map(|kind| kind.name.to_owned()).collect(), "none is left out");
    }
}
