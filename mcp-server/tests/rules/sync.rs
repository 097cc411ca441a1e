//! Incremental sync converges: whoever pages by the order of changes while others write ends with what the tables hold.

use std::collections::BTreeMap;

use chrono::Duration;
use mcp_server::{App, config::Config};
use serde_json::{Map, Value, json};
use shared::{clock::Clock, permit::Permit, random::Random, scope::Access};
use testing::{Account, TestDatabase, on_both_databases};

const TOOLS: [&str; 2] = ["customers.search", "tags.list"];

/// A replica with a clock of its own.
async fn replica(db: &TestDatabase, clock: Clock, seed: u64) -> App {
    let mut config = Config::default();
    config.database.database_url = Some(db.url().to_owned().into());
    App::start(config, clock, Random::seeded(seed)).await.unwrap()
}

async fn call(app: &App, permit: &Permit, tool: &str, args: Value) -> Map<String, Value> {
    let Value::Object(args) = args else { panic!("arguments are an object") };
    app.call(permit, tool, args).await.unwrap_or_else(|error| panic!("{tool}: {error:?}"))
}

/// Writes a while: makes, changes, archives and deletes.
async fn writer(app: App, clock: Clock, permit: Permit, name: usize) {
    let mut tags: Vec<Value> = vec![];
    for n in 0..25 {
        clock.advance(Duration::microseconds(7));
        let tag = call(&app, &permit, "tags.create", json!({"name": format!("{name}-{n}")})).await;
        tags.push(tag["id"].clone());
        let args =
            json!({"type": "company", "company_name": format!("C {name}-{n}"), "tag_ids": [tag["id"]]});
        let customer = call(&app, &permit, "customers.create", args).await;
        if n % 3 == 0 {
            call(&app, &permit, "customers.update", json!({"id": customer["id"], "vip": true})).await;
        }
        if n % 5 == 0 {
            call(&app, &permit, "customers.archive", json!({"id": customer["id"]})).await;
        }
        if n % 4 == 0 {
            call(&app, &permit, "tags.delete", json!({"id": tags.remove(0)})).await;
        }
    }
}

/// What a consumer keeps: the last that it heard of each record.
#[derive(Default)]
struct Consumer {
    since: BTreeMap<&'static str, Value>,
    records: BTreeMap<String, Value>,
}

impl Consumer {
    /// Reads all pages since the last time; answers whether there was anything new.
    async fn catch_up(&mut self, app: &App, permit: &Permit) -> bool {
        let mut news = false;
        for tool in TOOLS {
            let mut args = json!({"sort": "updated_at", "includeArchived": true, "includeDeleted": true, "view": "full", "limit": 7});
            if let Some(since) = self.since.get(tool) {
                args["updatedSince"] = since.clone();
            }
            loop {
                let page = call(app, permit, tool, args.clone()).await;
                for item in page["items"].as_array().unwrap() {
                    let time = item.get("updated_at").or(item.get("deleted_at")).unwrap().clone();
                    self.since.insert(tool, time);
                    let before =
                        self.records.insert(item["id"].as_str().unwrap().to_owned(), stored_fields(item));
                    news |= before.as_ref() != self.records.get(item["id"].as_str().unwrap());
                }
                if page["nextCursor"].is_null() {
                    break;
                }
                args["cursor"] = page["nextCursor"].clone();
            }
        }
        news
    }
}

/// Convergence is about what is stored; names beside ids and counts move no version.
fn stored_fields(item: &Value) -> Value {
    if item.get("deleted").is_some() {
        return json!({"deleted": true, "version": item["version"]});
    }
    let keep = ["display_name", "vip", "status", "name", "version", "updated_at"];
    keep.iter().filter_map(|&key| Some((key, item.get(key)?.clone()))).collect()
}

on_both_databases! {
    async fn a_consumer_that_pages_while_others_write_ends_with_what_is_stored(db: TestDatabase) {
        let account = Account::create(&db).await;
        let permit = Permit::system(&account.tenant_id);
        let start = account.now().utc();
        let clocks = [Clock::manual(start), Clock::manual(start + Duration::minutes(1))];
        let replicas = [replica(&db, clocks[0].clone(), 1).await, replica(&db, clocks[1].clone(), 2).await];
        let writers: Vec<_> = (0..4)
            .map(|n| tokio::spawn(writer(replicas[n % 2].clone(), clocks[n % 2].clone(), permit.clone(), n)))
            .collect();
        // Somebody else's transaction holds the tenant's row open now and then; the writers wait for it.
        let (holder, tenant) = (db.admin().await.clone(), account.tenant_id.clone());
        let holding = tokio::spawn(async move {
            for _ in 0..5 {
                let mut tx = holder.begin(Access::Write).await.unwrap();
                let touch = "UPDATE tenant_clocks SET last_us = last_us WHERE tenant_id = $1";
                tx.execute(touch, shared::binds![&tenant]).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(40)).await;
                tx.commit().await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        let mut consumer = Consumer::default();
        while writers.iter().any(|writer| !writer.is_finished()) {
            consumer.catch_up(&replicas[1], &permit).await;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        holding.await.unwrap();
        while consumer.catch_up(&replicas[0], &permit).await {}
        let mut fresh = Consumer::default();
        fresh.catch_up(&replicas[0], &permit).await;
        assert_eq!(fresh.records.len(), 200, "100 customers, 100 tags or their tombstones");
        assert_eq!(fresh.records.values().filter(|record| record["deleted"] == true).count(), 4 * 7);
        assert_eq!(consumer.records, fresh.records);
        // And the fresh reading is what stands in the table itself.
        let rows: Vec<(String, String, i64)> = db.admin().await
            .rows("SELECT id, display_name, version FROM customers WHERE tenant_id = $1", shared::binds![&account.tenant_id]).await.unwrap();
        assert_eq!(rows.len(), 100);
        for (id, name, version) in rows {
            assert_eq!((&consumer.records[&id]["display_name"], &consumer.records[&id]["version"]), (&json!(name), &json!(version)));
        }
    }
}
