//! Line items through the endpoint, on jobs: which rate taxes a line, and what a line keeps of the pricebook.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

use serde_json::{Value, json};
use testing::{Account, Caller, McpServer, NewAccount, TestDatabase, on_both_databases};

async fn owner(db: &TestDatabase) -> (McpServer, Account, Caller) {
    let account = Account::create(db).await;
    let server = McpServer::start(db).await;
    let caller = server.caller(&account.full_key().await);
    (server, account, caller)
}

async fn rate(caller: &Caller, name: &str, percentage: &str, is_default: bool) -> Value {
    let args = json!({"name": name, "rate_percentage": percentage, "is_default": is_default});
    caller.ok("tax_rates.create", args).await["id"].take()
}

fn sum(job: &Value, part: &str) -> i64 {
    job["line_items"].as_array().unwrap().iter().map(|line| line[part].as_i64().unwrap()).sum()
}

on_both_databases! {
    async fn a_line_is_taxed_by_its_own_rate_else_the_default_and_keeps_what_it_was_taxed_by(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (city, state) = (rate(&caller, "City", "8.875", true).await, rate(&caller, "State", "4", false).await);
        let job = caller.ok("jobs.create", json!({"title": "A", "line_items": [
            {"description": "By default", "unit_price": 10000},
            {"description": "Its own", "unit_price": 10000, "tax_rate_id": state},
            {"description": "None", "unit_price": 10000, "tax_rate_id": null},
            {"description": "Not taxable", "unit_price": 10000, "tax_rate_id": state, "taxable": false},
        ]})).await;
        let taxes: Vec<(&Value, &Value, &Value)> = job["line_items"].as_array().unwrap().iter().map(|line| (&line["tax_rate_id"], &line["tax_rate_percentage"], &line["tax_amount"])).collect();
        let null = &Value::Null;
        assert_eq!(taxes, [(&city, &json!("8.875"), &json!(888)), (&state, &json!("4"), &json!(400)), (null, null, &json!(0)), (&state, null, &json!(0))]);
        assert_eq!((&job["tax_total"], &job["total"]), (&json!(1288), &json!(41288)));

        caller.ok("tax_rates.update", json!({"id": city, "rate_percentage": 10, "name": "City 2027"})).await;
        let untouched = caller.ok("jobs.update", json!({"id": job["id"], "title": "B"})).await;
        assert_eq!(untouched["line_items"], job["line_items"], "what was written stays as it was");
        let repriced = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": [{"op": "add", "item": {"description": "More", "unit_price": 100}}]})).await;
        assert_eq!((&repriced["line_items"][0]["tax_amount"], &repriced["line_items"][0]["tax_rate_name"]), (&json!(1000), &json!("City 2027")), "the next write of the price takes the new rate");
        caller.ok("tax_rates.update", json!({"id": state, "is_default": true})).await;
        caller.ok("tax_rates.archive", json!({"id": city})).await;
        let moved = caller.ok("jobs.update", json!({"id": job["id"], "discount": null})).await;
        assert_eq!((&moved["line_items"][0]["tax_rate_id"], &moved["line_items"][4]["tax_rate_id"]), (&state, &state), "lines without a rate of their own follow the default");

        let archived = caller.refused("jobs.create", json!({"title": "C", "line_items": [{"description": "x", "unit_price": 1, "tax_rate_id": city}]})).await;
        assert_eq!((&archived["field"], &archived["reason"]), (&json!("line_items[0].tax_rate_id"), &json!("bad_reference")));
        assert!(archived["message"].as_str().unwrap().contains("tax_rates.update"));
    }

    async fn a_rate_that_is_archived_stays_on_the_lines_that_name_it(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let old = rate(&caller, "Old", "5", false).await;
        let job = caller.ok("jobs.create", json!({"title": "A", "line_items": [{"description": "x", "unit_price": 1000, "tax_rate_id": old}]})).await;
        caller.ok("tax_rates.archive", json!({"id": old})).await;
        let line = &job["line_items"][0]["id"];
        let later = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": [{"op": "update", "id": line, "item": {"quantity": 2}}]})).await;
        assert_eq!((&later["line_items"][0]["tax_rate_name"], &later["tax_total"]), (&json!("Old"), &json!(100)));
        let cleared = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": [{"op": "update", "id": line, "item": {"tax_rate_id": null, "unit": "hour", "discount": {"type": "fixed", "value": 5}}}]})).await;
        assert_eq!((&cleared["tax_total"], &cleared["total"]), (&json!(0), &json!(1995)));
        let plain = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": [{"op": "update", "id": line, "item": {"unit": null, "discount": null}}]})).await;
        assert_eq!((&plain["line_items"][0]["unit"], &plain["line_items"][0]["discount"], &plain["total"]), (&json!(null), &json!(null), &json!(2000)));
    }

    async fn tax_is_rounded_where_the_account_says_and_a_flat_price_takes_the_default_rate(db: TestDatabase) {
        let account = NewAccount { tax_rounding: "document", ..NewAccount::default() }.create(&db).await;
        let server = McpServer::start(&db).await;
        let caller = server.caller(&account.full_key().await);
        rate(&caller, "City", "8.875", true).await;
        let seven: Vec<Value> = (0..7).map(|_| json!({"description": "Part", "unit_price": 199})).collect();
        let job = caller.ok("jobs.create", json!({"title": "A", "line_items": seven})).await;
        assert_eq!((&job["tax_total"], sum(&job, "tax_amount"), sum(&job, "total")), (&json!(124), 124, 7 * 199 + 124));
        let flat = caller.ok("jobs.update", json!({"id": job["id"], "flat_price": 1000})).await;
        assert_eq!((&flat["tax_total"], &flat["total"], flat["line_items"].as_array().unwrap().len()), (&json!(89), &json!(1089), 7));
        let exempt = caller.ok("customers.create", json!({"type": "company", "company_name": "School", "tax_exempt": true})).await;
        let job = caller.ok("jobs.update", json!({"id": job["id"], "customer_id": exempt["id"]})).await;
        assert_eq!((&job["tax_total"], &job["line_items"][0]["tax_rate_id"]), (&json!(0), &json!(null)));
    }

    async fn a_document_has_up_to_300_lines(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let lines: Vec<Value> = (0..300).map(|n| json!({"description": format!("Line {n}"), "unit_price": n})).collect();
        let job = caller.ok("jobs.create", json!({"title": "A", "line_items": lines})).await;
        assert_eq!((job["line_items"].as_array().unwrap().len(), &job["total"]), (300, &json!(44850)));
        let one_more = json!([{"op": "add", "item": {"description": "One more", "unit_price": 1}}]);
        let refused = caller.refused("jobs.update", json!({"id": job["id"], "line_item_ops": one_more})).await;
        assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("line_items")));
    }
}
