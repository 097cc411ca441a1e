//! One tenant never meets another's records: through the endpoint, and in PostgreSQL even past a wrong WHERE.

use serde_json::{Value, json};
use shared::{
    binds,
    db::{Db, ServerRole, Tx},
    role::Role,
    scope::{Access, Scopes},
};
use testing::{Account, Caller, Engine, McpServer, TestDatabase, on_both_databases};

/// Tables that mcp-server may read without being in a tenant, since it must find the tenant in them first, or asks for
/// all tenants at once. All others are under row security.
const BESIDE_ROW_SECURITY: [&str; 4] = ["api_keys", "audit_counts", "due", "members"];

async fn fill(caller: &Caller) -> Value {
    let tag = caller.ok("tags.create", json!({"name": "VIP"})).await;
    let customer = caller
        .ok(
            "customers.create",
            json!({"type": "company", "company_name": "Henderson", "email": "a@example.com",
        "tag_ids": [tag["id"]], "external_refs": [{"system": "crm", "id": "1"}]}),
        )
        .await;
    caller.ok("jobs.create", json!({"title": "Henderson's boiler", "customer_id": customer["id"]})).await;
    json!({"tag": tag["id"], "customer": customer["id"]})
}

on_both_databases! {
    async fn two_tenants_may_hold_the_same_and_see_their_own_alone(db: TestDatabase) {
        let (ours, theirs) = (Account::create(&db).await, Account::create(&db).await);
        let server = McpServer::start(&db).await;
        let us = server.caller(&ours.full_key().await);
        let (them, empty) = (server.caller(&theirs.full_key().await), theirs.tenant_key(Scopes::all()).await);
        let our_ids = fill(&us).await;
        for tool in ["customers.search", "jobs.list", "tags.list"] {
            assert_eq!(them.ok(tool, json!({})).await["items"], json!([]), "{tool}");
        }
        for arguments in [json!({"q": "henderson"}), json!({"ids": [our_ids["customer"]]}), json!({"externalRef": {"system": "crm", "id": "1"}}),
            json!({"email": "a@example.com"}), json!({"tagIds": [our_ids["tag"]]}), json!({"includeArchived": true, "includeTotal": true})] {
            let found = them.call("customers.search", arguments.clone()).await;
            assert!(!found.text.contains(our_ids["customer"].as_str().unwrap()) || found.json()["error"].is_object(), "{arguments}: {found:?}");
            assert!(!found.text.contains("Henderson"), "{arguments}: {found:?}");
        }
        let their_ids = fill(&them).await;
        assert_ne!(our_ids, their_ids);
        for caller in [&us, &them, &server.caller(&empty)] {
            assert_eq!(caller.ok("customers.search", json!({"q": "henderson", "includeTotal": true})).await["total"], 1);
            assert_eq!(caller.ok("customers.search", json!({})).await["items"][0]["customer_number"], "C-1001", "numbers are each tenant's own");
            assert_eq!(caller.ok("tags.list", json!({})).await["items"][0]["usage_count"], 1);
        }
    }

    async fn a_reference_into_another_tenant_is_like_one_to_nothing(db: TestDatabase) {
        let (ours, theirs) = (Account::create(&db).await, Account::create(&db).await);
        let server = McpServer::start(&db).await;
        let (us, them) = (server.caller(&ours.full_key().await), server.caller(&theirs.full_key().await));
        let our_ids = fill(&us).await;
        let said = async |tool: &str, arguments: Value, id: &str| {
            let mut said = them.refused(tool, arguments).await;
            said["requestId"] = Value::Null;
            said.to_string().replace(id, "ID")
        };
        for (tool, arguments, id) in [
            ("jobs.create", json!({"title": "A", "customer_id": "ID"}), &our_ids["customer"]),
            ("jobs.create", json!({"title": "A", "tag_ids": ["ID"]}), &our_ids["tag"]),
            ("jobs.create", json!({"title": "A", "assignee_ids": ["ID"]}), &json!(ours.owner.user_id)),
            ("customers.create", json!({"type": "company", "company_name": "B", "tag_ids": ["ID"]}), &our_ids["tag"]),
        ] {
            let id = id.as_str().unwrap();
            let nobodys = format!("{}{}", &id[..id.len() - 4], "0000");
            let with = |id: &str| serde_json::from_str(&arguments.to_string().replace("ID", id)).unwrap();
            let foreign = said(tool, with(id), id).await;
            assert!(foreign.contains("bad_reference"), "{tool} {arguments}: {foreign}");
            assert_eq!(foreign, said(tool, with(&nobodys), &nobodys).await, "existence leaks");
        }
        let page = us.ok("customers.search", json!({"limit": 1})).await;
        us.ok("customers.create", json!({"type": "company", "company_name": "More"})).await;
        let cursor = us.ok("customers.search", json!({"limit": 1})).await["nextCursor"].take();
        assert!(page["nextCursor"].is_null() && cursor.is_string());
        assert_eq!(them.refused("customers.search", json!({"limit": 1, "cursor": cursor})).await["kind"], "invalid_input");
    }

    async fn a_person_of_two_tenants_is_in_one_at_a_time(db: TestDatabase) {
        let (ours, theirs) = (Account::create(&db).await, Account::create(&db).await);
        let guest = theirs.admit(&ours.owner, Role::Office).await;
        let server = McpServer::start(&db).await;
        let (at_ours, at_theirs) = (server.caller(&ours.full_key().await), server.caller(&theirs.user_key(&guest, Scopes::all()).await));
        let ids = fill(&at_ours).await;
        assert_eq!(at_theirs.refused("customers.get", json!({"id": ids["customer"]})).await["kind"], "not_found");
        let made = at_theirs.ok("tags.create", json!({"name": "Theirs"})).await;
        assert_eq!(at_ours.ok("tags.list", json!({})).await["items"].as_array().unwrap().len(), 1);
        let team = at_theirs.method("resources/read", json!({"uri": "zoop://team"})).await.result()["contents"][0]["text"].take();
        let team: Value = serde_json::from_str(team.as_str().unwrap()).unwrap();
        let roles: Vec<&str> = team["team"].as_array().unwrap().iter().map(|member| member["role"].as_str().unwrap()).collect();
        assert_eq!(roles.len(), 2, "{team}");
        assert!(roles.contains(&"office") && roles.contains(&"owner"), "the roles of this tenant: {team}");
        assert!(made["id"].is_string());
    }

    async fn tables_of_a_tenant_refer_within_it_alone(db: TestDatabase) {
        let (ours, theirs) = (Account::create(&db).await, Account::create(&db).await);
        let server = McpServer::start(&db).await;
        let ids = fill(&server.caller(&ours.full_key().await)).await;
        fill(&server.caller(&theirs.full_key().await)).await;
        let admin = db.admin().await;
        let moved = admin.execute("UPDATE jobs SET customer_id = $1 WHERE tenant_id = $2", binds![ids["customer"].as_str().unwrap(), &theirs.tenant_id]).await;
        assert!(moved.is_err(), "the schema itself makes a reference across tenants impossible");
    }
}

async fn count(tx: &mut Tx, sql: &str) -> i64 {
    tx.row::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0
}

/// Whether a statement is refused, or touches nothing; in a transaction of its own, in this tenant or in none.
async fn does_nothing(db: &Db, tenant: Option<&str>, sql: &str) -> bool {
    let mut tx = db.begin(Access::Write).await.unwrap();
    if let Some(tenant) = tenant {
        enter(&mut tx, tenant).await;
    }
    let outcome = tx.execute(sql, vec![]).await;
    drop(tx.rollback().await);
    outcome.is_err() || outcome.is_ok_and(|rows| rows == 0)
}

async fn enter(tx: &mut Tx, tenant: &str) {
    let set = "SELECT set_config('app.tenant_id', $1, true)";
    tx.row::<(String,)>(set, binds![tenant]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_shows_the_server_no_row_outside_a_tenant_and_lets_it_write_none_in_another() {
    let db = TestDatabase::on(Engine::Postgres).await;
    let (ours, theirs) = (Account::create(&db).await, Account::create(&db).await);
    let server = McpServer::start(&db).await;
    fill(&server.caller(&ours.full_key().await)).await;
    fill(&server.caller(&theirs.full_key().await)).await;
    let sql = "SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity, has_table_privilege('zoop_mcp', c.oid, 'SELECT') \
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped \
               WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1";
    let tables: Vec<(String, bool, bool)> = db.admin().await.rows(sql, vec![]).await.unwrap();
    let mcp = db.open(ServerRole::Mcp).await;
    let mut protected = 0;
    for (table, secured, readable) in tables {
        if !readable {
            assert!(
                does_nothing(&mcp, Some(&ours.tenant_id), &format!("SELECT * FROM {table}")).await,
                "{table}"
            );
            continue;
        }
        if BESIDE_ROW_SECURITY.contains(&table.as_str()) {
            continue;
        }
        assert!(secured, "{table} has no forced row security");
        protected += 1;
        let all = format!("SELECT COUNT(*) FROM {table}");
        let held: Option<(i64,)> = db.admin().await.row(&all, vec![]).await.unwrap();
        let (ours_alone, held) = (
            format!("SELECT COUNT(*) FROM {table} WHERE tenant_id <> '{}'", ours.tenant_id),
            held.unwrap().0,
        );
        let mut tx = mcp.begin(Access::Read).await.unwrap();
        assert_eq!(count(&mut tx, &all).await, 0, "{table} without a tenant");
        enter(&mut tx, &ours.tenant_id).await;
        assert_eq!(count(&mut tx, &ours_alone).await, 0, "{table} within ours");
        let seen = count(&mut tx, &all).await;
        assert_eq!(seen * 2, held, "{table}: each tenant holds half");
        drop(tx);
        for tenant in [None, Some(ours.tenant_id.as_str())] {
            for statement in [
                format!("UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = '{}'", theirs.tenant_id),
                format!("DELETE FROM {table} WHERE tenant_id = '{}'", theirs.tenant_id),
            ] {
                assert!(does_nothing(&mcp, tenant, &statement).await, "{tenant:?}: {statement}");
            }
        }
        if seen > 0 {
            let kidnap = format!("UPDATE {table} SET tenant_id = '{}'", theirs.tenant_id);
            assert!(does_nothing(&mcp, Some(&ours.tenant_id), &kidnap).await, "{kidnap}");
        }
    }
    assert!(protected >= 8, "{protected} tables were looked at");
    let smuggled = |account: &Account| {
        format!("INSERT INTO counters (tenant_id, name, value) VALUES ('{}', 'x', 1)", account.tenant_id)
    };
    assert!(!does_nothing(&mcp, Some(&ours.tenant_id), &smuggled(&ours)).await, "in its own tenant it may");
    for tenant in [None, Some(ours.tenant_id.as_str())] {
        assert!(does_nothing(&mcp, tenant, &smuggled(&theirs)).await, "{tenant:?}");
    }
    assert!(
        !does_nothing(&mcp, None, "SELECT id FROM api_keys").await,
        "the tenant is found before it is entered"
    );
    for forbidden in [
        "SELECT password_hash FROM users",
        "SELECT * FROM signing_keys",
        "SELECT * FROM sessions",
        "SELECT * FROM refresh_tokens",
        "UPDATE members SET role = 'owner'",
        "UPDATE api_keys SET revoked_at = NULL",
        "DELETE FROM revocations",
        "SELECT * FROM audit",
    ] {
        assert!(does_nothing(&mcp, Some(&ours.tenant_id), forbidden).await, "{forbidden}");
    }
}
