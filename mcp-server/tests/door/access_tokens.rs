//! Access tokens: what a good one is, and everything else, which is 401 and never a 5xx.

use std::time::{Duration, Instant};

use crate::forge::{Forge, KEY_ID, encode};
use serde_json::{Value, json};
use shared::{role::Role, scope::Scopes};
use testing::forms::{USUAL, post, request};
use testing::{Account, Issuer, McpServer, TestDatabase, http_client, on_both_databases};

/// A server that takes the forge's tokens, an account, and the claims of a good token.
async fn open(db: &TestDatabase) -> (Forge, McpServer, Account, Value) {
    let account = Account::create(db).await;
    let forge = Forge::start().await;
    let server = forge.server(db).await;
    let now = db.clock().now().seconds();
    let claims = json!({"iss": forge.url, "sub": account.owner.user_id, "aud": server.endpoint(), "client_id": "https://app.example/client",
        "client_name": "An app", "tenant_id": account.tenant_id, "role": "owner", "authz_version": 1, "scope": Scopes::all().to_string(),
        "grant_id": "grt_1", "jti": "jti_1", "iat": now, "nbf": now, "exp": now + 3600});
    (forge, server, account, claims)
}

/// GATE 401: a challenge with `error="invalid_token"`, nothing of the inside.
async fn is_refused(server: &McpServer, token: &str, what: &str) -> Value {
    let answer = server.bearer(token).method("tools/list", json!({})).await;
    assert_eq!(answer.status, 401, "{what}: {answer:?}");
    assert!(
        answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\", resource_metadata=\""),
        "{what}: {answer:?}"
    );
    let error = answer.error();
    assert_eq!((&error["code"], &error["message"]), (&json!(-32001), &json!("Unauthorized")), "{what}");
    for inside in ["SELECT", "panicked", "src/", "jsonwebtoken", "/etc/passwd"] {
        assert!(!answer.text.contains(inside), "{what}: {answer:?}");
    }
    error["data"].clone()
}

fn with(claims: &Value, name: &str, value: Value) -> String {
    let mut claims = claims.clone();
    claims[name] = value;
    claims.to_string()
}

on_both_databases! {
    async fn a_good_token_acts_as_its_user_through_its_app(db: TestDatabase) {
        let (forge, server, account, claims) = open(&db).await;
        let caller = server.bearer(&forge.sign(forge.header(), claims.to_string()));
        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "A"})).await;
        let by = &customer["created_by"];
        assert_eq!((&by["type"], &by["id"], &by["via"]), (&json!("user"), &json!(account.owner.user_id), &json!("An app")));
        let origin = server.url.clone();
        for audience in [json!(server.endpoint()), json!(origin), json!([server.endpoint()]), json!(["https://elsewhere.example", origin])] {
            let token = forge.sign(forge.header(), with(&claims, "aud", audience.clone()));
            assert_eq!(server.bearer(&token).call("jobs.list", json!({})).await.status, 200, "{audience}");
        }
        let underscored = server.bearer(&forge.sign(forge.header(), with(&claims, "tool_names", json!("underscore"))));
        let told = underscored.method("tools/list", json!({})).await.result()["tools"].to_string();
        assert!(told.contains("customers_search") && !told.contains("\"customers.search\""), "as the app was registered");
        let narrow = server.bearer(&forge.sign(forge.header(), with(&claims, "scope", json!("read:jobs openid nonsense"))));
        assert_eq!(narrow.call("jobs.list", json!({})).await.status, 200);
        assert_eq!(narrow.call("jobs.create", json!({"title": "A"})).await.error()["data"]["required"], json!(["write:jobs"]));
        let tech = account.add_member(Role::Tech).await;
        let beyond = server.bearer(&forge.sign(forge.header(), with(&claims, "sub", json!(tech.user_id))));
        assert_eq!(beyond.call("customers.search", json!({})).await.status, 403, "the role now, not the token's word for it");
    }

    async fn forged_and_malformed_tokens_are_refused(db: TestDatabase) {
        let (forge, server, _, claims) = open(&db).await;
        let payload = claims.to_string();
        let good = forge.sign(forge.header(), &payload);
        for secret in forge.public_forms() {
            is_refused(&server, &forge.sign_hs256(&payload, &secret), "HS256 with the public key").await;
        }
        let [header, body, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let other = Forge::start().await;
        let none = encode(json!({"alg": "none", "typ": "at+jwt", "kid": KEY_ID}).to_string());
        for (token, what) in [
            (format!("{none}.{body}."), "alg none"),
            (format!("{header}.{body}."), "no signature"),
            (format!("{header}.{body}"), "two segments"),
            (format!("{good}.x"), "four segments"),
            (format!("{header}.{body}.{signature}.x.y"), "five segments"),
            (format!("{header}.x.{body}.{signature}"), "an encrypted token's form"),
            (format!("{header}.{}.{signature}", encode(with(&claims, "role", json!("tech")))), "another payload"),
            (other.sign(forge.header(), &payload), "another issuer's key"),
            (format!("{header}.{body}.{}A", &signature[..signature.len() - 2]), "another signature"),
            (good.replace('.', ".="), "padding"),
            (".".repeat(10_000), "dots"),
            ("..".to_owned(), "nothing"),
            (encode("{}"), "no token"),
        ] {
            is_refused(&server, &token, what).await;
        }
        for (member, value) in [
            ("kid", json!("../../etc/passwd")), ("kid", json!("' OR 1=1--")), ("kid", json!("https://evil.example/jwks")), ("kid", json!("k".repeat(10 * 1024))),
            ("kid", json!(1)), ("kid", json!(null)), ("kid", json!("forged-2")), ("kid", json!("")),
            ("crit", json!(["exp"])), ("crit", json!(["x"])), ("crit", json!([])), ("b64", json!(false)), ("jku", json!("https://evil.example")),
            ("jwk", json!({})), ("x5u", json!("https://evil.example")), ("enc", json!("A256GCM")), ("zip", json!("DEF")),
            ("alg", json!("RS256")), ("alg", json!("EdDSA")), ("alg", json!("es256")), ("alg", json!("none")), ("alg", json!(["ES256"])),
            ("typ", json!("JWT")), ("typ", json!("id+jwt")), ("typ", json!("")), ("typ", json!(null)),
        ] {
            let mut header: Value = serde_json::from_str(&forge.header()).unwrap();
            header[member] = value;
            is_refused(&server, &forge.sign(header.to_string(), &payload), &format!("{member} in {header:.80}")).await;
        }
        for missing in ["alg", "typ", "kid"] {
            let mut header: Value = serde_json::from_str(&forge.header()).unwrap();
            header.as_object_mut().unwrap().remove(missing);
            is_refused(&server, &forge.sign(header.to_string(), &payload), missing).await;
        }
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for (header, what) in [
            (forge.header().replacen('{', r#"{"alg":"ES256","#, 1), "alg twice"),
            (forge.header().replacen('{', r#"{"\u006bid":"x","#, 1), "kid twice, once escaped"),
            (deep.clone(), "deep"), ("[]".to_owned(), "a list"), ("null".to_owned(), "null"), (String::new(), "nothing"), (forge.header() + "x", "more"),
        ] {
            is_refused(&server, &forge.sign(header, &payload), what).await;
        }
        for (payload, what) in [
            (payload.replacen('{', r#"{"sub":"usr_x","#, 1), "sub twice"),
            (payload.replacen('{', r#"{"extra":1,"extra":1,"#, 1), "an unknown member twice"),
            (payload.replacen('{', &format!(r#"{{"extra":{deep},"#), 1), "deep"),
            ("[]".to_owned(), "a list"), ("null".to_owned(), "null"), (String::new(), "nothing"), (payload.clone() + "x", "more"),
        ] {
            is_refused(&server, &forge.sign(forge.header(), payload), what).await;
        }
        let mut bytes = payload.clone().into_bytes();
        bytes[payload.find("An app").unwrap()] = 0xff;
        is_refused(&server, &forge.sign(forge.header(), bytes), "no UTF-8").await;
        let body = request("ping", json!({})).to_string();
        let raw = http_client().post(server.endpoint()).bearer_auth("a".repeat(1024 * 1024)).body(body).send().await;
        assert!(raw.is_err() || [401, 431].contains(&raw.unwrap().status().as_u16()), "1 MiB");
        assert_eq!(server.bearer(&good).method("tools/list", json!({})).await.status, 200, "the server goes on");
    }

    async fn claims_must_be_there_and_right(db: TestDatabase) {
        let (forge, server, account, claims) = open(&db).await;
        let stranger = Account::create(&db).await;
        let now = db.clock().now().seconds();
        let endpoint = server.endpoint();
        let refused = async |name: &str, value: Value| {
            let what = format!("{name}: {value}");
            is_refused(&server, &forge.sign(forge.header(), with(&claims, name, value)), &what).await
        };
        for audience in [json!("https://elsewhere.example/api/mcp"), json!(""), json!([]), json!([endpoint.replace("/api/mcp", "/api/mc")]), json!(null), json!(7),
            json!(endpoint[..endpoint.len() - 1]), json!(format!("{endpoint}x")), json!(format!("{endpoint}/x")), json!([[endpoint]]), json!({"aud": endpoint})] {
            assert_eq!(refused("aud", audience).await["reason"], "audience");
        }
        assert_eq!(refused("iss", json!("https://elsewhere.example")).await["reason"], "issuer");
        assert_eq!(refused("iss", json!(format!("{}/", forge.url))).await["reason"], "issuer");
        for exp in [json!(now - 60), json!(0), json!(-1), json!(i64::MIN)] {
            assert_eq!(refused("exp", exp).await["kind"], "expired");
        }
        for exp in [json!("4102444800"), json!(1e99), json!(4_102_444_800.5), json!(null), json!([now + 60]), json!(u64::MAX)] {
            refused("exp", exp).await;
        }
        for name in ["nbf", "iat"] {
            assert_eq!(refused(name, json!(now + 61)).await["reason"], "not_yet_valid");
            refused(name, json!("now")).await;
        }
        for (name, value) in [("tenant_id", json!(stranger.tenant_id)), ("sub", json!(stranger.owner.user_id)), ("sub", json!("usr_nobody")),
            ("authz_version", json!(0)), ("authz_version", json!(2)), ("tenant_id", json!("")), ("scope", json!(["read:jobs"])), ("scope", json!(null)), ("grant_id", json!(null))] {
            refused(name, value).await;
        }
        for name in ["iss", "sub", "aud", "tenant_id", "scope", "exp", "nbf", "iat", "grant_id", "authz_version"] {
            let mut without = claims.clone();
            without.as_object_mut().unwrap().remove(name);
            is_refused(&server, &forge.sign(forge.header(), without.to_string()), name).await;
        }
        let taken = async |name: &str, value: Value| {
            let answer = server.bearer(&forge.sign(forge.header(), with(&claims, name, value))).call("jobs.list", json!({})).await;
            assert_eq!(answer.status, 200, "{name}: {answer:?}");
        };
        taken("exp", json!(now - 59)).await;
        taken("exp", json!(i64::MAX)).await;
        taken("nbf", json!(now + 60)).await;
        taken("iat", json!(now + 60)).await;
        assert_eq!(account.owner.role, Role::Owner);
    }

    async fn a_token_ends_when_it_says_so_though_it_was_seen_before(db: TestDatabase) {
        let (forge, server, _, claims) = open(&db).await;
        let token = forge.sign(forge.header(), claims.to_string());
        let caller = server.bearer(&token);
        assert_eq!(caller.method("ping", json!({})).await.status, 200);
        db.clock().advance(chrono::Duration::seconds(3600 + 59));
        assert_eq!(caller.method("ping", json!({})).await.status, 200, "clocks may differ by a minute");
        db.clock().advance(chrono::Duration::seconds(1));
        assert_eq!(is_refused(&server, &token, "expired").await["kind"], "expired");
    }

    async fn the_token_alone_says_who_calls(db: TestDatabase) {
        let (forge, server, _, claims) = open(&db).await;
        let token = forge.sign(forge.header(), claims.to_string());
        let caller = server.bearer(&token);
        caller.ok("tags.create", json!({"name": "Ours"})).await;
        let stranger = Account::create(&db).await;
        let stranger = server.caller(&stranger.full_key().await);
        let list = request("tools/call", json!({"name": "tags.list", "arguments": {}}));
        let session = ("mcp-session-id", "the-session-of-the-owner");
        assert_eq!(post(&caller, &[session], &list).await.header("mcp-session-id"), "", "none is minted or echoed");
        assert_eq!(post(&stranger, &[session, ("last-event-id", "1")], &list).await.content()["items"], json!([]));
        assert_eq!(post(&server.nobody(), &[session], &list).await.status, 401);
        let url = format!("{}?access_token={token}", server.endpoint());
        let refused = post(&testing::Caller::new(&url, None), &[], &list).await;
        assert_eq!((refused.status, refused.kind().as_str()), (401, "missing_token"));
        for scheme in ["bearer ", "BEARER ", "Bearer  "] {
            let sent = format!("{scheme}{token}");
            assert_eq!(server.nobody().raw(&[&USUAL[..], &[("authorization", sent.as_str())]].concat(), list.to_string()).await.status, 200, "{scheme}");
        }
    }

    async fn unknown_key_ids_cost_one_fetch_a_cool_down(db: TestDatabase) {
        let account = Account::create(&db).await;
        let issuer = Issuer::start().await;
        let server = McpServer::start_for(&db, &issuer).await;
        let claims = issuer.claims(&account, &account.owner, &server.endpoint(), Scopes::all());
        let good = server.bearer(&issuer.sign(&claims));
        assert_eq!(good.method("ping", json!({})).await.status, 200);
        let (before, start) = (issuer.fetches(), Instant::now());
        let flood: Vec<_> = (0..8).map(|n| {
            let tokens: Vec<String> = (0..60).map(|m| issuer.sign_with(json!({"kid": format!("unknown-{n}-{m}")}), &claims)).collect();
            let server = server.nobody();
            tokio::spawn(async move {
                for token in tokens {
                    let sent = format!("Bearer {token}");
                    let answer = server.raw(&[&USUAL[..], &[("authorization", sent.as_str())]].concat(), "{}").await;
                    assert_eq!(answer.status, 401);
                }
            })
        }).collect();
        for _ in 0..20 {
            assert_eq!(good.method("ping", json!({})).await.status, 200, "good tokens are served meanwhile");
        }
        for part in flood { part.await.unwrap(); }
        let most = 1 + start.elapsed().as_secs() as usize / 10;
        assert!(issuer.fetches() - before <= most, "{} fetches in {:?}", issuer.fetches() - before, start.elapsed());

        // A key that is new is known once the cool-down has passed; the old one serves on, though the issuer is down then.
        issuer.rotate();
        let rotated = server.bearer(&issuer.sign(&claims));
        while rotated.method("ping", json!({})).await.status != 200 {
            assert!(start.elapsed() < Duration::from_secs(30), "the new key is never fetched");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        issuer.set_down(true);
        let mut another = claims.clone();
        another["jti"] = json!("another");
        assert_eq!(server.bearer(&issuer.sign(&another)).method("ping", json!({})).await.status, 200, "stale keys serve on");
    }

    async fn before_the_keys_have_arrived_tokens_wait_and_api_keys_work(db: TestDatabase) {
        let account = Account::create(&db).await;
        let issuer = Issuer::start().await;
        issuer.set_down(true);
        let server = McpServer::start_with(&db, |config| (config.issuer, config.jwks_url) = (issuer.url.clone(), Some(issuer.jwks_url()))).await;
        let claims = issuer.claims(&account, &account.owner, &server.endpoint(), Scopes::all());
        let caller = server.bearer(&issuer.sign(&claims));
        let waits = caller.method("ping", json!({})).await;
        assert_eq!((waits.status, waits.kind().as_str(), &waits.error()["code"]), (503, "unavailable", &json!(-32603)));
        assert!(waits.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0) && waits.header("www-authenticate").is_empty());
        assert_eq!(server.caller(&account.full_key().await).method("ping", json!({})).await.status, 200);
        issuer.set_down(false);
        let start = Instant::now();
        while caller.method("ping", json!({})).await.status != 200 {
            assert!(start.elapsed() < Duration::from_secs(10), "the keys do not arrive");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
