//! Locations through the endpoint: where work is done, what holds a location in place, and what a job takes from it.

use serde_json::{Value, json};
use testing::{Account, Caller, TestDatabase, on_both_databases, owner};

async fn place(caller: &Caller, customer: &Value, line1: &str) -> Value {
    let args = json!({"customer_id": customer, "address": {"line1": line1, "country": "US"}});
    caller.ok("locations.create", args).await["id"].take()
}

async fn found(caller: &Caller, filter: Value) -> Vec<String> {
    let list = caller.ok("locations.list", filter).await;
    let line = |item: &Value| item["address"]["line1"].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(line).collect()
}

on_both_databases! {
    async fn a_location_is_made_read_patched_archived_and_restored(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let acme = caller.company("Acme").await;
        let ana = caller.ok("contacts.create", json!({"customer_id": acme, "first_name": "Ana"})).await;
        let tag = caller.ok("tags.create", json!({"name": "Dog"})).await;
        let made = caller.ok("locations.create", json!({
            "customer_id": acme, "name": "Lake house", "time_zone": "America/Denver", "access_notes": "Ring twice.\nMind the dog.", "gate_code": "#4711",
            "address": {"line1": "1 Lake Rd", "line2": "Rear", "city": "Austin", "region": "TX", "postal_code": "78701", "country": "us"},
            "contact_id": ana["id"], "tag_ids": [tag["id"]], "external_refs": [{"system": "crm", "id": "L1"}],
        })).await;
        assert!(made["id"].as_str().unwrap().starts_with("loc_"));
        assert_eq!((&made["customer_name"], &made["contact_name"], &made["tag_names"]), (&json!("Acme"), &json!("Ana"), &json!(["Dog"])));
        assert_eq!(made["address"], json!({"line1": "1 Lake Rd", "line2": "Rear", "city": "Austin", "region": "TX", "postal_code": "78701", "country": "US"}));
        assert_eq!((&made["time_zone"], &made["gate_code"], &made["is_primary"]), (&json!("America/Denver"), &json!("#4711"), &json!(true)));
        let id = &made["id"];
        assert_eq!(caller.ok("locations.get", json!({"id": id})).await, made);
        assert_eq!(caller.ok("tags.get", json!({"id": tag["id"]})).await["usage_count"], 1);
        let customer = caller.ok("customers.get", json!({"id": acme})).await;
        assert_eq!(customer["locations"], json!([{"id": id, "name": "Lake house", "line1": "1 Lake Rd", "city": "Austin"}]));

        let summary = caller.ok("locations.list", json!({})).await["items"][0].take();
        assert!(summary.get("gate_code").is_none() && summary.get("access_notes").is_none(), "a gate code is for the full view alone: {summary}");
        assert_eq!(caller.ok("locations.list", json!({"view": "full"})).await["items"][0]["gate_code"], "#4711");

        // The address is replaced whole; what is not named stays.
        let patched = caller.ok("locations.update", json!({"id": id, "name": null, "gate_code": null, "contact_id": null,
            "address": {"line1": "2 Lake Rd", "country": "US"}, "expectedVersion": 1})).await;
        assert_eq!(patched["address"], json!({"line1": "2 Lake Rd", "line2": null, "city": null, "region": null, "postal_code": null, "country": "US"}));
        assert_eq!((&patched["name"], &patched["contact_id"], &patched["access_notes"]), (&Value::Null, &Value::Null, &made["access_notes"]));
        assert_eq!(found(&caller, json!({"city": "Austin"})).await, Vec::<String>::new(), "the old city is forgotten");

        let archived = caller.ok("locations.archive", json!({"id": id})).await;
        assert_eq!((archived["archived_at"].is_string(), &archived["is_primary"]), (true, &json!(false)));
        assert_eq!(caller.ok("locations.archive", json!({"id": id})).await, archived, "repeating it is no conflict");
        assert_eq!(found(&caller, json!({})).await, Vec::<String>::new());
        assert_eq!(found(&caller, json!({"includeArchived": true})).await, ["2 Lake Rd"]);
        assert_eq!(caller.ok("customers.get", json!({"id": acme})).await["locations"], json!([]));
        let by_update = caller.refused("locations.update", json!({"id": id, "archived": true})).await;
        assert!(by_update["message"].as_str().unwrap().contains("locations.archive"), "{by_update}");
        let restored = caller.ok("locations.update", json!({"id": id, "archived": false})).await;
        assert_eq!((&restored["archived_at"], &restored["is_primary"]), (&Value::Null, &json!(true)));
    }

    async fn a_customer_has_at_most_one_primary_location(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let acme = caller.company("Acme").await;
        let (first, second) = (place(&caller, &acme, "1 First").await, place(&caller, &acme, "2 Second").await);
        let primary = async || {
            let list = caller.ok("locations.list", json!({"customerId": acme, "includeArchived": true})).await;
            let ids: Vec<Value> = list["items"].as_array().unwrap().iter().filter(|item| item["is_primary"] == true).map(|item| item["id"].clone()).collect();
            ids
        };
        assert_eq!(primary().await, vec![first.clone()], "the first becomes it");
        let taken = caller.ok("locations.update", json!({"id": second, "is_primary": true})).await;
        assert_eq!(primary().await, vec![second.clone()]);
        let before = caller.ok("locations.get", json!({"id": first})).await;
        assert_eq!((&before["version"], &before["updated_at"]), (&json!(2), &taken["updated_at"]), "in one transaction");
        let third = caller.ok("locations.create", json!({"customer_id": acme, "is_primary": true, "address": {"line1": "3 Third", "country": "US"}})).await;
        assert_eq!(primary().await, [third["id"].clone()]);
        caller.ok("locations.archive", json!({"id": third["id"]})).await;
        assert_eq!(primary().await, Vec::<Value>::new());
        let hidden = caller.refused("locations.update", json!({"id": third["id"], "is_primary": true})).await;
        assert!(hidden["message"].as_str().unwrap().contains("archived: false"), "{hidden}");
        caller.ok("locations.update", json!({"id": third["id"], "is_primary": true, "archived": false})).await;
        assert_eq!(primary().await, [third["id"].clone()]);
    }

    async fn jobs_take_customer_and_zone_from_a_location_and_hold_it_in_place(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (acme, beta) = (caller.company("Acme").await, caller.company("Beta").await);
        let tokyo = caller.ok("locations.create", json!({"customer_id": acme, "name": "Office", "time_zone": "Asia/Tokyo",
            "address": {"line1": "1-1 Marunouchi", "city": "Tokyo", "country": "JP"}})).await["id"].take();
        let job = caller.ok("jobs.create", json!({"title": "Boiler", "location_id": tokyo, "scheduled_start": "2026-11-24T09:00"})).await;
        assert_eq!((&job["customer_id"], &job["customer_name"], &job["location_name"]), (&acme, &json!("Acme"), &json!("Office")));
        assert_eq!((&job["time_zone"], &job["scheduled_start"]), (&json!("Asia/Tokyo"), &json!("2026-11-24T09:00:00+09:00")));
        assert_eq!(job["scheduled_local"], "Tue 2026-11-24 09:00 JST");
        let unlike = caller.refused("jobs.create", json!({"title": "x", "location_id": tokyo, "customer_id": beta})).await;
        assert_eq!(unlike["field"], "location_id");
        assert_eq!(caller.ok("jobs.list", json!({"locationId": tokyo})).await["items"].as_array().unwrap().len(), 1);
        // A place without a zone of its own uses the account's.
        let plain = place(&caller, &acme, "1 Main").await;
        let local = caller.ok("jobs.create", json!({"title": "x", "location_id": plain, "scheduled_start": "2026-11-24T09:00"})).await;
        assert_eq!(local["scheduled_start"], "2026-11-24T09:00:00-06:00");

        let used = caller.refused("locations.archive", json!({"id": tokyo})).await;
        assert_eq!((&used["kind"], &used["reason"], &used["by"], &used["count"]), (&json!("conflict"), &json!("in_use"), &json!("jobs"), &json!(1)));
        assert_eq!(used["sample"], json!([{"id": job["id"], "title": "Boiler"}]));
        assert_eq!(used["message"], "Office still has 1 scheduled job. Do, move or cancel them first (jobs.update, jobs.cancel).");
        caller.ok("jobs.cancel", json!({"id": job["id"]})).await;
        let locked = caller.refused("locations.update", json!({"id": tokyo, "customer_id": beta})).await;
        assert_eq!((&locked["reason"], &locked["field"], &locked["count"]), (&json!("in_use"), &json!("customer_id"), &json!(1)), "a cancelled job counts too");
        caller.ok("locations.archive", json!({"id": tokyo})).await;
        let gone = caller.refused("jobs.create", json!({"title": "x", "location_id": tokyo})).await;
        assert_eq!(gone["reason"], "bad_reference");
    }

    async fn a_location_without_jobs_may_change_hands(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (acme, beta) = (caller.company("Acme").await, caller.company("Beta").await);
        let shed = place(&caller, &acme, "1 Shed").await;
        let ana = caller.ok("contacts.create", json!({"customer_id": acme, "first_name": "Ana", "location_ids": [shed]})).await;
        let bea = caller.ok("contacts.create", json!({"customer_id": beta, "first_name": "Bea"})).await;
        caller.ok("locations.update", json!({"id": shed, "contact_id": ana["id"]})).await;
        let moved = caller.ok("locations.update", json!({"id": shed, "customer_id": beta})).await;
        assert_eq!((&moved["customer_name"], &moved["contact_id"], &moved["is_primary"]), (&json!("Beta"), &Value::Null, &json!(true)));
        let left = caller.ok("contacts.get", json!({"id": ana["id"]})).await;
        assert_eq!((&left["location_ids"], &left["version"]), (&json!([]), &json!(2)), "its places are a stored field");
        let foreign = caller.refused("locations.update", json!({"id": shed, "contact_id": ana["id"]})).await;
        assert_eq!((&foreign["field"], &foreign["reason"]), (&json!("contact_id"), &json!("bad_reference")));
        let with = caller.ok("locations.update", json!({"id": shed, "contact_id": bea["id"]})).await;
        assert_eq!(with["contact_name"], "Bea");
    }

    async fn lists_go_by_name_and_are_filtered(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (acme, beta) = (caller.company("Acme").await, caller.company("Beta").await);
        let tag = caller.ok("tags.create", json!({"name": "Dog"})).await;
        for (customer, line1, name, city, region, code) in [
            (&acme, "1 A", Some("Ôffice"), "Örebro", "T", "70001"), (&acme, "2 B", None, "Austin", "TX", "78701"), (&beta, "3 C", Some("barn"), "austin", "tx", "AB1 2CD"),
        ] {
            let mut args = json!({"customer_id": customer, "address": {"line1": line1, "city": city, "region": region, "postal_code": code, "country": "US"}});
            if let Some(name) = name { args["name"] = json!(name); }
            if line1 == "2 B" { args["tag_ids"] = json!([tag["id"]]); }
            caller.ok("locations.create", args).await;
        }
        assert_eq!(found(&caller, json!({})).await, ["2 B", "3 C", "1 A"], "one without a name goes by its address");
        assert_eq!(found(&caller, json!({"sort": "-name"})).await, ["1 A", "3 C", "2 B"]);
        assert_eq!(found(&caller, json!({"sort": "updated_at"})).await, ["1 A", "2 B", "3 C"]);
        for (filter, expected) in [
            (json!({"customerId": acme}), vec!["2 B", "1 A"]), (json!({"city": "AUSTIN"}), vec!["2 B", "3 C"]), (json!({"city": "ÖREBRO"}), vec!["1 A"]),
            (json!({"city": "Aust"}), vec![]), (json!({"region": "Tx"}), vec!["2 B", "3 C"]), (json!({"postalCode": "ab1 2cd"}), vec!["3 C"]),
            (json!({"postal_code": "78701"}), vec!["2 B"]), (json!({"tagIds": [tag["id"]]}), vec!["2 B"]), (json!({"q": "OFF"}), vec!["1 A"]),
            (json!({"q": "2 b"}), vec!["2 B"]), (json!({"city": "Austin", "customerId": beta}), vec!["3 C"]),
        ] {
            assert_eq!(found(&caller, filter.clone()).await, expected, "{filter}");
        }
        let page = caller.ok("locations.list", json!({"limit": 2})).await;
        assert_eq!(found(&caller, json!({"limit": 2, "cursor": page["nextCursor"]})).await, ["1 A"]);
        let gone = caller.ok("tags.delete", json!({"id": tag["id"]})).await;
        assert_eq!(gone["detached"], 1);
    }

    async fn errors_name_every_field_at_once_and_other_tenants_are_not_there(db: TestDatabase) {
        let (server, _, caller) = owner(&db).await;
        let refused = caller.refused("locations.create", json!({"customer_id": "cus_no", "address": {"line1": "", "country": "USA", "zip": "1"}, "time_zone": "Texas"})).await;
        let issue = |path: &str| refused["issues"].as_array().unwrap().iter().find(|issue| issue["path"] == path).unwrap_or_else(|| panic!("{path} in {refused}")).clone();
        for path in ["address.line1", "address.country", "address.zip", "time_zone"] {
            issue(path);
        }
        assert!(issue("time_zone")["message"].as_str().unwrap().contains("America/Chicago"));
        let none = caller.refused("locations.create", json!({"customer_id": "cus_no"})).await;
        assert_eq!((&none["issues"][0]["path"], &none["issues"][1]["path"]), (&json!("address"), &json!("customer_id")));
        let acme = caller.company("Acme").await;
        let address = json!({"line1": "1 A", "country": "US"});
        for (field, value) in [("customer_id", json!("cus_no")), ("contact_id", json!("con_no")), ("default_tax_rate_id", json!("tax_no"))] {
            let mut args = json!({"customer_id": acme, "address": address});
            args[field] = value;
            let unknown = caller.refused("locations.create", args).await;
            assert_eq!((&unknown["field"], &unknown["reason"]), (&json!(field), &json!("bad_reference")), "{unknown}");
        }
        let cleared = caller.refused("locations.update", json!({"id": "loc_no", "address": null})).await;
        assert_eq!(cleared["field"], "address");

        let other = server.caller(&Account::create(&db).await.full_key().await);
        let home = place(&caller, &acme, "1 A").await;
        assert_eq!(found(&other, json!({"ids": [home], "includeArchived": true})).await, Vec::<String>::new());
        for (tool, args) in [("locations.get", json!({"id": home})), ("locations.update", json!({"id": home, "name": "x"})), ("locations.archive", json!({"id": home}))] {
            assert_eq!(other.refused(tool, args).await["kind"], "not_found", "{tool}");
        }
        let theirs = other.company("Theirs").await;
        let real = caller.refused("locations.create", json!({"customer_id": theirs, "address": address})).await;
        let made_up = caller.refused("locations.create", json!({"customer_id": "cus_no", "address": address})).await;
        assert_eq!(real["message"].as_str().unwrap().replace(theirs.as_str().unwrap(), "cus_no"), made_up["message"].as_str().unwrap());
        caller.ok("customers.archive", json!({"id": acme})).await;
        assert_eq!(caller.refused("locations.create", json!({"customer_id": acme, "address": address})).await["reason"], "parent_archived");
    }
}
