//! Plans through the endpoint: what they take and answer, and who needs them. What they bill is in `workers`.

use serde_json::{Value, json};
use testing::{Account, Caller, McpServer, TestDatabase, on_both_databases, with};

async fn owner(db: &TestDatabase) -> (McpServer, Account, Caller, Value) {
    let account = Account::create(db).await;
    let server = McpServer::start_with(db, |config| config.workers = false).await;
    let caller = server.caller(&account.full_key().await);
    let customer =
        caller.ok("customers.create", json!({"type": "company", "company_name": "Blue Pools"})).await;
    (server, account, caller, customer)
}

/// $89.00 a month, from December 1 on; it is Tuesday, November 24.
fn care(customer: &Value) -> Value {
    json!({"title": "Pool care", "customer_id": customer["id"], "cadence": "monthly", "starts_on": "2026-12-01",
        "items": [{"description": "Visit", "unit_price": 8900}]})
}

on_both_databases! {
    async fn a_plan_says_what_is_billed_and_when_next(db: TestDatabase) {
        let (_server, _, caller, customer) = owner(&db).await;
        let rate = caller.ok("tax_rates.create", json!({"name": "County", "rate_percentage": 8.25, "is_default": true})).await;
        let item = caller.ok("catalog_items.create", json!({"kind": "product", "name": "Salt", "unit": "bag", "unit_price": 700})).await;
        let items = json!([{"description": "Visit", "unit_price": 8900}, {"catalog_item_id": item["id"], "quantity": 2}]);
        let made = caller.ok("plans.create", with(care(&customer), json!({"items": items, "lead_days": 3, "currency": "USD"}))).await;
        for (field, value) in [
            ("title", json!("Pool care")), ("customer_name", json!("Blue Pools")), ("cadence", json!("monthly")), ("rrule", Value::Null),
            ("rrule_text", Value::Null), ("starts_on", json!("2026-12-01")), ("lead_days", json!(3)), ("status", json!("active")),
            ("next_run_on", json!("2026-11-28")), ("runs", json!(0)), ("currency", json!("USD")), ("subtotal", json!(10300)),
            ("tax_total", json!(850)), ("total", json!(11150)), ("default_tax_rate_id", Value::Null), ("version", json!(1)), ("cancelled_at", Value::Null),
        ] {
            assert_eq!(made[field], value, "{field} of {made}");
        }
        assert_eq!((&made["items"][1]["description"], &made["items"][1]["unit"], &made["items"][1]["tax_rate_id"]), (&json!("Salt"), &json!("bag"), &rate["id"]));
        assert!(made["id"].as_str().unwrap().starts_with("pln_") && made.get("warnings").is_none(), "{made}");
        assert_eq!(caller.ok("plans.get", json!({"id": made["id"]})).await, made);
        let late = caller.ok("plans.create", with(care(&customer), json!({"starts_on": "2025-01-31"}))).await;
        assert_eq!((&late["next_run_on"], &late["warnings"][0]["field"]), (&json!("2026-11-30"), &json!("starts_on")), "from the next date on");
        let ruled = caller.ok("plans.create", with(care(&customer), json!({"cadence": null, "rrule": "FREQ=MONTHLY;BYMONTHDAY=31"}))).await;
        assert_eq!((&ruled["cadence"], &ruled["rrule_text"], &ruled["next_run_on"]), (&Value::Null, &json!("Monthly on the 31st"), &json!("2026-12-31")));
        assert!(ruled["warnings"][0]["message"].as_str().unwrap().contains("without a day 31"), "{ruled}");
    }

    async fn what_cannot_be_billed_is_refused_in_the_callers_words(db: TestDatabase) {
        let (_server, _, caller, customer) = owner(&db).await;
        for (more, field, words) in [
            (json!({"items": []}), "items", "at least 1"),
            (json!({"items": [{"description": "Visit"}]}), "items[0].unit_price", "is required"),
            (json!({"cadence": null}), "cadence", "rrule in its place"),
            (json!({"rrule": "FREQ=DAILY"}), "rrule", "beside cadence"),
            (json!({"cadence": "daily"}), "cadence", "biweekly"),
            (json!({"cadence": null, "rrule": "FREQ=DAILY;UNTIL=20261201", "starts_on": "2027-01-01"}), "rrule", "never"),
            (json!({"cadence": null, "rrule": "FREQ=DAILY;COUNT=3", "starts_on": "2025-01-01"}), "rrule", "from 2026-11-24 on"),
            (json!({"cadence": null, "rrule": "FREQ=HOURLY"}), "rrule", "HOURLY"),
            (json!({"lead_days": 61}), "lead_days", "60"),
            (json!({"starts_on": "2027-02-30"}), "starts_on", "is no date"),
            (json!({"customer_id": "cus_01jd00000000000000000000zz"}), "customer_id", "no customer"),
            (json!({"default_tax_rate_id": "tax_01jd00000000000000000000zz"}), "default_tax_rate_id", "no tax rate"),
            (json!({"status": "active"}), "status", "plans.cancel"),
            (json!({"next_run_on": "2027-01-01"}), "next_run_on", "read-only"),
        ] {
            let refused = caller.call("plans.create", with(care(&customer), more.clone())).await;
            assert_eq!(refused.kind(), "invalid_input", "{more}: {refused:?}");
            let error = refused.error()["data"].clone();
            let issue = error["issues"][0].clone();
            let (path, said) = match &issue {
                Value::Null => (error["field"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned()),
                issue => (issue["path"].as_str().unwrap().to_owned(), issue["message"].as_str().unwrap().to_owned()),
            };
            assert!(path == field && (said.contains(words) || error.to_string().contains(words)), "{more}: {error}");
        }
        let foreign = caller.call("plans.create", with(care(&customer), json!({"currency": "EUR"}))).await;
        assert_eq!((foreign.kind().as_str(), &foreign.error()["data"]["reason"]), ("conflict", &json!("currency_mismatch")));
        caller.ok("customers.archive", json!({"id": customer["id"]})).await;
        let archived = caller.call("plans.create", care(&customer)).await;
        assert_eq!((archived.kind().as_str(), &archived.error()["data"]["reason"]), ("conflict", &json!("parent_archived")));
        assert_eq!(caller.ok("plans.list", json!({})).await["items"], json!([]));
    }

    async fn an_update_replaces_the_lines_whole_and_moves_neither_customer_nor_state(db: TestDatabase) {
        let (_server, _, caller, customer) = owner(&db).await;
        let plan = caller.ok("plans.create", care(&customer)).await;
        let id = &plan["id"];
        for (field, value) in [("customer_id", customer["id"].clone()), ("status", json!("cancelled")), ("status", json!("active"))] {
            let refused = caller.call("plans.update", json!({"id": id, field: value})).await;
            let error = refused.error()["data"].clone();
            assert_eq!((refused.kind().as_str(), &error["reason"]), ("invalid_input", &json!("read_only_field")), "{error}");
            assert!(error.to_string().contains(if field == "status" { "plans.cancel" } else { "create another" }), "{error}");
        }
        let changed = caller.ok("plans.update", json!({"id": id, "title": "Care", "items": [{"description": "Only", "unit_price": 500}], "lead_days": 5})).await;
        assert_eq!((&changed["items"].as_array().unwrap().len(), &changed["total"], &changed["next_run_on"], &changed["version"]), (&1, &json!(500), &json!("2026-11-26"), &json!(2)));
        let none = caller.call("plans.update", json!({"id": id, "items": []})).await;
        assert_eq!(none.kind(), "invalid_input");
        let same = caller.ok("plans.update", json!({"id": id, "external_refs": [{"system": "erp", "id": "7"}]})).await;
        assert_eq!((&same["items"], &same["next_run_on"]), (&changed["items"], &changed["next_run_on"]));
        let never = caller.call("plans.update", json!({"id": id, "rrule": "FREQ=DAILY;COUNT=1", "starts_on": "2026-01-01"})).await;
        assert_eq!(never.kind(), "invalid_input", "{never:?}");
        let cancelled = caller.ok("plans.cancel", json!({"id": id, "reason": "Moved"})).await;
        assert_eq!((&cancelled["status"], &cancelled["cancel_reason"], &cancelled["next_run_on"]), (&json!("cancelled"), &json!("Moved"), &Value::Null));
        assert!(cancelled["cancelled_at"].is_string());
        assert_eq!(caller.ok("plans.cancel", json!({"id": id})).await, cancelled, "once more answers the same record");
    }

    async fn lists_filter_and_sort(db: TestDatabase) {
        let (_server, _, caller, customer) = owner(&db).await;
        let other = caller.ok("customers.create", json!({"type": "individual", "first_name": "Dana"})).await;
        let a = caller.ok("plans.create", with(care(&customer), json!({"title": "b", "starts_on": "2026-12-05"}))).await;
        let b = caller.ok("plans.create", with(care(&other), json!({"title": "Ä care", "starts_on": "2026-12-03"}))).await;
        let c = caller.ok("plans.create", with(care(&customer), json!({"title": "c", "starts_on": "2026-12-04"}))).await;
        caller.ok("plans.cancel", json!({"id": c["id"]})).await;
        for (args, expected) in [
            (json!({}), vec![&b, &a, &c]),
            (json!({"sort": "title"}), vec![&b, &a, &c]),
            (json!({"sort": "-title"}), vec![&c, &a, &b]),
            (json!({"sort": "-updated_at"}), vec![&c, &b, &a]),
            (json!({"customerId": customer["id"]}), vec![&a, &c]),
            (json!({"status": "active"}), vec![&b, &a]),
            (json!({"nextFrom": "2026-12-04"}), vec![&a]),
            (json!({"nextTo": "2026-12-04"}), vec![&b]),
            (json!({"nextFrom": "2026-12-03", "nextTo": "2026-12-03"}), vec![&b]),
            (json!({"q": "CARE"}), vec![&b]),
        ] {
            let page = caller.ok("plans.list", args.clone()).await;
            let ids: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|plan| &plan["id"]).collect();
            assert_eq!(ids, expected.iter().map(|plan| &plan["id"]).collect::<Vec<_>>(), "{args}");
        }
        let page = caller.ok("plans.list", json!({"limit": 1})).await;
        assert_eq!(page["items"][0]["customer_name"], "Dana");
        assert!(page["items"][0].get("items").is_none(), "a summary has no lines");
    }

    async fn who_is_billed_by_a_plan_and_what_it_bills_stay_in_use(db: TestDatabase) {
        let (_server, _, caller, customer) = owner(&db).await;
        let item = caller.ok("catalog_items.create", json!({"kind": "service", "name": "Visit", "unit_price": 700})).await;
        let plan = caller.ok("plans.create", with(care(&customer), json!({"items": [{"catalog_item_id": item["id"]}]}))).await;
        for (tool, id) in [("customers.archive", &customer["id"]), ("catalog_items.archive", &item["id"])] {
            let refused = caller.call(tool, json!({"id": id})).await;
            let error = refused.error()["data"].clone();
            assert_eq!((&error["reason"], &error["by"], &error["sample"][0]["id"]), (&json!("in_use"), &json!("plans"), &plan["id"]), "{error}");
        }
        let note = caller.ok("notes.create", json!({"body": "Ask first", "subject_type": "plan", "subject_id": plan["id"]})).await;
        assert_eq!(caller.ok("notes.list", json!({"subjectType": "plan", "subjectId": plan["id"]})).await["items"][0]["id"], note["id"]);
        // The item's price changes; the plan's does not.
        caller.ok("catalog_items.update", json!({"id": item["id"], "unit_price": 900})).await;
        assert_eq!(caller.ok("plans.update", json!({"id": plan["id"], "title": "T"})).await["total"], 700);
        caller.ok("plans.cancel", json!({"id": plan["id"]})).await;
        caller.ok("customers.archive", json!({"id": customer["id"]})).await;
        caller.ok("catalog_items.archive", json!({"id": item["id"]})).await;
    }

    async fn an_automation_reads_and_stops_plans_but_makes_none(db: TestDatabase) {
        let (server, account, caller, customer) = owner(&db).await;
        let plan = caller.ok("plans.create", care(&customer)).await;
        let robot = server.caller(&account.tenant_key("read:plans write:plans").await);
        for (tool, args) in [("plans.create", care(&customer)), ("plans.update", json!({"id": plan["id"], "title": "x"}))] {
            let refused = robot.call(tool, args).await;
            assert_eq!(refused.error()["data"]["reason"], "user_actor_required", "{tool}");
        }
        assert_eq!(robot.ok("plans.list", json!({})).await["items"][0]["id"], plan["id"]);
        assert_eq!(robot.ok("plans.cancel", json!({"id": plan["id"]})).await["status"], "cancelled");
    }
}
