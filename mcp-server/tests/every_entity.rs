//! The rules that hold for every entity, tried on each of the thirteen: how a record is made, changed, found and taken
//! out of use does not depend on what it is.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use testing::{Account, Caller, McpServer, TestDatabase, on_both_databases};

/// What one entity needs to be tried.
struct Kind {
    name: &'static str,
    first: &'static str,
    fifth: &'static str,
    /// The nth new record; `$customer` stands for the id of one that is there.
    draft: fn(usize) -> Value,
    /// A field, and what a patch sets it to.
    field: (&'static str, fn() -> Value),
}

const KINDS: &[Kind] = &[
    Kind {
        name: "customers",
        first: "search",
        fifth: "archive",
        draft: |n| json!({"type": "company", "company_name": format!("Company {n}")}),
        field: ("company_name", || json!("Changed")),
    },
    Kind {
        name: "contacts",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"customer_id": "$customer", "last_name": format!("Person {n}")}),
        field: ("role", || json!("Office")),
    },
    Kind {
        name: "locations",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"customer_id": "$customer", "name": format!("Place {n}"), "address": {"line1": "1 Lake St", "country": "US"}}),
        field: ("access_notes", || json!("Ring twice")),
    },
    Kind {
        name: "tags",
        first: "list",
        fifth: "delete",
        draft: |n| json!({"name": format!("Tag {n}")}),
        field: ("color", || json!("#2f6fed")),
    },
    Kind {
        name: "notes",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"body": format!("Note {n}")}),
        field: ("body", || json!("Changed")),
    },
    Kind {
        name: "jobs",
        first: "list",
        fifth: "cancel",
        draft: |n| json!({"title": format!("Job {n}")}),
        field: ("po_number", || json!("PO-7")),
    },
    Kind {
        name: "job_series",
        first: "list",
        fifth: "end",
        draft: |n| json!({"title": format!("Series {n}"), "rrule": "FREQ=MONTHLY", "dtstart_local": "2026-12-01T09:00:00", "time_zone": "America/Chicago"}),
        field: ("job_type", || json!("care")),
    },
    Kind {
        name: "invoices",
        first: "list",
        fifth: "void",
        draft: |n| json!({"customer_id": "$customer", "line_items": [{"description": format!("Line {n}"), "unit_price": 100}]}),
        field: ("po_number", || json!("PO-7")),
    },
    Kind {
        name: "quotes",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"customer_id": "$customer", "title": format!("Quote {n}")}),
        field: ("title", || json!("Changed")),
    },
    Kind {
        name: "catalog_items",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"kind": "service", "name": format!("Item {n}"), "unit_price": 100}),
        field: ("description", || json!("Changed")),
    },
    Kind {
        name: "catalog_categories",
        first: "list",
        fifth: "delete",
        draft: |n| json!({"name": format!("Category {n}")}),
        field: ("sort_order", || json!(7)),
    },
    Kind {
        name: "plans",
        first: "list",
        fifth: "cancel",
        draft: |n| json!({"customer_id": "$customer", "title": format!("Plan {n}"), "cadence": "monthly", "starts_on": "2026-12-01", "items": [{"description": "Visit", "unit_price": 100}]}),
        field: ("title", || json!("Changed")),
    },
    Kind {
        name: "tax_rates",
        first: "list",
        fifth: "archive",
        draft: |n| json!({"name": format!("Rate {n}"), "rate_percentage": 5}),
        field: ("jurisdiction", || json!("County")),
    },
];

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

    async fn a_list_is_asked_the_same_ways(&self) {
        let name = self.kind.name;
        self.db.clock().advance(chrono::Duration::seconds(1));
        let start = self.db.clock().now();
        for n in 40..45 {
            self.create(n, json!({"custom_fields": {"n": n}})).await;
        }
        let since = json!({"createdSince": start});
        let with = |more: Value| {
            let mut args = object(since.clone());
            args.extend(object(more));
            Value::Object(args)
        };
        let tools = self.caller.method("tools/list", json!({})).await.json();
        let tool = tools["result"]["tools"]
            .as_array()
            .unwrap()
            .iter()
            .find(|tool| tool["name"] == self.tool(self.kind.first))
            .unwrap()
            .clone();
        let sorts: Vec<String> = tool["inputSchema"]["properties"]["sort"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|sort| sort.as_str().unwrap().to_owned())
            .collect();
        for sort in sorts.iter().filter(|sort| *sort != "relevance") {
            let whole = self.list(with(json!({"sort": sort, "limit": 100}))).await;
            assert_eq!(
                (ids(&whole).len(), &whole["hasMore"], &whole["nextCursor"]),
                (5, &json!(false), &Value::Null),
                "{name} by {sort}"
            );
            let (mut paged, mut cursor) = (Vec::new(), Value::Null);
            loop {
                let mut args = object(with(json!({"sort": sort, "limit": 2, "includeTotal": true})));
                if cursor.is_string() {
                    args.insert("cursor".into(), cursor);
                }
                let page = self.list(args.into()).await;
                assert_eq!(page["total"], 5, "{name} by {sort}");
                paged.extend(ids(&page).into_iter().map(str::to_owned));
                cursor = page["nextCursor"].clone();
                assert_eq!(page["hasMore"], json!(cursor.is_string()), "{name} by {sort}");
                if cursor.is_null() {
                    break;
                }
            }
            assert_eq!(paged, ids(&whole), "{name} by {sort}: pages are the list");
            if let Some(back) = sorts.iter().find(|other| **other == format!("-{sort}")) {
                let page = self.list(with(json!({"sort": back, "limit": 100}))).await;
                let reversed: Vec<&str> = ids(&page).into_iter().rev().collect();
                assert_eq!(reversed, ids(&whole), "{name} by {back}: the other way round");
            }
        }
        let all = self.list(with(json!({"view": "full", "limit": 100, "sort": "updated_at"}))).await;
        let items = all["items"].as_array().unwrap();
        let id = &items[2]["id"];
        self.same(items[2].clone(), &self.get(id).await);
        let only = self.list(json!({"ids": [id], "fields": ["version", "customFields"]})).await;
        assert_eq!(
            only["items"],
            json!([{"id": id, "version": 1, "custom_fields": items[2]["custom_fields"]}]),
            "{name}: exactly these fields"
        );
        assert_eq!(
            self.caller.ok(&self.tool("get"), json!({"id": id, "fields": ["version"]})).await,
            json!({"id": id, "version": 1}),
            "{name}"
        );
        let summary = self.list(json!({"ids": [id]})).await;
        assert!(
            summary["items"][0].as_object().unwrap().len() < items[2].as_object().unwrap().len(),
            "{name}: a summary is shorter"
        );
        let before = self.list(with(json!({"updatedBefore": start}))).await;
        assert_eq!(ids(&before), Vec::<&str>::new(), "{name}: before is excluded");
        self.db.clock().advance(chrono::Duration::seconds(1));
        let moved = self.update(id, json!({"custom_fields": {"moved": true}})).await;
        let changed = self.list(with(json!({"updatedSince": moved["updated_at"]}))).await;
        assert_eq!(ids(&changed), [id.as_str().unwrap()], "{name}: since is included");
        assert_eq!(
            ids(&self.list(with(json!({"created_before": start}))).await),
            Vec::<&str>::new(),
            "{name}"
        );
        for wrong in [
            json!({"limit": 0}),
            json!({"limit": 101}),
            json!({"sort": "nothing"}),
            json!({"cursor": "x"}),
            json!({"nope": 1}),
            json!({"fields": ["nope"]}),
            json!({"view": "half"}),
        ] {
            let refused = self.caller.refused(&self.tool(self.kind.first), wrong.clone()).await;
            assert_eq!(refused["kind"], "invalid_input", "{name} {wrong}: {refused}");
        }
        let cursor = self.list(with(json!({"limit": 2}))).await["nextCursor"].take();
        let elsewhere =
            self.caller.refused(&self.tool(self.kind.first), json!({"limit": 2, "cursor": cursor})).await;
        assert_eq!(
            elsewhere["kind"], "invalid_input",
            "{name}: a cursor is good for its own list: {elsewhere}"
        );
    }

    async fn what_is_out_of_use_stays_or_leaves_a_tombstone(&self) {
        let name = self.kind.name;
        let made = self.create(60, json!({"external_refs": [{"system": "out", "id": "1"}]})).await;
        let args = json!({"id": made["id"]});
        let fifth = self.tool(self.kind.fifth);
        let would = self.caller.ok(&fifth, json!({"id": made["id"], "dryRun": true})).await;
        assert_eq!(would["dryRun"], true, "{name}");
        self.same(self.get(&made["id"]).await, &made);
        let stale = self.caller.refused(&fifth, json!({"id": made["id"], "expectedVersion": 7})).await;
        assert_eq!(stale["reason"], "version_mismatch", "{name}: {stale}");
        let retired = self.caller.ok(&fifth, args.clone()).await;
        assert_eq!(retired["version"], 2, "{name}: {retired}");
        let again = self.caller.ok(&fifth, args.clone()).await;
        assert_eq!(
            (&again["id"], &again["version"]),
            (&made["id"], &json!(2)),
            "{name}: once more answers the same"
        );
        let since = json!({"updatedSince": made["updated_at"], "sort": "updated_at", "includeArchived": true, "includeDeleted": true});
        let synced = self.list(since).await;
        let last = synced["items"].as_array().unwrap().iter().find(|item| item["id"] == made["id"]).unwrap();
        match self.kind.fifth {
            "delete" => {
                assert_eq!((&last["deleted"], &last["version"]), (&json!(true), &json!(2)), "{name}: {last}");
                assert_eq!(self.caller.refused(&self.tool("get"), args).await["kind"], "not_found", "{name}");
                self.create(61, json!({"external_refs": [{"system": "out", "id": "1"}]})).await;
            }
            "archive" => {
                assert_eq!(
                    ids(&self.list(json!({"ids": [made["id"]]})).await),
                    Vec::<&str>::new(),
                    "{name}: hidden"
                );
                assert_eq!(
                    ids(&self.list(json!({"ids": [made["id"]], "includeArchived": true})).await).len(),
                    1,
                    "{name}"
                );
                if name == "quotes" {
                    let refused = self.refused_update(&made["id"], json!({"archived": false})).await;
                    assert_eq!(refused["kind"], "invalid_input", "a quote stays archived");
                    return;
                }
                let back = if name == "customers" {
                    json!({"status": "active"})
                } else {
                    json!({"archived": false})
                };
                let restored = self.update(&made["id"], back).await;
                assert_eq!(
                    (&restored["version"], &restored["archived_at"]),
                    (&json!(3), &Value::Null),
                    "{name}"
                );
                assert_eq!(ids(&self.list(json!({"ids": [made["id"]]})).await).len(), 1, "{name}: back");
            }
            _ => {
                self.same(self.get(&made["id"]).await, &again);
            }
        }
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
