//! What a write changes of other records is told like its own: one version more, a line in the audit log, an effect.

use serde_json::{Value, json};
use testing::{Caller, TestDatabase, on_both_databases, owner};

async fn customer(caller: &Caller) -> Value {
    caller.ok("customers.create", json!({"type": "company", "company_name": "A"})).await["id"].take()
}

async fn contact(caller: &Caller, customer: &Value, name: &str) -> Value {
    caller.ok("contacts.create", json!({"customer_id": customer, "first_name": name})).await["id"].take()
}

async fn place(caller: &Caller, customer: &Value, line1: &str) -> Value {
    let address = json!({"line1": line1, "country": "US"});
    caller.ok("locations.create", json!({"customer_id": customer, "address": address})).await["id"].take()
}

/// What the audit log says of a record since the last look, each line's action and changes.
async fn audited(db: &TestDatabase, id: &Value) -> Vec<(String, Value)> {
    let sql = "SELECT action, CAST(changes AS TEXT) FROM audit WHERE subject = $1 ORDER BY at, id";
    let rows: Vec<(String, String)> =
        db.admin().await.rows(sql, shared::binds![id.as_str().unwrap()]).await.unwrap();
    rows.into_iter().map(|(action, changes)| (action, serde_json::from_str(&changes).unwrap())).collect()
}

/// The changes that a dry run announces, each with the record's id.
async fn announced(caller: &Caller, tool: &str, mut args: Value) -> Vec<(Value, Value)> {
    args["dryRun"] = json!(true);
    let answer = caller.ok(tool, args).await;
    let effects = answer["effects"].as_array().unwrap();
    effects.iter().map(|effect| (effect["id"].clone(), effect["changes"].clone())).collect()
}

on_both_databases! {
    async fn a_new_primary_contact_tells_of_the_one_before(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let customer = customer(&caller).await;
        let (ana, bo) = (contact(&caller, &customer, "Ana").await, contact(&caller, &customer, "Bo").await);
        let args = json!({"id": bo, "is_primary": true});
        assert_eq!(announced(&caller, "contacts.update", args.clone()).await,
            [(bo.clone(), json!({"is_primary": [false, true]})), (ana.clone(), json!({"is_primary": [true, false]}))]);
        assert_eq!(caller.ok("contacts.get", json!({"id": ana})).await["version"], 1, "a dry run writes nothing");
        caller.ok("contacts.update", args).await;
        let before = caller.ok("contacts.get", json!({"id": ana})).await;
        assert_eq!((&before["is_primary"], &before["version"]), (&json!(false), &json!(2)));
        assert_eq!(audited(&db, &ana).await.last().unwrap(), &("contacts.update".to_owned(), json!({"is_primary": [true, false]})));

        let args = json!({"id": bo, "promote_contact_id": ana});
        let effects = announced(&caller, "contacts.archive", args.clone()).await;
        assert_eq!(effects[1], (ana.clone(), json!({"is_primary": [false, true]})));
        caller.ok("contacts.archive", args).await;
        assert_eq!(audited(&db, &ana).await.last().unwrap(), &("contacts.archive".to_owned(), json!({"is_primary": [false, true]})));
        let third = announced(&caller, "contacts.create", json!({"customer_id": customer, "first_name": "Cy", "is_primary": true})).await;
        assert_eq!(third[1], (ana, json!({"is_primary": [true, false]})));
    }

    async fn a_record_that_goes_to_another_customer_tells_of_what_it_leaves_behind(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (from, to) = (customer(&caller).await, customer(&caller).await);
        let (home, lake) = (place(&caller, &from, "1 Home Rd").await, place(&caller, &from, "2 Lake Rd").await);
        let _primary = contact(&caller, &from, "Ana").await;
        let bo = contact(&caller, &from, "Bo").await;
        caller.ok("contacts.update", json!({"id": bo, "location_ids": [home, lake]})).await;
        caller.ok("locations.update", json!({"id": home, "contact_id": bo})).await;

        // Lists of ids are in the order of the ids.
        let mut both = vec![home.clone(), lake.clone()];
        both.sort_by_key(|id| id.to_string());
        let fewer = json!([both, [home]]);
        let args = json!({"id": lake, "customer_id": to});
        let effects = announced(&caller, "locations.update", args.clone()).await;
        assert_eq!((&effects[1].0, &effects[1].1["location_ids"]), (&bo, &fewer));
        caller.ok("locations.update", args).await;
        let left = caller.ok("contacts.get", json!({"id": bo})).await;
        assert_eq!((&left["location_ids"], &left["version"]), (&json!([home]), &json!(3)));
        assert_eq!(audited(&db, &bo).await.last().unwrap().1["location_ids"], fewer);

        let args = json!({"id": bo, "customer_id": to});
        let effects = announced(&caller, "contacts.update", args.clone()).await;
        assert_eq!(effects[1], (home.clone(), json!({"contact_id": [bo, null]})));
        caller.ok("contacts.update", args).await;
        let left = caller.ok("locations.get", json!({"id": home})).await;
        assert_eq!((&left["contact_id"], &left["version"]), (&Value::Null, &json!(3)));
        assert_eq!(audited(&db, &home).await.last().unwrap(), &("contacts.update".to_owned(), json!({"contact_id": [bo, null]})));
    }

    async fn what_one_record_of_many_changed_goes_back_with_it(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let customer = customer(&caller).await;
        let (ana, bo) = (contact(&caller, &customer, "Ana").await, contact(&caller, &customer, "Bo").await);
        let records = json!([{"id": bo, "is_primary": true, "tag": 1}, {"id": bo, "is_primary": true, "external_refs": [{"system": "crm", "id": "1"}]},
            {"id": ana, "is_primary": true, "external_refs": [{"system": "crm", "id": "1"}]}]);
        let answer = caller.ok("contacts.update", json!({"records": records})).await;
        assert_eq!((&answer["done"], &answer["failed"]), (&json!(1), &json!(2)), "{answer}");
        let (one, other) = (caller.ok("contacts.get", json!({"id": ana})).await, caller.ok("contacts.get", json!({"id": bo})).await);
        assert_eq!((&one["is_primary"], &other["is_primary"]), (&json!(false), &json!(true)), "the third had taken it over and failed");
        assert_eq!(audited(&db, &ana).await.len(), 2, "its making, and what it gave up");
    }
}
