//! The keys that sign: each algorithm passes both servers, keys follow each other without a gap.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration as Patience;

use chrono::Duration;
use serde_json::{Value, json};
use support::{
    Server,
    oauth::{App, RESOURCE, answer},
};
use testing::{Account, McpServer, TestDatabase};

const ES256: [&str; 2] = ["--signing-algorithm", "ES256"];

/// mcp-server for this issuer's tokens, once it has the issuer's keys.
async fn mcp_server(db: &TestDatabase, issuer: &Server) -> McpServer {
    let url = issuer.url.clone();
    let server = McpServer::start_with(db, |config| {
        config.issuer = url;
        config.public_url.push(RESOURCE.to_owned());
    })
    .await;
    let keys = async {
        while status(&server, "e30.e30.e30").await == 503 {
            tokio::time::sleep(Patience::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Patience::from_secs(10), keys).await.expect("the keys arrive");
    server
}

async fn status(server: &McpServer, token: &str) -> u16 {
    server.bearer(token).method("tools/list", json!({})).await.status
}

async fn revoked(db: &TestDatabase) -> i64 {
    let sql = "SELECT COUNT(*) FROM revocations WHERE kind = 'signing_key'";
    let rows: Vec<(i64,)> = db.admin().await.rows(sql, vec![]).await.expect("a count");
    rows[0].0
}

async fn published(server: &Server) -> Vec<Value> {
    let jwks = answer(testing::http_client().get(format!("{}/.well-known/jwks.json", server.url))).await;
    jwks.body["keys"].as_array().expect("keys").clone()
}

testing::on_both_databases! {
    async fn every_algorithm_passes_both_servers(db: TestDatabase) {
        let account = Account::create(&db).await;
        for (algorithm, kind, curve) in [("ES256", "EC", json!("P-256")), ("EdDSA", "OKP", json!("Ed25519"))] {
            // The second one finds the first one's key, and makes its own beside it.
            let server = Server::start_with(&db, &["--signing-algorithm", algorithm]).await;
            let key = published(&server).await.into_iter().find(|key| key["alg"] == algorithm).expect("a key of it");
            db.clock().advance(Duration::hours(1));
            assert_eq!((&key["kty"], &key["crv"], &key["use"]), (&json!(kind), &curve, &json!("sig")));
            assert!(key.get("d").is_none());
            let browser = server.signed_in(&account.owner).await;
            let token = App::public(&server).await.connect(&browser, "read:jobs").await.text("access_token");
            assert_eq!(jsonwebtoken::decode_header(&token).unwrap().kid.as_deref(), key["kid"].as_str());
            let mcp = mcp_server(&db, &server).await;
            assert_eq!(status(&mcp, &token).await, 200, "{algorithm}");
        }
    }

    async fn keys_follow_each_other_without_a_gap(db: TestDatabase) {
        let account = Account::create(&db).await;
        let options = [ES256[0], ES256[1], "--signing-key-days", "30", "--access-token-ttl", "7200"];
        let replicas = [Server::start_with(&db, &options).await, Server::start_with(&db, &options).await];
        let issuer = &replicas[0];
        let app = App::public(issuer).await;
        // A new token from the first replica; the second one publishes the key that signed it.
        let signed = async || {
            let token = app.connect(&issuer.signed_in(&account.owner).await, "read:jobs").await.text("access_token");
            let id = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
            for replica in &replicas {
                assert!(published(replica).await.iter().any(|key| key["kid"] == id.as_str()), "{id} is not published");
            }
            (token, id)
        };
        let (_, first) = signed().await;
        db.clock().advance(Duration::days(30));
        assert_eq!(signed().await.1, first, "until house is kept, the old key goes on");
        issuer.keep_house(&db, &options).await;
        replicas[1].keep_house(&db, &options).await;
        assert_eq!(published(issuer).await.len(), 2, "the next one, once");
        let mcp = mcp_server(&db, issuer).await;
        db.clock().advance(Duration::minutes(59));
        let (old, id) = signed().await;
        assert_eq!(id, first, "published, and not yet signing");
        db.clock().advance(Duration::minutes(1));
        let (new, second) = signed().await;
        assert_ne!(second, first);
        for token in [&old, &new] {
            assert_eq!(status(&mcp, token).await, 200, "both are known without another fetch");
        }
        db.clock().advance(Duration::minutes(119));
        assert_eq!((status(&mcp, &old).await, status(&mcp, &new).await), (200, 200), "within the skew");
        db.clock().advance(Duration::minutes(1));
        assert_eq!((status(&mcp, &old).await, status(&mcp, &new).await), (401, 200), "it has expired");
        issuer.keep_house(&db, &options).await;
        assert_eq!(published(issuer).await.len(), 2, "tokens may live for a day");
        db.clock().advance(Duration::hours(23));
        issuer.keep_house(&db, &options).await;
        assert_eq!(published(issuer).await.iter().map(|key| &key["kid"]).collect::<Vec<_>>(), [&json!(second)]);
        assert_eq!(signed().await.1, second);
        assert_eq!(revoked(&db).await, 0, "its tokens had ended before it");
    }

    async fn a_revoked_key_takes_its_tokens_along_at_once(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::public(&server).await;
        let connected = app.connect(&browser, "read:jobs offline_access").await;
        let (token, refresh) = (connected.text("access_token"), connected.text("refresh_token"));
        // Another app has just refreshed, and will ask for the same again.
        let other = App::confidential(&server).await;
        let rotated = other.connect(&browser, "read:jobs offline_access").await.text("refresh_token");
        let before = other.refresh(&rotated, &[]).await;
        assert_eq!(other.refresh(&rotated, &[]).await.body, before.body, "within its grace the same");
        let mcp = mcp_server(&db, &server).await;
        assert_eq!(status(&mcp, &token).await, 200);
        let leaked = published(&server).await[0]["kid"].as_str().unwrap().to_owned();
        let operator = Server::app(&db, &ES256).await;
        let known = operator.revoke_key("sig_nobody").await.unwrap().unwrap_err();
        assert_eq!(known, [leaked.as_str()]);
        // The next key waits; it takes over when the one before it is gone.
        let next = operator.rotate_keys().await.unwrap();
        assert!(next.is_new && next.signs_from == db.clock().now() + Duration::hours(1));
        assert_eq!(operator.rotate_keys().await.unwrap(), auth_server::Next { is_new: false, ..next.clone() });
        operator.revoke_key(&leaked).await.unwrap().unwrap();
        let again = app.refresh(&refresh, &[]).await.text("access_token");
        assert_eq!(jsonwebtoken::decode_header(&again).unwrap().kid, Some(next.id.clone()), "at once, without a restart");
        assert_eq!(published(&server).await.iter().map(|key| &key["kid"]).collect::<Vec<_>>(), [&json!(next.id)]);
        // Within its grace it gets a token that is taken, and goes on with the refresh token that it was given.
        let after = other.refresh(&rotated, &[]).await;
        assert_eq!(jsonwebtoken::decode_header(after.text("access_token")).unwrap().kid, Some(next.id.clone()));
        assert_eq!((after.text("refresh_token"), after.text("scope")), (before.text("refresh_token"), before.text("scope")));
        assert_eq!(other.refresh(&rotated, &[]).await.body, after.body, "and then the same again");
        assert_eq!(other.refresh(&after.text("refresh_token"), &[]).await.status, 200);
        let refused = async {
            while status(&mcp, &token).await != 401 {
                tokio::time::sleep(Patience::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Patience::from_secs(2), refused).await.expect("refused within two seconds");
        assert_eq!(status(&mcp_server(&db, &server).await, &again).await, 200);
        assert_eq!(revoked(&db).await, 1);
        // The only one, too: there is never none.
        operator.revoke_key(&next.id).await.unwrap().unwrap();
        let [last] = published(&server).await.try_into().unwrap();
        let fresh = app.connect(&browser, "read:jobs").await.text("access_token");
        assert_eq!(jsonwebtoken::decode_header(&fresh).unwrap().kid.as_deref(), last["kid"].as_str());
        let sql = "SELECT action FROM audit WHERE action LIKE 'signing_key.%' ORDER BY action";
        let audited: Vec<(String,)> = db.admin().await.rows(sql, vec![]).await.unwrap();
        let [made, gone] = ["signing_key.create", "signing_key.revoke"].map(|action| audited.iter().filter(|(it,)| it == action).count());
        assert_eq!((made, gone), (3, 2));
    }
}
