//! The front door: the two requests that Zoop's documentation shows, and what is refused before any tool
//! runs, in which order and how.

use crate::wire::Wire;
use serde_json::{Value, json};
use shared::scope::Scopes;
use testing::forms::{USUAL, post, request};
use testing::{Account, Caller, Key, McpServer, TestDatabase, http_client, on_both_databases};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;
const SEARCH: &str = r#"{
"jsonrpc": "2.0",
"id": 2,
"method": "tools/call",
"params": {
"name": "customers.search",
"arguments": { "q": "Henderson" }
}
}"#;

async fn open(db: &TestDatabase) -> (McpServer, Account, Key) {
    let account = Account::create(db).await;
    let key = account.full_key().await;
    (McpServer::start(db).await, account, key)
}

fn challenge(server: &McpServer, scopes: &str, error: &str) -> String {
    let metadata = format!("{}/.well-known/oauth-protected-resource/api/mcp", server.url);
    format!("Bearer {error}resource_metadata=\"{metadata}\", scope=\"{scopes}\"")
}

on_both_databases! {
    async fn the_documented_requests_work_word_for_word(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        let caller = server.caller(&key);
        for name in ["Henderson & Sons", "Anderson"] {
            caller.ok("customers.create", json!({"type": "company", "company_name": name})).await;
        }
        let listed = caller.raw(&USUAL, LIST).await;
        assert_eq!((listed.header("content-type"), listed.header("mcp-session-id")), ("application/json", ""));
        let tools = listed.result()["tools"].take();
        assert!(tools.as_array().unwrap().iter().any(|tool| tool["name"] == "customers.search"), "{tools}");
        let found = caller.raw(&USUAL, SEARCH).await.json();
        assert_eq!((&found["jsonrpc"], &found["id"]), (&json!("2.0"), &json!(2)));
        let result = &found["result"];
        assert_eq!(result["structuredContent"]["items"][0]["display_name"], "Henderson & Sons");
        assert_eq!(result["structuredContent"]["items"].as_array().unwrap().len(), 1);
        assert_eq!(result["content"][0]["text"], result["structuredContent"].to_string(), "the same, compact");
    }

    async fn without_both_media_types_it_is_406_and_says_what_to_send(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        let caller = server.caller(&key);
        for accept in ["", "*/*", "application/json", "text/event-stream", "application/*, text/event-stream",
            "application/json, text/event-stream;q=0", "application/jsonp, text/event-stream"] {
            let refused = caller.raw(&[("accept", accept)], LIST).await;
            let error = refused.error();
            assert_eq!((refused.status, &error["code"], &error["data"]["kind"]), (406, &json!(-32600), &json!("not_acceptable")), "{accept}");
            assert!(error["message"].as_str().unwrap().contains("Accept: application/json, text/event-stream"), "{error}");
            assert!(refused.header("ratelimit").starts_with("\"credential\";r="), "{refused:?}");
        }
        for accept in ["text/event-stream,application/json", "Application/JSON; charset=utf-8, TEXT/event-stream;q=0.5", "*/*, text/event-stream, application/json"] {
            assert_eq!(caller.raw(&[("accept", accept)], LIST).await.status, 200, "{accept}");
        }
        let two_lines = [("accept", "application/json"), ("accept", "text/event-stream")];
        assert_eq!(caller.raw(&two_lines, LIST).await.status, 200);
    }

    async fn without_a_good_token_it_is_401_with_a_challenge(db: TestDatabase) {
        let (server, account, key) = open(&db).await;
        let all = Scopes::all().to_string();
        let expired = account.full_key().await;
        let admin = db.admin().await;
        admin.execute("UPDATE api_keys SET expires_at = $1 WHERE id = $2", shared::binds![db.clock().now(), &expired.id]).await.unwrap();
        let typo = format!("{}x", &key.secret[..47]);
        let unknown = Account::create(&db).await.full_key().await;
        admin.execute("DELETE FROM api_keys WHERE id = $1", shared::binds![&unknown.id]).await.unwrap();
        // What is sent, the kind, the reason; a challenge names an error only where a token was presented.
        for (sent, kind, reason) in [
            (None, "missing_token", None),
            (Some("Basic Zm9vOmJhcg==".to_owned()), "missing_token", None),
            (Some("Bearer".to_owned()), "missing_token", None),
            (Some("Bearer   ".to_owned()), "missing_token", None),
            (Some(format!("Bearer {typo}")), "invalid_token", Some("bad_checksum")),
            (Some(format!("Bearer {} {}", key.secret, key.secret)), "invalid_token", Some("bad_checksum")),
            (Some(format!("Bearer {}", unknown.secret)), "invalid_token", None),
            (Some(format!("Bearer {}", expired.secret)), "expired", Some("key_expired")),
            (Some("Bearer something".to_owned()), "invalid_token", None),
            (Some("Bearer 1.2.3".to_owned()), "invalid_token", None),
        ] {
            let mut headers = USUAL.to_vec();
            headers.extend(sent.as_deref().map(|sent| ("authorization", sent)));
            let refused = server.nobody().raw(&headers, LIST).await;
            let mut body = refused.json();
            let error = body["error"].take();
            assert_eq!((refused.status, &body["id"], &error["code"], &error["message"]), (401, &Value::Null, &json!(-32001), &json!("Unauthorized")), "{sent:?}");
            assert_eq!((error["data"]["kind"].as_str(), error["data"]["reason"].as_str()), (Some(kind), reason), "{sent:?}");
            let presented = if kind == "missing_token" { "" } else { "error=\"invalid_token\", " };
            assert_eq!(refused.header("www-authenticate"), challenge(&server, &all, presented), "{sent:?}");
            assert_eq!((refused.header("content-type"), refused.header("ratelimit")), ("application/json", ""));
        }
        let raw = http_client().post(server.endpoint()).header("authorization", format!("Bearer {}", key.secret))
            .header("authorization", format!("Bearer {}", key.secret)).body(LIST).send().await.unwrap();
        assert_eq!(raw.status(), 401, "two headers: neither is chosen");
        for scheme in ["bearer ", "BEARER ", "Bearer  "] {
            let sent = format!("{scheme}{}", key.secret);
            let answer = server.nobody().raw(&[&USUAL[..], &[("authorization", sent.as_str())]].concat(), LIST).await;
            assert_eq!(answer.status, 200, "{scheme:?}");
        }
        for (query, scopes) in [
            ("?toolsets=jobs", "read:jobs write:jobs"),
            ("?toolsets=jobs,customers&readonly=1", "read:customers read:jobs"),
            ("?toolsets=tags", "read:customers write:customers"),
            ("?tool_names=underscore", all.as_str()),
        ] {
            let refused = Caller::new(&format!("{}{query}", server.endpoint()), None).raw(&USUAL, LIST).await;
            assert_eq!(refused.header("www-authenticate"), challenge(&server, scopes, ""), "{query}");
        }
    }

    async fn a_missing_scope_is_403_and_named(db: TestDatabase) {
        let (server, account, _) = open(&db).await;
        for (held, tool, missing) in [
            ("read:jobs", "customers.search", "read:customers"),
            ("write:customers", "customers.get", "read:customers"),
            ("read:customers", "customers.create", "write:customers"),
            ("read:jobs", "tags.list", "read:customers"),
            ("read:tags", "customers.get", "read:customers"),
        ] {
            let caller = server.caller(&account.user_key(&account.owner, held).await);
            let refused = caller.call(tool, json!({"nonsense": 1})).await;
            let mut body = refused.json();
            let error = body["error"].take();
            assert_eq!((refused.status, &body["id"], &error["code"], &error["message"]), (403, &Value::Null, &json!(-32002), &json!("Insufficient scope")), "{tool}");
            assert_eq!((&error["data"]["kind"], &error["data"]["required"]), (&json!("insufficient_scope"), &json!([missing])), "{tool}");
            let told = refused.header("www-authenticate");
            let metadata = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/api/mcp\"", server.url);
            assert!(told.starts_with("Bearer error=\"insufficient_scope\"") && told.contains(&format!("scope=\"{missing}\"")) && told.contains(&metadata), "{told}");
            assert!(told.contains("error_description=\""), "{told}");
        }
        let narrow = server.caller(&account.user_key(&account.owner, "read:tags").await);
        assert_eq!(narrow.call("tags.list", json!({})).await.status, 200, "a narrower scope opens its own");
    }

    async fn what_is_wrong_first_is_refused_first(db: TestDatabase) {
        let (server, account, key) = open(&db).await;
        let narrow = account.user_key(&account.owner, "read:jobs").await;
        let token = |key: &Key| format!("Bearer {}", key.secret);
        let call = request("tools/call", json!({"name": "customers.search", "arguments": {}})).to_string();
        let huge = "x".repeat(1024 * 1024 + 1);
        let (good, lacking) = (token(&key), token(&narrow));
        let ask = async |headers: &[(&str, &str)], body: String| server.nobody().raw(headers, body).await.status;
        let accept = USUAL[1];
        assert_eq!(ask(&[("host", "evil.example"), ("origin", "https://evil.example")], huge.clone()).await, 403);
        assert_eq!(ask(&[("origin", "https://evil.example")], huge.clone()).await, 403);
        assert_eq!(ask(&[], huge.clone()).await, 401);
        assert_eq!(ask(&[("authorization", &good)], huge.clone()).await, 406);
        assert_eq!(ask(&[("authorization", &good), accept], huge).await, 413);
        assert_eq!(ask(&[("authorization", &lacking), accept], "{".to_owned()).await, 400);
        assert_eq!(ask(&[("authorization", &lacking), accept], call).await, 403);
        let put = http_client().put(server.endpoint()).header("origin", "https://evil.example").send().await.unwrap();
        assert_eq!(put.status(), 403, "Origin comes before the method");
    }

    async fn only_post_is_allowed_and_a_token_is_not_looked_at(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        for method in ["GET", "DELETE", "PUT", "PATCH", "HEAD", "TRACE", "BREW"] {
            for token in [None, Some(key.secret.as_str()), Some("nonsense")] {
                let mut asked = http_client().request(method.parse().unwrap(), server.endpoint());
                if let Some(token) = token { asked = asked.bearer_auth(token); }
                let answer = asked.send().await.unwrap();
                assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "POST"), "{method}");
                assert!(!answer.headers().contains_key("www-authenticate"), "{method}");
                if method != "HEAD" {
                    let body: Value = answer.json().await.unwrap();
                    assert_eq!((&body["error"]["code"], &body["error"]["data"]["kind"], &body["id"]), (&json!(-32601), &json!("method_not_allowed"), &Value::Null));
                }
            }
        }
        for path in ["/", "/api", "/api/mcp/", "/api/mcp/x", "/sse", "/.well-known/nothing"] {
            let answer = http_client().post(format!("{}{path}", server.url)).bearer_auth(&key.secret).body(LIST).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
            let body: Value = answer.json().await.unwrap();
            assert_eq!((&body["error"]["code"], &body["error"]["data"]["kind"]), (&json!(-32601), &json!("not_found")), "{path}");
        }
        let wrong = http_client().post(format!("{}/.well-known/oauth-protected-resource", server.url)).send().await.unwrap();
        assert_eq!((wrong.status().as_u16(), wrong.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD"));
    }

    async fn what_is_no_single_request_is_told_apart(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        let caller = server.caller(&key);
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_params = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{deep}}}}}"#);
        for bad in ["", "{", "nonsense", r#"{"jsonrpc":"2.0","id":1,"method":"tools/li"#, "{'a':1}", "\u{feff}{}", deep.as_str(), deep_params.as_str(), r#"{"a":"\ud800"}"#] {
            let refused = caller.raw(&USUAL, bad.to_owned()).await;
            assert_eq!((refused.status, &refused.error()["code"], refused.kind().as_str()), (400, &json!(-32700), "parse_error"), "{bad:.60}");
            assert!(refused.json().get("id").is_some_and(Value::is_null), "null, but there");
        }
        assert_eq!(caller.raw(&USUAL, vec![b'"', 0xff, b'"']).await.error()["code"], -32700);
        for (bad, id) in [
            (json!([]), Value::Null),
            (json!([request("ping", json!({}))]), Value::Null),
            (json!("ping"), Value::Null),
            (json!(null), Value::Null),
            (json!({}), Value::Null),
            (json!({"jsonrpc": "2.0", "id": null, "method": "ping"}), Value::Null),
            (json!({"jsonrpc": "2.0", "id": 1.5, "method": "ping"}), Value::Null),
            (json!({"jsonrpc": "2.0", "id": {}, "method": "ping"}), Value::Null),
            (json!({"jsonrpc": "2.0", "id": true, "method": "ping"}), Value::Null),
            (json!({"id": 1, "method": "ping"}), json!(1)),
            (json!({"jsonrpc": "1.0", "id": 1, "method": "ping"}), json!(1)),
            (json!({"jsonrpc": 2.0, "id": "a", "method": "ping"}), json!("a")),
            (json!({"jsonrpc": "2.0", "id": 1}), json!(1)),
            (json!({"jsonrpc": "2.0", "id": 1, "method": 7}), json!(1)),
            (json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}), json!(1)),
            (json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": "x"}), json!(1)),
        ] {
            let refused = post(&caller, &[], &bad).await;
            assert_eq!((refused.status, &refused.error()["code"], refused.kind().as_str()), (400, &json!(-32600), "invalid_request"), "{bad}");
            assert_eq!(refused.json().get("id"), Some(&id), "{bad}");
            assert!(refused.header("ratelimit").starts_with("\"credential\";r="), "{bad}");
        }
        for id in [json!(0), json!(-1), json!(""), json!("a"), json!(9_007_199_254_740_993_i64)] {
            let answer = post(&caller, &[], &json!({"jsonrpc": "2.0", "id": id, "method": "ping"})).await;
            assert_eq!(answer.json(), json!({"jsonrpc": "2.0", "id": id, "result": {}}));
        }
        for (name, arguments) in [(json!(7), json!({})), (Value::Null, json!({})), (json!(["tags.list"]), json!({})),
            (json!("tags.list"), json!([])), (json!("tags.list"), json!("x")), (json!("tags.list"), json!(0))] {
            let answer = caller.method("tools/call", json!({"name": name, "arguments": arguments})).await;
            assert_eq!((answer.status, &answer.error()["code"], answer.kind().as_str()), (200, &json!(-32602), "invalid_params"), "{name} {arguments}");
        }
        assert_eq!(caller.method("tools/call", json!({})).await.error()["code"], -32602);
        assert_eq!(caller.method("tools/call", json!({"name": "tags.list"})).await.status, 200, "arguments may be left out");
    }

    async fn a_body_too_large_is_413_and_the_connection_survives(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        let mut wire = Wire::to(&server).await;
        for size in [1024 * 1024 + 1, 10 * 1024 * 1024] {
            let head = wire.head(&key.secret, size, "");
            wire.send(head).await;
            wire.send(vec![b' '; size]).await;
            let refused = wire.reply().await;
            assert_eq!((refused.status, refused.headers["content-type"].as_str()), (413, "application/json"));
            let body = refused.json();
            assert_eq!((&body["error"]["code"], &body["error"]["data"]["kind"], &body["id"]), (&json!(-32600), &json!("too_large"), &Value::Null));
            let head = wire.head(&key.secret, LIST.len(), "");
            wire.send(head + LIST).await;
            assert_eq!(wire.reply().await.status, 200, "over the same connection");
        }
        let padded = format!("{LIST}{}", " ".repeat(1024 * 1024 - LIST.len()));
        assert_eq!(server.caller(&key).raw(&USUAL, padded).await.status, 200, "one of exactly 1 MiB is taken");
    }

    async fn a_refusal_reaches_whoever_has_not_sent_the_body_yet(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        let mut wire = Wire::to(&server).await;
        let accepts_nothing = wire.head(&key.secret, LIST.len(), "").replace("Accept: application/json", "Accept: x/y");
        let (without_token, foreign) = (wire.head("", LIST.len(), ""), wire.head(&key.secret, LIST.len(), "Origin: https://evil.example\r\n"));
        for (head, status) in [(without_token, 401), (accepts_nothing, 406), (foreign, 403)] {
            wire.send(head).await;
            assert_eq!(wire.reply().await.status, status, "as soon as the headers are there");
            wire.send(LIST).await;
        }
        let head = wire.head(&key.secret, LIST.len(), "");
        wire.send(head + LIST).await;
        assert_eq!(wire.reply().await.status, 200, "over the same connection");
    }

    async fn a_body_cut_off_runs_nothing_and_the_server_goes_on(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        let caller = server.caller(&key);
        let create = request("tools/call", json!({"name": "tags.create", "arguments": {"name": "cut off"}})).to_string();
        let mut wire = Wire::to(&server).await;
        let head = wire.head(&key.secret, create.len() + 1, "");
        wire.send(head + &create).await;
        wire.end().await;
        assert_eq!(caller.ok("tags.list", json!({})).await["items"], json!([]));
        let mut whole = Wire::to(&server).await;
        let head = whole.head(&key.secret, create.len(), "Expect: 100-continue\r\n");
        whole.send(head).await;
        assert_eq!(whole.reply().await.status, 100);
        whole.send(create).await;
        assert_eq!(whole.reply().await.status, 200);
        assert_eq!(caller.ok("tags.list", json!({})).await["items"][0]["name"], "cut off");
    }

    async fn no_token_stands_in_an_url(db: TestDatabase) {
        let (server, _, key) = open(&db).await;
        for name in ["access_token", "token", "authorization", "api_key"] {
            let url = format!("{}?{name}={}", server.endpoint(), key.secret);
            let refused = Caller::new(&url, None).raw(&USUAL, LIST).await;
            assert_eq!((refused.status, refused.kind().as_str()), (401, "missing_token"), "{name}");
            assert!(!refused.text.contains(&key.secret) && !refused.header("www-authenticate").contains(&key.secret));
            assert_eq!(Caller::new(&url, Some(&key.secret)).raw(&USUAL, LIST).await.status, 200, "it changes nothing");
        }
    }
}
