//! What quotes and jobs become, once each: jobs from quotes, invoices from quotes and from jobs.

use serde_json::{Value, json};
use shared::scope::Scopes;
use testing::{Answer, Caller, TestDatabase, on_both_databases, owner, with};

async fn quote(caller: &Caller, customer: &Value, status: &str) -> Value {
    let args = json!({"title": "Roof", "customer_id": customer, "status": status,
        "line_items": [{"description": "Roof", "unit_price": 1000}]});
    caller.ok("quotes.create", args).await["id"].take()
}

async fn job(caller: &Caller, customer: &Value, status: &str) -> Value {
    let args = json!({"title": "Roof", "customer_id": customer, "status": status,
        "scheduled_start": if status == "scheduled" { json!("2026-12-01T09:00") } else { Value::Null },
        "line_items": [{"description": "Roof", "unit_price": 1000}]});
    caller.ok("jobs.create", args).await["id"].take()
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

/// Fifty at once: one is made, the others say which.
async fn fifty_make_one(caller: &Caller, tool: &'static str, args: Value) -> Value {
    let calls = (0..50).map(|_| {
        let (caller, args) = (caller.clone(), args.clone());
        tokio::spawn(async move { served(&caller, tool, args).await })
    });
    let (mut made, mut refused) = (vec![], vec![]);
    for call in calls.collect::<Vec<_>>() {
        let mut body = call.await.unwrap().json();
        match body["error"].is_null() {
            true => made.push(body["result"]["structuredContent"].take()),
            false => refused.push(body["error"]["data"].take()),
        }
    }
    assert_eq!((made.len(), refused.len()), (1, 49), "{refused:?}");
    for refused in refused {
        assert_eq!(
            (&refused["kind"], &refused["reason"]),
            (&json!("conflict"), &json!("already_converted")),
            "{refused}"
        );
        assert_eq!(refused["existing_id"], made[0]["id"]);
    }
    made.remove(0)
}

on_both_databases! {
    async fn fifty_conversions_at_once_make_one(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let accepted = quote(&caller, &ana, "accepted").await;
        let done = job(&caller, &ana, "done").await;
        let made = fifty_make_one(&caller, "jobs.create", json!({"from_quote_id": accepted})).await;
        let billed = fifty_make_one(&caller, "invoices.create", json!({"from_quote_id": accepted})).await;
        let invoice = fifty_make_one(&caller, "invoices.create", json!({"from_job_id": done})).await;
        let shown = caller.ok("quotes.get", json!({"id": accepted})).await;
        assert_eq!((&shown["job_id"], &shown["invoice_id"], &shown["version"]), (&made["id"], &billed["id"], &json!(1)));
        let shown = caller.ok("jobs.get", json!({"id": done})).await;
        assert_eq!((&shown["invoice_id"], &shown["billing_state"]), (&invoice["id"], &json!("invoiced")));
        assert_eq!(caller.ok("jobs.list", json!({"quoteId": accepted})).await["items"][0]["id"], made["id"]);
        assert_eq!(caller.ok("invoices.list", json!({"quoteId": accepted})).await["items"][0]["id"], billed["id"]);
        assert_eq!(caller.ok("invoices.list", json!({"jobId": done})).await["items"][0]["id"], invoice["id"]);
    }

    async fn only_what_is_accepted_or_done_is_converted(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        for (status, next) in [("draft", json!(["sent"])), ("sent", json!(["accepted"])), ("declined", json!(["draft"]))] {
            let quote = quote(&caller, &ana, status).await;
            for tool in ["jobs.create", "invoices.create"] {
                let refused = caller.refused(tool, json!({"from_quote_id": quote})).await;
                assert_eq!((&refused["kind"], &refused["from"], &refused["allowed"]), (&json!("conflict"), &json!(status), &next), "{refused}");
            }
        }
        for status in ["unscheduled", "scheduled"] {
            let job = job(&caller, &ana, status).await;
            let refused = caller.refused("invoices.create", json!({"from_job_id": job})).await;
            assert_eq!((&refused["kind"], &refused["from"], &refused["allowed"]), (&json!("conflict"), &json!(status), &json!(["done"])));
            caller.ok("jobs.cancel", json!({"id": job})).await;
            assert_eq!(caller.refused("invoices.create", json!({"from_job_id": job})).await["from"], "cancelled");
        }
        for (tool, args, field) in [
            ("jobs.create", json!({"from_quote_id": "quo_no"}), "from_quote_id"),
            ("invoices.create", json!({"from_quote_id": "quo_no"}), "from_quote_id"),
            ("invoices.create", json!({"from_job_id": "job_no"}), "from_job_id"),
            ("invoices.create", json!({"from_job_id": "job_no", "from_quote_id": "quo_no"}), "from_quote_id"),
            ("jobs.create", json!({}), "title"),
        ] {
            let refused = caller.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["issues"][0]["path"]), (&json!("invalid_input"), &json!(field)), "{refused}");
        }
    }

    async fn what_was_agreed_is_copied_and_can_be_overridden(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana").await, caller.company("Bob").await);
        let shed = caller.ok("locations.create", json!({"customer_id": ana, "address": {"line1": "1 Lane", "country": "US"}})).await["id"].take();
        let (low, high) = (
            caller.ok("tax_rates.create", json!({"name": "Low", "rate_percentage": 5, "is_default": true})).await["id"].take(),
            caller.ok("tax_rates.create", json!({"name": "High", "rate_percentage": 10})).await["id"].take(),
        );
        let quote = caller.ok("quotes.create", json!({"title": "Roof", "customer_id": ana, "location_id": shed, "status": "accepted", "default_tax_rate_id": high,
            "discount": {"type": "percent", "value": 10}, "line_items": [
                {"description": "Roof", "unit_price": 1000, "quantity": "1.5", "unit": "day", "discount": {"type": "fixed", "value": 100}},
                {"description": "Gutter", "unit_price": 500, "optional": true},
                {"description": "Skylight", "unit_price": 300, "optional": true, "selected": true, "tax_rate_id": low},
            ]})).await;
        let id = &quote["id"];
        let job = caller.ok("jobs.create", json!({"from_quote_id": id})).await;
        let invoice = caller.ok("invoices.create", json!({"from_quote_id": id})).await;
        for (what, made) in [("job", &job), ("invoice", &invoice)] {
            for field in ["customer_id", "location_id", "subtotal", "discount_total", "tax_total", "total", "discount"] {
                assert_eq!(made[field], quote[field], "{field} of the {what}");
            }
            let lines: Vec<&Value> = made["line_items"].as_array().unwrap().iter().map(|line| &line["description"]).collect();
            assert_eq!(lines, ["Roof", "Skylight"], "{what}");
            assert_eq!((&made["line_items"][0]["unit"], &made["line_items"][0]["quantity"], &made["quote_id"]), (&json!("day"), &json!("1.5"), id));
            assert_eq!(made["line_items"][0].get("optional"), None, "only a quote has options");
        }
        assert_eq!((&job["title"], &job["status"], &invoice["status"]), (&json!("Roof"), &json!("unscheduled"), &json!("draft")));

        // The job is done and billed by its own lines; who billed the quote is told of it.
        caller.ok("jobs.update", json!({"id": job["id"], "status": "done"})).await;
        let second = caller.ok("invoices.create", json!({"from_job_id": job["id"], "dryRun": true})).await;
        assert!(second["would"]["warnings"][0]["message"].as_str().unwrap().contains(invoice["id"].as_str().unwrap()), "{second}");
        assert_eq!(second["effects"][1]["changes"]["billing_state"], json!(["to_invoice", "invoiced"]));
        assert_eq!(second["would"]["total"], quote["total"]);
        assert_eq!(caller.ok("jobs.get", json!({"id": job["id"]})).await["billing_state"], "to_invoice", "a dry run");

        let other = caller.ok("quotes.create", json!({"title": "Door", "customer_id": ana, "status": "accepted", "line_items": [{"description": "Door", "unit_price": 100}]})).await;
        let foreign = caller.refused("invoices.create", json!({"from_quote_id": other["id"], "customer_id": bob})).await;
        assert_eq!(foreign["field"], "customer_id");
        let own = caller.ok("jobs.create", json!({"from_quote_id": other["id"], "customer_id": ana, "title": "New door", "flat_price": 90, "scheduled_start": "2026-12-01T09:00"})).await;
        assert_eq!((&own["title"], &own["subtotal"], &own["status"], own["line_items"].as_array().unwrap().len()), (&json!("New door"), &json!(90), &json!("scheduled"), 1));
    }

    async fn a_billed_job_stands_until_its_invoice_is_void(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let flat = caller.ok("jobs.create", json!({"title": "Boiler service", "customer_id": ana, "status": "done", "flat_price": 9900, "po_number": "PO-1",
            "discount": {"type": "fixed", "value": 900}, "line_items": [{"description": "Hours", "unit_price": 1}]})).await;
        let job = &flat["id"];
        let invoice = caller.ok("invoices.create", json!({"from_job_id": job, "status": "sent"})).await;
        assert_eq!((&invoice["line_items"][0]["description"], &invoice["line_items"][0]["unit_price"], &invoice["total"]), (&json!("Boiler service"), &json!(9900), &flat["total"]));
        assert_eq!((&invoice["po_number"], &invoice["job_id"], &invoice["number"]), (&json!("PO-1"), job, &json!(1001)));
        for (tool, args) in [
            ("jobs.cancel", json!({"id": job})),
            ("jobs.update", json!({"id": job, "status": "scheduled", "scheduled_start": "2026-12-01T09:00"})),
            ("jobs.update", json!({"id": job, "flat_price": 1})),
        ] {
            let refused = caller.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["reason"]), (&json!("conflict"), &json!("has_invoice")), "{refused}");
            assert_eq!(refused["existing_id"], invoice["id"]);
        }
        caller.ok("jobs.update", json!({"id": job, "completion_notes": "All good"})).await;
        caller.ok("invoices.void", json!({"id": invoice["id"]})).await;
        let free = caller.ok("jobs.get", json!({"id": job})).await;
        assert_eq!((&free["billing_state"], &free["invoice_id"]), (&json!("to_invoice"), &Value::Null));
        let again = caller.ok("invoices.create", json!({"from_job_id": job})).await;
        assert_eq!(caller.ok("jobs.get", json!({"id": job})).await["invoice_id"], again["id"]);
        caller.ok("invoices.void", json!({"id": again["id"]})).await;
        caller.ok("jobs.cancel", json!({"id": job})).await;
        // A job of nobody is billed to whom the call names.
        let nobody = caller.ok("jobs.create", json!({"title": "x", "status": "done", "flat_price": 5})).await;
        assert_eq!(caller.refused("invoices.create", json!({"from_job_id": nobody["id"]})).await["field"], "customer_id");
        let named = caller.ok("invoices.create", json!({"from_job_id": nobody["id"], "customer_id": ana})).await;
        assert_eq!(named["total"], 5);
        // A batch of the same job makes one.
        let third = job_done(&caller, &ana).await;
        let batch = caller.ok("invoices.create", json!({"records": [{"from_job_id": third}, {"from_job_id": third}]})).await;
        assert_eq!((&batch["done"], &batch["results"][1]["error"]["existing_id"]), (&json!(1), &batch["results"][0]["record"]["id"]));
    }

    async fn who_converts_can_read_the_source(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let accepted = quote(&caller, &ana, "accepted").await;
        let done = job_done(&caller, &ana).await;
        for (tool, source, missing) in [
            ("jobs.create", json!({"from_quote_id": accepted}), "read:quotes"),
            ("jobs.create", json!({"fromQuoteId": accepted}), "read:quotes"),
            ("jobs.create", json!({"records": [{"title": "x"}, {"from_quote_id": accepted}]}), "read:quotes"),
            ("invoices.create", json!({"from_quote_id": accepted}), "read:quotes"),
            ("invoices.create", json!({"from_job_id": done}), "read:jobs"),
        ] {
            let all_but: Scopes = Scopes::all().iter().filter(|scope| scope.to_string() != missing).collect();
            let blind = server.caller(&account.user_key(&account.owner, all_but).await);
            let answer = blind.call(tool, source.clone()).await;
            assert_eq!((answer.status, answer.kind().as_str()), (403, "insufficient_scope"), "{tool} {source}");
            assert_eq!(answer.error()["data"]["required"], json!([missing]));
            assert!(answer.header("www-authenticate").contains(missing));
        }
        let all_but: Scopes = Scopes::all().iter().filter(|scope| scope.to_string() != "read:quotes").collect();
        let blind = server.caller(&account.user_key(&account.owner, all_but).await);
        blind.ok("jobs.create", with(json!({"title": "x"}), json!({"from_quote_id": null}))).await;
        let old_name = server.caller(&account.user_key(&account.owner, "write:jobs read:estimates").await);
        old_name.ok("jobs.create", json!({"from_quote_id": accepted})).await;
    }
}

async fn job_done(caller: &Caller, customer: &Value) -> Value {
    job(caller, customer, "done").await
}
