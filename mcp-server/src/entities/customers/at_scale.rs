//! A hundred thousand customers, in one tenant of a hundred: every list of them goes by an index, in both databases,
//! and no text that is looked for breaks the search.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use serde_json::{Map, Value, json};
use shared::{
    binds,
    db::{Bind, Db, ServerRole},
    permit::Permit,
    scope::{Access, Scopes},
    tenant_tx::TenantTx,
};
use testing::{Account, Engine, McpServer, TestDatabase, on_both_databases};

use super::Customers;
use crate::{
    entities::by_index::{plan, reads_all},
    store::seen,
    verbs::{PageSize, list},
};

pub mod fill;
mod hostile;

const TENANTS: usize = 100;
const MANY: i64 = 100_000;
const FEW: i64 = 20;
/// What a list of customers reads.
const TABLES: [&str; 5] = ["customers", "d", "t", "search_documents", "customer_tags"];

async fn crowded(db: &TestDatabase) -> Account {
    let account = Account::create(db).await;
    let admin = db.admin().await;
    let mut tenants = vec![(account.tenant_id.clone(), MANY)];
    for _ in 1..TENANTS {
        tenants.push((Account::create(db).await.tenant_id, FEW));
    }
    let statements = fill::statements(db.engine());
    let mut tx = admin.begin(Access::Write).await.unwrap();
    if db.engine() == Engine::Postgres {
        // What the rows refer to is there; to look each up again takes longer than to write them.
        tx.execute("SET LOCAL session_replication_role = replica", vec![]).await.unwrap();
    }
    for (tenant, rows) in tenants {
        let number: Option<(i64,)> =
            tx.row("SELECT number FROM tenants WHERE id = $1", binds![&tenant]).await.unwrap();
        let values: Vec<Bind> = binds![&tenant, rows, number.unwrap().0.to_string()];
        for sql in &statements {
            let used = (1..=3).filter(|n| sql.contains(&format!("${n}"))).max().unwrap();
            tx.execute(sql, values[..used].to_vec()).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    admin.execute("ANALYZE", vec![]).await.unwrap();
    account
}

/// The arguments of lists: the default, by a text, by each filter, in each order, and with a total.
fn lists(account: &Account) -> Vec<Value> {
    let tag = format!("tag_{}", account.tenant_id);
    let mut lists = vec![
        json!({}),
        json!({"q": "henderson"}),
        json!({"q": "ana"}),
        json!({"q": "ana hend", "includeTotal": true}),
        json!({"q": "(512) 555-0123"}),
        json!({"q": "ana", "sort": "-balance", "status": "active"}),
        json!({"status": "active"}),
        json!({"status": "archived"}),
        json!({"type": "individual"}),
        json!({"type": "company"}),
        json!({"tag": tag}),
        json!({"tagIds": [tag]}),
        json!({"hasBalance": true}),
        json!({"hasBalance": false}),
        json!({"city": "city7"}),
        json!({"region": "tx"}),
        json!({"region": "nowhere"}),
        json!({"postalCode": "78701"}),
        json!({"phone": "+15125550123"}),
        json!({"email": "a77@example.com"}),
        json!({"updatedSince": "2023-11-15T00:00:00Z", "sort": "updated_at", "includeArchived": true}),
        json!({"createdSince": "2023-11-15T00:00:00Z", "createdBefore": "2023-11-16T00:00:00Z"}),
        json!({"ids": ["cus_1", "cus_2"]}),
        json!({"externalRef": {"system": "crm", "id": "1"}}),
        json!({"includeTotal": true}),
    ];
    lists.extend(crate::verbs::sorts::<Customers>().into_iter().map(|sort| json!({"sort": sort})));
    lists
}

/// The body of the function that the search index is asked by: row security hides the index from whoever is under it.
async fn inner_plan(admin: &Db, account: &Account, number: i64) -> Vec<String> {
    let sql = "SELECT prosrc FROM pg_proc WHERE proname = 'search_find'";
    let (body,) = admin.row::<(String,)>(sql, vec![]).await.unwrap().unwrap();
    let statement = body
        .replace("the_entity", "'customers'")
        .replace("query::", &format!("$${number}cusxhenderson$$::"))
        .replace("LIMIT most", "LIMIT 1000");
    let mut tx = admin.begin(Access::Read).await.unwrap();
    let enter = "SELECT set_config('app.tenant_id', $1, true)";
    tx.row::<(String,)>(enter, binds![&account.tenant_id]).await.unwrap();
    let steps: Vec<(String,)> = tx.rows(&format!("EXPLAIN {statement}"), vec![]).await.unwrap();
    steps.into_iter().map(|(step,)| step).collect()
}

on_both_databases! {
    async fn every_list_goes_by_an_index_and_no_text_breaks_the_search(db: TestDatabase) {
        let account = crowded(&db).await;
        let mcp = db.open(ServerRole::Mcp).await;
        let permit = Permit::system(&account.tenant_id);
        for arguments in lists(&account) {
            let mut tx = TenantTx::begin(&mcp, permit.clone(), Access::Read, db.clock(), db.random()).await.unwrap();
            drop(seen::take());
            let Value::Object(args) = arguments.clone() else { unreachable!() };
            let page: Map<String, Value> = list::<Customers>(args, PageSize(usize::MAX), &mut tx).await.unwrap();
            assert!(page["items"].is_array());
            let statements = seen::take();
            assert_eq!(statements.len(), if arguments["includeTotal"] == true { 2 } else { 1 }, "{arguments}");
            for (sql, binds) in statements {
                let counts = sql.starts_with("SELECT CAST(COUNT");
                let plan = plan(&mut tx, &sql, binds).await;
                // To count all of a tenant that has nearly all rows there is nothing better than to read them.
                let all = counts && arguments.get("q").is_none();
                assert!(all || !plan.iter().any(|step| reads_all(step, &TABLES)), "{arguments} reads all:\n{}\n{sql}", plan.join("\n"));
            }
        }
        if db.engine() == Engine::Postgres {
            let plan = inner_plan(db.admin().await, &account, 1).await;
            assert!(plan.iter().any(|step| step.contains("search_tokens")), "{}", plan.join("\n"));
            assert!(!plan.iter().any(|step| reads_all(step, &TABLES)), "{}", plan.join("\n"));
        }

        let server = McpServer::start_with(&db, |config| (config.rate_limit_credential, config.rate_limit_tenant) = (10_000, 10_000)).await;
        let caller = server.caller(&account.tenant_key(Scopes::all()).await);
        let found = caller.ok("customers.search", json!({"q": "Hénderson", "includeTotal": true, "includeArchived": true})).await;
        assert_eq!(found["total"], MANY / 2500);
        let texts = hostile::texts();
        assert!(texts.len() >= 200, "{} texts", texts.len());
        for text in texts {
            let answer = caller.call("customers.search", json!({"q": text, "limit": 5})).await;
            let shown: String = text.chars().take(40).collect();
            assert_eq!(answer.status, 200, "{shown:?}: {answer:?}");
            let body = answer.json();
            let refused = body["error"]["data"]["kind"] == "invalid_input" && text.chars().any(|c| c == '\0');
            assert!(refused || body["result"]["structuredContent"]["items"].is_array(), "{shown:?}: {answer:?}");
        }
    }
}
