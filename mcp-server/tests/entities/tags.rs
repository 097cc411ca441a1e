//! Tags through the endpoint: one library, unique ignoring case, a hard delete that says what it did.

use serde_json::json;
use testing::{Account, McpServer, TestDatabase, on_both_databases};

on_both_databases! {
    async fn a_name_is_unique_ignoring_case_and_nothing_else(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start(&db).await;
        let caller = server.caller(&account.full_key().await);
        for name in ["Cafe", "Café", "Straße", "Łódź", "Lodz", "İstanbul", "東京"] {
            caller.ok("tags.create", json!({"name": name})).await;
        }
        for taken in ["CAFÉ", "cafe\u{301}", "café", "CAFE", "STRASSE", "łódź", "lodz", "東京"] {
            assert_eq!(caller.refused("tags.create", json!({"name": taken})).await["reason"], "duplicate", "{taken}");
        }
        let found = caller.ok("tags.list", json!({"q": "cafe"})).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 2, "accents do not matter to who looks for one");
    }

    async fn tags_hang_on_records_and_a_delete_detaches_them(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start(&db).await;
        let caller = server.caller(&account.full_key().await);
        let vip = caller.ok("tags.create", json!({"name": "VIP", "color": "#FFAA00"})).await;
        assert_eq!((&vip["color"], &vip["usage_count"]), (&json!("#ffaa00"), &json!(0)));
        let twice = caller.refused("tags.create", json!({"name": "vip"})).await;
        assert_eq!((&twice["kind"], &twice["reason"], &twice["existing_id"], &twice["field"]),
            (&json!("conflict"), &json!("duplicate"), &vip["id"], &json!("name")));
        let other = caller.ok("tags.create", json!({"name": "Net 30"})).await;
        let taken = caller.refused("tags.update", json!({"id": other["id"], "name": "ViP"})).await;
        assert_eq!(taken["existing_id"], vip["id"]);
        caller.ok("tags.update", json!({"id": vip["id"], "name": "Vip"})).await;

        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "A", "tag_ids": [vip["id"], other["id"], vip["id"]]})).await;
        assert_eq!(customer["tag_ids"].as_array().unwrap().len(), 2);
        let job = caller.ok("jobs.create", json!({"title": "B", "tag_ids": [vip["id"]]})).await;
        assert_eq!(job["tag_names"], json!(["Vip"]));
        let by_usage = caller.ok("tags.list", json!({"sort": "-usage_count"})).await;
        assert_eq!((&by_usage["items"][0]["name"], &by_usage["items"][0]["usage_count"]), (&json!("Vip"), &json!(2)));
        caller.ok("customers.update", json!({"id": customer["id"], "tag_ids": [other["id"]]})).await;
        assert_eq!(caller.ok("tags.get", json!({"id": vip["id"]})).await["usage_count"], 1);
        let unknown = caller.refused("jobs.update", json!({"id": job["id"], "tag_ids": ["tag_nope"]})).await;
        assert_eq!((&unknown["field"], &unknown["reason"]), (&json!("tag_ids[0]"), &json!("bad_reference")));
        assert_eq!(caller.ok("tags.list", json!({"q": "net"})).await["items"][0]["name"], "Net 30");

        let gone = caller.ok("tags.delete", json!({"id": vip["id"]})).await;
        assert_eq!((&gone["deleted"], &gone["detached"], &gone["id"]), (&json!(true), &json!(1), &vip["id"]));
        let again = caller.ok("tags.delete", json!({"id": vip["id"]})).await;
        assert_eq!((&again["deleted"], &again["version"]), (&json!(true), &gone["version"]), "repeating it answers the tombstone");
        assert_eq!(caller.refused("tags.get", json!({"id": vip["id"]})).await["kind"], "not_found");
        let after = caller.ok("jobs.get", json!({"id": job["id"]})).await;
        assert_eq!((&after["tag_ids"], &after["version"]), (&json!([]), &job["version"]), "its holders keep their version");
    }
}
