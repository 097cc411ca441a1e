//! A refusal tells of all that is wrong at once; and the call that it hints at succeeds, and means what was meant.

use serde_json::{Value, json};
use testing::{McpServer, NewAccount, TestDatabase, on_both_databases, owner};

/// The paths of all that a refusal tells of.
fn paths(refused: &Value) -> Vec<&str> {
    let issues = refused["issues"].as_array().unwrap_or_else(|| panic!("no issues in {refused}"));
    issues.iter().map(|issue| issue["path"].as_str().unwrap()).collect()
}

/// The call that a refusal hints at.
pub fn hint(refused: &Value) -> (String, Value) {
    let hint = refused["hint"].as_str().unwrap_or_else(|| panic!("no hint in {refused}"));
    let (tool, args) = hint.strip_prefix("Call ").and_then(|hint| hint.split_once(" with ")).unwrap();
    (tool.to_owned(), serde_json::from_str(args).unwrap())
}

on_both_databases! {
    async fn all_that_is_wrong_is_told_at_once(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let line = |more: Value| {
            let mut line = json!({"description": "x", "unit_price": 100});
            line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            line
        };
        for (tool, args, wrong) in [
            // What a schema's formats say is told with the rest of the schema.
            ("jobs.create", json!({"title": "x", "scheduled_start": "x", "priority": "zz"}), vec!["scheduled_start", "priority"]),
            ("jobs.create", json!({"title": "x", "done_at": "x", "line_items": [line(json!({"quantity": 0})), line(json!({"quantity": 1.23456})), line(json!({"discount": {"type": "fixed", "value": "x"}}))]}),
                vec!["done_at", "line_items[0].quantity", "line_items[1].quantity", "line_items[2].discount"]),
            ("jobs.list", json!({"from": "x", "updatedSince": "x", "limit": 0}), vec!["from", "updatedSince", "limit"]),
            ("tax_rates.create", json!({"name": "", "rate_percentage": 100}), vec!["name", "rate_percentage"]),
            // All references of a write.
            ("jobs.create", json!({"title": "x", "customer_id": "cus_x", "assignee_ids": ["a"], "tag_ids": ["t"]}), vec!["customer_id", "tag_ids[0]", "assignee_ids[0]"]),
            ("quotes.create", json!({"title": "x", "customer_id": "cus_x", "location_id": "loc_x", "line_items": [line(json!({"tax_rate_id": "tax_x"})), line(json!({"catalog_item_id": "itm_x"}))]}),
                vec!["customer_id", "location_id", "line_items[0].tax_rate_id", "line_items[1].catalog_item_id"]),
            ("catalog_items.create", json!({"kind": "service", "name": "x", "unit_price": 1, "category_id": "cat_x", "tax_rate_id": "tax_x"}), vec!["category_id", "tax_rate_id"]),
            // Both together.
            ("customers.create", json!({"type": "individual", "first_name": "A", "phone": "abc", "tag_ids": ["t"], "default_tax_rate_id": "tax_x"}), vec!["phone", "tag_ids[0]", "default_tax_rate_id"]),
            ("customers.create", json!({"type": "company", "tag_ids": ["t"]}), vec!["company_name", "tag_ids[0]"]),
        ] {
            let refused = caller.refused(tool, args).await;
            let (mut told, mut wrong) = (paths(&refused), wrong);
            told.sort();
            wrong.sort();
            assert_eq!((&refused["kind"], told), (&json!("invalid_input"), wrong), "{refused}");
        }
        // And of each record of many.
        let many = caller.ok("jobs.create", json!({"records": [{"title": "x", "customer_id": "cus_x", "assignee_ids": ["a"]}]})).await;
        assert_eq!(paths(&many["results"][0]["error"]).len(), 2, "{many}");
        // A patch tells of what it names alone: what the record held before is not the caller's to mend.
        let job = caller.ok("jobs.create", json!({"title": "x"})).await;
        let refused = caller.refused("jobs.update", json!({"id": job["id"], "location_id": "loc_x", "assignee_ids": ["nobody@example.com", "a"]})).await;
        assert_eq!(paths(&refused).len(), 3, "{refused}");
    }

    async fn a_hint_leads_on_and_keeps_the_meaning(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.ok("customers.create", json!({"type": "individual", "first_name": "Ana"})).await;
        let (ana, bo) = (&ana["id"], caller.ok("customers.create", json!({"type": "individual", "first_name": "Bo"})).await);
        let job = caller.ok("jobs.create", json!({"title": "x", "customer_id": ana})).await;
        let plan = caller.ok("plans.create", json!({"title": "x", "customer_id": ana, "cadence": "monthly", "starts_on": "2027-01-01", "items": [{"description": "x", "unit_price": 100}]})).await;
        let line = json!([{"description": "x", "unit_price": 100}]);
        let invoice = caller.ok("invoices.create", json!({"customer_id": ana, "line_items": line})).await;
        let quote = caller.ok("quotes.create", json!({"title": "x", "customer_id": ana, "line_items": line})).await;
        let item = |price: Value| json!({"kind": "service", "name": "x", "unit_price": price});
        for (tool, args, next, meant) in [
            ("customers.search", json!({"fields": "id, display_name"}), "customers.search", json!({"fields": ["id", "display_name"]})),
            ("jobs.list", json!({"sort": "created_at desc"}), "jobs.list", json!({"sort": "-created_at"})),
            ("jobs.list", json!({"sort": "createdAt"}), "jobs.list", json!({"sort": "created_at"})),
            ("customers.search", json!({"query": "ana"}), "customers.search", json!({"q": "ana"})),
            ("customers.search", json!({"name": "ana"}), "customers.search", json!({"q": "ana"})),
            ("customers.get", json!({"customer_id": ana}), "customers.get", json!({"id": ana})),
            ("customers.update", json!({"customer_id": ana, "vpi": true}), "customers.update", json!({"id": ana, "vip": true})),
            ("customers.create", json!({"type": "company", "name": "Acme Inc"}), "customers.create", json!({"type": "company", "company_name": "Acme Inc"})),
            ("customers.create", json!({"type": "individual", "name": "Ana Maria Núñez"}), "customers.create", json!({"type": "individual", "first_name": "Ana Maria", "last_name": "Núñez"})),
            ("jobs.create", json!({"name": "Leak"}), "jobs.create", json!({"title": "Leak"})),
            ("notes.create", json!({"body": "x", "customer_id": ana}), "notes.create", json!({"body": "x", "subject_type": "customer", "subject_id": ana})),
            ("notes.list", json!({"customerId": ana}), "notes.list", json!({"subjectType": "customer", "subjectId": ana})),
            ("catalog_items.create", item(json!(12.50)), "catalog_items.create", item(json!(1250))),
            ("catalog_items.create", item(json!("12.05")), "catalog_items.create", item(json!(1205))),
            ("invoices.update", json!({"id": invoice["id"], "status": "paid"}), "invoices.update", json!({"id": invoice["id"], "status": "sent"})),
            ("quotes.update", json!({"id": quote["id"], "status": "accepted"}), "quotes.update", json!({"id": quote["id"], "status": "sent"})),
            // A state that another tool sets.
            ("jobs.update", json!({"id": job["id"], "status": "canceled"}), "jobs.cancel", json!({"id": job["id"]})),
            ("plans.update", json!({"id": plan["id"], "status": "cancelled"}), "plans.cancel", json!({"id": plan["id"]})),
            ("customers.archive", json!({"customerId": bo["id"]}), "customers.archive", json!({"id": bo["id"]})),
        ] {
            let refused = caller.refused(tool, args).await;
            assert_eq!(hint(&refused), (next.to_owned(), meant.clone()), "{refused}");
            caller.ok(next, meant).await;
        }
    }

    async fn there_is_no_hint_where_none_can_be_followed(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let job = caller.ok("jobs.create", json!({"title": "x"})).await;
        let ana = caller.ok("customers.create", json!({"type": "individual", "first_name": "Ana"})).await;
        let plan = caller.ok("plans.create", json!({"title": "x", "customer_id": ana["id"], "cadence": "monthly", "starts_on": "2027-01-01", "items": [{"description": "x", "unit_price": 100}]})).await;
        for (tool, args) in [
            // Nothing would be left to change.
            ("jobs.update", json!({"id": job["id"], "number": 5})),
            ("jobs.update", json!({"id": job["id"], "number": 5, "expectedVersion": 1, "idempotencyKey": "k"})),
            ("plans.update", json!({"id": plan["id"], "status": "active"})),
            ("plans.update", json!({"id": plan["id"], "title": "y", "customer_id": ana["id"]})),
            // No create sets a state that is a tool's own.
            ("jobs.create", json!({"title": "x", "status": "canceled"})),
            // One of the two is meant, and who knows which.
            ("jobs.list", json!({"sort": "created_at desc, number"})),
            ("jobs.update", json!({"id": job["id"], "title": "x", "titel": "y"})),
            ("jobs.create", json!({"title": "x", "status": "none"})),
            // What else is wrong would be refused again.
            ("jobs.create", json!({"title": "x", "prioritty": "high", "customer_id": "cus_x"})),
        ] {
            let refused = caller.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["hint"]), (&json!("invalid_input"), &Value::Null), "{tool} {refused}");
        }
        let refused = caller.refused("notes.create", json!({"body": "x", "customer_id": "cus_x"})).await;
        assert!(refused["message"].as_str().unwrap().contains("`subject_type` and `subject_id`"), "{refused}");
    }

    async fn an_unknown_tool_names_the_one_that_was_meant(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.ok("customers.create", json!({"type": "individual", "first_name": "Ana"})).await;
        for (name, args, meant) in [
            ("customers.list", json!({"q": "ana"}), Some("customers.search")),
            ("customers.delete", json!({"id": ana["id"]}), Some("customers.archive")),
            ("get_customer", json!({"id": ana["id"]}), Some("customers.get")),
            ("jobSeries.find", json!({}), Some("job_series.list")),
            ("catalog_item.list", json!({}), Some("catalog_items.list")),
            ("custmers.search", json!({}), Some("customers.search")),
            ("weather.get", json!({}), None),
            ("x", json!({}), None),
        ] {
            let answer = caller.call(name, args.clone()).await;
            let error = answer.error();
            assert_eq!((&error["code"], &error["data"]["kind"]), (&json!(-32602), &json!("unknown_tool")));
            match meant {
                Some(meant) => {
                    assert_eq!(hint(&error["data"]), (meant.to_owned(), args.clone()));
                    caller.ok(meant, args).await;
                }
                None => assert_eq!(error["data"]["hint"], Value::Null, "{error}"),
            }
        }
        let error = caller.call("customers.delete", json!({})).await.error().clone();
        assert!(error["message"].as_str().unwrap().contains("`customers.archive`"), "{error}");
        assert_eq!(error["data"]["hint"], Value::Null, "without an id there is nothing to call");
    }

    async fn amounts_are_mended_in_the_account_s_currency(db: TestDatabase) {
        for (currency, price, meant) in [("KWD", json!(12.5), Some(12_500)), ("JPY", json!(12.5), None), ("JPY", json!("1200.00"), Some(1_200))] {
            let account = NewAccount { currency, ..NewAccount::default() }.create(&db).await;
            let server = McpServer::start(&db).await;
            let caller = server.caller(&account.full_key().await);
            let refused = caller.refused("catalog_items.create", json!({"kind": "service", "name": "x", "unit_price": price})).await;
            match meant {
                Some(meant) => assert_eq!(hint(&refused).1["unit_price"], meant, "{refused}"),
                None => assert_eq!(refused["hint"], Value::Null, "{refused}"),
            }
        }
    }
}
