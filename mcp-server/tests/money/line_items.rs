//! Line items through the endpoint, on jobs: which rate taxes a line, and what a line keeps of the pricebook.

use serde_json::{Value, json};
use testing::{Caller, McpServer, NewAccount, TestDatabase, on_both_databases, owner};

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

    async fn a_line_keeps_a_snapshot_of_its_item(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let state = rate(&caller, "State", "4", false).await;
        let hour = caller.ok("catalog_items.create", json!({"kind": "labor", "name": "Hour", "unit": "hour", "unit_price": 9000, "tax_rate_id": state})).await;
        let job = caller.ok("jobs.create", json!({"title": "A", "line_items": [
            {"catalog_item_id": hour["id"], "quantity": 2},
            {"catalog_item_id": hour["id"], "description": "At night", "unit_price": 15000, "unit": null, "taxable": false},
        ]})).await;
        let (first, second) = (&job["line_items"][0], &job["line_items"][1]);
        assert_eq!((&first["description"], &first["unit"], &first["unit_price"], &first["tax_amount"]), (&json!("Hour"), &json!("hour"), &json!(9000), &json!(720)));
        assert_eq!((&second["description"], &second["unit"], &second["unit_price"], &second["tax_amount"]), (&json!("At night"), &Value::Null, &json!(15000), &json!(0)));

        caller.ok("catalog_items.update", json!({"id": hour["id"], "name": "Hour 2027", "unit_price": 9900})).await;
        caller.ok("catalog_items.archive", json!({"id": hour["id"]})).await;
        let more = json!([{"op": "update", "id": first["id"], "item": {"quantity": 3, "catalog_item_id": hour["id"]}}]);
        let edited = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": more})).await;
        let (first, second) = (&edited["line_items"][0], &edited["line_items"][1]);
        assert_eq!((&first["description"], &first["unit_price"], &first["amount"]), (&json!("Hour"), &json!(9000), &json!(27000)));
        assert_eq!(second["unit"], Value::Null, "an edit of another line copies nothing anew");
        let archived = caller.refused("jobs.create", json!({"title": "B", "line_items": [{"catalog_item_id": hour["id"]}]})).await;
        assert_eq!((&archived["field"], &archived["reason"]), (&json!("line_items[0].catalog_item_id"), &json!("bad_reference")));

        let valve = caller.ok("catalog_items.create", json!({"kind": "product", "name": "Valve", "unit_price": 500})).await;
        let swap = json!([{"op": "update", "id": first["id"], "item": {"catalog_item_id": valve["id"]}}]);
        let swapped = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": swap})).await;
        let line = &swapped["line_items"][0];
        assert_eq!((&line["id"], &line["description"], &line["unit"], &line["amount"], &line["tax_rate_id"]),
            (&first["id"], &json!("Valve"), &Value::Null, &json!(1500), &Value::Null), "another item brings its own fields");
    }

    async fn a_bundles_line_is_one_line_that_lists_its_components(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let pump = caller.ok("catalog_items.create", json!({"kind": "product", "name": "Pump", "unit_price": 10000})).await;
        let bundle = caller.ok("catalog_items.create", json!({"kind": "bundle", "name": "Two pumps", "components": [{"catalog_item_id": pump["id"], "quantity": 2}]})).await;
        let job = caller.ok("jobs.create", json!({"title": "A", "line_items": [{"catalog_item_id": bundle["id"]}, {"catalog_item_id": pump["id"]}]})).await;
        let components = json!([{"catalog_item_id": pump["id"], "name": "Pump", "quantity": "2"}]);
        assert_eq!((&job["line_items"][0]["components"], &job["line_items"][0]["amount"], &job["line_items"][1]["components"]), (&components, &json!(20000), &json!([])));
        caller.ok("catalog_items.update", json!({"id": pump["id"], "name": "Pump II", "unit_price": 1})).await;
        caller.ok("catalog_items.update", json!({"id": bundle["id"], "components": [{"catalog_item_id": pump["id"], "quantity": 5}]})).await;
        let later = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": [{"op": "add", "item": {"description": "x", "unit_price": 1}}]})).await;
        assert_eq!((&later["line_items"][0]["components"], &later["total"]), (&components, &json!(30001)), "the line keeps what the bundle was");
        let refused = caller.refused("jobs.create", json!({"title": "B", "line_items": [{"description": "x", "unit_price": 1, "components": []}]})).await;
        assert_eq!(refused["field"], "line_items[0].components");
        let not_a_quote = caller.refused("jobs.create", json!({"title": "B", "line_items": [{"description": "x", "unit_price": 1, "optional": true}]})).await;
        assert_eq!(not_a_quote["field"], "line_items[0].optional", "options are for quotes");
        assert_eq!(job["line_items"][0].get("selected"), None);
    }

    async fn a_discounts_line_takes_its_discount_off_the_others(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        rate(&caller, "City", "10", true).await;
        let spring = caller.ok("catalog_items.create", json!({"kind": "discount", "name": "Spring", "discount": {"type": "percent", "value": 10}})).await;
        let coupon = caller.ok("catalog_items.create", json!({"kind": "discount", "name": "Coupon", "discount": {"type": "fixed", "value": 500}})).await;
        let job = caller.ok("jobs.create", json!({"title": "A", "line_items": [
            {"catalog_item_id": spring["id"]}, {"description": "Work", "unit_price": 10000}, {"description": "Part", "unit_price": 2000, "discount": {"type": "fixed", "value": 1000}}, {"catalog_item_id": coupon["id"]},
        ]})).await;
        let lines = &job["line_items"];
        assert_eq!((&lines[0]["amount"], &lines[0]["discount"], &lines[0]["tax_amount"]), (&json!(-1100), &json!({"type": "percent", "value": "10"}), &json!(-110)), "of what the other lines' own discounts left");
        assert_eq!((&lines[3]["unit_price"], &lines[3]["discount_amount"]), (&json!(-500), &json!(0)));
        assert_eq!((&job["subtotal"], &job["discount_total"], &job["tax_total"], &job["total"]), (&json!(10400), &json!(1000), &json!(940), &json!(10340)));
        let more = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": [{"op": "update", "id": lines[1]["id"], "item": {"quantity": 2}}]})).await;
        assert_eq!(more["line_items"][0]["amount"], -2100, "a percentage follows the others");
        let own = json!([{"op": "update", "id": lines[0]["id"], "item": {"unit_price": -300}}, {"op": "update", "id": lines[3]["id"], "item": {"discount": {"type": "percent", "value": 50}}}]);
        let own = caller.ok("jobs.update", json!({"id": job["id"], "line_item_ops": own})).await;
        assert_eq!((&own["line_items"][0]["amount"], &own["line_items"][0]["discount"], &own["line_items"][3]["amount"]), (&json!(-300), &Value::Null, &json!(-10500)));
        for (line, field) in [
            (json!({"catalog_item_id": coupon["id"], "unit_price": 500}), "line_items[0].unit_price"),
            (json!({"catalog_item_id": coupon["id"], "unit_price": -5, "discount": {"type": "fixed", "value": 5}}), "line_items[0].discount"),
            (json!({"catalog_item_id": coupon["id"]}), "line_items"),
        ] {
            assert_eq!(caller.refused("jobs.create", json!({"title": "B", "line_items": [line]})).await["field"], field);
        }
    }
}
