//! Money under callers that mean no good, or do it all at once: nothing is paid twice, nothing leaves the range of
//! amounts, and each refusal says which field it is about.

use serde_json::{Value, json};
use testing::{Answer, Caller, TestDatabase, on_both_databases, owner};

/// The largest amount.
const LARGEST: i64 = 9_000_000_000_000_000;

async fn sent(caller: &Caller, customer: &Value, amount: i64) -> Value {
    let args = json!({"customer_id": customer, "status": "sent", "line_items": [{"description": "Work", "unit_price": amount}]});
    caller.ok("invoices.create", args).await["id"].take()
}

async fn balance(caller: &Caller, customer: &Value) -> Value {
    caller.ok("customers.get", json!({"id": customer})).await["balance"].take()
}

/// All these calls at once; a server that has too much to do says so, and is asked again.
async fn at_once(caller: &Caller, calls: Vec<(&'static str, Value)>) -> Vec<Answer> {
    let call = |(tool, args): (&'static str, Value)| {
        let caller = caller.clone();
        tokio::spawn(async move {
            loop {
                let answer = caller.call(tool, args.clone()).await;
                if answer.status != 503 {
                    return answer;
                }
            }
        })
    };
    let mut answers = vec![];
    for call in calls.into_iter().map(call).collect::<Vec<_>>() {
        answers.push(call.await.unwrap());
    }
    answers
}

fn done(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.json()["error"].is_null()).count()
}

fn record(id: &Value, amount: impl Into<Value>) -> Value {
    json!({"id": id, "payment_ops": [{"op": "record", "amount": amount.into()}]})
}

fn refund(id: &Value, payment: &Value, amount: i64) -> Value {
    json!({"id": id, "payment_ops": [{"op": "refund", "payment_id": payment, "amount": amount}]})
}

on_both_databases! {
    async fn payments_and_refunds_at_once_never_go_over(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let id = sent(&caller, &ana, 1_000).await;
        let answers = at_once(&caller, vec![("invoices.update", record(&id, 100)); 50]).await;
        assert_eq!(done(&answers), 10);
        for refused in answers.iter().map(Answer::json).filter(|answer| !answer["error"].is_null()) {
            assert_eq!(refused["error"]["data"]["field"], "payment_ops[0].amount", "{refused}");
        }
        let paid = caller.ok("invoices.get", json!({"id": id})).await;
        assert_eq!((&paid["status"], &paid["amount_paid"], paid["payments"].as_array().unwrap().len()), (&json!("paid"), &json!(1_000), 10));
        let payment = &paid["payments"][3]["id"];
        assert_eq!(done(&at_once(&caller, vec![("invoices.update", refund(&id, payment, 30)); 20]).await), 3);
        let back = caller.ok("invoices.get", json!({"id": id})).await;
        assert_eq!((&back["status"], &back["amount_refunded"], &back["balance"]), (&json!("sent"), &json!(90), &json!(90)));
        assert_eq!(balance(&caller, &ana).await, 90);
        // To say that it is paid is no fault, however often; it is paid once.
        assert_eq!(done(&at_once(&caller, vec![("invoices.update", json!({"id": id, "status": "paid"})); 20]).await), 20);
        assert_eq!(caller.ok("invoices.get", json!({"id": id})).await["amount_paid"], 1_090);
        // Whoever comes first: it is void or it is paid, never both.
        for _ in 0..10 {
            let id = sent(&caller, &ana, 7).await;
            let answers = at_once(&caller, vec![("invoices.void", json!({"id": id})), ("invoices.update", record(&id, 7))]).await;
            assert_eq!(done(&answers), 1, "{answers:?}");
            assert_eq!(balance(&caller, &ana).await, 0);
        }
    }

    async fn no_amount_leaves_its_range(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana").await, caller.company("Bob").await);
        let id = sent(&caller, &ana, LARGEST).await;
        let more = json!({"customer_id": ana, "status": "sent", "line_items": [{"description": "Work", "unit_price": 1}]});
        let refused = caller.refused("invoices.create", more.clone()).await;
        assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("customer_id")), "{refused}");
        assert_eq!(balance(&caller, &ana).await, LARGEST);
        let paid = caller.ok("invoices.update", record(&id, LARGEST)).await;
        caller.ok("invoices.update", refund(&id, &paid["payments"][0]["id"], LARGEST)).await;
        for (again, field) in [(json!({"id": id, "status": "paid"}), "status"), (record(&id, 1), "payment_ops[0].amount")] {
            let refused = caller.refused("invoices.update", again).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(field)), "{refused}");
        }
        caller.ok("invoices.void", json!({"id": id})).await;
        caller.ok("invoices.create", more).await;

        let rate = caller.ok("tax_rates.create", json!({"name": "High", "rate_percentage": 50})).await["id"].take();
        let off = caller.ok("catalog_items.create", json!({"kind": "discount", "name": "Off", "discount": {"type": "percent", "value": 90}})).await["id"].take();
        for lines in [
            json!([{"description": "x", "unit_price": LARGEST, "quantity": 2}]),
            json!([{"description": "x", "unit_price": 10, "quantity": 1_000_000_000}, {"description": "x", "unit_price": LARGEST}]),
            json!([{"description": "x", "unit_price": LARGEST, "tax_rate_id": rate}]),
            json!([{"description": "x", "unit_price": LARGEST, "tax_rate_id": rate}, {"catalog_item_id": off}]),
        ] {
            let refused = caller.refused("invoices.create", json!({"customer_id": bob, "line_items": lines})).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("line_items")), "{refused}");
        }
    }

    async fn an_amount_that_is_none_is_refused_by_name(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let id = sent(&caller, &ana, 1_000).await;
        for amount in [json!(0), json!(-1), json!(-LARGEST), json!(0.5), json!(1e300), json!(LARGEST + 1), json!("100"), json!("1e2"), json!(true), json!(null), json!([1]), json!(i64::MIN), json!(u64::MAX)] {
            let refused = caller.refused("invoices.update", record(&id, amount.clone())).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("payment_ops[0].amount")), "{amount}: {refused}");
        }
        for moment in ["yesterday", "2026-02-30T10:00:00Z", "9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00Z", "12026-01-01T00:00:00Z", "2026-11-24T25:00:00Z", ""] {
            let op = json!({"id": id, "payment_ops": [{"op": "record", "amount": 1, "paid_at": moment}]});
            let refused = caller.refused("invoices.update", op).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("payment_ops[0].paid_at")), "{moment}: {refused}");
        }
        for (discount, field) in [
            (json!({"type": "percent", "value": "100.0001"}), "discount.value"), (json!({"type": "percent", "value": -1}), "discount.value"),
            (json!({"type": "percent", "value": "10%"}), "discount.value"), (json!({"type": "fixed", "value": -1}), "discount.value"),
            (json!({"type": "fixed", "value": 1.5}), "discount.value"), (json!({"type": "fixed", "value": "500"}), "discount.value"),
            (json!({"type": "half", "value": 1}), "discount.type"), (json!({"type": "fixed"}), "discount.value"), (json!(10), "discount"),
        ] {
            for (args, at) in [
                (json!({"customer_id": ana, "discount": discount}), field.to_owned()),
                (json!({"customer_id": ana, "line_items": [{"description": "x", "unit_price": 1, "discount": discount}]}), format!("line_items[0].{field}")),
            ] {
                let refused = caller.refused("invoices.create", args.clone()).await;
                let said = refused["field"].as_str().unwrap_or_default();
                assert!(refused["kind"] == "invalid_input" && at.starts_with(said) && said.contains("discount"), "{args}: {refused}");
            }
        }
        for quantity in [json!(0), json!(-1), json!("1.00001"), json!(1e300), json!("1e2"), json!("٣"), json!(""), json!(true), json!("99999999999999999999")] {
            let lines = json!([{"description": "x", "unit_price": 1, "quantity": quantity}]);
            let refused = caller.refused("invoices.create", json!({"customer_id": ana, "line_items": lines})).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!("line_items[0].quantity")), "{lines}: {refused}");
        }
        assert_eq!(caller.ok("invoices.get", json!({"id": id})).await["payments"], json!([]));
    }

    async fn discounts_take_off_all_and_never_more(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let coupon = caller.ok("catalog_items.create", json!({"kind": "discount", "name": "Coupon", "discount": {"type": "fixed", "value": 501}})).await["id"].take();
        let line = |more: Value| {
            let mut line = json!({"description": "Work", "unit_price": 500});
            line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            line
        };
        for args in [
            json!({"line_items": [line(json!({"discount": {"type": "percent", "value": 100}}))]}),
            json!({"line_items": [line(json!({"discount": {"type": "fixed", "value": LARGEST}}))]}),
            json!({"line_items": [line(json!({}))], "discount": {"type": "fixed", "value": LARGEST}}),
            json!({"line_items": [line(json!({"discount": {"type": "percent", "value": 50}}))], "discount": {"type": "percent", "value": "100.0"}}),
        ] {
            let mut args = args;
            (args["customer_id"], args["status"]) = (ana.clone(), json!("sent"));
            let free = caller.ok("invoices.create", args.clone()).await;
            assert_eq!((&free["total"], &free["discount_total"], &free["status"]), (&json!(0), &json!(500), &json!("paid")), "{args}");
            let paid = caller.refused("invoices.update", record(&free["id"], 1)).await;
            assert_eq!(paid["field"], "payment_ops[0].amount");
        }
        let below = json!({"customer_id": ana, "line_items": [line(json!({})), {"catalog_item_id": coupon}]});
        assert_eq!(caller.refused("invoices.create", below).await["field"], "line_items");
        let negative = json!({"customer_id": ana, "line_items": [line(json!({})), {"description": "x", "unit_price": -1}]});
        assert_eq!(caller.refused("invoices.create", negative).await["field"], "line_items[1].unit_price");
    }

    async fn a_void_invoice_takes_nothing_and_one_call_does_not_contradict_itself(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.company("Ana").await;
        let id = sent(&caller, &ana, 1_000).await;
        // One call pays a part, gives it back and pays it all.
        let paid = caller.ok("invoices.update", record(&id, 400)).await;
        let both = json!({"id": id, "status": "paid", "payment_ops": [{"op": "refund", "payment_id": paid["payments"][0]["id"], "amount": 400}]});
        let both = caller.ok("invoices.update", both).await;
        assert_eq!((&both["status"], &both["payments"][2]["amount"]), (&json!("paid"), &json!(1_000)));
        let payment = both["payments"][2]["id"].clone();
        let sent_and_back = json!({"id": id, "status": "paid", "payment_ops": [{"op": "refund", "payment_id": payment, "amount": 1_000}], "expectedVersion": both["version"]});
        assert_eq!(caller.ok("invoices.update", sent_and_back).await["balance"], 0, "given back and paid again");
        // A refund is not refunded, and nobody else's payment is.
        let other = sent(&caller, &ana, 5).await;
        for payment in [&both["payments"][1]["id"], &payment] {
            let refused = caller.refused("invoices.update", refund(&other, payment, 1)).await;
            assert_eq!(refused["field"], "payment_ops[0].payment_id");
        }
        let of_a_refund = caller.refused("invoices.update", refund(&id, &both["payments"][1]["id"], 1)).await;
        assert_eq!(of_a_refund["field"], "payment_ops[0].payment_id");
        caller.ok("invoices.void", json!({"id": other})).await;
        for patch in [record(&other, 1), json!({"id": other, "status": "paid"}), refund(&other, &payment, 1)] {
            let refused = caller.refused("invoices.update", patch).await;
            assert_eq!((&refused["reason"], &refused["allowed"]), (&json!("illegal_transition"), &json!([])), "{refused}");
        }
        let currency = json!({"id": id, "payment_ops": [{"op": "record", "amount": 1, "currency": "EUR"}]});
        assert_eq!(caller.refused("invoices.update", currency).await["field"], "payment_ops[0].currency");
        assert_eq!(balance(&caller, &ana).await, 0);
    }
}
