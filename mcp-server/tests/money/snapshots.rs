//! What quotes and invoices keep once they are issued, whatever becomes of the items, rates and people they name; and
//! which rate is a document's default.

use serde_json::{Value, json};
use shared::scope::Scopes;
use testing::{Caller, TestDatabase, on_both_databases, owner};

async fn rate(caller: &Caller, name: &str, percentage: i64, is_default: bool) -> Value {
    let args = json!({"name": name, "rate_percentage": percentage, "is_default": is_default});
    caller.ok("tax_rates.create", args).await["id"].take()
}

/// A quote and an invoice of this content, sent.
async fn both_sent(caller: &Caller, content: &Value) -> [(&'static str, Value); 2] {
    let mut sent = vec![];
    for entity in ["quotes", "invoices"] {
        let mut args = content.clone();
        args["status"] = json!("sent");
        if entity == "quotes" {
            args["title"] = json!("Heater");
        }
        sent.push((entity, caller.ok(&format!("{entity}.create"), args).await));
    }
    sent.try_into().unwrap()
}

on_both_databases! {
    async fn what_is_issued_reads_the_same_whatever_becomes_of_what_it_names(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let (state, city) = (rate(&caller, "State", 5, true).await, rate(&caller, "City", 2, false).await);
        let ana = caller.ok("customers.create", json!({"type": "company", "company_name": "Ana", "default_tax_rate_id": state,
            "billing_address": {"line1": "1 Old Road", "country": "US"}, "payment_terms_days": 10})).await["id"].take();
        let pump = caller.ok("catalog_items.create", json!({"kind": "product", "name": "Pump", "unit": "piece", "unit_price": 10_000, "cost": 6_000, "tax_rate_id": city})).await["id"].take();
        let hour = caller.ok("catalog_items.create", json!({"kind": "labor", "name": "Hour", "unit_price": 9_000})).await["id"].take();
        let set = caller.ok("catalog_items.create", json!({"kind": "bundle", "name": "Set", "components": [{"catalog_item_id": pump, "quantity": 2}]})).await["id"].take();
        let spring = caller.ok("catalog_items.create", json!({"kind": "discount", "name": "Spring", "discount": {"type": "percent", "value": 10}})).await["id"].take();
        let content = json!({"customer_id": ana, "discount": {"type": "fixed", "value": 100}, "line_items": [
            {"catalog_item_id": pump}, {"catalog_item_id": hour, "quantity": "1.5"}, {"catalog_item_id": set}, {"catalog_item_id": spring}]});
        let sent = both_sent(&caller, &content).await;
        for (entity, record) in &sent {
            assert_eq!((&record["line_items"][0]["description"], &record["default_tax_rate_name"]), (&json!("Pump"), &json!("State")), "{entity}");
            assert_eq!(record["tax_lines"].as_array().unwrap().len(), 2, "{entity}");
            let sums: i64 = record["line_items"].as_array().unwrap().iter().map(|line| line["total"].as_i64().unwrap()).sum();
            assert_eq!(record["total"], sums, "{entity}");
            assert!(!record.to_string().contains("cost") && !record.to_string().contains("markup"), "what an item costs its owner stays with the item");
        }

        for (id, change) in [
            (&pump, json!({"name": "Pump II", "unit": "box", "unit_price": 1, "taxable": false, "tax_rate_id": null, "cost": 1})),
            (&hour, json!({"name": "Night hour", "unit_price": 15_000})),
            (&set, json!({"name": "Other set", "unit_price": 5, "components": [{"catalog_item_id": hour}]})),
            (&spring, json!({"name": "Summer", "discount": {"type": "percent", "value": 90}})),
        ] {
            let mut patch = change;
            patch["id"] = id.clone();
            caller.ok("catalog_items.update", patch).await;
        }
        caller.ok("tax_rates.update", json!({"id": state, "name": "State 2027", "rate_percentage": 9, "code": "S"})).await;
        caller.ok("tax_rates.update", json!({"id": city, "name": "City 2027", "rate_percentage": 8, "is_default": true})).await;
        caller.ok("customers.update", json!({"id": ana, "company_name": "Anna & Co", "tax_exempt": true, "default_tax_rate_id": city,
            "billing_address": {"line1": "2 New Road", "country": "US"}, "payment_terms_days": 60})).await;
        for item in [&set, &pump, &hour, &spring] {
            caller.ok("catalog_items.archive", json!({"id": item})).await;
        }
        caller.ok("tax_rates.archive", json!({"id": state})).await;
        for (entity, record) in &sent {
            assert_eq!(caller.ok(&format!("{entity}.get"), json!({"id": record["id"]})).await, *record, "{entity}");
            let one = json!({"ids": [record["id"]], "fields": ["customer_name", "default_tax_rate_name"]});
            let listed = caller.ok(&format!("{entity}.list"), one).await["items"][0].take();
            assert_eq!((&listed["customer_name"], &listed["default_tax_rate_name"]), (&json!("Ana"), &json!("State")), "{entity}");
        }
        // What happens to it later changes what it says of that, and nothing else.
        let (entity, mut invoice) = sent[1].clone();
        let part = caller.ok("invoices.update", json!({"id": invoice["id"], "payment_ops": [{"op": "record", "amount": 100}]})).await;
        for field in ["amount_paid", "balance", "payments", "version", "updated_at"] {
            assert_ne!(invoice[field], part[field], "{field}");
            invoice[field] = part[field].clone();
        }
        assert_eq!(invoice, part, "{entity}");
        let machine = server.caller(&account.tenant_key(Scopes::all()).await);
        assert_eq!(machine.ok("invoices.get", json!({"id": invoice["id"]})).await, part, "it is the same for all who may read it");
        // What is made of it now is taxed as of today, and keeps the prices that were agreed.
        let quote = &sent[0].1["id"];
        caller.ok("quotes.update", json!({"id": quote, "status": "accepted"})).await;
        let billed = caller.ok("invoices.create", json!({"from_quote_id": quote})).await;
        assert_eq!((&billed["subtotal"], &billed["tax_total"], &billed["customer_name"]), (&sent[0].1["subtotal"], &json!(0), &json!("Anna & Co")));
    }

    async fn a_documents_default_rate_is_its_own_else_the_customers_else_the_accounts(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (account, own, other) = (rate(&caller, "Account", 1, true).await, rate(&caller, "Own", 2, false).await, rate(&caller, "Other", 3, false).await);
        let ana = caller.ok("customers.create", json!({"type": "company", "company_name": "Ana", "default_tax_rate_id": own})).await["id"].take();
        let bob = caller.ok("customers.create", json!({"type": "company", "company_name": "Bob"})).await["id"].take();
        for entity in ["quotes", "invoices"] {
            let (create, update) = (format!("{entity}.create"), format!("{entity}.update"));
            let draft = |customer: &Value, more: Value| {
                let mut args = json!({"customer_id": customer, "line_items": [{"description": "x", "unit_price": 10_000}, {"description": "y", "unit_price": 100, "tax_rate_id": other}]});
                if entity == "quotes" {
                    args["title"] = json!("x");
                }
                args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                args
            };
            for (customer, more, expected, tax) in [
                (&bob, json!({}), &account, 103), (&ana, json!({}), &own, 203), (&ana, json!({"default_tax_rate_id": other}), &other, 303), (&ana, json!({"default_tax_rate_id": null}), &account, 103),
            ] {
                let made = caller.ok(&create, draft(customer, more.clone())).await;
                assert_eq!((&made["line_items"][0]["tax_rate_id"], &made["tax_total"]), (expected, &json!(tax)), "{entity} {more}");
                let taxes: i64 = made["tax_lines"].as_array().unwrap().iter().map(|line| line["tax_amount"].as_i64().unwrap()).sum();
                assert_eq!(made["tax_total"], taxes);
            }
            let made = caller.ok(&create, draft(&ana, json!({}))).await;
            let id = &made["id"];
            let net = |rate: &Value, name: &str, percentage: &str, net: i64, tax: i64| json!({"tax_rate_id": rate, "name": name, "rate_percentage": percentage, "taxable_amount": net, "tax_amount": tax});
            assert_eq!(made["tax_lines"], json!([net(&own, "Own", "2", 10_000, 200), net(&other, "Other", "3", 100, 3)]), "{entity}");
            let moved = caller.ok(&update, json!({"id": id, "default_tax_rate_id": other})).await;
            assert_eq!((&moved["tax_lines"], &moved["default_tax_rate_name"]), (&json!([net(&other, "Other", "3", 10_100, 303)]), &json!("Other")), "{entity}");
            let cleared = caller.ok(&update, json!({"id": id, "default_tax_rate_id": null})).await;
            assert_eq!((&cleared["tax_total"], &cleared["default_tax_rate_id"]), (&json!(103), &Value::Null), "{entity}");
            for wrong in ["tax_none", "itm_x", ""] {
                let refused = caller.refused(&update, json!({"id": id, "default_tax_rate_id": wrong})).await;
                assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("default_tax_rate_id")), "{entity} {wrong:?}");
            }
        }
        let gone = rate(&caller, "Gone", 4, false).await;
        let kept = caller.ok("invoices.create", json!({"customer_id": bob, "default_tax_rate_id": gone, "line_items": [{"description": "x", "unit_price": 100}]})).await;
        caller.ok("tax_rates.archive", json!({"id": gone})).await;
        let refused = caller.refused("invoices.create", json!({"customer_id": bob, "default_tax_rate_id": gone})).await;
        assert_eq!((&refused["reason"], &refused["field"]), (&json!("bad_reference"), &json!("default_tax_rate_id")));
        let sent = caller.ok("invoices.update", json!({"id": kept["id"], "status": "sent"})).await;
        assert_eq!((&sent["tax_total"], &sent["default_tax_rate_name"]), (&json!(4), &json!("Gone")), "it stays where it is used");
    }
}
