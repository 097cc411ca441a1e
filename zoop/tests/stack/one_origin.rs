//! The whole of it over plain http, as on somebody's own machine, and what happens when a server is away.

use serde_json::{Value, json};
use testing::http_client;

use super::{forwarding, machine::Stack, people, roles, site::Site};

#[tokio::test]
async fn one_origin_serves_scripts_people_and_apps() {
    let mut stack = Stack::up(|ports| format!("http://localhost:{}", ports.http));
    let site = Site::of(&stack);
    let db = people::database(&stack).await;
    people::move_in(&db).await;

    site.metadata_is_the_origins().await;
    forwarding::forwarded_headers_change_nothing(&stack).await;
    let key = site.a_person_makes_a_key("").await;
    let caller = site.caller(Some(&key));
    let made =
        caller.ok("customers.create", json!({ "type": "company", "company_name": "Henderson & Sons" })).await;
    assert_eq!(made["created_by"]["name"], "Oda Owner", "{made}");
    let tools = caller.method("tools/list", json!({})).await.result();
    assert!(tools["tools"].as_array().unwrap().len() > 10, "{tools}");
    site.an_app_connects().await;
    forwarding::the_source_of_a_sign_in_is_the_client(&stack, &db).await;
    forwarding::a_key_is_good_from_its_own_clients_alone(&stack, &site).await;
    roles::the_servers_own_nothing(&stack, &db).await;

    // A second `up` runs the steps again, and all goes on.
    stack.run_step("roles");
    stack.run_step("migrate");
    assert_eq!(
        caller.ok("customers.search", json!({ "q": "henderson" })).await["items"][0]["id"],
        made["id"]
    );

    // A server is gone for a while: its health check tells, the proxy says so to programs and to people, and then all
    // is as before.
    for (name, path, kind) in [
        ("mcp-server", "/api/mcp?access_token=stray", "application/json"),
        ("auth-server", "/login?code=stray", "text/plain"),
    ] {
        assert!(stack.stop(name).success(), "{name} ends cleanly: {}", stack.log(name));
        assert!(!stack.is_healthy(name), "{name} is down");
        let answer = http_client().get(format!("{}{path}", site.origin)).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (503, &"5".parse().unwrap())
        );
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind));
        let text = answer.text().await.unwrap();
        assert!(text.contains("Try again in a few seconds"), "{text}");
        if kind == "application/json" {
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["error"]["data"]["kind"], "unavailable");
        }
        stack.start(name);
    }
    assert_eq!(caller.call("customers.search", json!({})).await.status, 200);
    db.close().await;
    let secrets: Vec<String> = stack
        .secret("roles", "auth_database_url")
        .split([':', '@'])
        .skip(2)
        .take(1)
        .map(str::to_owned)
        .collect();
    for name in stack.running() {
        assert!(stack.stop(&name).success(), "{name} ends cleanly: {}", stack.log(&name));
        let log = stack.log(&name);
        assert!(
            !log.contains(&key) && !secrets.iter().any(|secret| log.contains(secret)),
            "{name} logs a secret"
        );
    }
}
