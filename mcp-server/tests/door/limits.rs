//! Limits: so many requests in any 60 seconds, for each credential and each tenant; handshakes apart.

use chrono::Duration;
use serde_json::json;
use testing::forms::{Form, USUAL};
use testing::{Account, Answer, McpServer, TestDatabase, on_both_databases};

/// `"credential";r=…;t=…` as two numbers.
fn standing(answer: &Answer) -> (usize, i64) {
    let text = answer.header("ratelimit");
    let rest = text.strip_prefix("\"credential\";r=").unwrap_or_else(|| panic!("no RateLimit: {answer:?}"));
    let (left, reset) = rest.split_once(";t=").unwrap();
    (left.parse().unwrap(), reset.parse().unwrap())
}

on_both_databases! {
    async fn a_credential_may_make_120_requests_in_any_60_seconds(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start(&db).await;
        let caller = server.caller(&account.full_key().await);
        for n in 0..120 {
            let answer = caller.method("tools/list", json!({})).await;
            assert_eq!((answer.status, standing(&answer).0), (200, 119 - n));
            assert_eq!(answer.header("ratelimit-policy"), "\"credential\";q=120;w=60, \"tenant\";q=600;w=60");
            if n == 59 { db.clock().advance(Duration::seconds(20)); }
        }
        let refused = caller.method("tools/list", json!({})).await;
        let error = refused.error();
        assert_eq!((refused.status, &error["code"], &error["data"]["kind"]), (429, &json!(-32003), &json!("rate_limited")));
        assert_eq!((refused.header("retry-after"), standing(&refused)), ("40", (0, 40)), "until the oldest has left the window");
        assert!(refused.json()["id"].is_null() && error["message"].as_str().unwrap().contains("120"), "{error}");
        db.clock().advance(Duration::seconds(39));
        assert_eq!(caller.method("tools/list", json!({})).await.header("retry-after"), "1");
        db.clock().advance(Duration::seconds(1));
        let answer = caller.method("tools/list", json!({})).await;
        assert_eq!((answer.status, standing(&answer)), (200, (59, 20)), "who waits as told is let in: the window slides");
    }

    async fn handshakes_have_an_allowance_of_their_own(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start_with(&db, |config| config.rate_limit_credential = 3).await;
        let caller = server.caller(&account.full_key().await);
        let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}});
        assert_eq!(caller.method("initialize", hello).await.status, 200);
        let told = caller.raw(&USUAL, r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
        assert_eq!((told.status, standing(&told).0), (202, 1));
        assert_eq!(Form::Modern.ask(&caller, "server/discover", json!({})).await.status, 200);
        for method in ["ping", "initialize"] {
            assert_eq!(caller.method(method, json!({})).await.status, 429, "{method}");
        }
        assert_eq!(caller.raw(&USUAL, r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await.status, 429);
        for left in [2, 1, 0] {
            assert_eq!(standing(&caller.call("tags.list", json!({})).await).0, left, "none of it was used up by handshakes");
        }
        assert_eq!(caller.call("tags.list", json!({})).await.status, 429);
    }

    async fn a_tenant_has_a_limit_over_all_its_credentials(db: TestDatabase) {
        let account = Account::create(&db).await;
        let other = Account::create(&db).await;
        let server = McpServer::start_with(&db, |config| config.rate_limit_tenant = 4).await;
        let first = server.caller(&account.full_key().await);
        let second = server.caller(&account.tenant_key("read:customers").await);
        for caller in [&first, &second, &first, &second] {
            assert_eq!(caller.call("tags.list", json!({})).await.status, 200);
        }
        let third = server.caller(&account.full_key().await);
        for (caller, credential) in [(&first, "r=118;t=60"), (&second, "r=118;t=60"), (&third, "r=120;t=0"), (&third, "r=120;t=0")] {
            let refused = caller.call("tags.list", json!({})).await;
            let told = format!("\"credential\";{credential}, \"tenant\";r=0;t=60");
            assert_eq!(refused.header("ratelimit"), told, "the tenant's limit is named, and none of the credential's is used up");
            assert!(refused.error()["message"].as_str().unwrap().contains("this account may make 4"), "{refused:?}");
            assert_eq!((refused.status, refused.kind().as_str(), refused.header("retry-after")), (429, "rate_limited", "60"));
            assert!(refused.header("ratelimit-policy").ends_with("\"tenant\";q=4;w=60"), "{refused:?}");
        }
        assert_eq!(first.method("ping", json!({})).await.status, 200, "handshakes apart");
        db.clock().advance(Duration::seconds(60));
        assert_eq!(standing(&third.call("tags.list", json!({})).await), (119, 60));
        assert_eq!(server.caller(&other.full_key().await).call("tags.list", json!({})).await.status, 200, "another tenant has its own");
    }

    async fn what_a_credential_is_refused_uses_up_nothing_of_its_tenants(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start_with(&db, |config| (config.rate_limit_credential, config.rate_limit_tenant) = (2, 4)).await;
        let first = server.caller(&account.full_key().await);
        let second = server.caller(&account.full_key().await);
        for (caller, statuses) in [(&first, [200, 200, 429, 429, 429]), (&second, [200, 200, 429, 429, 429])] {
            for status in statuses {
                let answer = caller.call("tags.list", json!({})).await;
                assert_eq!((answer.status, answer.header("ratelimit").contains("tenant")), (status, false), "{answer:?}");
            }
        }
    }

    async fn the_limit_comes_after_the_body_and_before_the_scope(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start_with(&db, |config| config.rate_limit_credential = 2).await;
        let key = account.user_key(&account.owner, "read:jobs").await;
        let caller = server.caller(&key);
        let forbidden = caller.call("tags.list", json!({})).await;
        assert_eq!((forbidden.status, standing(&forbidden).0), (403, 1), "a refusal counts, and says so");
        let malformed = caller.raw(&USUAL, "{").await;
        assert_eq!((malformed.status, standing(&malformed).0), (400, 0), "so does nonsense");
        assert_eq!(caller.call("tags.list", json!({})).await.status, 429);
        assert_eq!(caller.raw(&USUAL, "{").await.status, 400);
        assert_eq!(caller.raw(&[("mcp-protocol-version", "2099-01-01"), USUAL[1]], r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).await.status, 400);
        let modern = Form::Modern.call(&caller, "jobs.list", json!({})).await;
        assert_eq!((modern.status, &modern.error()["code"], modern.header("retry-after")), (429, &json!(429), "60"));
        let nobody = server.bearer("zoop_uk_nonsense").method("tools/list", json!({})).await;
        assert_eq!((nobody.status, nobody.header("ratelimit")), (401, ""), "of nobody nothing is counted");
    }
}
