//! Contacts through the endpoint: people at a customer, one of them primary, each at its customer's own locations.

use serde_json::{Value, json};
use testing::{Account, Caller, TestDatabase, on_both_databases, owner};

async fn person(caller: &Caller, customer: &Value, first: &str, last: &str) -> Value {
    let args = json!({"customer_id": customer, "first_name": first, "last_name": last});
    caller.ok("contacts.create", args).await["id"].take()
}

async fn place(caller: &Caller, customer: &Value, line1: &str) -> Value {
    let args = json!({"customer_id": customer, "address": {"line1": line1, "country": "US"}});
    caller.ok("locations.create", args).await["id"].take()
}

async fn get(caller: &Caller, id: &Value) -> Value {
    caller.ok("contacts.get", json!({"id": id})).await
}

async fn found(caller: &Caller, filter: Value) -> Vec<String> {
    let list = caller.ok("contacts.list", filter).await;
    let name = |item: &Value| item["first_name"].as_str().unwrap_or_default().to_owned();
    list["items"].as_array().unwrap().iter().map(name).collect()
}

on_both_databases! {
    async fn a_contact_is_made_read_patched_archived_and_restored(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let acme = caller.company("Acme").await;
        let (dock, yard) = (place(&caller, &acme, "1 Dock Rd").await, place(&caller, &acme, "2 Yard Rd").await);
        let made = caller.ok("contacts.create", json!({
            "customer_id": acme, "first_name": " Ana ", "last_name": "Núñez", "role": "Site manager", "email": "Ana@Example.com",
            "phone": "(512) 555-0123", "sms_enabled": true, "is_billing": true, "location_ids": [yard, dock, yard],
            "external_refs": [{"system": "hubspot", "id": "9"}], "custom_fields": {"shift": "early"},
        })).await;
        assert!(made["id"].as_str().unwrap().starts_with("con_"));
        assert_eq!((&made["customer_id"], &made["customer_name"]), (&acme, &json!("Acme")));
        assert_eq!((&made["first_name"], &made["last_name"], &made["version"]), (&json!("Ana"), &json!("Núñez"), &json!(1)));
        assert_eq!((&made["phone"], &made["phone_e164"]), (&json!("(512) 555-0123"), &json!("+15125550123")));
        assert_eq!((&made["sms_enabled"], &made["is_billing"], &made["is_primary"]), (&json!(true), &json!(true), &json!(true)));
        assert_eq!(made["location_ids"].as_array().unwrap().len(), 2, "each once");
        assert_eq!(made["location_names"].as_array().unwrap().len(), 2);
        assert_eq!(made["created_by"]["id"], account.owner.user_id);
        assert_eq!(get(&caller, &made["id"]).await, made);

        let id = &made["id"];
        let patched = caller.ok("contacts.update", json!({"id": id, "first_name": null, "phone": null, "locationIds": [dock],
            "custom_fields": {"shift": null}, "expectedVersion": 1})).await;
        assert_eq!((&patched["first_name"], &patched["last_name"]), (&Value::Null, &json!("Núñez")));
        assert_eq!((&patched["phone"], &patched["phone_e164"], &patched["role"]), (&Value::Null, &Value::Null, &json!("Site manager")));
        assert_eq!((&patched["location_ids"], &patched["location_names"]), (&json!([dock]), &json!(["1 Dock Rd"])));
        let nameless = caller.refused("contacts.update", json!({"id": id, "last_name": null})).await;
        assert_eq!(nameless["field"], "last_name");
        let stale = caller.refused("contacts.update", json!({"id": id, "role": "x", "expectedVersion": 1})).await;
        assert_eq!(stale["reason"], "version_mismatch");

        let archived = caller.ok("contacts.archive", json!({"id": id})).await;
        assert!(archived["archived_at"].is_string());
        assert_eq!(archived["is_primary"], false, "an archived one stands for nobody");
        assert_eq!(caller.ok("contacts.archive", json!({"id": id})).await, archived, "repeating it is no conflict");
        assert_eq!(caller.ok("contacts.list", json!({})).await["items"], json!([]));
        assert_eq!(caller.ok("contacts.list", json!({"includeArchived": true})).await["items"].as_array().unwrap().len(), 1);
        let hidden = caller.refused("contacts.update", json!({"id": id, "is_primary": true})).await;
        assert_eq!(hidden["field"], "is_primary");
        let by_update = caller.refused("contacts.update", json!({"id": id, "archived": true})).await;
        assert!(by_update["message"].as_str().unwrap().contains("contacts.archive"), "{by_update}");
        let restored = caller.ok("contacts.update", json!({"id": id, "archived": false})).await;
        assert_eq!((&restored["archived_at"], &restored["is_primary"]), (&Value::Null, &json!(true)), "the first again");
    }

    async fn a_customer_with_contacts_has_one_primary(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let acme = caller.company("Acme").await;
        let unasked = caller.ok("contacts.create", json!({"customer_id": acme, "first_name": "Ana", "is_primary": false})).await;
        assert_eq!(unasked["is_primary"], true, "the first becomes it");
        let (ana, bo) = (unasked["id"].clone(), person(&caller, &acme, "Bo", "B").await);
        assert_eq!(get(&caller, &bo).await["is_primary"], false);
        let cy = caller.ok("contacts.create", json!({"customer_id": acme, "first_name": "Cy", "is_primary": true})).await;
        let before = get(&caller, &ana).await;
        assert_eq!((&before["is_primary"], &before["version"]), (&json!(false), &json!(2)), "giving it up is a change");
        assert_eq!(before["updated_at"], cy["updated_at"], "in the same transaction");
        assert_eq!(found(&caller, json!({"isPrimary": true})).await, ["Cy"]);
        let customer = caller.ok("customers.get", json!({"id": acme})).await;
        assert_eq!((&customer["primary_contact"]["id"], &customer["version"]), (&cy["id"], &json!(1)));

        caller.ok("contacts.update", json!({"id": bo, "is_primary": true, "role": "Boss"})).await;
        assert_eq!(found(&caller, json!({"isPrimary": true})).await, ["Bo"]);
        let given_up = caller.refused("contacts.update", json!({"id": bo, "is_primary": false})).await;
        assert_eq!(given_up["field"], "is_primary");

        let refused = caller.refused("contacts.archive", json!({"id": bo})).await;
        assert_eq!((&refused["kind"], &refused["reason"], &refused["by"], &refused["count"]),
            (&json!("conflict"), &json!("in_use"), &json!("contacts"), &json!(2)));
        assert_eq!(refused["sample"], json!([{"id": ana, "name": "Ana"}, {"id": cy["id"], "name": "Cy"}]));
        assert!(refused["message"].as_str().unwrap().starts_with("Bo B is the primary contact"), "{refused}");
        assert!(refused["message"].as_str().unwrap().contains("promote_contact_id"), "{refused}");
        assert!(refused["hint"].as_str().unwrap().starts_with("Call contacts.update with {"), "{refused}");
        let other = person(&caller, &caller.company("Other").await, "Di", "D").await;
        for nobody in [json!("con_no"), other, bo.clone()] {
            let unknown = caller.refused("contacts.archive", json!({"id": bo, "promote_contact_id": nobody})).await;
            assert_eq!((&unknown["field"], &unknown["reason"]), (&json!("promote_contact_id"), &json!("bad_reference")));
        }
        caller.ok("contacts.archive", json!({"id": bo, "promote_contact_id": ana})).await;
        assert_eq!(found(&caller, json!({"isPrimary": true, "customerId": acme, "includeArchived": true})).await, ["Ana"]);
        let needless = caller.refused("contacts.archive", json!({"id": cy["id"], "promote_contact_id": ana})).await;
        assert_eq!(needless["field"], "promote_contact_id");
        caller.ok("contacts.archive", json!({"id": cy["id"]})).await;
        caller.ok("contacts.archive", json!({"id": ana})).await;
        assert_eq!(caller.ok("customers.get", json!({"id": acme})).await["primary_contact"], Value::Null);
        let back = caller.ok("contacts.update", json!({"id": cy["id"], "archived": false})).await;
        assert_eq!(back["is_primary"], true);
        let later = caller.ok("contacts.update", json!({"id": bo, "archived": false})).await;
        assert_eq!(later["is_primary"], false);
    }

    async fn a_contact_belongs_to_a_customer_in_use_and_to_its_locations(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (acme, beta) = (caller.company("Acme").await, caller.company("Beta").await);
        let (dock, far) = (place(&caller, &acme, "1 Dock Rd").await, place(&caller, &beta, "9 Far Rd").await);
        let unknown = caller.refused("contacts.create", json!({"customer_id": "cus_no", "first_name": "X"})).await;
        assert_eq!((&unknown["kind"], &unknown["field"], &unknown["reason"]), (&json!("invalid_input"), &json!("customer_id"), &json!("bad_reference")));
        assert!(unknown["message"].as_str().unwrap().contains("customers.search"), "{unknown}");
        let missing = caller.refused("contacts.create", json!({"first_name": "X", "last_nam": "Y"})).await;
        assert_eq!(missing["issues"].as_array().unwrap().len(), 2, "{missing}");
        let nameless = caller.refused("contacts.create", json!({"customer_id": acme})).await;
        assert!(nameless["message"].as_str().unwrap().contains("first_name or last_name"));
        let foreign = caller.refused("contacts.create", json!({"customer_id": acme, "first_name": "X", "location_ids": [dock, far, "loc_no"]})).await;
        let paths: Vec<&Value> = foreign["issues"].as_array().unwrap().iter().map(|issue| &issue["path"]).collect();
        assert_eq!(paths, ["location_ids[1]", "location_ids[2]"]);

        // What was linked stays linked when it is archived; newly it cannot be.
        let ana = caller.ok("contacts.create", json!({"customer_id": acme, "first_name": "Ana", "location_ids": [dock]})).await["id"].take();
        caller.ok("locations.archive", json!({"id": dock})).await;
        caller.ok("contacts.update", json!({"id": ana, "location_ids": [dock], "role": "x"})).await;
        let late = caller.refused("contacts.create", json!({"customer_id": acme, "first_name": "Bo", "location_ids": [dock]})).await;
        assert_eq!(late["field"], "location_ids[0]");

        // Moving leaves the old customer's places behind, and never takes its primary contact from others.
        let bo = person(&caller, &acme, "Bo", "B").await;
        let needed = caller.refused("contacts.update", json!({"id": ana, "customer_id": beta})).await;
        assert_eq!((&needed["reason"], needed["sample"][0]["id"].clone()), (&json!("in_use"), bo.clone()));
        caller.ok("contacts.update", json!({"id": bo, "is_primary": true})).await;
        let shed = caller.ok("locations.create", json!({"customer_id": acme, "address": {"line1": "3 Shed", "country": "US"}, "contact_id": ana})).await;
        let moved = caller.ok("contacts.update", json!({"id": ana, "customer_id": beta})).await;
        assert_eq!((&moved["customer_name"], &moved["location_ids"], &moved["is_primary"]), (&json!("Beta"), &json!([]), &json!(true)));
        let left = caller.ok("locations.get", json!({"id": shed["id"]})).await;
        assert_eq!((&left["contact_id"], &left["version"]), (&Value::Null, &json!(2)));

        caller.ok("customers.archive", json!({"id": acme})).await;
        let closed = caller.refused("contacts.create", json!({"customer_id": acme, "first_name": "X"})).await;
        assert_eq!((&closed["kind"], &closed["reason"]), (&json!("conflict"), &json!("parent_archived")));
        assert_eq!(closed["hint"], format!("Call customers.update with {}", json!({"id": acme, "status": "active"})));
    }

    async fn lists_go_by_name_and_are_filtered(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (acme, beta) = (caller.company("Acme").await, caller.company("Beta").await);
        let dock = place(&caller, &acme, "1 Dock Rd").await;
        for (customer, first, last, role) in [
            (&acme, "Zoe", "Ångström", "Owner"), (&acme, "Ana", "van der Berg", "Küche"), (&beta, "Bo", "abel", "owner"), (&beta, "Li", "O'Neil", "Gate 100%"),
        ] {
            caller.ok("contacts.create", json!({"customer_id": customer, "first_name": first, "last_name": last, "role": role,
                "location_ids": if first == "Zoe" { json!([dock]) } else { json!([]) }})).await;
        }
        caller.ok("contacts.create", json!({"customer_id": beta, "first_name": "Bea"})).await;
        assert_eq!(found(&caller, json!({})).await, ["Bo", "Zoe", "Bea", "Li", "Ana"], "by last name, folded");
        assert_eq!(found(&caller, json!({"sort": "-last_name", "limit": 2})).await, ["Ana", "Li"]);
        for (filter, expected) in [
            (json!({"customerId": acme}), vec!["Zoe", "Ana"]), (json!({"locationId": dock}), vec!["Zoe"]), (json!({"location_id": "loc_no"}), vec![]),
            (json!({"isPrimary": true}), vec!["Bo", "Zoe"]), (json!({"isPrimary": false, "customerId": beta}), vec!["Bea", "Li"]),
            (json!({"role": "OWNER"}), vec!["Bo", "Zoe"]), (json!({"role": "KÜCHE"}), vec!["Ana"]), (json!({"role": "Own"}), vec![]),
            (json!({"q": "ana van der"}), vec!["Ana"]), (json!({"q": "BERG ana"}), vec!["Ana"]), (json!({"q": "angst"}), vec!["Zoe"]),
            (json!({"q": "%"}), vec![]), (json!({"q": "o'n"}), vec!["Li"]),
        ] {
            assert_eq!(found(&caller, filter.clone()).await, expected, "{filter}");
        }
        let mut paged = vec![];
        let mut cursor = Value::Null;
        loop {
            let mut args = json!({"sort": "-updated_at", "limit": 2});
            if !cursor.is_null() { args["cursor"] = cursor; }
            let page = caller.ok("contacts.list", args).await;
            paged.extend(page["items"].as_array().unwrap().iter().map(|item| item["first_name"].as_str().unwrap().to_owned()));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() { break }
        }
        assert_eq!(paged, ["Bea", "Li", "Bo", "Ana", "Zoe"]);
        let summary = caller.ok("contacts.list", json!({"limit": 1})).await["items"][0].take();
        assert!(summary.get("location_ids").is_none() && summary.get("customer_name").is_some(), "{summary}");
    }

    async fn another_tenant_s_contacts_are_not_there(db: TestDatabase) {
        let (server, _, caller) = owner(&db).await;
        let other = server.caller(&Account::create(&db).await.full_key().await);
        let (acme, theirs) = (caller.company("Acme").await, other.company("Theirs").await);
        let ana = person(&caller, &acme, "Ana", "A").await;
        let bo = person(&other, &theirs, "Bo", "B").await;
        let their_place = place(&other, &theirs, "1 Main").await;
        assert_eq!(found(&other, json!({"ids": [ana]})).await, Vec::<String>::new());
        assert_eq!(found(&other, json!({"customerId": acme})).await, Vec::<String>::new());
        for (tool, args) in [("contacts.get", json!({"id": ana})), ("contacts.update", json!({"id": ana, "role": "x"})), ("contacts.archive", json!({"id": ana}))] {
            let hidden = other.refused(tool, args).await;
            assert_eq!(hidden["kind"], "not_found", "{tool}");
        }
        let real = caller.refused("contacts.create", json!({"customer_id": theirs, "first_name": "X"})).await;
        let made_up = caller.refused("contacts.create", json!({"customer_id": "cus_no", "first_name": "X"})).await;
        assert_eq!(real["message"].as_str().unwrap().replace(theirs.as_str().unwrap(), "cus_no"), made_up["message"].as_str().unwrap());
        assert_eq!(caller.refused("contacts.update", json!({"id": ana, "location_ids": [their_place]})).await["reason"], "bad_reference");
        assert_eq!(caller.refused("contacts.archive", json!({"id": ana, "promote_contact_id": bo})).await["reason"], "bad_reference");
    }
}
