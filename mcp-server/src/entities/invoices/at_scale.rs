//! Thousands of quotes and invoices in each of many tenants: every list of them goes by an index, in both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use serde_json::{Map, Value, json};
use shared::{
    binds,
    db::{Bind, ServerRole},
    permit::Permit,
    scope::Access,
    tenant_tx::TenantTx,
};
use testing::{Account, Engine, TestDatabase, on_both_databases};

use super::Invoices;
use crate::{
    entities::{
        by_index::{plan, reads_all},
        customers::at_scale::fill,
        quotes::Quotes,
    },
    entity::Entity,
    store::seen,
    verbs::{PageSize, list, sorts},
};

const TENANTS: usize = 10;
const CUSTOMERS: i64 = 200;
const EACH: i64 = 4_000;

/// Rows as the server writes them: `$1` is the tenant, `$2` how many.
fn statements(engine: Engine) -> [String; 2] {
    let (numbers, pad, when, day) = match engine {
        Engine::Sqlite => (
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $2)",
            "printf('%06d', n % 200 + 1)",
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1700000000 + n / 3, 'unixepoch')",
            "date('2024-01-01')",
        ),
        Engine::Postgres => (
            "WITH n AS (SELECT n FROM generate_series(1, $2) n)",
            "lpad(CAST(n % 200 + 1 AS TEXT), 6, '0')",
            "to_timestamp(1700000000 + n / 3)",
            "DATE '2024-01-01'",
        ),
    };
    let json = |text: &str| match engine {
        Engine::Sqlite => format!("'{text}'"),
        Engine::Postgres => format!("CAST('{text}' AS JSONB)"),
    };
    let (actor, object) = (json(r#"{"type":"system","id":null,"name":"Zoop","via":null}"#), json("{}"));
    let customer = format!("'cus_' || $1 || {pad}");
    let meta = "custom_fields, version, created_at, updated_at, created_by, updated_by";
    let metas = format!("{object}, 1, {when}, {when}, {actor}, {actor}");
    let sums = "subtotal, discount_total, tax_total, total";
    let invoices = format!(
        "{numbers} INSERT INTO invoices (tenant_id, id, number, number_key, customer_id, status, currency, tax_rounding, {sums}, \
         amount_paid, amount_refunded, balance, issue_date, issue_key, issue_date_set, due_date, due_key, due_date_set, \
         po_number, po_number_key, {meta}) SELECT $1, 'inv_' || $1 || n, n, n, {customer}, \
         CASE WHEN n % 12 = 0 THEN 'sent' WHEN n % 50 = 1 THEN 'draft' WHEN n % 50 = 2 THEN 'void' ELSE 'paid' END, 'USD', \
         'line', n, 0, 0, n, 0, 0, CASE WHEN n % 12 = 0 THEN n ELSE 0 END, {day}, 19700 + n / 4, TRUE, {day}, 19730 + n / 4, \
         FALSE, 'PO ' || n, 'po ' || n, {metas} FROM n"
    );
    let quotes = format!(
        "{numbers} INSERT INTO quotes (tenant_id, id, number, title, title_key, customer_id, status, currency, tax_rounding, {sums}, \
         valid_key, revision, {meta}) SELECT $1, 'quo_' || $1 || n, n, 'Heater ' || n, 'heater ' || n, {customer}, \
         CASE WHEN n % 12 = 0 THEN 'sent' WHEN n % 50 = 1 THEN 'draft' ELSE 'accepted' END, 'USD', 'line', n, 0, 0, n, \
         20000 + n, 1, {metas} FROM n"
    );
    [invoices, quotes]
}

async fn crowded(db: &TestDatabase) -> Account {
    let account = Account::create(db).await;
    let mut tenants = vec![account.tenant_id.clone()];
    for _ in 1..TENANTS {
        tenants.push(Account::create(db).await.tenant_id);
    }
    let admin = db.admin().await;
    let mut tx = admin.begin(Access::Write).await.unwrap();
    let [customers, ..] = &fill::statements(db.engine())[..] else { unreachable!() };
    for tenant in &tenants {
        tx.execute(customers, binds![tenant, CUSTOMERS]).await.unwrap();
        for sql in statements(db.engine()) {
            let values: Vec<Bind> = binds![tenant, EACH];
            tx.execute(&sql, values).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    admin.execute("ANALYZE", vec![]).await.unwrap();
    account
}

/// Each statement of each of these lists, in each order too, goes by an index.
async fn check<E: Entity>(account: &Account, db: &TestDatabase, filters: Vec<Value>) {
    let mcp = db.open(ServerRole::Mcp).await;
    let permit = Permit::system(&account.tenant_id);
    let orders = sorts::<E>().into_iter().map(|sort| json!({"sort": sort}));
    for arguments in filters.into_iter().chain(orders) {
        let mut tx =
            TenantTx::begin(&mcp, permit.clone(), Access::Read, db.clock(), db.random()).await.unwrap();
        drop(seen::take());
        let Value::Object(args) = arguments.clone() else { unreachable!() };
        let page: Map<String, Value> = list::<E>(args, PageSize(usize::MAX), &mut tx).await.unwrap();
        assert!(page["items"].is_array());
        let statements = seen::take();
        assert!(!statements.is_empty(), "{arguments}");
        for (sql, binds) in statements {
            let plan = plan(&mut tx, &sql, binds).await;
            let all = plan.iter().any(|step| reads_all(step, &["invoices", "quotes", "customers", "c"]));
            assert!(!all, "{} {arguments} reads all:\n{}\n{sql}", E::NAME, plan.join("\n"));
        }
    }
}

on_both_databases! {
    async fn every_list_of_quotes_and_invoices_goes_by_an_index(db: TestDatabase) {
        let account = crowded(&db).await;
        let customer = format!("cus_{}000007", account.tenant_id);
        let common = vec![
            json!({}), json!({"customerId": customer}), json!({"amountMin": 100, "amountMax": 120}), json!({"includeTotal": true}),
            json!({"includeArchived": true}), json!({"createdSince": "2023-11-14T22:30:00Z"}), json!({"ids": ["inv_1", "quo_1"]}),
            json!({"updatedSince": "2023-11-14T22:30:00Z", "sort": "updated_at"}), json!({"externalRef": {"system": "crm", "id": "1"}}),
        ];
        let invoices = vec![
            json!({"q": "inv-17"}), json!({"q": "po 3999"}), json!({"q": "henderson"}), json!({"q": "nothing of the kind"}), json!({"q": "family", "includeTotal": true}),
            json!({"status": "sent"}), json!({"status": "overdue"}), json!({"status": "draft"}), json!({"status": "void"}), json!({"status": "paid", "sort": "-total"}),
            json!({"overdue": true}), json!({"overdue": false}), json!({"jobId": "job_1"}), json!({"quoteId": "quo_1"}), json!({"planId": "pln_1"}), json!({"number": 77}),
            json!({"issuedFrom": "2024-01-01", "issuedTo": "2024-02-01"}), json!({"dueFrom": "2024-01-01", "dueTo": "2024-02-01"}), json!({"overdue": true, "sort": "due_date"}),
        ];
        check::<Invoices>(&account, &db, [common.clone(), invoices].concat()).await;
        let quotes = vec![
            json!({"q": "heater 39"}), json!({"q": "nothing of the kind"}), json!({"status": "sent"}), json!({"status": "declined"}),
            json!({"isExpired": true}), json!({"isExpired": false}), json!({"locationId": "loc_1"}),
        ];
        check::<Quotes>(&account, &db, [common, quotes].concat()).await;
    }
}
