//! A server that dies half way through a call leaves nothing of it, and a retry makes each record once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use shared::scope::Scopes;
use support::{Served, signal};
use testing::{Account, Caller, Engine, TestDatabase, on_both_databases};

/// The fiftieth record of a hundred never ends, so that the server is met half way and cannot finish.
const ENDLESS_ON_SQLITE: &[&str] = &[
    "CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    "CREATE TRIGGER endless_record AFTER INSERT ON customers WHEN NEW.company_name = 'Row 050' \
     BEGIN SELECT COUNT(*) FROM endless; END",
];
const ENDLESS_ON_POSTGRES: &[&str] = &[
    "CREATE FUNCTION endless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$",
    "CREATE TRIGGER endless_record AFTER INSERT ON customers FOR EACH ROW WHEN (NEW.company_name = 'Row 050') \
     EXECUTE FUNCTION endless()",
];

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
        let endless = if db.engine() == Engine::Sqlite { ENDLESS_ON_SQLITE } else { ENDLESS_ON_POSTGRES };
        for statement in endless {
            db.admin().await.execute(statement, vec![]).await.unwrap();
        }
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
        // On PostgreSQL this waits for what is left of the dead server's transaction.
        let drop_it = if db.engine() == Engine::Sqlite { "DROP TRIGGER endless_record" } else { "DROP TRIGGER endless_record ON customers" };
        db.admin().await.execute(drop_it, vec![]).await.unwrap();
        for table in ["customers", "external_refs", "idempotency", "counters", "audit WHERE tenant_id IS NOT NULL"] {
            assert_eq!(count(&db, &format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }

        let server = Served::over(db.url());
        let caller = Caller::new(&server.endpoint, Some(&key.secret));
        let made = caller.ok("customers.create", call.clone()).await;
        assert_eq!((&made["done"], &made["failed"], made.get("idempotentReplay")), (&json!(100), &json!(0), None));
        assert_eq!(made["results"][0]["record"]["customer_number"], "C-1001", "no number was spent");
        let again = caller.ok("customers.create", call).await;
        assert_eq!((&again["results"], &again["idempotentReplay"]), (&made["results"], &json!(true)));
        for table in ["customers", "external_refs", "audit WHERE tenant_id IS NOT NULL"] {
            assert_eq!(count(&db, &format!("SELECT COUNT(*) FROM {table}")).await, 100, "{table}");
        }
        assert_eq!(caller.ok("customers.search", json!({"q": "row 099", "includeTotal": true})).await["total"], 1);
        drop(server);
    }
}
