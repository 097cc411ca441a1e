//! The three kinds of caller: each gets its own revision's form, and all get the same substance.

use serde_json::{Value, json};
use testing::forms::{CAPABILITIES_KEY, Form, USUAL, VERSION_KEY, modern, post, request};
use testing::{Account, Answer, Caller, McpServer, NewAccount, TestDatabase, on_both_databases};

const REVISIONS: [&str; 3] = ["2026-07-28", "2025-11-25", "2025-06-18"];

async fn open(db: &TestDatabase) -> (McpServer, Caller) {
    let account = NewAccount { name: "Kyoto Gas", ..NewAccount::default() }.create(db).await;
    let key = account.full_key().await;
    let server = McpServer::start(db).await;
    let caller = server.caller(&key);
    (server, caller)
}

/// The same without what no two calls share.
fn steady(mut data: Value) -> Value {
    let removed = data.as_object_mut().and_then(|data| data.remove("requestId"));
    assert!(removed.is_some_and(|id| id.as_str().is_some_and(|id| id.starts_with("req_"))), "{data}");
    data
}

fn fault(answer: &Answer, status: u16, code: i64, kind: &str, what: &dyn std::fmt::Debug) {
    let error = answer.error();
    assert_eq!(
        (answer.status, error["code"].as_i64(), error["data"]["kind"].as_str()),
        (status, Some(code), Some(kind)),
        "{what:?}: {answer:?}"
    );
    assert_eq!(answer.json()["id"], 1, "the id is echoed where it can be read: {answer:?}");
    assert_eq!(answer.json().as_object().unwrap().len(), 3, "nothing more in the envelope: {answer:?}");
}

on_both_databases! {
    async fn a_tools_failure_says_the_same_to_every_caller(db: TestDatabase) {
        let (_server, caller) = open(&db).await;
        let tag = caller.ok("tags.create", json!({"name": "VIP"})).await;
        for (tool, arguments, code, kind) in [
            ("customers.search", json!({"limit": "many", "nope": 1}), -32602, "invalid_input"),
            ("tags.get", json!({"id": "tag_nope"}), 404, "not_found"),
            ("tags.create", json!({"name": "vip"}), 409, "conflict"),
            ("tags.update", json!({"id": tag["id"], "name": "V", "expectedVersion": 9}), 409, "conflict"),
        ] {
            let bare = Form::Bare.call(&caller, tool, arguments.clone()).await;
            fault(&bare, 200, code, kind, &tool);
            let error = bare.error();
            assert_eq!(error["message"], error["data"]["message"], "the data repeats the message");
            let said = steady(error["data"].clone());
            for form in Form::ALL.into_iter().filter(|form| form.declares()) {
                let answer = form.call(&caller, tool, arguments.clone()).await;
                let result = answer.result();
                assert_eq!((&result["isError"], result.get("structuredContent")), (&json!(true), None), "{form:?}");
                assert_eq!((result["content"].as_array().unwrap().len(), &result["content"][0]["type"]), (1, &json!("text")));
                let text = result["content"][0]["text"].as_str().unwrap();
                let body: Value = serde_json::from_str(text).unwrap();
                assert_eq!(body.to_string(), text, "compact");
                assert_eq!(steady(body), said, "{form:?} {tool}");
                assert_eq!(result.get("resultType"), (form == Form::Modern).then(|| json!("complete")).as_ref());
            }
        }
        for form in Form::ALL {
            let unknown = form.call(&caller, "customers.find", json!({})).await;
            fault(&unknown, 200, -32602, "unknown_tool", &form);
            assert!(unknown.error()["message"].as_str().unwrap().contains("customers."), "the nearest is offered");
            fault(&form.ask(&caller, "tools/call", json!({"name": "tags.list", "arguments": 7})).await, 200, -32602, "invalid_params", &form);
            let status = if form == Form::Modern { 404 } else { 200 };
            for method in ["tools/nope", "subscriptions/listen", "logging/setLevel", "completion/complete", "resources/subscribe", ""] {
                fault(&form.ask(&caller, method, json!({})).await, status, -32601, "unknown_method", &(form, method));
            }
        }
        fault(&Form::Modern.ask(&caller, "ping", json!({})).await, 404, -32601, "unknown_method", &"ping is gone");
    }

    async fn a_result_says_the_same_to_every_caller(db: TestDatabase) {
        let (_server, caller) = open(&db).await;
        let tag = caller.ok("tags.create", json!({"name": "Größe 🦆"})).await;
        for form in Form::ALL {
            for name in ["tags.get", "tags_get"] {
                let answer = form.call(&caller, name, json!({"id": tag["id"]})).await;
                assert_eq!(answer.content(), tag, "{form:?} {name}");
                let result = answer.result();
                assert_eq!(result["content"][0]["text"], result["structuredContent"].to_string());
                let own = ["resultType", "_meta"].map(|name| result.get(name).is_some());
                assert_eq!(own, [form == Form::Modern; 2], "{form:?}");
                assert_eq!(["ttlMs", "cacheScope"].map(|name| result.get(name).is_some()), [false; 2]);
            }
            for name in ["tags__get", "Tags.get", "tags-get", "tags.get ", "größe.get", "get", ""] {
                fault(&form.call(&caller, name, json!({})).await, 200, -32602, "unknown_tool", &name);
            }
            for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
                let result = form.ask(&caller, method, json!({})).await.result();
                let hints = (result.get("ttlMs").is_some_and(Value::is_u64), result["cacheScope"] == "private", result["resultType"] == "complete");
                let modern = form == Form::Modern;
                assert_eq!(hints, (modern, modern, modern), "{form:?} {method}");
                assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "zoop", modern);
                assert!(!result.to_string().contains(":null"), "optional means absent: {result}");
            }
            fault(&form.ask(&caller, "tools/list", json!({"cursor": "x"})).await, 200, -32602, "invalid_params", &form);
        }
    }

    async fn resources_tell_of_the_team_the_settings_and_the_entities(db: TestDatabase) {
        let (_server, caller) = open(&db).await;
        for form in Form::ALL {
            let read = async |uri: &str| form.ask(&caller, "resources/read", json!({"uri": uri})).await;
            let team = read("zoop://team").await.result()["contents"][0].take();
            assert_eq!((&team["uri"], &team["mimeType"]), (&json!("zoop://team"), &json!("application/json")));
            let team: Value = serde_json::from_str(team["text"].as_str().unwrap()).unwrap();
            assert_eq!((&team["team"][0]["role"], team["team"].as_array().unwrap().len()), (&json!("owner"), 1));
            let settings = read("zoop://settings").await.result()["contents"][0]["text"].take();
            assert!(settings.as_str().unwrap().contains("\"currency\":\"USD\""), "{settings}");
            let docs = read("zoop://docs/customers").await.result()["contents"][0]["text"].take();
            assert!(docs.as_str().unwrap().contains("customers.search"), "{docs}");
            for unknown in ["zoop://nope", "zoop://docs/nope", "file:///etc/passwd", ""] {
                let refused = read(unknown).await;
                fault(&refused, 200, -32602, "unknown_resource", &unknown);
                assert_eq!(refused.error()["data"]["uri"], unknown);
            }
        }
    }

    async fn older_revisions_shake_hands_without_a_session(db: TestDatabase) {
        let (_server, caller) = open(&db).await;
        for (asked, got) in [("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("2025-03-26", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("2099-01-01", "2025-11-25"), ("", "2025-11-25")] {
            let params = json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"}});
            let answer = caller.method("initialize", params).await;
            let result = answer.result();
            assert_eq!((&result["protocolVersion"], &result["serverInfo"]["name"]), (&json!(got), &json!("zoop")), "{asked}");
            assert_eq!(result["capabilities"], json!({"tools": {}, "resources": {}, "prompts": {}}));
            let text = result["instructions"].as_str().unwrap();
            assert!(text.contains("Kyoto Gas") && text.len() <= 2048, "{text}");
            assert_eq!(answer.header("mcp-session-id"), "");
        }
        for body in [
            json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}),
            json!({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "tags.create", "arguments": {"name": "silent"}}}),
            json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        ] {
            let answer = post(&caller, &[("mcp-protocol-version", "2025-11-25")], &body).await;
            assert_eq!((answer.status, answer.text.as_str()), (202, ""), "{body}");
            assert!(answer.header("ratelimit").starts_with("\"credential\";r="));
        }
        assert_eq!(caller.ok("tags.list", json!({})).await["items"], json!([]), "what wants no answer runs nothing");
    }

    async fn the_current_revision_discovers(db: TestDatabase) {
        let (_server, caller) = open(&db).await;
        let result = Form::Modern.ask(&caller, "server/discover", json!({})).await.result();
        assert_eq!((&result["supportedVersions"], &result["resultType"]), (&json!(REVISIONS), &json!("complete")));
        assert_eq!((&result["cacheScope"], result["ttlMs"].is_u64()), (&json!("private"), true), "it names the tenant");
        assert!(result["instructions"].as_str().unwrap().contains("Kyoto Gas"));
        let response = post(&caller, &[("mcp-protocol-version", "2026-07-28")], &json!({"jsonrpc": "2.0", "id": 1, "result": {}})).await;
        assert_eq!((response.status, &response.error()["code"]), (400, &json!(-32600)), "its clients send no responses");
        let told = post(&caller, &[("mcp-protocol-version", "2026-07-28")], &json!({"jsonrpc": "2.0", "method": "notifications/cancelled"})).await;
        assert_eq!((told.status, told.text.as_str()), (202, ""));
    }

    async fn headers_must_say_what_the_body_says(db: TestDatabase) {
        let (_server, caller) = open(&db).await;
        let (good, body) = modern("tools/call", json!({"name": "tags_list", "arguments": {}}));
        let ask = async |headers: Vec<(&str, &str)>| post(&caller, &headers, &body).await;
        let with = |name: &str, value: Option<&'static str>| -> Vec<(&str, &str)> {
            let kept = good.iter().filter(|(n, _)| *n != name).map(|(n, v)| (*n, v.as_str()));
            kept.chain(value.map(|value| (good.iter().find(|(n, _)| *n == name).unwrap().0, value))).collect()
        };
        assert_eq!(ask(with("none", None)).await.status, 200);
        for (name, wrong) in [("mcp-protocol-version", "2025-11-25"), ("mcp-method", "tools/list"), ("mcp-method", "Tools/Call"),
            ("mcp-name", "tags.list"), ("mcp-name", "tags_get"), ("mcp-name", "=?base64?dGFnc19nZXQ=?="), ("mcp-name", "=?base64?!?="), ("mcp-name", "=?base64?/w==?=")] {
            fault(&ask(with(name, None)).await, 400, -32020, "header_mismatch", &name);
            fault(&ask(with(name, Some(wrong))).await, 400, -32020, "header_mismatch", &wrong);
            let mut twice = with("none", None);
            twice.push(*twice.iter().find(|(n, _)| *n == name).unwrap());
            fault(&ask(twice).await, 400, -32020, "header_mismatch", &(name, "twice"));
        }
        assert_eq!(ask(with("mcp-name", Some("=?base64?dGFnc19saXN0?="))).await.status, 200, "encoded, and the same");
        let (headers, body) = modern("resources/read", json!({"uri": "zoop://settings"}));
        let headers: Vec<(&str, &str)> = headers.iter().filter(|(n, _)| *n != "mcp-name").map(|(n, v)| (*n, v.as_str())).collect();
        fault(&post(&caller, &headers, &body).await, 400, -32020, "header_mismatch", &"uri");
        let nameless = Form::Modern.ask(&caller, "tools/call", json!({"name": 7})).await;
        fault(&nameless, 200, -32602, "invalid_params", &"no name, nothing to compare");
    }

    async fn versions_and_meta_must_be_whole(db: TestDatabase) {
        let (_server, caller) = open(&db).await;
        let ask = async |headers: &[(&str, &str)], method: &str, meta: Value| {
            post(&caller, headers, &request(method, json!({"_meta": meta}))).await
        };
        for unknown in ["2025-03-26", "2024-11-05", "2099-01-01", "latest", ""] {
            let without = post(&caller, &[("mcp-protocol-version", unknown)], &request("tools/list", json!({}))).await;
            let within = ask(&[("mcp-protocol-version", unknown), ("mcp-method", "tools/list")], "tools/list", json!({VERSION_KEY: unknown, CAPABILITIES_KEY: {}})).await;
            for answer in [without, within] {
                fault(&answer, 400, -32022, "unsupported_protocol_version", &unknown);
                let data = answer.error()["data"].take();
                assert_eq!((&data["supported"], &data["requested"]), (&json!(REVISIONS), &json!(unknown)));
            }
        }
        let now = ("mcp-protocol-version", "2026-07-28");
        for (headers, method, meta, named) in [
            (vec![now], "tools/list", json!({}), vec![VERSION_KEY, CAPABILITIES_KEY]),
            (vec![now], "tools/list", json!({VERSION_KEY: "2026-07-28"}), vec![CAPABILITIES_KEY]),
            (vec![now], "tools/list", json!({VERSION_KEY: "2026-07-28", CAPABILITIES_KEY: []}), vec![CAPABILITIES_KEY]),
            (vec![now], "tools/list", json!({VERSION_KEY: 20260728, CAPABILITIES_KEY: {}}), vec![VERSION_KEY]),
            (vec![now], "tools/list", json!({CAPABILITIES_KEY: {}}), vec![VERSION_KEY]),
            (vec![now], "tools/list", json!("text"), vec![VERSION_KEY, CAPABILITIES_KEY]),
            (vec![], "tools/list", json!({CAPABILITIES_KEY: {}}), vec![VERSION_KEY]),
            (vec![], "server/discover", json!({}), vec![VERSION_KEY, CAPABILITIES_KEY]),
        ] {
            let answer = ask(&headers, method, meta.clone()).await;
            fault(&answer, 400, -32602, "invalid_params", &meta);
            let message = answer.error()["message"].as_str().unwrap().to_owned();
            for key in [VERSION_KEY, CAPABILITIES_KEY] {
                assert_eq!(message.contains(key), named.contains(&key), "{meta}: {message}");
            }
            assert!(answer.header("ratelimit").starts_with("\"credential\";r="));
        }
        let legacy = ask(&[("mcp-protocol-version", "2025-11-25")], "tools/list", json!({VERSION_KEY: "2025-11-25", CAPABILITIES_KEY: {}})).await;
        assert_eq!(legacy.result().get("resultType"), None, "an older revision named in _meta is served as that one");
        let bare = ask(&[], "tools/list", json!({"progressToken": 1})).await;
        assert_eq!(bare.result().get("resultType"), None);
    }

    async fn refusals_at_the_door_bear_codes_that_the_current_revision_allows(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start(&db).await;
        let narrow = server.caller(&account.user_key(&account.owner, "read:jobs").await);
        let now = ("mcp-protocol-version", "2026-07-28");
        let refused = Form::Modern.call(&narrow, "tags.list", json!({})).await;
        assert_eq!((refused.status, &refused.error()["code"], &refused.error()["data"]["required"]), (403, &json!(403), &json!(["read:customers"])));
        let refused = Form::Modern.call(&server.nobody(), "tags.list", json!({})).await;
        assert_eq!((refused.status, &refused.error()["code"], &refused.error()["message"]), (401, &json!(401), &json!("Unauthorized")));
        let refused = narrow.raw(&[now], "{}").await;
        assert_eq!((refused.status, &refused.error()["code"]), (406, &json!(406)));
        let refused = narrow.raw(&[&USUAL[..], &[now]].concat(), vec![b' '; 1024 * 1024 + 1]).await;
        assert_eq!((refused.status, &refused.error()["code"]), (413, &json!(413)));
        for version in ["2025-06-18", "2025-11-25"] {
            let refused = Form::Legacy(version).call(&narrow, "tags.list", json!({})).await;
            assert_eq!((refused.status, &refused.error()["code"]), (403, &json!(-32002)));
        }
    }
}
