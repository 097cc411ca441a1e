//! A server that dies half way through a call leaves nothing of it, and a retry makes each record once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use shared::scope::Scopes;
use support::{Served, signal};
use testing::{Account, Caller, Engine, TestDatabase, on_both_databases};

/// What calls wrote of themselves; the server tells of its signing keys too.
const AUDIT: &str = "audit WHERE action = 'customers.create'";

/// The record of `table` in which `column` holds this text never ends, so that the server is met half way and cannot
/// finish.
async fn make_endless(db: &TestDatabase, table: &str, column: &str, text: &str) {
    let statements = match db.engine() {
        Engine::Sqlite => [
            "CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
                .to_owned(),
            format!(
                "CREATE TRIGGER endless_record AFTER INSERT ON {table} WHEN NEW.{column} = '{text}' \
                 BEGIN SELECT COUNT(*) FROM endless; END"
            ),
        ],
        Engine::Postgres => [
            "CREATE FUNCTION endless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; \
             END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER endless_record AFTER INSERT ON {table} FOR EACH ROW WHEN (NEW.{column} = '{text}') \
                 EXECUTE FUNCTION endless()"
            ),
        ],
    };
    for statement in statements {
        db.admin().await.execute(&statement, vec![]).await.unwrap();
    }
}

/// On PostgreSQL this waits for what is left of a dead server's transaction.
async fn end_the_endless(db: &TestDatabase, table: &str) {
    let on = if db.engine() == Engine::Sqlite { String::new() } else { format!(" ON {table}") };
    db.admin().await.execute(&format!("DROP TRIGGER endless_record{on}"), vec![]).await.unwrap();
}

/// Another server in the place of one that died.
fn again(db: &TestDatabase, secret: &str) -> (Served, Caller) {
    let server = Served::over(db.url());
    let caller = Caller::new(&server.endpoint, Some(secret));
    (server, caller)
}

async fn count(db: &TestDatabase, sql: &str) -> i64 {
    db.admin().await.row::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0
}

/// Waits until the server is in the endless record.
async fn is_half_way(db: &TestDatabase) {
    let admin = db.admin().await;
    // On SQLite nobody sees into another's transaction: the write lock that does not come free tells of it.
    let (sql, times) = match db.engine() {
        Engine::Sqlite => ("UPDATE tenants SET name = name", 20),
        Engine::Postgres => ("", 1),
    };
    let mut seen = 0;
    while seen < times {
        let busy = match db.engine() {
            Engine::Sqlite => {
                tokio::time::timeout(Duration::from_millis(100), admin.execute(sql, vec![])).await.is_err()
            }
            Engine::Postgres => {
                let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
                tokio::time::sleep(Duration::from_millis(20)).await;
                count(db, sql).await == 1
            }
        };
        seen = if busy { seen + 1 } else { 0 };
    }
}

on_both_databases! {
    async fn a_server_killed_half_way_leaves_nothing_and_a_retry_makes_all(db: TestDatabase) {
        let account = Account::create(&db).await;
        let key = account.user_key(&account.owner, Scopes::all()).await;
        make_endless(&db, "customers", "company_name", "Row 050").await;
        let record = |n: u32| json!({"type": "company", "company_name": format!("Row {n:03}"), "external_refs": [{"system": "crm", "id": n.to_string()}]});
        let call = json!({"records": (0..100).map(record).collect::<Vec<Value>>(), "idempotencyKey": "once"});

        let mut server = Served::over(db.url());
        let (caller, first) = (Caller::new(&server.endpoint, Some(&key.secret)), call.clone());
        let answered = tokio::spawn(async move { caller.call("customers.create", first).await });
        is_half_way(&db).await;
        assert!(!answered.is_finished(), "the call runs");
        signal(&server.child, "KILL");
        assert_eq!(server.child.wait().unwrap().code(), None, "it was killed");
        assert!(answered.await.is_err(), "the caller gets no answer");
        end_the_endless(&db, "customers").await;
        for table in ["customers", "external_refs", "idempotency", "counters", AUDIT] {
            assert_eq!(count(&db, &format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }

        let server = Served::over(db.url());
        let caller = Caller::new(&server.endpoint, Some(&key.secret));
        let made = caller.ok("customers.create", call.clone()).await;
        assert_eq!((&made["done"], &made["failed"], made.get("idempotentReplay")), (&json!(100), &json!(0), None));
        assert_eq!(made["results"][0]["record"]["customer_number"], "C-1001", "no number was spent");
        let again = caller.ok("customers.create", call).await;
        assert_eq!((&again["results"], &again["idempotentReplay"]), (&made["results"], &json!(true)));
        for table in ["customers", "external_refs", AUDIT] {
            assert_eq!(count(&db, &format!("SELECT COUNT(*) FROM {table}")).await, 100, "{table}");
        }
        assert_eq!(caller.ok("customers.search", json!({"q": "row 099", "includeTotal": true})).await["total"], 1);
        drop(server);
    }

    async fn invoices_that_are_sent_while_servers_die_have_no_gap_in_their_numbers(db: TestDatabase) {
        let account = Account::create(&db).await;
        let key = account.user_key(&account.owner, Scopes::all()).await;
        let (mut server, mut caller) = again(&db, &key.secret);
        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "Ana"})).await["id"].take();
        let invoice = |po_number: &str| {
            let lines = json!([{"description": "Work", "unit_price": 100}]);
            json!({"customer_id": customer, "status": "sent", "po_number": po_number, "line_items": lines})
        };

        // Half way through a hundred of one call.
        make_endless(&db, "invoices", "po_number", "50").await;
        let batch = json!({"records": (0..100).map(|n: u32| invoice(&n.to_string())).collect::<Vec<_>>(), "idempotencyKey": "once"});
        let (first, call) = (caller.clone(), batch.clone());
        let answered = tokio::spawn(async move { first.call("invoices.create", call).await });
        is_half_way(&db).await;
        signal(&server.child, "KILL");
        server.child.wait().unwrap();
        assert!(answered.await.is_err(), "the caller gets no answer");
        end_the_endless(&db, "invoices").await;
        assert_eq!(count(&db, "SELECT COUNT(*) FROM invoices").await, 0);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM customers WHERE balance <> 0").await, 0, "nothing is owed for what is not there");
        (server, caller) = again(&db, &key.secret);
        let made = caller.ok("invoices.create", batch).await;
        assert_eq!((&made["done"], &made["results"][99]["record"]["number"]), (&json!(100), &json!(1100)));

        // Among many calls at once, after some of them were answered.
        let (mut told, mut owed) = (vec![], 100);
        for round in 0..3 {
            let calls: Vec<_> = (0..40).map(|n| {
                let (caller, args) = (caller.clone(), invoice(&format!("{round} {n}")));
                tokio::spawn(async move { caller.call("invoices.create", args).await })
            }).collect();
            let before = count(&db, "SELECT COUNT(*) FROM invoices").await;
            while count(&db, "SELECT COUNT(*) FROM invoices").await < before + 5 {
                tokio::task::yield_now().await;
            }
            signal(&server.child, "KILL");
            server.child.wait().unwrap();
            for call in calls {
                // One whose server died does not know; all others were told a number, or that there is too much to do.
                if let Ok(answer) = call.await && answer.status == 200 {
                    told.push(answer.content()["number"].as_i64().unwrap());
                }
            }
            (server, caller) = again(&db, &key.secret);
            owed = count(&db, "SELECT COUNT(*) FROM invoices").await;
        }
        let last = caller.ok("invoices.create", invoice("last")).await["number"].as_i64().unwrap();
        let numbers: Vec<(i64,)> = db.admin().await.rows("SELECT number FROM invoices ORDER BY number", vec![]).await.unwrap();
        let numbers: Vec<i64> = numbers.into_iter().map(|(number,)| number).collect();
        assert_eq!(numbers, (1001..=last).collect::<Vec<i64>>(), "no gap");
        assert!(told.iter().all(|number| numbers.contains(number)), "what was answered lasts: {told:?} of {numbers:?}");
        assert!(owed > 100 && owed < 100 + 3 * 40, "the servers died in between: {owed}");
        let balance = caller.ok("customers.get", json!({"id": customer})).await["balance"].take();
        assert_eq!(balance, (owed + 1) * 100);
        drop(server);
    }
}
