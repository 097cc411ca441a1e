//! Payments and refunds: what is owed, by an invoice and by its customer, after whatever was recorded.

use serde_json::{Value, json};
use shared::random::Random;
use testing::{Caller, NewAccount, TestDatabase, on_both_databases, owner_of};

async fn sent(caller: &Caller, customer: &Value, amount: i64) -> Value {
    let args = json!({"customer_id": customer, "status": "sent", "line_items": [{"description": "Work", "unit_price": amount}]});
    caller.ok("invoices.create", args).await
}

async fn balance(caller: &Caller, customer: &Value) -> Value {
    caller.ok("customers.get", json!({"id": customer})).await["balance"].take()
}

fn pay(id: &Value, ops: Value) -> Value {
    json!({"id": id, "payment_ops": ops})
}

on_both_databases! {
    async fn payments_pay_and_refunds_reopen(db: TestDatabase) {
        let (_server, account, caller) = owner_of(&db, NewAccount::default()).await;
        let ana = caller.company("Ana").await;
        let invoice = sent(&caller, &ana, 10_000).await;
        let id = &invoice["id"];
        let part = json!([{"op": "record", "amount": 4_000, "method": "check", "paid_at": "2026-11-20T10:00:00Z", "reference": "No. 17"}]);
        let part = caller.ok("invoices.update", pay(id, part)).await;
        assert_eq!((&part["status"], &part["balance"], &part["amount_paid"]), (&json!("sent"), &json!(6_000), &json!(4_000)));
        let first = &part["payments"][0];
        assert_eq!((&first["kind"], &first["method"], &first["paid_at"], &first["reference"]), (&json!("payment"), &json!("check"), &json!("2026-11-20T10:00:00.000000Z"), &json!("No. 17")));
        assert_eq!(first["recorded_by"]["id"], account.owner.user_id);
        assert_eq!(balance(&caller, &ana).await, 6_000);
        let partly = caller.refused("invoices.void", json!({"id": id})).await;
        assert_eq!((&partly["reason"], &partly["kind"]), (&json!("has_payments"), &json!("conflict")));
        for (op, field) in [
            (json!({"op": "record", "amount": 6_001}), "payment_ops[0].amount"),
            (json!({"op": "record", "amount": 0}), "payment_ops[0].amount"),
            (json!({"op": "record", "amount": -5}), "payment_ops[0].amount"),
            (json!({"op": "record", "amount": 1, "method": "barter"}), "payment_ops[0].method"),
            (json!({"op": "record", "amount": 1, "payment_id": first["id"]}), "payment_ops[0].payment_id"),
            (json!({"op": "refund", "amount": 1}), "payment_ops[0].payment_id"),
            (json!({"op": "refund", "amount": 1, "payment_id": "pay_no"}), "payment_ops[0].payment_id"),
            (json!({"op": "refund", "amount": 4_001, "payment_id": first["id"]}), "payment_ops[0].amount"),
            (json!({"op": "charge", "amount": 1}), "payment_ops[0].op"),
            (json!({"op": "record"}), "payment_ops[0].amount"),
        ] {
            let refused = caller.refused("invoices.update", pay(id, json!([op]))).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(field)), "{refused}");
        }
        let twice = caller.refused("invoices.update", pay(id, json!([{"op": "record", "amount": 6_000}, {"op": "record", "amount": 1}]))).await;
        assert_eq!(twice["field"], "payment_ops[1].amount", "the ops of one call add up");
        let paid = caller.ok("invoices.update", json!({"id": id, "status": "paid"})).await;
        assert_eq!((&paid["status"], &paid["balance"], &paid["payments"][1]["amount"]), (&json!("paid"), &json!(0), &json!(6_000)));
        assert_eq!(balance(&caller, &ana).await, 0);
        assert_eq!(caller.ok("invoices.update", json!({"id": id, "status": "paid"})).await["payments"].as_array().unwrap().len(), 2, "it is paid");

        let refused = caller.refused("invoices.void", json!({"id": id})).await;
        assert_eq!(refused["message"], "Invoice INV-1001 is paid; a paid invoice cannot be voided. Refund its payments first (invoices.update payment_ops).");
        let second = paid["payments"][1]["id"].clone();
        let back = json!([{"op": "refund", "payment_id": second, "amount": 1_000, "reason": "Scratches"}]);
        let reopened = caller.ok("invoices.update", pay(id, back)).await;
        assert_eq!((&reopened["status"], &reopened["balance"], &reopened["amount_paid"], &reopened["amount_refunded"]), (&json!("sent"), &json!(1_000), &json!(10_000), &json!(1_000)));
        assert_eq!((&reopened["payments"][2]["kind"], &reopened["payments"][2]["payment_id"], &reopened["payments"][2]["reason"]), (&json!("refund"), &second, &json!("Scratches")));
        assert_eq!(balance(&caller, &ana).await, 1_000);
        let rest = json!([{"op": "refund", "payment_id": second, "amount": 5_000}, {"op": "refund", "payment_id": first["id"], "amount": 4_000}]);
        assert_eq!(caller.ok("invoices.update", pay(id, rest)).await["balance"], 10_000);
        let voided = caller.ok("invoices.void", json!({"id": id})).await;
        assert_eq!((&voided["status"], &voided["balance"], voided["payments"].as_array().unwrap().len()), (&json!("void"), &json!(0), 5));
        assert_eq!(balance(&caller, &ana).await, 0);
        assert_eq!(caller.refused("invoices.update", pay(id, json!([{"op": "record", "amount": 1}]))).await["reason"], "illegal_transition");
        let once = json!({"customer_id": ana, "line_items": [{"description": "x", "unit_price": 7}]});
        let draft = caller.ok("invoices.create", once).await;
        let at_once = caller.ok("invoices.update", json!({"id": draft["id"], "status": "sent", "payment_ops": [{"op": "record", "amount": 7}]})).await;
        assert_eq!((&at_once["status"], &at_once["number"]), (&json!("paid"), &json!(1002)));
    }

    async fn a_payment_is_told_in_the_audit_of_both_records(db: TestDatabase) {
        let (_server, account, caller) = owner_of(&db, NewAccount::default()).await;
        let ana = caller.company("Ana").await;
        let invoice = sent(&caller, &ana, 500).await;
        let dry = caller.ok("invoices.update", json!({"id": invoice["id"], "status": "paid", "dryRun": true})).await;
        assert_eq!((&dry["effects"][1]["entity"], &dry["effects"][1]["changes"]), (&json!("customers"), &json!({"balance": [500, 0]})));
        assert_eq!(balance(&caller, &ana).await, 500);
        let before = caller.ok("customers.get", json!({"id": ana})).await;
        caller.ok("invoices.update", json!({"id": invoice["id"], "status": "paid"})).await;
        let after = caller.ok("customers.get", json!({"id": ana})).await;
        assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|version| version + 1), "who syncs customers sees it");
        let sql = "SELECT subject, changes FROM audit WHERE tenant_id = $1 AND action = 'invoices.update' ORDER BY subject DESC";
        let rows: Vec<(String, sqlx::types::Json<Value>)> = db.admin().await.rows(sql, shared::binds![&account.tenant_id]).await.unwrap();
        let told: Vec<(&str, &Value)> = rows.iter().map(|(subject, changes)| (subject.as_str(), &changes.0["balance"])).collect();
        assert_eq!(told, [(invoice["id"].as_str().unwrap(), &json!([500, 0])), (ana.as_str().unwrap(), &json!([500, 0]))]);
    }

    async fn whatever_is_recorded_the_sums_hold(db: TestDatabase) {
        let (_server, _, caller) = owner_of(&db, NewAccount::default()).await;
        let customers = [caller.company("Ana").await, caller.company("Bob").await];
        let random = Random::seeded(20_261_124);
        let below = |n: u64| u64::from_le_bytes(random.bytes()) % n;
        /// What an invoice must say.
        struct Model {
            id: Value,
            customer: usize,
            state: &'static str,
            total: i64,
            payments: Vec<(Value, i64)>,
        }
        impl Model {
            fn balance(&self) -> i64 {
                if self.state == "void" { 0 } else { self.total - self.net() }
            }
            fn net(&self) -> i64 {
                self.payments.iter().map(|(_, left)| left).sum()
            }
        }
        let mut models: Vec<Model> = vec![];
        for _ in 0..120 {
            if models.is_empty() || below(5) == 0 {
                let (customer, total) = (usize::try_from(below(2)).unwrap(), i64::try_from(below(1000) + 1).unwrap());
                let args = json!({"customer_id": customers[customer], "line_items": [{"description": "x", "unit_price": total}]});
                let id = caller.ok("invoices.create", args).await["id"].take();
                models.push(Model { id, customer, state: "draft", total, payments: vec![] });
                continue;
            }
            let n = usize::try_from(below(models.len() as u64)).unwrap();
            let model = &mut models[n];
            let amount = i64::try_from(below(700) + 1).unwrap();
            let open = matches!(model.state, "sent" | "paid");
            let (tool, args, works) = match below(6) {
                0 => {
                    let works = matches!(model.state, "draft" | "sent");
                    if works {
                        model.state = "sent";
                    }
                    ("invoices.update", json!({"id": model.id, "status": "sent"}), works)
                }
                1 => {
                    // Once it is void it stays so, and saying so again is no fault.
                    let works = model.net() == 0 && model.state != "paid";
                    if works {
                        model.state = "void";
                    }
                    ("invoices.void", json!({"id": model.id}), works)
                }
                2 | 3 => {
                    let works = open && amount <= model.balance();
                    ("invoices.update", pay(&model.id, json!([{"op": "record", "amount": amount, "method": "cash"}])), works)
                }
                4 if !model.payments.is_empty() => {
                    let at = usize::try_from(below(model.payments.len() as u64)).unwrap();
                    let (payment, left) = &mut model.payments[at];
                    let works = amount <= *left;
                    let args = pay(&model.id, json!([{"op": "refund", "payment_id": payment, "amount": amount}]));
                    if works {
                        *left -= amount;
                    }
                    ("invoices.update", args, works)
                }
                _ => ("invoices.update", json!({"id": model.id, "status": "paid"}), open),
            };
            let answer = caller.call(tool, args.clone()).await;
            assert_eq!(answer.json()["error"].is_null(), works, "{tool} {args} of {} {} {}", model.state, model.total, answer.text);
            let shown = caller.ok("invoices.get", json!({"id": model.id})).await;
            let known = model.payments.len();
            let all: Vec<&Value> = shown["payments"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "payment").collect();
            assert!(all.len() - known <= usize::from(works), "{shown}");
            model.payments.extend(all[known..].iter().map(|entry| (entry["id"].clone(), entry["amount"].as_i64().unwrap())));
            if matches!(model.state, "sent" | "paid") {
                model.state = if model.balance() == 0 { "paid" } else { "sent" };
            }
            assert_eq!((&shown["status"], &shown["balance"]), (&json!(model.state), &json!(model.balance())), "after {tool} {args}");
            assert_eq!(shown["amount_paid"].as_i64().unwrap() - shown["amount_refunded"].as_i64().unwrap(), model.net());
            for (n, customer) in customers.iter().enumerate() {
                let owed: i64 = models.iter().filter(|model| model.customer == n && model.state == "sent").map(Model::balance).sum();
                assert_eq!(balance(&caller, customer).await, owed, "after {tool} {args}");
            }
        }
        let states: Vec<&str> = models.iter().map(|model| model.state).collect();
        for state in ["sent", "paid", "void"] {
            assert!(states.contains(&state), "the sequence came to {states:?}");
        }
    }

    async fn amounts_are_minor_units_of_the_accounts_currency(db: TestDatabase) {
        let yen = NewAccount { currency: "JPY", country: "JP", time_zone: "Asia/Tokyo", tax_rounding: "document", ..NewAccount::default() };
        let (_server, _, caller) = owner_of(&db, yen).await;
        caller.ok("tax_rates.create", json!({"name": "消費税", "rate_percentage": "8.875", "is_default": true})).await;
        let aoi = caller.company("Aoi").await;
        let seven: Vec<Value> = (0..7).map(|_| json!({"description": "作業", "unit_price": 199})).collect();
        let invoice = caller.ok("invoices.create", json!({"customer_id": aoi, "line_items": seven, "currency": "JPY", "status": "sent"})).await;
        assert_eq!((&invoice["currency"], &invoice["tax_total"], &invoice["total"], &invoice["tax_lines"][0]["tax_amount"]), (&json!("JPY"), &json!(124), &json!(1517), &json!(124)));
        let half = caller.refused("invoices.update", pay(&invoice["id"], json!([{"op": "record", "amount": 0.5}]))).await;
        assert_eq!(half["field"], "payment_ops[0].amount");
        assert_eq!(caller.ok("invoices.update", pay(&invoice["id"], json!([{"op": "record", "amount": 1517}]))).await["status"], "paid");

        let dinar = NewAccount { currency: "KWD", country: "KW", time_zone: "Asia/Kuwait", ..NewAccount::default() };
        let (_server, _, caller) = owner_of(&db, dinar).await;
        let mona = caller.company("Mona").await;
        // 12.345 dinars are 12,345 fils.
        let invoice = caller.ok("invoices.create", json!({"customer_id": mona, "status": "paid", "line_items": [{"description": "Work", "unit_price": 12_345, "quantity": 2.5}]})).await;
        assert_eq!((&invoice["currency"], &invoice["total"], &invoice["payments"][0]["amount"], &invoice["status"]), (&json!("KWD"), &json!(30_863), &json!(30_863), &json!("paid")));
        assert_eq!(caller.refused("invoices.create", json!({"customer_id": mona, "currency": "USD"})).await["reason"], "currency_mismatch");
    }
}
