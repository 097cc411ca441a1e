//! Invoices through the endpoint: states, numbers, dates, what is locked, and what stays as it was issued.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use testing::{Answer, Caller, NewAccount, TestDatabase, on_both_databases, owner, owner_of, with};

fn billing(customer: &Value, amount: i64) -> Value {
    json!({"customer_id": customer, "line_items": [{"description": "Work", "unit_price": amount}]})
}

/// An invoice of 100.00 in this state.
async fn invoice_in(caller: &Caller, customer: &Value, status: &str) -> Value {
    match status {
        "void" => {
            let sent = caller
                .ok("invoices.create", with(billing(customer, 10_000), json!({"status": "sent"})))
                .await;
            caller.ok("invoices.void", json!({"id": sent["id"], "reason": "Wrong"})).await
        }
        "overdue" => {
            let args = json!({"status": "sent", "due_date": "2020-01-31"});
            caller.ok("invoices.create", with(billing(customer, 10_000), args)).await
        }
        _ => caller.ok("invoices.create", with(billing(customer, 10_000), json!({"status": status}))).await,
    }
}

/// The answer of a call among many: a server that has too much to do at once says so, and is asked again.
async fn served(caller: &Caller, tool: &str, args: Value) -> Answer {
    loop {
        let answer = caller.call(tool, args.clone()).await;
        if answer.status != 503 {
            return answer;
        }
    }
}

async fn balance(caller: &Caller, customer: &Value) -> Value {
    caller.ok("customers.get", json!({"id": customer})).await["balance"].take()
}

fn ids(list: &Value) -> Vec<&Value> {
    list["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect()
}

on_both_databases! {
    async fn every_pair_of_states_moves_by_its_own_tool(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        // Overdue is sent, as the day has it.
        let allowed = |from: &str| match from {
            "draft" => vec!["sent", "void"],
            "sent" | "overdue" => vec!["paid", "void"],
            _ => vec![],
        };
        for from in ["draft", "sent", "overdue", "paid", "void"] {
            for to in ["draft", "sent", "overdue", "paid", "void"] {
                let invoice = invoice_in(&caller, &ana, from).await;
                let id = &invoice["id"];
                assert_eq!(invoice["status"], from);
                let move_it = json!({"id": id, "status": to});
                let says = format!("{from} → {to}");
                match (from, to) {
                    (_, "overdue") => {
                        let refused = caller.refused("invoices.update", move_it).await;
                        assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("status")), "{says}");
                    }
                    ("void", "void") => drop(caller.ok("invoices.update", move_it).await),
                    (_, "void") => {
                        let refused = caller.refused("invoices.update", move_it).await;
                        assert_eq!(refused["kind"], "invalid_input", "{says}");
                        assert!(refused["message"].as_str().unwrap().contains("invoices.void"), "{refused}");
                        let voided = caller.call("invoices.void", json!({"id": id})).await;
                        match from {
                            "paid" => assert_eq!(voided.error()["data"]["reason"], "has_payments"),
                            _ => assert_eq!(voided.content()["status"], "void", "{says}"),
                        }
                    }
                    ("overdue", "sent") => assert_eq!(caller.ok("invoices.update", move_it).await["status"], "overdue"),
                    _ if from == to || (allowed(from).contains(&to)) => {
                        assert_eq!(caller.ok("invoices.update", move_it).await["status"], to, "{says}");
                    }
                    _ => {
                        let refused = caller.refused("invoices.update", move_it).await;
                        assert_eq!((&refused["kind"], &refused["reason"]), (&json!("conflict"), &json!("illegal_transition")), "{says}");
                        assert_eq!((&refused["to"], &refused["allowed"]), (&json!(to), &json!(allowed(from))), "{says}");
                    }
                }
            }
        }
        for status in ["overdue", "void"] {
            let refused = caller.refused("invoices.create", with(billing(&ana, 1), json!({"status": status}))).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("status")));
        }
        let free = caller.ok("invoices.create", with(billing(&ana, 0), json!({"status": "sent"}))).await;
        assert_eq!((&free["status"], &free["payments"]), (&json!("paid"), &json!([])), "nothing is owed");
        assert_eq!(caller.refused("invoices.void", json!({"id": free["id"]})).await["reason"], "illegal_transition");
    }

    async fn after_draft_only_some_fields_change(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana").await, caller.company("Bob").await);
        let draft = caller.ok("invoices.create", billing(&ana, 10_000)).await;
        assert_eq!((&draft["number"], &draft["status"], &draft["total"], &draft["balance"]), (&Value::Null, &json!("draft"), &json!(10_000), &json!(10_000)));
        assert_eq!(balance(&caller, &ana).await, 0, "a draft asks for nothing");
        let id = &draft["id"];
        let all = json!({"id": id, "customer_id": bob, "line_items": [{"description": "Other", "unit_price": 500}], "discount": {"type": "fixed", "value": 100},
            "issue_date": "2026-11-20", "due_date": "2026-12-01", "message": "Hello", "terms": "Net 10", "notes": "Careful", "po_number": "PO-7", "custom_fields": {"a": 1}});
        let changed = caller.ok("invoices.update", all.clone()).await;
        assert_eq!((&changed["customer_name"], &changed["total"], &changed["issue_date"], &changed["due_date"]), (&json!("Bob"), &json!(400), &json!("2026-11-20"), &json!("2026-12-01")));
        let pays_early = caller.refused("invoices.update", json!({"id": id, "payment_ops": [{"op": "record", "amount": 1}]})).await;
        assert_eq!((&pays_early["reason"], &pays_early["allowed"]), (&json!("illegal_transition"), &json!(["sent", "void"])));
        let sent = caller.ok("invoices.update", json!({"id": id, "status": "sent"})).await;
        assert_eq!((&sent["number"], &sent["issue_date"]), (&json!(1001), &json!("2026-11-20")));
        assert_eq!((balance(&caller, &ana).await, balance(&caller, &bob).await), (json!(0), json!(400)));
        let locked = caller.refused("invoices.update", all).await;
        assert_eq!((&locked["reason"], &locked["fields"]), (&json!("locked_after_draft"), &json!(["customer_id", "line_items", "discount", "issue_date"])));
        let open = json!({"id": id, "due_date": "2026-12-24", "message": null, "notes": "n", "terms": "t", "po_number": "PO-8", "custom_fields": {"b": 2}, "external_refs": [{"system": "books", "id": "7"}]});
        let open = caller.ok("invoices.update", open).await;
        assert_eq!((&open["due_date"], &open["message"], &open["po_number"]), (&json!("2026-12-24"), &Value::Null, &json!("PO-8")));
        assert_eq!(caller.ok("invoices.update", json!({"id": id, "due_date": null})).await["due_date"], "2026-12-20", "30 days after issue");
        assert_eq!(caller.refused("invoices.update", json!({"id": id, "plan_id": "pln_x"})).await["reason"], "read_only_field");
        assert_eq!(caller.refused("invoices.create", with(billing(&ana, 1), json!({"currency": "EUR"}))).await["reason"], "currency_mismatch");
        assert_eq!(caller.refused("invoices.create", json!({"line_items": []})).await["field"], "customer_id");
    }

    async fn dates_follow_the_day_and_the_customers_terms(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let bob = caller.ok("customers.create", json!({"type": "company", "company_name": "Bob", "payment_terms_days": 7})).await["id"].take();
        let draft = caller.ok("invoices.create", billing(&ana, 1)).await;
        assert_eq!((&draft["issue_date"], &draft["due_date"]), (&json!("2026-11-24"), &json!("2026-12-24")));
        let fixed = caller.ok("invoices.create", with(billing(&bob, 1), json!({"due_date": "2027-01-05"}))).await;
        let by_terms = caller.ok("invoices.create", with(billing(&bob, 1), json!({"issue_date": "2026-11-30"}))).await;
        assert_eq!(by_terms["due_date"], "2026-12-07");
        db.clock().advance(Duration::days(2));
        let sent = caller.ok("invoices.update", json!({"id": draft["id"], "status": "sent"})).await;
        assert_eq!((&sent["issue_date"], &sent["due_date"]), (&json!("2026-11-26"), &json!("2026-12-26")), "issued when it is sent");
        let fixed = caller.ok("invoices.update", json!({"id": fixed["id"], "status": "sent"})).await;
        assert_eq!((&fixed["issue_date"], &fixed["due_date"]), (&json!("2026-11-26"), &json!("2027-01-05")));
        let by_terms = caller.ok("invoices.update", json!({"id": by_terms["id"], "status": "sent"})).await;
        assert_eq!((&by_terms["issue_date"], &by_terms["due_date"]), (&json!("2026-11-30"), &json!("2026-12-07")));
        let last = caller.ok("invoices.create", with(billing(&ana, 1), json!({"issue_date": "9999-12-31"}))).await;
        assert_eq!(last["due_date"], "9999-12-31");
        for day in ["2026-02-30", "0000-01-01", "12026-01-01", "2026-1-5", "tomorrow"] {
            assert_eq!(caller.refused("invoices.create", with(billing(&ana, 1), json!({"due_date": day}))).await["field"], "due_date", "{day}");
        }
    }

    async fn overdue_begins_when_the_day_is_over_where_the_business_is(db: TestDatabase) {
        for (zone, utc_of_midnight) in [("Pacific/Auckland", "2027-03-09T11:00:00Z"), ("America/Los_Angeles", "2027-03-10T08:00:00Z")] {
            let (_server, _, caller) = owner_of(&db, NewAccount { time_zone: zone, ..NewAccount::default() }).await;
            let ana = caller.company("Ana").await;
            let midnight: DateTime<Utc> = utc_of_midnight.parse().unwrap();
            db.clock().advance(midnight - db.clock().now().utc() - Duration::seconds(60));
            let due = json!({"status": "sent", "due_date": "2027-03-09"});
            let open = caller.ok("invoices.create", with(billing(&ana, 100), due.clone())).await;
            assert_eq!((&open["status"], &open["issue_date"]), (&json!("sent"), &json!("2027-03-09")), "{zone}");
            let paid = caller.ok("invoices.create", with(billing(&ana, 100), with(due.clone(), json!({"status": "paid"})))).await;
            let later = caller.ok("invoices.create", with(billing(&ana, 100), json!({"status": "sent", "due_date": "2027-03-10"}))).await;
            assert_eq!(caller.ok("invoices.list", json!({"status": "overdue"})).await["items"], json!([]));
            db.clock().advance(Duration::seconds(61));
            let overdue = caller.ok("invoices.get", json!({"id": open["id"]})).await;
            assert_eq!(overdue["status"], "overdue", "{zone}");
            assert_eq!((&overdue["version"], &overdue["updated_at"]), (&open["version"], &open["updated_at"]), "nothing was written");
            assert_eq!(ids(&caller.ok("invoices.list", json!({"status": "overdue"})).await), [&open["id"]]);
            assert_eq!(ids(&caller.ok("invoices.list", json!({"overdue": true})).await), [&open["id"]]);
            assert_eq!(ids(&caller.ok("invoices.list", json!({"status": "sent"})).await), [&later["id"]], "overdue is shown in place of sent");
            assert_eq!(ids(&caller.ok("invoices.list", json!({"overdue": false, "sort": "number"})).await), [&paid["id"], &later["id"]]);
            let illegal = caller.refused("invoices.update", json!({"id": open["id"], "status": "draft"})).await;
            assert_eq!(illegal["allowed"], json!(["paid", "void"]));
            assert_eq!(caller.ok("invoices.update", json!({"id": open["id"], "status": "paid"})).await["status"], "paid");
            assert_eq!(caller.ok("invoices.list", json!({"overdue": true})).await["items"], json!([]));
        }
    }

    async fn numbers_have_no_gap_however_many_are_sent_at_once_or_fail(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let mut drafts = vec![];
        for _ in 0..50 {
            drafts.push(caller.ok("invoices.create", billing(&ana, 100)).await["id"].take());
        }
        let mut calls = vec![];
        for (n, id) in drafts.iter().enumerate() {
            let (caller, id, ana) = (caller.clone(), id.clone(), ana.clone());
            calls.push(tokio::spawn(async move {
                // Between those that last: a dry run, one that fails late, and a batch that is taken back.
                let (tool, fails) = match n % 3 {
                    0 => ("invoices.update", json!({"id": id, "status": "sent", "dryRun": true})),
                    1 => ("invoices.update", json!({"id": id, "status": "sent", "payment_ops": [{"op": "record", "amount": 101}]})),
                    _ => {
                        let good = with(billing(&ana, 1), json!({"status": "sent"}));
                        ("invoices.create", json!({"atomic": true, "records": [good, {"customer_id": "cus_no"}]}))
                    }
                };
                let answer = served(&caller, tool, fails).await;
                if n % 3 > 0 {
                    assert_eq!(answer.kind(), "invalid_input", "{answer:?}");
                }
                let sent = served(&caller, "invoices.update", json!({"id": id, "status": "sent"})).await;
                sent.content()["number"].as_i64().unwrap()
            }));
        }
        let mut numbers = vec![];
        for call in calls {
            numbers.push(call.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1001..1051).collect::<Vec<i64>>());
        // In a batch that goes on, the one that fails takes no number.
        let good = with(billing(&ana, 1), json!({"status": "sent"}));
        let late = with(billing(&ana, 1), json!({"status": "sent", "external_refs": [{"system": "s", "id": "1"}]}));
        let batch = caller.ok("invoices.create", json!({"records": [good, late, late, good]})).await;
        assert_eq!((&batch["done"], &batch["results"][3]["record"]["number"]), (&json!(3), &json!(1053)));
        // A caller who is gone halfway leaves whole calls or nothing.
        let bodies = (0..20).map(|_| {
            let (caller, good) = (caller.clone(), good.clone());
            tokio::spawn(async move {
                let call = caller.call("invoices.create", good);
                drop(tokio::time::timeout(std::time::Duration::from_millis(15), call).await);
            })
        });
        for gone in bodies.collect::<Vec<_>>() {
            gone.await.unwrap();
        }
        let next = caller.ok("invoices.create", good.clone()).await["number"].as_i64().unwrap();
        let mut all = vec![];
        let mut cursor = Value::Null;
        loop {
            let mut args = json!({"sort": "number", "limit": 100, "fields": ["number"]});
            if !cursor.is_null() {
                args["cursor"] = cursor;
            }
            let page = caller.ok("invoices.list", args).await;
            all.extend(page["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        let all: Vec<i64> = all.into_iter().filter(|number| *number <= next).collect();
        assert_eq!(all, (1001..=next).collect::<Vec<i64>>());
    }

    async fn what_is_issued_stays_as_it_was(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let rate = caller.ok("tax_rates.create", json!({"name": "State", "rate_percentage": 10, "is_default": true})).await;
        let ana = caller.ok("customers.create", json!({"type": "company", "company_name": "Before", "billing_address": {"line1": "1 Old Road", "country": "US"}})).await;
        let args = billing(&ana["id"], 1000);
        let sent = caller.ok("invoices.create", with(args.clone(), json!({"status": "sent"}))).await;
        assert_eq!((&sent["tax_total"], &sent["default_tax_rate_id"], &sent["balance"]), (&json!(100), &rate["id"], &json!(1100)));
        let draft = caller.ok("invoices.create", args.clone()).await;
        caller.ok("tax_rates.update", json!({"id": rate["id"], "rate_percentage": 20})).await;
        caller.ok("customers.update", json!({"id": ana["id"], "company_name": "After", "tax_exempt": false, "billing_address": null})).await;
        let kept = caller.ok("invoices.get", json!({"id": sent["id"]})).await;
        assert_eq!(kept, sent, "an issued invoice reads as it was issued");
        caller.ok("invoices.update", json!({"id": sent["id"], "notes": "x"})).await;
        assert_eq!(caller.ok("invoices.get", json!({"id": sent["id"]})).await["tax_lines"], sent["tax_lines"]);
        assert_eq!(caller.ok("invoices.get", json!({"id": draft["id"]})).await["tax_total"], 100);
        let issued = caller.ok("invoices.update", json!({"id": draft["id"], "status": "sent"})).await;
        assert_eq!((&issued["tax_total"], &issued["customer_name"], &issued["billing_address"]), (&json!(200), &json!("After"), &Value::Null));
        caller.ok("customers.update", json!({"id": ana["id"], "tax_exempt": true})).await;
        assert_eq!(caller.ok("invoices.create", args).await["tax_total"], 0);
        // The location's own rate goes before the customer's, and that before the account's.
        let (city, county) = (
            caller.ok("tax_rates.create", json!({"name": "City", "rate_percentage": 1})).await,
            caller.ok("tax_rates.create", json!({"name": "County", "rate_percentage": 2})).await,
        );
        let bob = caller.ok("customers.create", json!({"type": "company", "company_name": "Bob", "default_tax_rate_id": county["id"]})).await;
        let shed = caller.ok("locations.create", json!({"customer_id": bob["id"], "address": {"line1": "1 Lane", "country": "US"}, "default_tax_rate_id": city["id"]})).await;
        let there = caller.ok("invoices.create", with(billing(&bob["id"], 1000), json!({"location_id": shed["id"]}))).await;
        assert_eq!((&there["tax_total"], &there["default_tax_rate_name"]), (&json!(10), &json!("City")));
        assert_eq!(caller.ok("invoices.create", billing(&bob["id"], 1000)).await["tax_total"], 20);
        let own = with(billing(&bob["id"], 1000), json!({"default_tax_rate_id": rate["id"]}));
        assert_eq!(caller.ok("invoices.create", own).await["tax_total"], 200);
    }

    async fn lists_narrow_and_sort_and_hide_void_ones(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana Roofs").await, caller.company("Bob").await);
        let make = async |customer: &Value, amount: i64, more: Value| caller.ok("invoices.create", with(billing(customer, amount), more)).await["id"].take();
        let a = make(&ana, 300, json!({"status": "sent", "issue_date": "2026-10-01", "due_date": "2027-02-01", "po_number": "PO 77"})).await;
        let b = make(&bob, 100, json!({"status": "sent", "issue_date": "2026-10-03", "due_date": "2027-01-01"})).await;
        let c = make(&bob, 200, json!({"issue_date": "2026-10-02", "due_date": "2027-03-01"})).await;
        let gone = make(&bob, 900, json!({"status": "sent", "issue_date": "2026-10-04"})).await;
        let voided = caller.ok("invoices.void", json!({"id": gone, "reason": "Twice"})).await;
        assert_eq!((&voided["status"], &voided["balance"], &voided["number"], &voided["void_reason"], &voided["total"]), (&json!("void"), &json!(0), &json!(1003), &json!("Twice"), &json!(900)));
        assert!(voided["voided_at"].is_string() && voided["voided_by"]["name"].is_string());
        assert_eq!(caller.ok("invoices.void", json!({"id": gone})).await, voided);
        for (args, expected) in [
            (json!({}), [&b, &c, &a].as_slice()),
            (json!({"sort": "due_date"}), &[&b, &a, &c]),
            (json!({"sort": "-total"}), &[&a, &c, &b]),
            (json!({"sort": "-balance"}), &[&a, &c, &b]),
            (json!({"sort": "number"}), &[&a, &b, &c]),
            (json!({"status": "draft"}), &[&c]),
            (json!({"status": "void"}), &[&gone]),
            (json!({"includeArchived": true, "limit": 1}), &[&gone]),
            (json!({"customerId": bob}), &[&b, &c]),
            (json!({"issuedFrom": "2026-10-02", "issuedTo": "2026-10-03"}), &[&b, &c]),
            (json!({"dueFrom": "2027-01-01", "dueTo": "2027-02-01"}), &[&b, &a]),
            (json!({"amountMin": 200, "amountMax": 300}), &[&c, &a]),
            (json!({"number": 1002}), &[&b]),
            (json!({"q": "INV-1001"}), &[&a]),
            (json!({"q": "po 77"}), &[&a]),
            (json!({"q": "roofs"}), &[&a]),
        ] {
            assert_eq!(ids(&caller.ok("invoices.list", args.clone()).await), expected, "{args}");
        }
    }

    async fn who_owes_is_not_archived_and_an_archived_one_is_billed_no_more(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana").await, caller.company("Bob").await);
        let invoice = caller.ok("invoices.create", with(billing(&ana, 500), json!({"status": "sent"}))).await;
        caller.ok("invoices.create", billing(&bob, 500)).await;
        assert_eq!(ids(&caller.ok("customers.search", json!({"hasBalance": true})).await), [&ana]);
        assert_eq!(ids(&caller.ok("customers.search", json!({"sort": "-balance"})).await), [&ana, &bob]);
        let in_use = caller.refused("customers.archive", json!({"id": ana})).await;
        assert_eq!((&in_use["reason"], &in_use["by"], &in_use["count"], &in_use["sample"][0]["id"]), (&json!("in_use"), &json!("invoices"), &json!(1), &invoice["id"]));
        caller.ok("invoices.update", json!({"id": invoice["id"], "status": "paid"})).await;
        caller.ok("customers.archive", json!({"id": ana})).await;
        assert_eq!(caller.refused("invoices.create", billing(&ana, 1)).await["reason"], "parent_archived");
    }

    async fn notes_are_written_on_quotes_and_invoices(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let invoice = caller.ok("invoices.create", with(billing(&ana, 500), json!({"status": "sent"}))).await;
        let quote = caller.ok("quotes.create", json!({"title": "Roof", "customer_id": ana})).await;
        for (kind, id, name) in [("invoice", &invoice["id"], "INV-1001"), ("quote", &quote["id"], "Roof")] {
            let note = caller.ok("notes.create", json!({"body": "Rang about it", "subject_type": kind, "subject_id": id})).await;
            assert_eq!((&note["subject_type"], &note["subject_id"], &note["subject_name"]), (&json!(kind), id, &json!(name)));
            assert_eq!(ids(&caller.ok("notes.list", json!({"subjectId": id})).await), [&note["id"]]);
            assert_eq!(ids(&caller.ok("notes.list", json!({"subjectType": kind})).await), [&note["id"]]);
        }
        let unknown = caller.refused("notes.create", json!({"body": "x", "subject_type": "invoice", "subject_id": quote["id"]})).await;
        assert_eq!(unknown["field"], "subject_id");
    }
}
