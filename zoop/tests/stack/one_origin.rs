//! The whole of it over plain http, as on somebody's own machine, and what happens when a server is away.

use serde_json::json;

use super::{away, forwarding, machine::Stack, people, roles, site::Site};

#[tokio::test]
async fn one_origin_serves_scripts_people_and_apps() {
    let mut stack = Stack::up(|ports| format!("http://localhost:{}", ports.http));
    let site = Site::of(&stack);
    let db = people::database(&stack).await;
    people::move_in(&db).await;

    site.metadata_is_the_origins().await;
    forwarding::forwarded_headers_change_nothing(&stack).await;
    let key = site.a_person_makes_a_key("").await;
    site.large_answers_are_compressed(&key).await;
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

    away::programs_and_people_are_told(&mut stack, &site).await;
    away::secrets_are_changed_as_the_script_says(&mut stack, &site, &db).await;
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
