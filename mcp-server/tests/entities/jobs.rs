//! Jobs through the endpoint: states, schedule, people, lines, and what a technician reaches.

use serde_json::{Value, json};
use shared::role::Role;
use testing::{TestDatabase, on_both_databases, owner};

on_both_databases! {
    async fn a_start_schedules_and_clearing_it_moves_back(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let job = caller.ok("jobs.create", json!({"title": "Leak under the sink"})).await;
        assert_eq!((&job["status"], &job["number"], &job["billing_state"]), (&json!("unscheduled"), &json!(1001), &json!("not_billable")));
        let id = &job["id"];
        let scheduled = caller.ok("jobs.update", json!({"id": id, "scheduled_start": "2026-11-24T09:00", "scheduled_end": "2026-11-24T11:00", "time_zone": "America/Chicago"})).await;
        assert_eq!((&scheduled["status"], &scheduled["scheduled_start"]), (&json!("scheduled"), &json!("2026-11-24T09:00:00-06:00")));
        assert_eq!(scheduled["scheduled_local"], "Tue 2026-11-24 09:00 CST");
        let moved = caller.ok("jobs.update", json!({"id": id, "scheduled_start": "2026-11-25T15:00:00Z"})).await;
        assert_eq!(moved["scheduled_end"], "2026-11-25T11:00:00-06:00", "the job keeps its length");
        let back = caller.ok("jobs.update", json!({"id": id, "scheduled_start": null})).await;
        assert_eq!((&back["status"], &back["scheduled_end"]), (&json!("unscheduled"), &Value::Null));
        let no_start = caller.refused("jobs.update", json!({"id": id, "status": "scheduled"})).await;
        assert_eq!(no_start["field"], "scheduled_start");
        let done = caller.ok("jobs.update", json!({"id": id, "status": "done", "completion_notes": "New washer"})).await;
        assert!(done["done_at"].is_string());
        let by_update = caller.refused("jobs.update", json!({"id": id, "status": "cancelled"})).await;
        assert!(by_update["message"].as_str().unwrap().contains("jobs.cancel"));
        let illegal = caller.refused("jobs.update", json!({"id": id, "status": "unscheduled"})).await;
        assert_eq!((&illegal["kind"], &illegal["reason"], &illegal["allowed"]), (&json!("conflict"), &json!("illegal_transition"), &json!(["scheduled", "cancelled"])));
        let reopened = caller.ok("jobs.update", json!({"id": id, "status": "scheduled", "scheduled_start": "2026-12-01T09:00"})).await;
        assert_eq!(reopened["done_at"], Value::Null);
        let cancelled = caller.ok("jobs.cancel", json!({"id": id, "reason": "Moved away", "note": "Called on Monday"})).await;
        assert_eq!((&cancelled["status"], &cancelled["cancel_reason"]), (&json!("cancelled"), &json!("Moved away")));
        assert_eq!(caller.ok("jobs.cancel", json!({"id": id})).await, cancelled);
        let finals = caller.refused("jobs.update", json!({"id": id, "status": "scheduled"})).await;
        assert_eq!(finals["allowed"], json!([]));
        let ends_early = caller.refused("jobs.create", json!({"title": "x", "scheduled_start": "2026-12-01T09:00", "scheduled_end": "2026-12-01T08:00"})).await;
        assert_eq!(ends_early["field"], "scheduled_end");
    }

    async fn lines_add_up_exactly_and_a_flat_price_replaces_their_sum(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let job = caller.ok("jobs.create", json!({"title": "Heater", "line_items": [
            {"description": "Labour", "quantity": 2.5, "unit": "hour", "unit_price": 12345, "discount": {"type": "percent", "value": 10}},
            {"description": "Valve", "unit_price": 500, "quantity": "3"},
        ], "discount": {"type": "fixed", "value": 277}})).await;
        let first = &job["line_items"][0];
        assert_eq!((&first["quantity"], &first["amount"], &first["position"]), (&json!("2.5"), &json!(30863), &json!(1)));
        assert_eq!((&job["subtotal"], &job["discount_total"], &job["total"]), (&json!(32363), &json!(3086 + 277), &json!(29000)));
        let sum: i64 = job["line_items"].as_array().unwrap().iter().map(|line| line["total"].as_i64().unwrap()).sum();
        assert_eq!(job["total"], sum);
        let edited = caller.ok("jobs.update", json!({"id": job["id"], "discount": null, "line_item_ops": [
            {"op": "update", "id": first["id"], "item": {"quantity": 1, "description": "Less labour"}},
            {"op": "remove", "id": job["line_items"][1]["id"]},
            {"op": "add", "item": {"description": "Trip", "unit_price": 100}},
        ]})).await;
        let lines = &edited["line_items"];
        assert_eq!((&lines[0]["id"], &lines[0]["description"], &lines[0]["discount_amount"]), (&first["id"], &json!("Less labour"), &json!(1235)));
        assert_eq!((&lines[1]["description"], &edited["total"]), (&json!("Trip"), &json!(12345 - 1235 + 100)));
        let flat = caller.ok("jobs.update", json!({"id": job["id"], "flat_price": 9900})).await;
        assert_eq!((&flat["total"], flat["line_items"].as_array().unwrap().len()), (&json!(9900), 2));
        let done = caller.ok("jobs.update", json!({"id": job["id"], "status": "done"})).await;
        assert_eq!(done["billing_state"], "to_invoice");

        for (line, path, says) in [
            (json!({"description": "x", "unit_price": 12.5}), "line_items[0].unit_price", "send 1250 for $12.50"),
            (json!({"description": "x", "unit_price": -5}), "line_items[0].unit_price", "below 0"),
            (json!({"unit_price": 5}), "line_items[0].description", "required"),
            (json!({"description": "x", "unit_price": 1, "quantity": 0}), "line_items[0].quantity", "over 0"),
            (json!({"description": "x", "unit_price": 1, "quantity": 1.23456}), "line_items[0].quantity", "4 decimal"),
            (json!({"description": "x", "unit_price": 1, "catalog_item_id": "itm_no"}), "line_items[0].catalog_item_id", "catalog_items.list"),
            (json!({"description": "x", "unit_price": 1, "tax_rate_id": "tax_no"}), "line_items[0].tax_rate_id", "tax_rates.list"),
            (json!({"description": "x", "unit_price": 1, "prise": 1}), "line_items[0].prise", "unit_price"),
        ] {
            let refused = caller.refused("jobs.create", json!({"title": "x", "line_items": [line]})).await;
            assert_eq!(refused["field"], path, "{refused}");
            assert!(refused["message"].as_str().unwrap().contains(says), "{refused}");
        }
    }

    async fn assignees_are_named_by_id_or_email_and_doubles_are_said(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let tess = account.add_member(Role::Tech).await;
        let job = caller.ok("jobs.create", json!({"title": "A", "assignee_ids": [tess.email.to_uppercase(), tess.user_id], "scheduled_start": "2026-12-01T09:00", "scheduled_end": "2026-12-01T11:00"})).await;
        assert_eq!((&job["assignee_ids"], &job["assignee_names"]), (&json!([tess.user_id]), &json!([tess.name])));
        let double = caller.ok("jobs.create", json!({"title": "B", "assignee_ids": [tess.user_id], "scheduled_start": "2026-12-01T10:00"})).await;
        assert!(double["warnings"][0]["message"].as_str().unwrap().contains(&tess.name), "{double}");
        let after = caller.ok("jobs.create", json!({"title": "C", "assignee_ids": [tess.user_id], "scheduled_start": "2026-12-01T11:00"})).await;
        assert_eq!(after.get("warnings"), None, "one job ends when the other begins: {after}");
        let unknown = caller.refused("jobs.create", json!({"title": "D", "assignee_ids": ["ghost@example.com"]})).await;
        assert_eq!(unknown["field"], "assignee_ids[0]");
        assert!(unknown["allowed"].as_array().unwrap().contains(&json!({"id": tess.user_id, "name": tess.name})));
        let mine = caller.ok("jobs.list", json!({"assigneeId": tess.user_id})).await;
        assert_eq!(mine["items"].as_array().unwrap().len(), 3);
        let none = caller.ok("jobs.list", json!({"unassigned": true})).await;
        assert_eq!(none["items"], json!([]));
    }

    async fn a_technician_reaches_assigned_jobs_alone(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let tess = account.add_member(Role::Tech).await;
        let key = account.user_key(&tess, "read:jobs write:jobs read:customers").await;
        let tech = server.caller(&key);
        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "Hidden"})).await;
        let theirs = caller.ok("jobs.create", json!({"title": "Theirs", "assignee_ids": [tess.user_id], "customer_id": customer["id"]})).await;
        let other = caller.ok("jobs.create", json!({"title": "Other"})).await;
        let list = tech.ok("jobs.list", json!({"includeTotal": true})).await;
        assert_eq!((&list["items"][0]["id"], &list["total"]), (&theirs["id"], &json!(1)));
        for (tool, args) in [("jobs.get", json!({"id": other["id"]})), ("jobs.update", json!({"id": other["id"], "title": "x"})), ("jobs.cancel", json!({"id": other["id"]}))] {
            let hidden = tech.refused(tool, args).await;
            let unknown = tech.refused(tool, json!({"id": "job_unknown", "title": "x"}).as_object().map(|map| {
                let mut map = map.clone();
                if tool != "jobs.update" { map.remove("title"); }
                Value::Object(map)
            }).unwrap()).await;
            assert_eq!(hidden["kind"], "not_found", "{tool}");
            assert_eq!(hidden["message"].as_str().unwrap().replace(other["id"].as_str().unwrap(), "ID"), unknown["message"].as_str().unwrap().replace("job_unknown", "ID"));
        }
        let known = json!([{"system": "crm", "id": "7"}]);
        caller.ok("jobs.update", json!({"id": other["id"], "external_refs": known})).await;
        for args in [json!({"title": "x", "external_refs": known}), json!({"title": "x", "external_refs": known, "onDuplicate": "update"}),
            json!({"records": [{"title": "x", "external_refs": known}], "atomic": true, "onDuplicate": "update"})] {
            let taken = tech.refused("jobs.create", args.clone()).await;
            assert_eq!(taken["reason"], "duplicate", "{args}: {taken}");
            assert!(!taken.to_string().contains(other["id"].as_str().unwrap()), "{args}: {taken}");
        }
        let own = tech.ok("jobs.create", json!({"title": "Found on site"})).await;
        assert_eq!(own["assignee_ids"], json!([tess.user_id]));
        let real = tech.refused("jobs.create", json!({"title": "x", "customer_id": customer["id"]})).await;
        let made_up = tech.refused("jobs.create", json!({"title": "x", "customer_id": "cus_no"})).await;
        assert_eq!(real["message"].as_str().unwrap().replace(customer["id"].as_str().unwrap(), "cus_no"), made_up["message"].as_str().unwrap());
        assert_eq!(tech.call("customers.search", json!({})).await.status, 403, "a technician's key holds no scope of customers");
    }

    async fn lists_come_by_schedule_with_the_unscheduled_last_and_by_number_of_page(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        for n in 0..23 {
            let mut args = json!({"title": format!("Job 100% n_{n}")});
            if n % 2 == 0 {
                args["scheduled_start"] = json!(format!("2026-12-{:02}T09:00", 28 - n));
            }
            caller.ok("jobs.create", args).await;
        }
        let first = caller.ok("jobs.list", json!({})).await;
        assert_eq!(first["items"].as_array().unwrap().len(), 20);
        assert_eq!(first["items"][0]["title"], "Job 100% n_22");
        assert_eq!(first["items"][12]["title"], "Job 100% n_21", "those without a start come last, newest first");
        let second = caller.ok("jobs.list", json!({"page": 2})).await;
        assert_eq!(second["items"].as_array().unwrap().len(), 3);
        assert_eq!(caller.ok("jobs.list", json!({"cursor": first["nextCursor"]})).await["items"], second["items"]);
        assert_eq!(caller.refused("jobs.list", json!({"page": 2, "cursor": first["nextCursor"]})).await["field"], "page");
        // A page that is cut off by its size is read on by its cursor.
        let cut = caller.ok("jobs.list", json!({"page": 1, "limit": 20})).await;
        let rest = caller.ok("jobs.list", json!({"cursor": cut["nextCursor"], "limit": 5})).await;
        assert_eq!(rest["items"], second["items"]);
        assert!(caller.refused("jobs.list", json!({"page": 501})).await["message"].as_str().unwrap().contains("cursor"));
        let day = caller.ok("jobs.list", json!({"from": "2026-12-26", "to": "2026-12-28"})).await;
        assert_eq!(day["items"].as_array().unwrap().len(), 2);
        let substring = caller.ok("jobs.list", json!({"q": "0% N_2"})).await;
        assert_eq!(substring["items"].as_array().unwrap().len(), 4, "2, 20, 21, 22");
        assert_eq!(caller.ok("jobs.list", json!({"q": "0%n"})).await["items"], json!([]));
    }
}
