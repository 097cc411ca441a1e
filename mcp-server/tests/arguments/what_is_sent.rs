//! What a call says and what it leaves unsaid: texts are tidied, null and defaults say nothing.

use serde_json::{Value, json};
use testing::{TestDatabase, on_both_databases, owner};

on_both_databases! {
    async fn every_text_is_tidied(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let made = caller.ok("customers.create", json!({
            "type": "individual", "first_name": "Ana",
            "external_refs": [{"system": " crm ", "id": "\tA\u{301}1 "}],
            "custom_fields": {"note": "  Cafe\u{301}\r\nbar\n"},
            "phones": [{"label": " offi\u{63}e ", "number": " +1 512 555 0123 "}]
        })).await;
        assert_eq!(made["external_refs"], json!([{"system": "crm", "id": "Á1"}]));
        assert_eq!(made["custom_fields"], json!({"note": "Café\nbar"}));
        assert_eq!(made["phones"], json!([{"label": "office", "number": "+1 512 555 0123"}]));
        let found = caller.ok("customers.search", json!({"externalRef": {"system": "crm ", "id": "A\u{301}1"}})).await;
        assert_eq!(found["items"][0]["id"], made["id"]);
        for (field, value, path) in [
            ("external_refs", json!([{"system": "a\nb", "id": "1"}]), "external_refs[0].system"),
            ("external_refs", json!([{"system": "a", "id": "1\n2"}]), "external_refs[0].id"),
            ("external_refs", json!([{"system": "  ", "id": "1"}]), "external_refs[0].system"),
            ("custom_fields", json!({"a": "\u{7}"}), "custom_fields.a"),
            ("phones", json!([{"label": "a\nb", "number": "+1 512 555 0123"}]), "phones[0].label"),
            ("phones", json!([{"label": " ", "number": "+1 512 555 0123"}]), "phones[0].label"),
        ] {
            let refused = caller.refused("customers.update", json!({"id": made["id"], field: value})).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(path)), "{refused}");
        }
    }

    async fn a_country_is_one_that_there_is(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let with = |country: &str| json!({"type": "individual", "first_name": "Ana", "billing_address": {"line1": "1 Main St", "country": country}});
        assert_eq!(caller.ok("customers.create", with("kw")).await["billing_address"]["country"], "KW");
        for unknown in ["XX", "UK", "USA", "1A", ""] {
            let refused = caller.refused("customers.create", with(unknown)).await;
            assert_eq!(refused["field"], "billing_address.country", "{refused}");
        }
    }

    async fn whole_numbers_have_bounds_in_plain_words(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let tag = caller.ok("tags.create", json!({"name": "x"})).await;
        let large: Value = serde_json::from_str("1180591620717411303424").unwrap();
        for (tool, args, path) in [
            ("tags.update", json!({"id": tag["id"], "name": "y", "expectedVersion": large}), "expectedVersion"),
            ("tags.update", json!({"id": tag["id"], "name": "y", "expectedVersion": u64::MAX}), "expectedVersion"),
            ("jobs.list", json!({"page": large}), "page"),
            ("catalog_categories.create", json!({"name": "x", "sort_order": large}), "sort_order"),
            ("catalog_categories.create", json!({"name": "x", "sort_order": i64::MIN}), "sort_order"),
            ("catalog_items.create", json!({"kind": "service", "name": "x", "unit_price": large}), "unit_price"),
        ] {
            let refused = caller.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(path)), "{refused}");
            assert!(refused["message"].as_str().unwrap().contains("must be at "), "{refused}");
        }
    }

    async fn null_is_not_sent(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        caller.ok("jobs.list", json!({"cursor": null, "status": null, "customerId": null, "from": null, "limit": null, "sort": null, "ids": null, "q": null})).await;
        let whole = caller.ok("tax_rates.list", json!({"q": null})).await;
        assert_eq!(whole["items"], json!([]));
        let made = caller.ok("customers.create", json!({"type": "individual", "first_name": "Ana", "records": null, "vip": null, "status": null, "phones": null,
            "tag_ids": null, "external_refs": null, "custom_fields": null, "dryRun": null, "onDuplicate": null})).await;
        assert_eq!((&made["vip"], &made["status"]), (&json!(false), &json!("active")));
        let refused = caller.refused("customers.create", json!({"type": null})).await;
        assert!(refused["message"].as_str().unwrap().contains("is required"), "{refused}");
        // In a patch null clears, and what always holds something cannot be cleared.
        let id = &made["id"];
        let cleared = caller.ok("customers.update", json!({"id": id, "records": null, "expectedVersion": null, "first_name": null, "last_name": "Núñez"})).await;
        assert_eq!((&cleared["first_name"], &cleared["last_name"]), (&Value::Null, &json!("Núñez")));
        assert_eq!(caller.refused("customers.update", json!({"id": id, "vip": null})).await["field"], "vip");
        // So it does in a create that finds its record there.
        let reference = json!([{"system": "crm", "id": "1"}]);
        caller.ok("customers.update", json!({"id": id, "external_refs": reference, "source": "web", "vip": true})).await;
        for many in [false, true] {
            let sent = json!({"type": "individual", "last_name": "Núñez", "external_refs": reference, "source": null, "vip": null});
            let answer = match many {
                false => {
                    let mut sent = sent;
                    sent["onDuplicate"] = json!("update");
                    caller.ok("customers.create", sent).await
                }
                true => caller.ok("customers.create", json!({"records": [sent], "onDuplicate": "update"})).await["results"][0]["record"].clone(),
            };
            assert_eq!((&answer["id"], &answer["source"], &answer["vip"]), (id, &Value::Null, &json!(true)));
            caller.ok("customers.update", json!({"id": id, "source": "web"})).await;
        }
    }

    async fn a_record_that_is_none_is_refused_alone(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let answer = caller.ok("tags.create", json!({"records": [3, {"name": "x"}, null, "y"]})).await;
        assert_eq!((&answer["done"], &answer["failed"]), (&json!(1), &json!(3)), "{answer}");
        assert_eq!(answer["results"][0]["error"]["kind"], "invalid_input");
        assert_eq!(answer["results"][1]["record"]["name"], "x");
    }

    async fn defaults_make_no_other_call(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let first = caller.ok("tags.create", json!({"name": "x", "idempotencyKey": "k"})).await;
        for more in [json!({"dryRun": false}), json!({"dryRun": null, "atomic": false}), json!({"onDuplicate": "error"}), json!({"color": null})] {
            let mut args = json!({"name": "x", "idempotencyKey": "k"});
            args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let again = caller.ok("tags.create", args).await;
            assert_eq!((&again["id"], &again["idempotentReplay"]), (&first["id"], &json!(true)));
        }
        let many = caller.ok("tags.create", json!({"records": [{"name": "y"}], "idempotencyKey": "m"})).await;
        let again = caller.ok("tags.create", json!({"records": [{"name": "y"}], "idempotencyKey": "m", "atomic": false, "dryRun": false})).await;
        assert_eq!((&again["results"], &again["idempotentReplay"]), (&many["results"], &json!(true)));
        let other = caller.refused("tags.create", json!({"name": "z", "idempotencyKey": "k"})).await;
        assert_eq!(other["reason"], "idempotency_mismatch");
    }

    async fn a_key_is_free_again_after_nothing_was_done(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let tag = caller.ok("tags.create", json!({"name": "x"})).await;
        let many = |name: &str| json!({"records": [{"name": name}], "idempotencyKey": "k"});
        assert_eq!(caller.ok("tags.create", many("X")).await["done"], 0);
        caller.ok("tags.delete", json!({"id": tag["id"]})).await;
        let answer = caller.ok("tags.create", many("X")).await;
        assert_eq!((&answer["done"], &answer["idempotentReplay"]), (&json!(1), &Value::Null), "the same call is a new try");
        assert_eq!(caller.ok("tags.create", many("X")).await["idempotentReplay"], true);
    }
}
