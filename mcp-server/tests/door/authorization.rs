//! Who may call what: every tool of the catalogue × {no token, a scope missing, a tenant key, too low a role, another
//! tenant's id}, each with the outcome that the table of tools says.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::{
    role::Role,
    scope::{Scope, Scopes},
};
use testing::{Account, Answer, Caller, McpServer, TestDatabase, on_both_databases};

/// One row of the table of tools.
struct Row {
    name: String,
    scope: Scope,
    user_required: bool,
    owner_required: bool,
}

fn table() -> Vec<Row> {
    let rows = mcp_server::tools().unwrap();
    assert!(!rows.is_empty() && rows.len().is_multiple_of(5), "five tools an entity");
    let flag = |row: &Value, name: &str| row[name].as_bool().unwrap();
    rows.iter()
        .map(|row| Row {
            name: row["name"].as_str().unwrap().to_owned(),
            scope: Scope::parse(row["scope"].as_str().unwrap()).expect("one advertised scope"),
            user_required: flag(row, "user_required"),
            owner_required: flag(row, "owner_required"),
        })
        .collect()
}

impl Row {
    fn entity(&self) -> &str {
        self.name.split_once('.').unwrap().0
    }

    /// Whether a call by someone with all of `scopes` gets past the door and the rules on actors and roles.
    fn open_to(&self, scopes: Scopes, user: bool, role: Option<Role>) -> bool {
        scopes.covers(self.scope)
            && (!self.user_required || user)
            && (!self.owner_required || role == Some(Role::Owner))
    }
}

fn all_but(missing: Scope) -> Scopes {
    Scopes::all().iter().filter(|&scope| scope != missing).collect()
}

/// The tool was let run: whatever it says of empty arguments, nothing of actors and roles.
fn was_let_in(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 200, "{what}: {answer:?}");
    let reason = &answer.json()["error"]["data"]["reason"];
    assert!(*reason != "user_actor_required" && *reason != "owner_required", "{what}: {answer:?}");
}

fn was_refused_by_the_tool(answer: &Answer, reason: &str, what: &str) {
    let error = answer.error();
    assert_eq!((answer.status, &error["code"]), (200, &json!(-32602)), "{what}: {answer:?}");
    assert_eq!(
        (&error["data"]["kind"], &error["data"]["reason"]),
        (&json!("invalid_input"), &json!(reason)),
        "{what}"
    );
}

async fn tools(caller: &Caller) -> BTreeMap<String, Value> {
    let mut result = caller.method("tools/list", json!({})).await.result();
    let Value::Array(tools) = result["tools"].take() else { panic!("no list") };
    tools
        .into_iter()
        .map(|mut tool| (tool["name"].as_str().unwrap().to_owned(), tool["inputSchema"].take()))
        .collect()
}

/// A server without limits, for those who call every tool.
async fn server(db: &TestDatabase) -> McpServer {
    McpServer::start_with(db, |config| {
        (config.rate_limit_credential, config.rate_limit_tenant) = (10_000, 10_000)
    })
    .await
}

on_both_databases! {
    async fn no_tool_is_called_without_a_token(db: TestDatabase) {
        let server = server(&db).await;
        for row in table() {
            for name in [row.name.clone(), row.name.replace('.', "_")] {
                let answer = server.nobody().call(&name, json!({})).await;
                assert_eq!((answer.status, answer.kind().as_str()), (401, "missing_token"), "{name}");
            }
        }
    }

    async fn no_tool_is_called_without_its_scope_however_many_others_are_held(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = server(&db).await;
        for row in table() {
            for key in [account.user_key(&account.owner, all_but(row.scope)).await, account.tenant_key(all_but(row.scope)).await] {
                let caller = server.caller(&key);
                let answer = caller.call(&row.name, json!({})).await;
                assert_eq!((answer.status, answer.kind().as_str()), (403, "insufficient_scope"), "{}", row.name);
                assert_eq!(answer.error()["data"]["required"], json!([row.scope.to_string()]), "{}", row.name);
                assert!(answer.header("www-authenticate").contains(&format!("scope=\"{}\"", row.scope)), "{}", row.name);
            }
            let alone = server.caller(&account.user_key(&account.owner, row.scope).await);
            was_let_in(&alone.call(&row.name, json!({})).await, &row.name);
        }
    }

    async fn tools_marked_u_need_a_user_and_some_of_them_an_owner(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = server(&db).await;
        let tenant = server.caller(&account.tenant_key(Scopes::all()).await);
        let owner = server.caller(&account.full_key().await);
        let office = account.add_member(Role::Office).await;
        let office = server.caller(&account.user_key(&office, Scopes::all()).await);
        let tech = account.add_member(Role::Tech).await;
        let tech = server.caller(&account.user_key(&tech, Scopes::all()).await);
        for row in table() {
            let name = &row.name;
            was_let_in(&owner.call(name, json!({})).await, name);
            let answer = tenant.call(name, json!({"nonsense": 1})).await;
            match row.user_required {
                true => was_refused_by_the_tool(&answer, "user_actor_required", name),
                false => was_let_in(&answer, name),
            }
            let answer = office.call(name, json!({"nonsense": 1})).await;
            match row.owner_required {
                true => was_refused_by_the_tool(&answer, "owner_required", name),
                false => was_let_in(&answer, name),
            }
            let answer = tech.call(name, json!({})).await;
            match (Role::Tech.ceiling().covers(row.scope), row.owner_required) {
                (false, _) => assert_eq!((answer.status, answer.kind().as_str()), (403, "insufficient_scope"), "{name} by a tech"),
                (true, true) => was_refused_by_the_tool(&answer, "owner_required", name),
                (true, false) => was_let_in(&answer, name),
            }
        }
    }

    async fn each_caller_is_told_of_the_tools_that_it_can_call_alone(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = server(&db).await;
        let narrow = Scopes::parse_known("read:customers write:jobs");
        for (role, scopes) in [(Some(Role::Owner), Scopes::all()), (Some(Role::Owner), narrow), (Some(Role::Office), Scopes::all()),
            (Some(Role::Tech), Scopes::all()), (None, Scopes::all()), (None, narrow)] {
            let key = match role {
                Some(role) => account.user_key(&account.add_member(role).await, scopes).await,
                None => account.tenant_key(scopes).await,
            };
            let held = role.map_or(scopes, |role| scopes.within(role.ceiling()));
            let mut told: Vec<String> = tools(&server.caller(&key)).await.into_keys().collect();
            let mut open: Vec<String> = table().into_iter().filter(|row| row.open_to(held, role.is_some(), role)).map(|row| row.name).collect();
            told.sort();
            open.sort();
            assert_eq!(told, open, "{role:?} with {scopes}");
        }
    }

    async fn another_tenants_id_is_like_one_that_nobody_has(db: TestDatabase) {
        let account = Account::create(&db).await;
        let stranger = Account::create(&db).await;
        let server = server(&db).await;
        let (owner, stranger) = (server.caller(&account.full_key().await), server.caller(&stranger.full_key().await));
        let schemas = tools(&owner).await;
        let mut made: BTreeMap<String, Value> = BTreeMap::new();
        for row in table() {
            if !made.contains_key(row.entity()) {
                let record = owner.ok(&format!("{}.create", row.entity()), draft(row.entity(), &made)).await;
                made.insert(row.entity().to_owned(), record);
            }
        }
        for (entity, record) in &mut made {
            *record = owner.ok(&format!("{entity}.get"), json!({"id": record["id"]})).await;
        }
        for row in table() {
            let record = &made[row.entity()];
            let schema = &schemas[&row.name];
            if schema["properties"].get("id").is_none() {
                continue;
            }
            let call = async |id: &Value| {
                let mut args = Map::from_iter([("id".to_owned(), id.clone())]);
                for required in schema["required"].as_array().into_iter().flatten().filter(|name| *name != "id") {
                    args.insert(required.as_str().unwrap().to_owned(), "x".into());
                }
                if row.name.ends_with(".update") {
                    args.insert("custom_fields".into(), json!({"mine": "now"}));
                }
                stranger.refused(&row.name, args.into()).await
            };
            let id = record["id"].as_str().unwrap();
            let nobodys = format!("{}{}", &id[..id.len() - 4], "0000");
            let (mut foreign, mut unknown) = (call(&record["id"]).await, call(&json!(nobodys)).await);
            assert_eq!(foreign["kind"], "not_found", "{}: {foreign}", row.name);
            for (said, id) in [(&mut foreign, id), (&mut unknown, nobodys.as_str())] {
                said["requestId"] = Value::Null;
                *said = serde_json::from_str(&said.to_string().replace(id, "ID")).unwrap();
            }
            assert_eq!(foreign, unknown, "{}: existence leaks", row.name);
        }
        for (entity, record) in &made {
            assert_eq!(owner.ok(&format!("{entity}.get"), json!({"id": record["id"]})).await, *record, "{entity} is as it was");
            let list = table().into_iter().find(|row| row.entity() == entity).unwrap().name;
            assert_eq!(stranger.ok(&list, json!({})).await["items"], json!([]), "{list}");
        }
    }

    async fn the_urls_query_hides_tools_and_binds_calls_too(db: TestDatabase) {
        let account = Account::create(&db).await;
        let key = account.full_key().await;
        let server = server(&db).await;
        let at = |query: &str| Caller::new(&format!("{}?{query}", server.endpoint()), Some(&key.secret));
        let shown = async |query: &str| tools(&at(query)).await.into_keys().collect::<Vec<_>>();
        let expected = |keep: &dyn Fn(&Row) -> bool| {
            let mut names: Vec<String> = table().into_iter().filter(|row| keep(row)).map(|row| row.name).collect();
            names.sort();
            names
        };
        let reads = |row: &Row| row.scope.to_string().starts_with("read:");
        assert_eq!(shown("").await, expected(&|_| true));
        assert_eq!(shown("toolsets=jobs").await, expected(&|row| row.entity() == "jobs"));
        assert_eq!(shown("toolsets=jobs,tags&readonly=1").await, expected(&|row| ["jobs", "tags"].contains(&row.entity()) && reads(row)));
        assert_eq!(shown("toolsets=jobs&toolsets=tags").await, expected(&|row| ["jobs", "tags"].contains(&row.entity())));
        assert_eq!(shown("readonly=1&unknown=parameter").await, expected(&reads));
        for query in ["tool_names=underscore", "tool_names=dot&tool_names=underscore"] {
            for name in shown(query).await {
                assert!(name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && !name.contains("__"), "{name}");
            }
        }
        assert_eq!(shown("tool_names=dot").await, expected(&|_| true));
        for (query, hidden) in [("toolsets=jobs", "tags.list"), ("readonly=1", "tags.create"), ("readonly=1", "tags_create")] {
            let answer = at(query).call(hidden, json!({"name": "x"})).await;
            assert_eq!((answer.status, answer.kind().as_str(), &answer.error()["code"]), (200, "unknown_tool", &json!(-32602)), "{query}");
        }
        for (query, allowed) in [("tool_names=slash", json!("dot")), ("readonly=maybe", json!("1")), ("toolsets=jobs,nope", json!("jobs")), ("toolsets=", json!("jobs"))] {
            let answer = at(query).method("tools/list", json!({})).await;
            let error = answer.error();
            assert_eq!((answer.status, &error["code"], &answer.json()["id"]), (400, &json!(-32602), &json!(1)), "{query}");
            assert!(error["data"]["allowed"].as_array().unwrap().contains(&allowed), "{error}");
        }
    }

    async fn a_key_is_good_from_its_own_addresses_alone(db: TestDatabase) {
        let account = Account::create(&db).await;
        let bare = server(&db).await;
        let proxied = McpServer::start_with(&db, |config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
        let status = async |server: &McpServer, sources: &str, forwarded: &str| {
            let key = account.full_key().await;
            db.admin().await.execute("UPDATE api_keys SET ip_allow = $1 WHERE id = $2", shared::binds![sources, &key.id]).await.unwrap();
            let headers = [("accept", "application/json, text/event-stream"), ("x-forwarded-for", forwarded)];
            let answer = server.caller(&key).raw(&headers, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
            if answer.status == 401 {
                assert_eq!(answer.error()["data"]["reason"], "address");
            }
            answer.status
        };
        // A peer that is no trusted proxy can claim what it likes.
        for (sources, expected) in [("", 200), ("127.0.0.1", 200), ("127.0.0.0/8", 200), ("203.0.113.7 127.0.0.1", 200),
            ("203.0.113.7", 401), ("10.0.0.0/8", 401), ("2001:db8::/32", 401), ("10.0.0.0/8 203.0.113.7", 401), ("unreadable", 401)] {
            assert_eq!(status(&bare, sources, "203.0.113.7").await, expected, "{sources}");
        }
        // Behind a trusted one the client counts, as that proxy saw it; what the client wrote before does not.
        for (sources, forwarded, expected) in [("203.0.113.7", "203.0.113.7", 200), ("203.0.113.0/24", "198.51.100.1, 203.0.113.7", 200),
            ("2001:db8::/32", "2001:db8::7", 200), ("203.0.113.7", "203.0.113.7, 198.51.100.1", 401), ("127.0.0.1", "203.0.113.7", 401),
            ("127.0.0.1", "127.0.0.1, 203.0.113.7", 401), ("", "203.0.113.7", 200)] {
            assert_eq!(status(&proxied, sources, forwarded).await, expected, "{sources}, {forwarded}");
        }
    }
}

/// The least that makes a record of an entity, given one of each entity before it. A new entity gets its line here.
fn draft(entity: &str, made: &BTreeMap<String, Value>) -> Value {
    let id = |entity: &str| made.get(entity).map(|record| record["id"].clone());
    let line = json!([{"description": "Work", "unit_price": 1000}]);
    match entity {
        "customers" => json!({"type": "company", "company_name": "Ours"}),
        "contacts" => json!({"customer_id": id("customers"), "first_name": "Ana"}),
        "locations" => {
            json!({"customer_id": id("customers"), "address": {"line1": "1 Main St", "country": "US"}})
        }
        "tags" | "catalog_categories" => json!({"name": "Ours"}),
        "notes" => json!({"body": "Ours"}),
        "jobs" => json!({"title": "Ours"}),
        "job_series" => {
            json!({"title": "Ours", "rrule": "FREQ=WEEKLY", "dtstart_local": "2026-12-01T09:00:00", "time_zone": "America/Chicago"})
        }
        "invoices" => json!({"customer_id": id("customers"), "line_items": line}),
        "quotes" => json!({"customer_id": id("customers"), "title": "Ours"}),
        "catalog_items" => json!({"kind": "service", "name": "Ours", "unit_price": 1000}),
        "plans" => {
            json!({"customer_id": id("customers"), "title": "Ours", "items": line, "cadence": "monthly", "starts_on": "2027-01-01"})
        }
        "tax_rates" => json!({"name": "Ours", "rate_percentage": "8.25"}),
        other => panic!("say in `draft` how one of {other} is made"),
    }
}
