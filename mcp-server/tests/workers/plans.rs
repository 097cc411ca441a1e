//! The invoices of plans.

use std::time::Duration as Pause;

use chrono::Duration;
use serde_json::{Value, json};
use shared::{binds, clock::Clock, timestamp::Timestamp};
use testing::{Account, Caller, McpServer, TestDatabase, on_both_databases};
use tokio::time::{Instant, sleep};

use super::{all, owner, process, race, replica};

async fn customer(caller: &Caller) -> Value {
    caller.ok("customers.create", json!({"type": "company", "company_name": "Blue Pools"})).await["id"].take()
}

/// A plan of one line of $89.00.
async fn plan(caller: &Caller, customer: &Value, more: Value) -> Value {
    let mut args = json!({"title": "Care", "customer_id": customer, "items": [{"description": "Visit", "unit_price": 8900}]});
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    caller.ok("plans.create", args).await
}

async fn invoices_of(caller: &Caller, plan: &Value) -> Vec<Value> {
    all(caller, "invoices.list", json!({"planId": plan["id"], "sort": "issue_date"})).await
}

async fn dates_of(caller: &Caller, plan: &Value) -> Vec<String> {
    let text = |invoice: &Value| invoice["issue_date"].as_str().unwrap().to_owned();
    invoices_of(caller, plan).await.iter().map(text).collect()
}

/// All that were ever made, whatever became of them.
async fn periods(db: &TestDatabase, account: &Account) -> Vec<(String, i64)> {
    let sql = "SELECT plan_id, plan_period FROM invoices WHERE tenant_id = $1 ORDER BY plan_id, plan_period";
    db.admin().await.rows(sql, binds![&account.tenant_id]).await.unwrap()
}

on_both_databases! {
    async fn a_year_of_billing_keeps_to_the_day_of_its_start(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let customer = customer(&caller).await;
        let monthly = plan(&caller, &customer, json!({"cadence": "monthly", "starts_on": "2026-12-31"})).await;
        let quarterly = plan(&caller, &customer, json!({"cadence": "quarterly", "starts_on": "2026-11-30"})).await;
        let annually = plan(&caller, &customer, json!({"cadence": "annually", "starts_on": "2024-02-29"})).await;
        let biweekly = plan(&caller, &customer, json!({"cadence": "biweekly", "starts_on": "2026-12-01"})).await;
        let ruled = plan(&caller, &customer, json!({"rrule": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", "starts_on": "2026-12-01"})).await;
        assert_eq!(annually["next_run_on"], "2027-02-28");
        for _ in 0..53 {
            db.clock().advance(Duration::weeks(1));
            worker.catch_up().await.unwrap();
        }
        assert_eq!(
            dates_of(&caller, &monthly).await,
            ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31",
             "2027-08-31", "2027-09-30", "2027-10-31", "2027-11-30"]
        );
        assert_eq!(dates_of(&caller, &quarterly).await, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30"]);
        assert_eq!(dates_of(&caller, &annually).await, ["2027-02-28"]);
        assert_eq!(dates_of(&caller, &biweekly).await.len(), 27);
        assert_eq!(dates_of(&caller, &ruled).await, ["2026-12-31", "2027-01-29", "2027-02-26"]);
        let after = caller.ok("plans.get", json!({"id": monthly["id"]})).await;
        assert_eq!((&after["runs"], &after["next_run_on"], &after["status"]), (&json!(12), &json!("2027-12-31"), &json!("active")));
        assert_eq!((&after["version"], &after["updated_by"]["type"]), (&json!(13), &json!("system")), "a sync sees it");
        let after = caller.ok("plans.get", json!({"id": ruled["id"]})).await;
        assert_eq!((&after["runs"], &after["next_run_on"], &after["status"]), (&json!(3), &Value::Null, &json!("ended")));
    }

    async fn an_invoice_is_a_draft_of_its_date_made_on_its_day_and_charges_nobody(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let customer = customer(&caller).await;
        let rate = caller.ok("tax_rates.create", json!({"name": "County", "rate_percentage": 10})).await;
        // It is Tuesday, November 24, in Chicago.
        let on_time = plan(&caller, &customer, json!({"cadence": "monthly", "starts_on": "2026-12-01", "default_tax_rate_id": rate["id"]})).await;
        let early = plan(&caller, &customer, json!({"cadence": "monthly", "starts_on": "2026-12-11", "lead_days": 10})).await;
        assert_eq!((&on_time["total"], &on_time["next_run_on"], &early["next_run_on"]), (&json!(9790), &json!("2026-12-01"), &json!("2026-12-01")));
        // The rate goes out of use; where it is used it stays.
        caller.ok("tax_rates.archive", json!({"id": rate["id"]})).await;
        let until = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        let midnight = Timestamp::from_micros(until("2026-12-01T06:00:00Z"));
        db.clock().advance(midnight.utc() - db.clock().now().utc() - Duration::seconds(1));
        assert_eq!(worker.catch_up().await.unwrap(), 0, "it is still November in Chicago");
        db.clock().advance(Duration::seconds(1));
        assert_eq!(worker.catch_up().await.unwrap(), 2);
        assert_eq!(worker.catch_up().await.unwrap(), 0, "once");
        let made = invoices_of(&caller, &on_time).await;
        let [invoice] = made.as_slice() else { panic!("one: {made:?}") };
        for (field, value) in [
            ("status", json!("draft")), ("number", Value::Null), ("issue_date", json!("2026-12-01")), ("due_date", json!("2026-12-31")),
            ("plan_id", on_time["id"].clone()), ("customer_id", customer.clone()), ("subtotal", json!(8900)), ("tax_total", json!(890)),
            ("total", json!(9790)), ("amount_paid", json!(0)), ("payments", json!([])), ("default_tax_rate_id", rate["id"].clone()),
        ] {
            assert_eq!(invoice[field], value, "{field} of {invoice}");
        }
        assert_eq!(invoice["created_by"]["type"], "system");
        assert_eq!(dates_of(&caller, &early).await, ["2026-12-11"], "ten days before");
        assert_eq!(caller.ok("plans.get", json!({"id": early["id"]})).await["next_run_on"], "2027-01-01");
        assert_eq!(caller.ok("customers.get", json!({"id": customer})).await["balance"], 0, "a draft is no debt");
        let lines: Vec<(String,)> = db.admin().await.rows("SELECT subject FROM audit WHERE tenant_id = $1 AND action = 'workers.plans'", binds![&account.tenant_id]).await.unwrap();
        assert_eq!(lines.len(), 4, "each invoice and each plan has its line in the audit log");
    }

    async fn what_is_billed_stays_billed_whatever_becomes_of_invoice_and_plan(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let customer = customer(&caller).await;
        let care = plan(&caller, &customer, json!({"cadence": "weekly", "starts_on": "2026-11-24"})).await;
        worker.catch_up().await.unwrap();
        let first = invoices_of(&caller, &care).await;
        assert_eq!(first.len(), 1, "a start today bills today");
        caller.ok("invoices.void", json!({"id": first[0]["id"]})).await;
        worker.catch_up().await.unwrap();
        assert_eq!(periods(&db, &account).await.len(), 1, "a void invoice is not made again");
        // Other dates from now on: none that is billed comes again, and none is skipped.
        let changed = caller.ok("plans.update", json!({"id": care["id"], "rrule": "FREQ=DAILY", "starts_on": "2026-11-01", "items": [{"description": "Day", "unit_price": 100}]})).await;
        assert_eq!((&changed["cadence"], &changed["rrule_text"], &changed["next_run_on"], &changed["total"]), (&Value::Null, &json!("Every day"), &json!("2026-11-25"), &json!(100)));
        db.clock().advance(Duration::days(2));
        worker.catch_up().await.unwrap();
        assert_eq!(dates_of(&caller, &care).await, ["2026-11-25", "2026-11-26"]);
        // What was due when the dates changed is made up for by the new ones.
        db.clock().advance(Duration::days(3));
        let changed = caller.ok("plans.update", json!({"id": care["id"], "cadence": "weekly", "starts_on": "2026-11-28"})).await;
        assert_eq!((&changed["rrule"], &changed["next_run_on"]), (&Value::Null, &json!("2026-11-29")), "it waits no longer than till now");
        worker.catch_up().await.unwrap();
        assert_eq!(dates_of(&caller, &care).await, ["2026-11-25", "2026-11-26", "2026-11-28"]);
        // Cancelled at once: nothing more, whatever was due.
        db.clock().advance(Duration::days(30));
        let cancelled = caller.ok("plans.cancel", json!({"id": care["id"], "reason": "Moved away"})).await;
        assert_eq!((&cancelled["status"], &cancelled["next_run_on"], &cancelled["runs"]), (&json!("cancelled"), &Value::Null, &json!(4)));
        assert_eq!(worker.catch_up().await.unwrap(), 0);
        let late = caller.ok("plans.update", json!({"id": care["id"], "cadence": "weekly", "starts_on": "2026-12-29"})).await;
        assert_eq!((&late["next_run_on"], late["warnings"].as_array().unwrap().len()), (&Value::Null, 1), "{late}");
        db.clock().advance(Duration::days(30));
        assert_eq!(worker.catch_up().await.unwrap(), 0);
        assert_eq!(dates_of(&caller, &care).await.len(), 3);
    }

    async fn after_a_pause_of_40_days_every_period_is_billed_in_batches_and_requests_pass(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let customer = customer(&caller).await;
        let mut plans = Vec::new();
        for _ in 0..4 {
            plans.push(plan(&caller, &customer, json!({"rrule": "FREQ=DAILY", "starts_on": "2026-11-25"})).await);
        }
        db.clock().advance(Duration::days(40));
        let working = tokio::spawn(async move { worker.catch_up().await });
        let mut between = 0;
        while !working.is_finished() {
            caller.ok("customers.create", json!({"type": "company", "company_name": "Passes"})).await;
            between += 1;
        }
        assert_eq!(working.await.unwrap().unwrap(), 4 * 40 / 5, "five at a time");
        assert!(between > 1, "writes of the same business pass between the pieces: {between}");
        for plan in &plans {
            let dates = dates_of(&caller, plan).await;
            assert_eq!((dates.len(), dates[0].as_str(), dates[39].as_str()), (40, "2026-11-25", "2027-01-03"));
        }
        let pieces: Vec<(i64,)> = db.admin().await.rows("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE tenant_id = $1 AND action = 'workers.plans' GROUP BY at", binds![&account.tenant_id]).await.unwrap();
        assert!(pieces.iter().all(|(lines,)| *lines <= 6), "no piece is large: {pieces:?}");
    }

    async fn four_replicas_of_which_some_die_bill_each_period_once(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let customer = customer(&caller).await;
        let mut plans = Vec::new();
        for _ in 0..6 {
            plans.push(plan(&caller, &customer, json!({"rrule": "FREQ=DAILY", "starts_on": "2026-11-25"})).await);
        }
        race(&db).await;
        let made = periods(&db, &account).await;
        assert_eq!(made.len(), 6 * 30);
        assert!(made.windows(2).all(|two| two[0].0 != two[1].0 || two[0].1 + 1 == two[1].1), "each once, none missing");
        for plan in &plans {
            assert_eq!(caller.ok("plans.get", json!({"id": plan["id"]})).await["runs"], 30);
        }
    }

    async fn four_processes_that_race_and_are_killed_bill_each_period_once(db: TestDatabase) {
        let (_idle, account, caller) = owner(&db).await;
        let customer = customer(&caller).await;
        for _ in 0..6 {
            plan(&caller, &customer, json!({"rrule": "FREQ=DAILY", "starts_on": "2026-11-25"})).await;
        }
        // Processes go by the machine's clock: by that, the plans began 60 days ago.
        let admin = db.admin().await;
        let now = Clock::system().now();
        let began = now.utc().date_naive() - Duration::days(60);
        admin.execute("UPDATE plans SET starts_on = $1, next_bill_on = $1", binds![began]).await.unwrap();
        admin.execute("UPDATE due SET at = $1", binds![Timestamp::from_micros(0)]).await.unwrap();
        let made = async || admin.row::<(i64,)>("SELECT CAST(COUNT(*) AS BIGINT) FROM invoices", vec![]).await.unwrap().unwrap().0;
        let left = async || admin.row::<(i64,)>("SELECT CAST(COUNT(*) AS BIGINT) FROM due WHERE at <= $1", binds![now]).await.unwrap().unwrap().0;
        let patience = Instant::now() + Pause::from_secs(180);
        let mut running: Vec<_> = (0..4).map(|_| process(&db)).collect();
        let mut kills = 0;
        for (n, so_many) in [1, 90, 200].into_iter().enumerate() {
            while made().await < so_many {
                assert!(Instant::now() < patience, "nothing is made");
                sleep(Pause::from_millis(1)).await;
            }
            running[n].kill().unwrap();
            running[n].wait().unwrap();
            kills += i32::from(left().await > 0);
        }
        assert!(kills > 0, "one was killed while work was left");
        while left().await > 0 {
            assert!(Instant::now() < patience, "the work is not finished");
            sleep(Pause::from_millis(20)).await;
        }
        running[3].kill().unwrap();
        running[3].wait().unwrap();
        let made = periods(&db, &account).await;
        assert!(made.windows(2).all(|two| two[0].0 != two[1].0 || two[0].1 + 1 == two[1].1), "each once, none missing");
        // In Chicago the day may be the one before.
        assert!((6 * 60..=6 * 61).contains(&made.len()), "{}", made.len());
        let runs: Vec<(i64,)> = admin.rows("SELECT runs FROM plans WHERE tenant_id = $1", binds![&account.tenant_id]).await.unwrap();
        assert_eq!(runs.iter().map(|(runs,)| *runs).sum::<i64>(), made.len() as i64);
    }

    async fn a_server_bills_by_itself(db: TestDatabase) {
        let (_idle, _, caller) = owner(&db).await;
        let customer = customer(&caller).await;
        let care = plan(&caller, &customer, json!({"cadence": "weekly", "starts_on": "2026-11-24"})).await;
        let _working = McpServer::start(&db).await;
        let patience = Instant::now() + Pause::from_secs(20);
        while invoices_of(&caller, &care).await.is_empty() {
            assert!(Instant::now() < patience, "no invoice is made");
            sleep(Pause::from_millis(20)).await;
        }
    }
}
