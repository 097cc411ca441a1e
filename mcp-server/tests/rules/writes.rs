//! What every write can be asked for: to be repeated safely, to be tried without writing, to be done for many records.

use serde_json::{Value, json};
use testing::{Caller, TestDatabase, on_both_databases, owner};

fn company(name: &str) -> Value {
    json!({"type": "company", "company_name": name})
}

async fn total(caller: &Caller) -> Value {
    caller.ok("customers.search", json!({"includeTotal": true, "includeArchived": true, "limit": 1})).await["total"].take()
}

on_both_databases! {
    async fn a_hundred_parallel_calls_under_one_key_make_one_row(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let mut args = company("Once");
        args["idempotencyKey"] = json!("k-1");
        let calls = (0..100).map(|_| {
            let (caller, args) = (caller.clone(), args.clone());
            tokio::spawn(async move { caller.ok("customers.create", args).await })
        });
        let mut answers = vec![];
        for call in calls.collect::<Vec<_>>() {
            answers.push(call.await.unwrap());
        }
        let (replays, firsts): (Vec<Value>, Vec<Value>) = answers.into_iter().partition(|answer| answer["idempotentReplay"] == true);
        assert_eq!((firsts.len(), replays.len()), (1, 99));
        for mut replay in replays {
            replay.as_object_mut().unwrap().shift_remove("idempotentReplay");
            assert_eq!(replay, firsts[0]);
        }
        assert_eq!(total(&caller).await, 1);
        let mut other = company("Twice");
        other["idempotencyKey"] = json!("k-1");
        assert_eq!(caller.refused("customers.create", other.clone()).await["reason"], "idempotency_mismatch");
        // Another key's caller and another tool have keys of their own.
        let second = server.caller(&account.full_key().await);
        second.ok("customers.create", other).await;
        caller.ok("tags.create", json!({"name": "x", "idempotencyKey": "k-1"})).await;
        // A refused call keeps nothing: the key is free for the mended one.
        let broken = json!({"type": "company", "idempotencyKey": "k-2"});
        caller.refused("customers.create", broken).await;
        let mut mended = company("Mended");
        mended["idempotency_key"] = json!("k-2");
        assert_eq!(caller.ok("customers.create", mended).await.get("idempotentReplay"), None);
        // After a day it is forgotten.
        db.clock().advance(chrono::Duration::hours(24));
        let mut again = company("Twice");
        again["idempotencyKey"] = json!("k-1");
        assert_eq!(caller.ok("customers.create", again).await["display_name"], "Twice");
    }

    async fn a_dry_run_shows_the_outcome_and_writes_nothing(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let mut args = company("Maybe");
        args["dryRun"] = json!(true);
        let would = caller.ok("customers.create", args.clone()).await;
        assert_eq!((&would["dryRun"], &would["would"]["display_name"]), (&json!(true), &json!("Maybe")));
        assert_eq!(total(&caller).await, 0);
        let one = caller.ok("customers.create", company("One")).await;
        assert_eq!(one["customer_number"], "C-1001", "no number was spent");
        let tag = caller.ok("tags.create", json!({"name": "t"})).await;
        caller.ok("customers.update", json!({"id": one["id"], "tag_ids": [tag["id"]]})).await;
        let patch = caller.ok("customers.update", json!({"id": one["id"], "vip": true, "dryRun": true})).await;
        assert_eq!(patch["effects"][0]["changes"], json!({"vip": [false, true]}));
        let gone = caller.ok("tags.delete", json!({"id": tag["id"], "dryRun": true})).await;
        assert_eq!((&gone["would"]["detached"], &gone["would"]["deleted"]), (&json!(1), &json!(true)));
        let after = caller.ok("customers.get", json!({"id": one["id"]})).await;
        assert_eq!((&after["vip"], &after["version"], &after["tag_names"]), (&json!(false), &json!(2), &json!(["t"])));
        let refused = caller.refused("jobs.create", json!({"title": "x", "customer_id": "cus_no", "dryRun": true})).await;
        assert_eq!(refused["kind"], "invalid_input", "a dry run checks everything");
    }

    async fn a_hundred_records_in_one_call_have_each_their_result(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let mut records: Vec<Value> = (0..100).map(|n| company(&format!("Row {n:03}"))).collect();
        records[7] = json!({"type": "company"});
        records[9] = json!({"type": "company", "company_name": "x", "nope": 1});
        let args = json!({"records": records, "idempotencyKey": "bulk"});
        let answer = caller.ok("customers.create", args.clone()).await;
        assert_eq!((&answer["done"], &answer["failed"]), (&json!(98), &json!(2)));
        let results = answer["results"].as_array().unwrap();
        assert_eq!((results.len(), &results[99]["index"], &results[99]["record"]["display_name"]), (100, &json!(99), &json!("Row 099")));
        assert_eq!(results[7]["error"]["field"], "company_name");
        assert_eq!(results[9]["error"]["reason"], "unknown_field");
        assert_eq!(total(&caller).await, 98);
        let replay = caller.ok("customers.create", args).await;
        assert_eq!((&replay["results"], &replay["idempotentReplay"]), (&answer["results"], &json!(true)));
        assert_eq!(total(&caller).await, 98, "a retry doubles nothing");

        let first = &results[0]["record"];
        let all_or_none = json!({"atomic": true, "records": [{"id": first["id"], "vip": true}, {"id": "cus_no", "vip": true}]});
        let refused = caller.refused("customers.update", all_or_none).await;
        assert_eq!((&refused["kind"], &refused["index"]), (&json!("not_found"), &json!(1)));
        assert_eq!(caller.ok("customers.get", json!({"id": first["id"]})).await["vip"], false);
        let some = caller.ok("customers.update", json!({"records": [{"id": first["id"], "vip": true, "expectedVersion": 1}, {"id": "cus_no", "vip": true}]})).await;
        assert_eq!((&some["done"], &some["results"][0]["record"]["vip"], &some["results"][1]["error"]["kind"]), (&json!(1), &json!(true), &json!("not_found")));
        assert_eq!(caller.refused("customers.create", json!({"records": vec![company("x"); 101]})).await["field"], "records");
        // What holds for all of them stands beside them, and is not lost on one.
        for (option, value) in [("dryRun", json!(true)), ("dry_run", json!(true)), ("idempotencyKey", json!("k")), ("onDuplicate", json!("update")), ("atomic", json!(true))] {
            let mut record = company("Not made");
            record[option] = value;
            let answer = caller.ok("customers.create", json!({"records": [record]})).await;
            let error = &answer["results"][0]["error"];
            assert_eq!((&answer["done"], &error["field"], &error["reason"]), (&json!(0), &json!(option), &json!("unknown_field")), "{answer}");
            assert!(error["message"].as_str().unwrap().contains("beside `records`"), "{error}");
        }
        assert_eq!(total(&caller).await, 98);
        assert_eq!(caller.refused("customers.create", json!({"records": [], "type": "company"})).await["kind"], "invalid_input");
        assert_eq!(caller.refused("tags.delete", json!({"records": [{"id": "x"}]})).await["kind"], "invalid_input");
    }

    async fn a_sync_from_another_system_upserts_by_its_own_ids(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let record = |name: &str| json!({"type": "company", "company_name": name, "onDuplicate": "update", "external_refs": [{"system": "crm", "id": "7"}]});
        let made = caller.ok("customers.create", record("Before")).await;
        assert_eq!(made["upserted"], "created");
        let updated = caller.ok("customers.create", record("After")).await;
        assert_eq!((&updated["upserted"], &updated["id"], &updated["display_name"], &updated["version"]), (&json!("updated"), &made["id"], &json!("After"), &json!(2)));
        let mut strict = record("Third");
        strict["onDuplicate"] = json!("error");
        let conflict = caller.refused("customers.create", strict).await;
        assert_eq!((&conflict["reason"], &conflict["existing_id"]), (&json!("duplicate"), &made["id"]));
        assert_eq!(total(&caller).await, 1);
        let removed = caller.ok("customers.update", json!({"id": made["id"], "external_refs": [{"system": "crm", "id": null}]})).await;
        assert_eq!(removed["external_refs"], json!([]));
    }

    async fn a_consumer_that_syncs_sees_deleted_ones_in_the_order_of_changes(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let mut ids = vec![];
        for n in 0..5 {
            ids.push(caller.ok("tags.create", json!({"name": format!("t{n}")})).await["id"].clone());
        }
        let since = caller.ok("tags.list", json!({"sort": "-updated_at", "limit": 1, "view": "full"})).await["items"][0]["updated_at"].clone();
        caller.ok("tags.delete", json!({"id": ids[1]})).await;
        caller.ok("tags.update", json!({"id": ids[0], "name": "t0b"})).await;
        caller.ok("tags.delete", json!({"id": ids[3]})).await;
        let (mut seen, mut cursor) = (vec![], Value::Null);
        loop {
            let mut args = json!({"sort": "updated_at", "updatedSince": since, "includeArchived": true, "includeDeleted": true, "limit": 1});
            if !cursor.is_null() {
                args["cursor"] = cursor;
            }
            let page = caller.ok("tags.list", args).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| (item["id"].clone(), item.get("deleted").is_some())));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(seen, [(ids[4].clone(), false), (ids[1].clone(), true), (ids[0].clone(), false), (ids[3].clone(), true)]);
        let falling = caller.ok("tags.list", json!({"sort": "-updated_at", "includeDeleted": true})).await;
        assert_eq!((&falling["items"][0]["id"], &falling["items"][0]["deleted"]), (&ids[3], &json!(true)));
        assert_eq!(caller.refused("tags.list", json!({"includeDeleted": true})).await["field"], "includeDeleted");
    }

    async fn a_write_leaves_its_line_in_the_audit_log_and_a_refused_one_does_not(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let made = caller.ok("customers.create", company("Audited")).await;
        caller.ok("customers.update", json!({"id": made["id"], "vip": true, "source": "radio"})).await;
        caller.refused("customers.update", json!({"id": made["id"], "vip": true, "expectedVersion": 1})).await;
        let sql = "SELECT action, subject, changes FROM audit WHERE tenant_id = $1 ORDER BY at, id";
        let rows: Vec<(String, String, sqlx::types::Json<Value>)> =
            db.admin().await.rows(sql, shared::binds![&account.tenant_id]).await.unwrap();
        let actions: Vec<(&str, &str)> = rows.iter().map(|(action, subject, _)| (action.as_str(), subject.as_str())).collect();
        let id = made["id"].as_str().unwrap();
        assert_eq!(actions, [("customers.create", id), ("customers.update", id)]);
        assert_eq!(rows[0].2["display_name"], json!([null, "Audited"]));
        assert_eq!(rows[1].2.0, json!({"vip": [false, true], "source": [null, "radio"]}));
    }

    async fn reads_and_refusals_are_counted_and_a_403_leaves_one_line_a_minute(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let narrow_key = account.user_key(&account.owner, "read:jobs").await;
        let narrow = server.caller(&narrow_key);
        for _ in 0..3 {
            caller.ok("customers.search", json!({})).await;
            assert_eq!(narrow.call("customers.search", json!({})).await.status, 403);
        }
        caller.refused("customers.get", json!({"id": "cus_no"})).await;
        let admin = db.admin().await.clone();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let counted = async |outcome: &str| {
            let sql = "SELECT CAST(SUM(times) AS BIGINT) FROM audit_counts WHERE tenant_id = $1 AND outcome = $2";
            let row: Option<(Option<i64>,)> = admin.row(sql, shared::binds![&account.tenant_id, outcome]).await.unwrap();
            row.and_then(|(times,)| times).unwrap_or(0)
        };
        while counted("ok").await < 3 || counted("insufficient_scope").await < 3 || counted("not_found").await < 1 {
            assert!(std::time::Instant::now() < deadline, "the counts are flushed every five seconds");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!((counted("ok").await, counted("insufficient_scope").await, counted("not_found").await), (3, 3, 1));
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE tenant_id = $1 AND outcome = 'insufficient_scope'";
        assert_eq!(admin.row::<(i64,)>(sql, shared::binds![&account.tenant_id]).await.unwrap(), Some((1,)));
        let used: Option<(Option<shared::timestamp::Timestamp>,)> =
            admin.row("SELECT last_used_at FROM api_keys WHERE id = $1", shared::binds![&narrow_key.id]).await.unwrap();
        assert!(used.is_some_and(|(at,)| at.is_some()), "a key's last use is known");
    }
}
