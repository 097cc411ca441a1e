//! Tax rates through the endpoint: exact percentages, one default, a list that comes whole.

use serde_json::{Value, json};
use shared::scope::Scopes;
use testing::{TestDatabase, on_both_databases, owner};

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn a_percentage_is_kept_digit_by_digit_and_its_decimal_derived(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        for (sent, percentage, decimal) in [
            (json!(8.25), "8.25", "0.0825"), (json!("8.875"), "8.875", "0.08875"), (json!(0), "0", "0"), (json!("0.0001"), "0.0001", "0.000001"),
            (json!(99.9999), "99.9999", "0.999999"), (json!("10.0000"), "10", "0.1"), (json!(7.0), "7", "0.07"),
        ] {
            let rate = caller.ok("tax_rates.create", json!({"name": "A", "rate_percentage": sent})).await;
            assert_eq!((&rate["rate_percentage"], &rate["rate_decimal"]), (&json!(percentage), &json!(decimal)));
        }
        for wrong in [json!(100), json!("99.99995"), json!(8.12345), json!(-1), json!("8,25"), json!("1e1"), json!(null), json!(true)] {
            let refused = caller.refused("tax_rates.create", json!({"name": "A", "rate_percentage": wrong})).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("rate_percentage")), "{wrong}: {refused}");
        }
        let rate = caller.ok("tax_rates.create", json!({"name": "A", "rate_percentage": 5, "code": "TX", "jurisdiction": "Texas"})).await;
        for (tool, args) in [("tax_rates.create", json!({"name": "B", "rate_percentage": 5, "rate_decimal": 0.05})), ("tax_rates.update", json!({"id": rate["id"], "rate_decimal": "0.06"}))] {
            let refused = caller.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["reason"], &refused["field"]), (&json!("invalid_input"), &json!("read_only_field"), &json!("rate_decimal")));
        }
        let changed = caller.ok("tax_rates.update", json!({"id": rate["id"], "name": "C", "rate_percentage": "6.5", "code": null})).await;
        assert_eq!((&changed["name"], &changed["rate_decimal"], &changed["code"], &changed["jurisdiction"], &changed["version"]),
            (&json!("C"), &json!("0.065"), &json!(null), &json!("Texas"), &json!(2)));
        for field in ["created_by", "updated_by"] {
            assert_eq!(changed.get(field), None, "a tax rate has no {field}");
            assert_eq!(caller.refused("tax_rates.list", json!({"fields": [field]})).await["reason"], "unknown_field");
        }
    }

    async fn one_rate_is_the_default_and_it_cannot_be_archived(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        assert_eq!(caller.ok("tax_rates.list", json!({})).await["default_tax_rate_id"], Value::Null);
        let first = caller.ok("tax_rates.create", json!({"name": "First", "rate_percentage": 5, "is_default": true})).await;
        let second = caller.ok("tax_rates.create", json!({"name": "Second", "rate_percentage": 6, "is_default": true})).await;
        let now = caller.ok("tax_rates.get", json!({"id": first["id"]})).await;
        assert_eq!((&now["is_default"], &now["version"], &now["updated_at"]), (&json!(false), &json!(2), &second["updated_at"]), "giving it up is a change too");
        assert_eq!(caller.ok("tax_rates.list", json!({"limit": 1})).await["default_tax_rate_id"], second["id"]);

        let kept = caller.refused("tax_rates.archive", json!({"id": second["id"]})).await;
        assert_eq!((&kept["kind"], &kept["reason"]), (&json!("conflict"), &json!("is_default")));
        let back = caller.ok("tax_rates.update", json!({"id": first["id"], "is_default": true})).await;
        assert_eq!((&back["is_default"], &back["version"]), (&json!(true), &json!(3)));
        let archived = caller.ok("tax_rates.archive", json!({"id": second["id"]})).await;
        assert!(archived["archived_at"].is_string());
        assert_eq!(caller.ok("tax_rates.archive", json!({"id": second["id"]})).await, archived, "repeating it answers the record");
        assert_eq!(names(&caller.ok("tax_rates.list", json!({})).await), ["First"]);
        assert_eq!(names(&caller.ok("tax_rates.list", json!({"includeArchived": true})).await), ["Second", "First"]);
        let not_yet = caller.refused("tax_rates.update", json!({"id": second["id"], "is_default": true})).await;
        assert_eq!(not_yet["field"], "is_default");
        assert!(caller.refused("tax_rates.update", json!({"id": first["id"], "archived": true})).await["message"].as_str().unwrap().contains("tax_rates.archive"));
        let restored = caller.ok("tax_rates.update", json!({"id": second["id"], "archived": false, "is_default": true})).await;
        assert_eq!((&restored["archived_at"], &restored["is_default"]), (&json!(null), &json!(true)));
        let none = caller.ok("tax_rates.update", json!({"id": second["id"], "is_default": false})).await;
        assert_eq!(none["is_default"], false);
        let list = caller.ok("tax_rates.list", json!({})).await;
        assert_eq!((&list["default_tax_rate_id"], list["items"].as_array().unwrap().len()), (&json!(null), 2));
        let tenant = server.caller(&account.tenant_key(Scopes::all()).await);
        tenant.ok("tax_rates.update", json!({"id": first["id"], "is_default": true})).await;
    }

    async fn a_list_without_arguments_comes_whole_and_newest_first(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let records: Vec<Value> = (0..60).map(|n| json!({"name": format!("Rate {n:02}"), "rate_percentage": n})).collect();
        caller.ok("tax_rates.create", json!({"records": records})).await;
        caller.ok("tax_rates.create", json!({"name": "Newest", "rate_percentage": 1})).await;
        let all = caller.ok("tax_rates.list", json!({})).await;
        assert_eq!((names(&all).len(), names(&all)[0], &all["nextCursor"], &all["hasMore"]), (61, "Newest", &json!(null), &json!(false)));
        let page = caller.ok("tax_rates.list", json!({"sort": "name"})).await;
        assert_eq!((names(&page).len(), names(&page)[0], &page["hasMore"]), (25, "Newest", &json!(true)));
        let rest = caller.ok("tax_rates.list", json!({"sort": "name", "cursor": page["nextCursor"], "limit": 100})).await;
        assert_eq!(names(&rest).len(), 36);
        assert_eq!(names(&caller.ok("tax_rates.list", json!({"q": "rate 07"})).await), ["Rate 07"]);
    }
}
