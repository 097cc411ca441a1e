//! Quotes through the endpoint: content, states, options, and who may write them.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use shared::role::Role;
use testing::{Caller, McpServer, NewAccount, TestDatabase, on_both_databases, owner};

/// A quote in this state.
async fn quote_in(caller: &Caller, customer: &Value, status: &str) -> Value {
    let args = json!({"title": "Boiler", "customer_id": customer, "status": status, "line_items": [
        {"description": "Boiler", "unit_price": 120_000},
    ]});
    caller.ok("quotes.create", args).await
}

fn ids(list: &Value) -> Vec<&Value> {
    list["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect()
}

on_both_databases! {
    async fn every_pair_of_states_moves_or_says_where_it_could(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        const STATES: [&str; 4] = ["draft", "sent", "accepted", "declined"];
        let leads = |from: &str| match from {
            "draft" => vec!["sent"],
            "sent" => vec!["accepted", "declined", "draft"],
            "declined" => vec!["draft"],
            _ => vec![],
        };
        for from in STATES {
            for to in STATES {
                let quote = quote_in(&caller, &ana, from).await;
                assert_eq!(quote["status"], from, "a patch reaches it from draft");
                let move_it = json!({"id": quote["id"], "status": to});
                if from == to || leads(from).contains(&to) {
                    let moved = caller.ok("quotes.update", move_it).await;
                    let again = i64::from(from != "draft" && to == "draft");
                    assert_eq!((&moved["status"], &moved["revision"]), (&json!(to), &json!(1 + again)), "{from} → {to}");
                    assert_eq!(moved["sent_at"].is_string(), to != "draft", "{from} → {to}");
                    assert_eq!(moved["decided_at"].is_string(), matches!(to, "accepted" | "declined"), "{from} → {to}");
                } else {
                    let refused = caller.refused("quotes.update", move_it).await;
                    assert_eq!((&refused["kind"], &refused["reason"]), (&json!("conflict"), &json!("illegal_transition")), "{from} → {to}");
                    assert_eq!((&refused["from"], &refused["to"], &refused["allowed"]), (&json!(from), &json!(to), &json!(leads(from))));
                }
            }
        }
    }

    async fn content_changes_in_draft_alone(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let quote = quote_in(&caller, &ana, "sent").await;
        let id = &quote["id"];
        let content = json!({"id": id, "title": "Other", "discount": null, "line_items": [], "terms": "Net 10", "custom_fields": {"a": 1}});
        let locked = caller.refused("quotes.update", content.clone()).await;
        assert_eq!((&locked["reason"], &locked["fields"]), (&json!("locked_after_draft"), &json!(["title", "line_items", "discount", "terms"])));
        caller.ok("quotes.update", json!({"id": id, "custom_fields": {"a": 1}, "external_refs": [{"system": "crm", "id": "1"}]})).await;
        // Going back to draft and changing it is one call; so is changing a draft and sending it.
        let mut back = content.clone();
        back["status"] = json!("draft");
        let back = caller.ok("quotes.update", back).await;
        assert_eq!((&back["title"], &back["total"], &back["revision"], &back["sent_at"]), (&json!("Other"), &json!(0), &json!(2), &Value::Null));
        let sent = caller.ok("quotes.update", json!({"id": id, "status": "sent", "line_items": [{"description": "Pump", "unit_price": 500}]})).await;
        assert_eq!((&sent["total"], &sent["status"]), (&json!(500), &json!("sent")));
        let no_reason = caller.refused("quotes.update", json!({"id": id, "decline_reason": "Too dear"})).await;
        assert_eq!(no_reason["field"], "decline_reason");
        let declined = caller.ok("quotes.update", json!({"id": id, "status": "declined", "decline_reason": "Too dear"})).await;
        assert_eq!(declined["decline_reason"], "Too dear");
        let renewed = caller.ok("quotes.update", json!({"id": id, "status": "draft"})).await;
        assert_eq!((&renewed["decline_reason"], &renewed["decided_at"], &renewed["revision"]), (&Value::Null, &Value::Null, &json!(3)));
    }

    async fn a_shell_has_no_lines_and_options_count_when_they_are_selected(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let shell = caller.ok("quotes.create", json!({"title": "Call first", "customer_id": ana})).await;
        assert_eq!((&shell["line_items"], &shell["total"], &shell["status"], &shell["number"]), (&json!([]), &json!(0), &json!("draft"), &json!(1001)));
        let quote = caller.ok("quotes.create", json!({"title": "Roof", "customer_id": ana, "discount": {"type": "percent", "value": 10}, "line_items": [
            {"description": "Roof", "unit_price": 100_000},
            {"description": "Gutter", "unit_price": 20_000, "optional": true},
            {"description": "Skylight", "unit_price": 30_000, "optional": true, "selected": true},
        ]})).await;
        assert_eq!((&quote["number"], &quote["subtotal"], &quote["discount_total"], &quote["total"]), (&json!(1002), &json!(130_000), &json!(13_000), &json!(117_000)));
        let gutter = &quote["line_items"][1];
        assert_eq!((&gutter["optional"], &gutter["selected"]), (&json!(true), &json!(false)));
        let chosen = caller.ok("quotes.update", json!({"id": quote["id"], "line_item_ops": [{"op": "update", "id": gutter["id"], "item": {"selected": true}}]})).await;
        assert_eq!(chosen["total"], 135_000);
        assert_eq!(caller.refused("quotes.create", json!({"title": "x", "customer_id": ana, "line_items": [{"description": "x", "unit_price": 1, "selected": false}]})).await["field"], "line_items[0].selected");
        assert_eq!(caller.refused("quotes.create", json!({"title": "x", "customer_id": ana, "currency": "EUR"})).await["reason"], "currency_mismatch");
        caller.ok("quotes.create", json!({"title": "x", "customer_id": ana, "currency": "usd"})).await;
        for (args, field) in [
            (json!({"customer_id": ana}), "title"),
            (json!({"title": "x"}), "customer_id"),
            (json!({"title": "x", "customer_id": "cus_no"}), "customer_id"),
            (json!({"title": "x", "customer_id": ana, "location_id": "loc_no"}), "location_id"),
            (json!({"title": "x", "customer_id": ana, "default_tax_rate_id": "tax_no"}), "default_tax_rate_id"),
            (json!({"title": "x", "customer_id": ana, "valid_until": "2026-13-01"}), "valid_until"),
            (json!({"title": "x", "customer_id": ana, "revision": 4}), "revision"),
        ] {
            let refused = caller.refused("quotes.create", args).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(field)), "{refused}");
        }
    }

    async fn a_draft_takes_the_new_rate_at_its_next_write_and_what_is_sent_stays(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let rate = caller.ok("tax_rates.create", json!({"name": "State", "rate_percentage": 10, "is_default": true})).await;
        let ana = caller.ok("customers.create", json!({"type": "company", "company_name": "Before", "billing_address": {"line1": "1 Old Road", "country": "US"}})).await;
        let args = json!({"title": "Roof", "customer_id": ana["id"], "line_items": [{"description": "Roof", "unit_price": 1000}]});
        let sent = caller.ok("quotes.create", args.clone()).await;
        assert_eq!((&sent["tax_total"], &sent["default_tax_rate_id"], &sent["default_tax_rate_name"]), (&json!(100), &rate["id"], &json!("State")));
        assert_eq!(sent["tax_lines"], json!([{"tax_rate_id": rate["id"], "name": "State", "rate_percentage": "10", "taxable_amount": 1000, "tax_amount": 100}]));
        let sent = caller.ok("quotes.update", json!({"id": sent["id"], "status": "sent"})).await;
        let draft = caller.ok("quotes.create", args).await;

        caller.ok("tax_rates.update", json!({"id": rate["id"], "rate_percentage": 20, "name": "State 2"})).await;
        caller.ok("customers.update", json!({"id": ana["id"], "company_name": "After", "billing_address": {"line1": "2 New Road", "country": "US"}})).await;
        let kept = caller.ok("quotes.get", json!({"id": sent["id"]})).await;
        assert_eq!(kept, sent, "a sent quote reads as it was sent");
        assert_eq!((&kept["customer_name"], &kept["billing_address"]["line1"]), (&json!("Before"), &json!("1 Old Road")));
        let unmoved = caller.ok("quotes.get", json!({"id": draft["id"]})).await;
        assert_eq!((&unmoved["tax_total"], &unmoved["version"], &unmoved["customer_name"]), (&json!(100), &json!(1), &json!("After")));
        let moved = caller.ok("quotes.update", json!({"id": draft["id"], "status": "sent"})).await;
        assert_eq!((&moved["tax_total"], &moved["tax_lines"][0]["name"], &moved["billing_address"]["line1"]), (&json!(200), &json!("State 2"), &json!("2 New Road")));
        let accepted = caller.ok("quotes.update", json!({"id": sent["id"], "status": "accepted"})).await;
        assert_eq!((&accepted["tax_total"], &accepted["customer_name"]), (&json!(100), &json!("Before")));
    }

    async fn a_quote_runs_out_when_its_day_is_over_where_the_business_is(db: TestDatabase) {
        for (zone, utc_of_midnight) in [("Pacific/Auckland", "2027-03-09T11:00:00Z"), ("America/Los_Angeles", "2027-03-10T08:00:00Z")] {
            let account = NewAccount { time_zone: zone, ..NewAccount::default() }.create(&db).await;
            let server = McpServer::start(&db).await;
            let caller = server.caller(&account.full_key().await);
            let ana = caller.company("Ana").await;
            let midnight: DateTime<Utc> = utc_of_midnight.parse().unwrap();
            db.clock().advance(midnight - db.clock().now().utc() - Duration::seconds(60));
            let args = json!({"title": "x", "customer_id": ana, "valid_until": "2027-03-09"});
            let quote = caller.ok("quotes.create", args.clone()).await;
            assert_eq!(quote["is_expired"], false, "{zone}");
            let mut accepted = args;
            accepted["status"] = json!("accepted");
            caller.ok("quotes.create", accepted).await;
            assert_eq!(caller.ok("quotes.list", json!({"isExpired": true})).await["items"], json!([]));
            db.clock().advance(Duration::seconds(61));
            let expired = caller.ok("quotes.get", json!({"id": quote["id"]})).await;
            assert_eq!((&expired["is_expired"], &expired["version"], &expired["updated_at"]), (&json!(true), &json!(1), &quote["updated_at"]), "{zone}");
            assert_eq!(ids(&caller.ok("quotes.list", json!({"isExpired": true})).await), [&quote["id"]]);
            assert_eq!(ids(&caller.ok("quotes.list", json!({"isExpired": false})).await).len(), 1);
            let past = caller.ok("quotes.create", json!({"title": "y", "customer_id": ana, "valid_until": "2020-01-01"})).await;
            assert_eq!(past["is_expired"], true, "a day in the past is allowed");
        }
    }

    async fn lists_narrow_and_sort_and_an_archived_quote_stays_archived(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana").await, caller.company("Bob").await);
        let make = async |title: &str, customer: &Value, price: i64, valid: Option<&str>| {
            let args = json!({"title": title, "customer_id": customer, "line_items": [{"description": "x", "unit_price": price}]});
            let mut args = args;
            if let Some(valid) = valid {
                args["valid_until"] = json!(valid);
            }
            caller.ok("quotes.create", args).await["id"].take()
        };
        let a = make("Roof repair", &ana, 300, Some("2027-05-01")).await;
        let b = make("Röof check", &bob, 100, None).await;
        let c = make("Gutter", &ana, 200, Some("2027-04-01")).await;
        for (args, expected) in [
            (json!({}), [&c, &b, &a].as_slice()),
            (json!({"sort": "valid_until"}), &[&c, &a, &b]),
            (json!({"sort": "-total"}), &[&a, &c, &b]),
            (json!({"sort": "number"}), &[&a, &b, &c]),
            (json!({"sort": "-number", "amountMin": 100, "amountMax": 200}), &[&c, &b]),
            (json!({"customerId": ana}), &[&c, &a]),
            (json!({"q": "roof"}), &[&b, &a]),
            (json!({"status": "sent"}), &[]),
        ] {
            assert_eq!(ids(&caller.ok("quotes.list", args.clone()).await), expected, "{args}");
        }
        let gone = caller.ok("quotes.archive", json!({"id": a})).await;
        assert!(gone["archived_at"].is_string());
        assert_eq!(gone["status"], "draft", "archiving leaves the status");
        assert_eq!(caller.ok("quotes.archive", json!({"id": a})).await, gone);
        assert_eq!(ids(&caller.ok("quotes.list", json!({"customerId": ana})).await), [&c]);
        assert_eq!(ids(&caller.ok("quotes.list", json!({"customerId": ana, "includeArchived": true})).await), [&c, &a]);
        assert_eq!(caller.refused("quotes.update", json!({"id": a, "archived": false})).await["kind"], "invalid_input");
        caller.ok("customers.archive", json!({"id": bob})).await;
        let blocked = caller.refused("quotes.create", json!({"title": "x", "customer_id": bob})).await;
        assert_eq!((&blocked["kind"], &blocked["reason"]), (&json!("conflict"), &json!("parent_archived")));
        assert_eq!(caller.refused("quotes.update", json!({"id": c, "customer_id": bob})).await["reason"], "parent_archived");
    }

    async fn quotes_are_written_by_owners_alone(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let office = account.add_member(Role::Office).await;
        let office = server.caller(&account.user_key(&office, "read:quotes write:quotes").await);
        let refused = office.refused("quotes.create", json!({"title": "x", "customer_id": ana})).await;
        assert_eq!((&refused["kind"], &refused["reason"]), (&json!("invalid_input"), &json!("owner_required")));
        office.ok("quotes.list", json!({})).await;
        let machine = server.caller(&account.tenant_key("read:estimates write:estimates").await);
        assert_eq!(machine.refused("quotes.archive", json!({"id": "quo_x"})).await["reason"], "user_actor_required");
        machine.ok("quotes.list", json!({})).await;
    }
}
