//! The pricebook through the endpoint: what each kind has, SKUs, bundles, what only an owner sees.

use serde_json::{Value, json};
use shared::{role::Role, scope::Scopes};
use testing::{Caller, TestDatabase, on_both_databases, owner};

async fn item(caller: &Caller, kind: &str, name: &str, price: i64) -> Value {
    caller.ok("catalog_items.create", json!({"kind": kind, "name": name, "unit_price": price})).await
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn each_kind_has_what_it_needs_and_nothing_else(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let pump = item(&caller, "product", "Pump", 1250).await;
        let part = json!([{"catalog_item_id": pump["id"]}]);
        for (args, field) in [
            (json!({"kind": "gadget", "name": "x", "unit_price": 1}), "kind"),
            (json!({"kind": "service", "name": "x"}), "unit_price"),
            (json!({"kind": "fee", "name": "x", "unit_price": -1}), "unit_price"),
            (json!({"kind": "fee", "name": "x", "unit_price": 1.5}), "unit_price"),
            (json!({"kind": "labor", "name": "x", "unit_price": 1, "discount": {"type": "fixed", "value": 1}}), "discount"),
            (json!({"kind": "product", "name": "x", "unit_price": 1, "components": part}), "components"),
            (json!({"kind": "discount", "name": "x"}), "discount"),
            (json!({"kind": "discount", "name": "x", "discount": {"type": "percent", "value": 5}, "unit_price": 1}), "unit_price"),
            (json!({"kind": "discount", "name": "x", "discount": {"type": "percent", "value": 5}, "unit": "hour"}), "unit"),
            (json!({"kind": "bundle", "name": "x", "unit_price": 1}), "components"),
            (json!({"kind": "bundle", "name": "x", "components": [{"catalog_item_id": "itm_none"}]}), "components[0].catalog_item_id"),
            (json!({"kind": "service", "name": "x", "unit_price": 1, "category_id": "cat_none"}), "category_id"),
            (json!({"kind": "service", "name": "x", "unit_price": 1, "tax_rate_id": "tax_none"}), "tax_rate_id"),
        ] {
            let refused = caller.refused("catalog_items.create", args.clone()).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(field)), "{args}: {refused}");
        }
        let off = caller.ok("catalog_items.create", json!({"kind": "discount", "name": "Spring", "discount": {"type": "percent", "value": "12.5"}})).await;
        assert_eq!((&off["discount"], &off["unit_price"], &off["unit"]), (&json!({"type": "percent", "value": "12.5"}), &Value::Null, &Value::Null));
        for args in [json!({"id": pump["id"], "kind": "service"}), json!({"id": pump["id"], "unit_price": null}), json!({"id": off["id"], "unit_price": 5})] {
            assert_eq!(caller.refused("catalog_items.update", args).await["kind"], "invalid_input");
        }
        let changed = caller.ok("catalog_items.update", json!({"id": pump["id"], "unit_price": 1300, "unit": "piece", "taxable": false, "duration_minutes": 30, "description": "Two\nlines"})).await;
        assert_eq!((&changed["kind"], &changed["unit_price"], &changed["unit"], &changed["taxable"], &changed["duration_minutes"], &changed["version"]),
            (&json!("product"), &json!(1300), &json!("piece"), &json!(false), &json!(30), &json!(2)));
    }

    async fn a_sku_is_one_items_among_those_in_use(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let made = async |name: &str, sku: &str| caller.call("catalog_items.create", json!({"kind": "product", "name": name, "unit_price": 1, "sku": sku})).await;
        let first = made("First", "AB-1").await.content();
        let taken = made("Second", "ab-1").await.error()["data"].take();
        assert_eq!((&taken["kind"], &taken["reason"], &taken["field"], &taken["existing_id"]), (&json!("conflict"), &json!("duplicate"), &json!("sku"), &first["id"]));
        caller.ok("catalog_items.update", json!({"id": first["id"], "sku": "Ab-1"})).await;
        assert_eq!(names(&caller.ok("catalog_items.list", json!({"sku": "aB-1"})).await), ["First"]);
        caller.ok("catalog_items.archive", json!({"id": first["id"]})).await;
        let second = made("Second", "ab-1").await.content();
        let back = caller.refused("catalog_items.update", json!({"id": first["id"], "archived": false})).await;
        assert_eq!((&back["reason"], &back["existing_id"]), (&json!("duplicate"), &second["id"]));
        caller.ok("catalog_items.update", json!({"id": first["id"], "name": "While archived"})).await;
        let back = caller.ok("catalog_items.update", json!({"id": first["id"], "archived": false, "sku": "AB-2"})).await;
        assert_eq!((&back["archived_at"], &back["sku"]), (&Value::Null, &json!("AB-2")));
        made("None", "ab-3").await.content();
        item(&caller, "product", "No SKU", 1).await;
        assert_eq!(names(&caller.ok("catalog_items.list", json!({"sort": "sku"})).await), ["Second", "While archived", "None", "No SKU"], "those without one come last");
        let page = caller.ok("catalog_items.list", json!({"sort": "sku", "limit": 3})).await;
        assert_eq!(names(&caller.ok("catalog_items.list", json!({"sort": "sku", "limit": 3, "cursor": page["nextCursor"]})).await), ["No SKU"]);
        assert_eq!(names(&caller.ok("catalog_items.list", json!({"q": "b-2"})).await), ["While archived"]);
        assert_eq!(names(&caller.ok("catalog_items.list", json!({"q": "second"})).await), ["Second"]);
        assert_eq!(caller.ok("catalog_items.list", json!({"q": "second ab"})).await["items"], json!([]), "nothing is found across name and sku");
    }

    async fn a_bundle_costs_the_sum_of_its_components_unless_it_has_a_price(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (pump, hour) = (item(&caller, "product", "Pump", 10_001).await, item(&caller, "labor", "Hour", 9_000).await);
        let bundle = caller.ok("catalog_items.create", json!({"kind": "bundle", "name": "Pump fitted", "components": [
            {"catalog_item_id": hour["id"], "quantity": 1.5}, {"catalogItemId": pump["id"]}]})).await;
        assert_eq!((&bundle["unit_price"], &bundle["unit_price_from_components"]), (&json!(23_501), &json!(true)));
        assert_eq!(bundle["components"], json!([{"catalog_item_id": hour["id"], "name": "Hour", "quantity": "1.5"}, {"catalog_item_id": pump["id"], "name": "Pump", "quantity": "1"}]));
        caller.ok("catalog_items.update", json!({"id": hour["id"], "unit_price": 10_000})).await;
        let later = caller.ok("catalog_items.get", json!({"id": bundle["id"]})).await;
        assert_eq!((&later["unit_price"], &later["version"]), (&json!(25_001), &json!(1)), "a derived price moves no version");
        assert_eq!(names(&caller.ok("catalog_items.list", json!({"priceMin": 25_001, "priceMax": 25_001})).await), ["Pump fitted"]);
        let fixed = caller.ok("catalog_items.update", json!({"id": bundle["id"], "unit_price": 20_000})).await;
        assert_eq!((&fixed["unit_price"], &fixed["unit_price_from_components"]), (&json!(20_000), &json!(false)));
        caller.ok("catalog_items.update", json!({"id": hour["id"], "unit_price": 1})).await;
        assert_eq!(caller.ok("catalog_items.get", json!({"id": bundle["id"]})).await["unit_price"], 20_000);
        let again = caller.ok("catalog_items.update", json!({"id": bundle["id"], "unit_price": null, "components": [{"catalog_item_id": pump["id"], "quantity": "2"}]})).await;
        assert_eq!((&again["unit_price"], again["components"].as_array().unwrap().len()), (&json!(20_002), 1));

        let off = caller.ok("catalog_items.create", json!({"kind": "discount", "name": "Off", "discount": {"type": "fixed", "value": 1}})).await;
        for inner in [&bundle["id"], &off["id"]] {
            let nested = caller.refused("catalog_items.create", json!({"kind": "bundle", "name": "x", "components": [{"catalog_item_id": inner}]})).await;
            assert_eq!(nested["field"], "components[0].catalog_item_id");
        }
        let held = caller.refused("catalog_items.archive", json!({"id": pump["id"]})).await;
        assert_eq!((&held["kind"], &held["reason"], &held["by"], &held["count"], &held["sample"]),
            (&json!("conflict"), &json!("in_use"), &json!("catalog_items"), &json!(1), &json!([{"id": bundle["id"], "name": "Pump fitted"}])));
        caller.ok("catalog_items.archive", json!({"id": hour["id"]})).await;
        caller.ok("catalog_items.archive", json!({"id": bundle["id"]})).await;
        let archived = caller.ok("catalog_items.archive", json!({"id": pump["id"]})).await;
        assert_eq!(caller.ok("catalog_items.archive", json!({"id": pump["id"]})).await, archived);
        let alone = caller.refused("catalog_items.update", json!({"id": bundle["id"], "archived": false})).await;
        assert_eq!((&alone["field"], &alone["reason"]), (&json!("components[0].catalog_item_id"), &json!("bad_reference")), "its component is archived");
        caller.ok("catalog_items.update", json!({"id": pump["id"], "archived": false})).await;
        assert_eq!(caller.ok("catalog_items.update", json!({"id": bundle["id"], "archived": false})).await["archived_at"], Value::Null);
    }

    async fn only_an_owner_in_person_sees_and_sets_costs(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let args = json!({"kind": "product", "name": "Pump", "unit_price": 1000, "cost": 700, "markup_percent": "142.8571"});
        let pump = caller.ok("catalog_items.create", args.clone()).await;
        assert_eq!((&pump["cost"], &pump["markup_percent"]), (&json!(700), &json!("142.8571")));
        let bare = caller.ok("catalog_items.get", json!({"id": item(&caller, "fee", "Trip", 1).await["id"]})).await;
        assert_eq!(bare["cost"], Value::Null);
        let office = account.add_member(Role::Office).await;
        for key in [account.user_key(&office, Scopes::all()).await, account.tenant_key(Scopes::all()).await] {
            let other = server.caller(&key);
            let seen = other.ok("catalog_items.get", json!({"id": pump["id"]})).await;
            assert!(seen.get("cost").is_none() && seen.get("markup_percent").is_none(), "{seen}");
            assert_eq!(seen.as_object().unwrap().len() + 2, bare.as_object().unwrap().len(), "the shape is the same otherwise");
            let list = other.ok("catalog_items.list", json!({"fields": ["cost", "name"]})).await;
            assert!(list["items"].as_array().unwrap().iter().all(|item| item.get("cost").is_none()), "{list}");
            let refused = other.refused("catalog_items.create", args.clone()).await;
            assert_eq!((&refused["kind"], &refused["reason"]), (&json!("invalid_input"), &json!("owner_required")));
            assert_eq!(refused["issues"].as_array().unwrap().len(), 2);
            let refused = other.refused("catalog_items.update", json!({"id": pump["id"], "cost": null})).await;
            assert_eq!((&refused["field"], &refused["reason"]), (&json!("cost"), &json!("owner_required")));
            let changed = other.ok("catalog_items.update", json!({"id": pump["id"], "unit_price": 1001})).await;
            assert!(changed.get("cost").is_none(), "{changed}");
        }
        assert_eq!(caller.ok("catalog_items.get", json!({"id": pump["id"]})).await["cost"], 700, "others change the rest and leave it");
        assert_eq!(caller.ok("catalog_items.update", json!({"id": pump["id"], "cost": null, "markup_percent": 0})).await["cost"], Value::Null);
    }

    async fn lists_are_narrowed_by_category_kind_tax_and_price(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let top = caller.ok("catalog_categories.create", json!({"name": "Top"})).await;
        let below = caller.ok("catalog_categories.create", json!({"name": "Below", "parent_id": top["id"]})).await;
        let rate = caller.ok("tax_rates.create", json!({"name": "State", "rate_percentage": 4})).await;
        for (name, kind, price, category, taxable) in [("A", "product", 100, &top, true), ("B", "labor", 200, &below, false), ("C", "fee", 300, &Value::Null, true)] {
            caller.ok("catalog_items.create", json!({"kind": kind, "name": name, "unit_price": price, "category_id": category["id"], "taxable": taxable, "tax_rate_id": rate["id"]})).await;
        }
        caller.ok("catalog_items.create", json!({"kind": "discount", "name": "D", "discount": {"type": "fixed", "value": 150}})).await;
        for (args, expected) in [
            (json!({}), &["A", "B", "C", "D"][..]), (json!({"categoryId": top["id"]}), &["A", "B"]), (json!({"categoryId": below["id"]}), &["B"]), (json!({"categoryId": "cat_none"}), &[]),
            (json!({"kind": "labor"}), &["B"]), (json!({"taxable": false}), &["B"]), (json!({"taxable": true}), &["A", "C", "D"]),
            (json!({"priceMin": 200}), &["B", "C"]), (json!({"priceMax": 200}), &["A", "B"]), (json!({"sort": "-unit_price"}), &["D", "C", "B", "A"]), (json!({"sort": "-updated_at"}), &["D", "C", "B", "A"]),
        ] {
            assert_eq!(names(&caller.ok("catalog_items.list", args.clone()).await), expected, "{args}");
        }
        let first = caller.ok("catalog_items.list", json!({"limit": 1, "view": "full"})).await["items"][0].take();
        assert_eq!((&first["category_name"], &first["tax_rate_name"]), (&json!("Top"), &json!("State")));
        caller.ok("tax_rates.archive", json!({"id": rate["id"]})).await;
        caller.ok("catalog_items.update", json!({"id": first["id"], "tax_rate_id": rate["id"], "name": "A2"})).await;
        let archived = caller.refused("catalog_items.create", json!({"kind": "fee", "name": "x", "unit_price": 1, "tax_rate_id": rate["id"]})).await;
        assert_eq!(archived["reason"], "bad_reference", "an archived rate stays where it is and goes nowhere new");
    }
}
