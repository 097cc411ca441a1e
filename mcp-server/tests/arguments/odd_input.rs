//! Input that no form would send: far years, control characters, floats that are whole, names with strokes.

use serde_json::{Value, json};
use testing::{TestDatabase, on_both_databases, owner};

on_both_databases! {
    async fn far_years_and_control_characters_are_plain_errors(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        for (tool, args, path) in [
            ("jobs.list", json!({"to": "+262142-12-31"}), "to"),
            ("jobs.list", json!({"from": "-5000-01-01T00:00"}), "from"),
            ("jobs.create", json!({"title": "x", "scheduled_start": "+262142-12-31T23:59:59"}), "scheduled_start"),
            ("jobs.list", json!({"updatedSince": "9999-12-31T23:59:59-14:00"}), "updatedSince"),
            ("customers.get", json!({"id": "\u{0}"}), "id"),
            ("tags.delete", json!({"id": "tag_\u{0}"}), "id"),
            ("customers.search", json!({"ids": ["\u{0}"]}), "ids[0]"),
            ("customers.search", json!({"tag": "\u{0}"}), "tag"),
            ("customers.search", json!({"externalRef": {"system": "\u{0}", "id": "1"}}), "externalRef.system"),
            ("jobs.list", json!({"customerId": "\u{0}"}), "customerId"),
            ("tags.create", json!({"name": "x", "custom_fields": {"a": "\u{0}"}}), "custom_fields.a"),
            ("tags.create", json!({"name": "x", "idempotencyKey": "\u{0}"}), "idempotencyKey"),
        ] {
            let refused = caller.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(path)), "{refused}");
        }
        for q in ["\u{0}", "a\u{0}b", "\u{1b}[31m", &"x ".repeat(5_000)] {
            for tool in ["customers.search", "jobs.list", "tags.list", "contacts.list", "notes.list"] {
                assert_eq!(caller.ok(tool, json!({"q": q})).await["items"], json!([]), "{tool} {q:?}");
            }
        }
    }

    async fn null_stands_for_no_params_and_no_arguments(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        assert!(!caller.method("tools/list", Value::Null).await.result()["tools"].as_array().unwrap().is_empty());
        assert_eq!(caller.ok("tags.list", Value::Null).await["items"], json!([]));
        let refused = caller.refused("tags.create", Value::Null).await;
        assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("name")), "nothing was sent, so the name is missing");
        let nameless = caller.method("tools/call", Value::Null).await;
        assert_eq!((nameless.status, nameless.error()["code"].clone()), (200, json!(-32602)));
        // What holds something, but in no object, is still refused.
        for params in [json!([]), json!(0), json!(false), json!("")] {
            let refused = caller.method("tools/list", params).await;
            assert_eq!((refused.status, refused.error()["code"].clone()), (400, json!(-32600)));
        }
        for arguments in [json!([]), json!(0), json!(false), json!("")] {
            let refused = caller.call("tags.list", arguments).await;
            assert_eq!((refused.status, refused.error()["code"].clone()), (200, json!(-32602)));
        }
    }

    async fn a_whole_float_is_a_whole_number(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        caller.ok("jobs.list", json!({"limit": 5.0, "page": 1.0})).await;
        let job = caller.ok("jobs.create", json!({"title": "x", "line_items": [{"description": "a", "unit_price": 1000.0, "quantity": 2.0}]})).await;
        assert_eq!(job["total"], 2000);
    }

    async fn people_are_found_as_they_are_typed(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        for (name, phone) in [("Sørensen", "+1 (512) 555-0135"), ("Łukasz", "(737) 555-0136"), ("Yılmaz", "+1 512 555 0137 ext 9")] {
            caller.ok("customers.create", json!({"type": "individual", "last_name": name, "phone": phone})).await;
        }
        caller.ok("customers.create", json!({"type": "company", "company_name": "2020 20200"})).await;
        for (q, name) in [("sorensen", "Sørensen"), ("lukasz", "Łukasz"), ("yilmaz", "Yılmaz"), ("555-0135", "Sørensen"),
            ("7375550136", "Łukasz"), ("512 555 0137", "Yılmaz"), ("2020 20200", "2020 20200")] {
            let found = caller.ok("customers.search", json!({"q": q})).await;
            let names: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|item| &item["display_name"]).collect();
            assert_eq!(names, [name], "{q}");
        }
    }

    async fn bounds_hold_over_many_calls(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let references = |range: std::ops::Range<i32>| -> Value { range.map(|n| json!({"system": format!("s{n}"), "id": "1"})).collect() };
        let tag = caller.ok("tags.create", json!({"name": "x", "external_refs": references(0..10)})).await;
        let refused = caller.refused("tags.update", json!({"id": tag["id"], "external_refs": references(10..11)})).await;
        assert_eq!(refused["field"], "external_refs");
        // A job of several days keeps its people busy on each of them.
        let sam = account.add_member(shared::role::Role::Tech).await;
        caller.ok("jobs.create", json!({"title": "Long", "assignee_ids": [sam.user_id], "scheduled_start": "2027-01-04T09:00", "scheduled_end": "2027-01-07T17:00"})).await;
        let during = caller.ok("jobs.create", json!({"title": "During", "assignee_ids": [sam.user_id], "scheduled_start": "2027-01-06T10:00", "scheduled_end": "2027-01-06T11:00"})).await;
        assert!(during["warnings"][0]["message"].as_str().unwrap().contains("Long"), "{during}");
        let cancelled = caller.ok("jobs.cancel", json!({"id": during["id"]})).await;
        let again = caller.refused("jobs.update", json!({"id": cancelled["id"], "scheduled_start": "2028-01-01T09:00"})).await;
        assert_eq!(again["reason"], "illegal_transition");
    }
}
