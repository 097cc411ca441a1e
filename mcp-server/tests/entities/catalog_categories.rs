//! Catalog categories through the endpoint: a tree of five levels, one flat list, a delete that says where things go.

use serde_json::{Value, json};
use testing::{Caller, TestDatabase, on_both_databases, owner};

async fn category(caller: &Caller, name: &str, parent: Option<&Value>) -> Value {
    caller.ok("catalog_categories.create", json!({"name": name, "parent_id": parent})).await["id"].take()
}

async fn item(caller: &Caller, name: &str, category: &Value) -> Value {
    caller
        .ok(
            "catalog_items.create",
            json!({"kind": "product", "name": name, "unit_price": 1, "category_id": category}),
        )
        .await
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn all_come_as_one_flat_array_in_their_order(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let heating = caller.ok("catalog_categories.create", json!({"name": "Heating", "sort_order": 2})).await;
        assert_eq!((&heating["parent_id"], &heating["item_count"], &heating["sort_order"]), (&Value::Null, &json!(0), &json!(2)));
        let boilers = caller.ok("catalog_categories.create", json!({"name": "Boilers", "parent_id": heating["id"], "sort_order": 2})).await;
        assert_eq!(boilers["parent_name"], "Heating");
        caller.ok("catalog_categories.create", json!({"name": "Zones", "sort_order": -1})).await;
        let many: Vec<Value> = (0..40).map(|n| json!({"name": format!("More {n:02}"), "sort_order": 3})).collect();
        caller.ok("catalog_categories.create", json!({"records": many})).await;
        let gas = item(&caller, "Gas", &boilers["id"]).await;
        let gone = item(&caller, "Oil", &boilers["id"]).await;
        caller.ok("catalog_items.archive", json!({"id": gone["id"]})).await;
        let list = caller.ok("catalog_categories.list", json!({})).await;
        assert_eq!((&names(&list)[..4], names(&list).len(), &list["nextCursor"]), (&["Zones", "Boilers", "Heating", "More 00"][..], 43, &Value::Null));
        assert_eq!((&list["items"][1]["item_count"], &list["items"][2]["item_count"]), (&json!(1), &json!(0)), "items in use that lie directly in it");
        assert_eq!(caller.ok("catalog_categories.get", json!({"id": boilers["id"]})).await["item_count"], 1);
        assert_eq!(names(&caller.ok("catalog_categories.list", json!({"sort": "name", "limit": 2})).await), ["Boilers", "Heating"]);
        caller.ok("catalog_items.update", json!({"id": gas["id"], "category_id": null})).await;
        let after = caller.ok("catalog_categories.get", json!({"id": boilers["id"]})).await;
        assert_eq!((&after["item_count"], &after["version"]), (&json!(0), &json!(1)), "a count is derived and moves no version");
    }

    async fn siblings_have_names_of_their_own_and_nothing_lies_within_itself(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let top = category(&caller, "Top", None).await;
        let twin = caller.refused("catalog_categories.create", json!({"name": "TOP"})).await;
        assert_eq!((&twin["kind"], &twin["reason"], &twin["existing_id"]), (&json!("conflict"), &json!("duplicate"), &top));
        let second = category(&caller, "Top", Some(&top)).await;
        let taken = caller.refused("catalog_categories.update", json!({"id": second, "parent_id": null})).await;
        assert_eq!((&taken["reason"], &taken["existing_id"]), (&json!("duplicate"), &top), "moving it would make twins");
        let third = category(&caller, "Third", Some(&second)).await;
        let fourth = category(&caller, "Fourth", Some(&third)).await;
        let fifth = category(&caller, "Fifth", Some(&fourth)).await;
        let sixth = caller.refused("catalog_categories.create", json!({"name": "Sixth", "parent_id": fifth})).await;
        assert_eq!((&sixth["kind"], &sixth["field"]), (&json!("invalid_input"), &json!("parent_id")));
        for below in [&top, &second, &fifth] {
            let cycle = caller.refused("catalog_categories.update", json!({"id": top, "parent_id": below})).await;
            assert_eq!((&cycle["kind"], &cycle["reason"], &cycle["field"]), (&json!("conflict"), &json!("cycle"), &json!("parent_id")));
        }
        let other = category(&caller, "Other", None).await;
        let too_deep = caller.refused("catalog_categories.update", json!({"id": top, "parent_id": other})).await;
        assert_eq!(too_deep["field"], "parent_id", "all that is below it moves along");
        let unknown = caller.refused("catalog_categories.create", json!({"name": "x", "parent_id": "cat_none"})).await;
        assert_eq!((&unknown["field"], &unknown["reason"]), (&json!("parent_id"), &json!("bad_reference")));
        let moved = caller.ok("catalog_categories.update", json!({"id": fourth, "parent_id": other, "sort_order": 7})).await;
        assert_eq!((&moved["parent_id"], &moved["sort_order"], &moved["name"]), (&other, &json!(7), &json!("Fourth")));
        caller.ok("catalog_categories.update", json!({"id": fourth, "parent_id": null})).await;
        caller.ok("catalog_categories.update", json!({"id": top, "name": "top"})).await;
    }

    async fn a_delete_says_where_children_and_items_go_and_leaves_a_tombstone(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (old, new) = (category(&caller, "Old", None).await, category(&caller, "New", None).await);
        let child = category(&caller, "Child", Some(&old)).await;
        let pump = item(&caller, "Pump", &old).await;
        let by_child = caller.refused("catalog_categories.delete", json!({"id": old})).await;
        assert_eq!((&by_child["kind"], &by_child["reason"], &by_child["by"], &by_child["count"], &by_child["sample"]),
            (&json!("conflict"), &json!("in_use"), &json!("catalog_categories"), &json!(1), &json!([{"id": child, "name": "Child"}])));
        for within in [&old, &child] {
            let refused = caller.refused("catalog_categories.delete", json!({"id": old, "reassign_to": within})).await;
            assert_eq!((&refused["reason"], &refused["field"]), (&json!("cycle"), &json!("reassign_to")));
        }
        let nowhere = caller.refused("catalog_categories.delete", json!({"id": old, "reassign_to": "cat_none"})).await;
        assert_eq!(nowhere["reason"], "bad_reference");
        let shown = caller.ok("catalog_categories.delete", json!({"id": old, "reassign_to": new, "dryRun": true})).await;
        assert_eq!(shown["would"]["reassigned"], json!({"catalog_categories": 1, "catalog_items": 1}));
        let deleted = caller.ok("catalog_categories.delete", json!({"id": old, "reassign_to": new})).await;
        assert_eq!((&deleted["deleted"], &deleted["id"], &deleted["reassigned"]["catalog_items"]), (&json!(true), &old, &json!(1)));
        let moved = caller.ok("catalog_items.get", json!({"id": pump["id"]})).await;
        assert_eq!((&moved["category_name"], &moved["version"], &moved["updated_at"]), (&json!("New"), &json!(2), &deleted["deleted_at"]));
        let moved = caller.ok("catalog_categories.get", json!({"id": child})).await;
        assert_eq!((&moved["parent_id"], &moved["version"]), (&new, &json!(2)));
        assert_eq!(caller.ok("catalog_categories.delete", json!({"id": old})).await["version"], deleted["version"], "repeating it answers the tombstone");
        let sync = caller.ok("catalog_categories.list", json!({"sort": "updated_at", "includeDeleted": true})).await;
        let gone = sync["items"].as_array().unwrap().iter().find(|record| record["id"] == old).unwrap();
        assert_eq!(gone["deleted"], true);

        caller.ok("catalog_items.archive", json!({"id": pump["id"]})).await;
        caller.ok("catalog_categories.update", json!({"id": child, "parent_id": null})).await;
        let by_item = caller.refused("catalog_categories.delete", json!({"id": new})).await;
        assert_eq!((&by_item["by"], &by_item["sample"]), (&json!("catalog_items"), &json!([{"id": pump["id"], "name": "Pump"}])), "an archived item may come back");
        caller.ok("catalog_categories.delete", json!({"id": new, "reassign_to": child})).await;
        let twin = category(&caller, "Twin", Some(&child)).await;
        let heir = category(&caller, "Heir", None).await;
        let existing = category(&caller, "Twin", Some(&heir)).await;
        let twins = caller.refused("catalog_categories.delete", json!({"id": child, "reassign_to": heir})).await;
        assert_eq!((&twins["reason"], &twins["existing_id"]), (&json!("duplicate"), &existing), "{twin} would have a twin");
    }

    async fn the_deepest_category_may_take_what_a_leaf_held(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let mut deepest = category(&caller, "1", None).await;
        for name in ["2", "3", "4", "5"] {
            deepest = category(&caller, name, Some(&deepest)).await;
        }
        let leaf = category(&caller, "Leaf", None).await;
        let child = category(&caller, "Child", Some(&leaf)).await;
        let too_deep = caller.refused("catalog_categories.delete", json!({"id": leaf, "reassign_to": deepest})).await;
        assert_eq!(too_deep["field"], "reassign_to", "a child would be at the sixth level");
        caller.ok("catalog_categories.delete", json!({"id": child})).await;
        item(&caller, "Valve", &leaf).await;
        caller.ok("catalog_categories.delete", json!({"id": leaf, "reassign_to": deepest})).await;
        assert_eq!(caller.ok("catalog_categories.get", json!({"id": deepest})).await["item_count"], 1);
    }
}
