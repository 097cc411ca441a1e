//! The keys that sign: each algorithm passes both servers, keys follow each other without a gap.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration as Patience;

use serde_json::{Value, json};
use support::{
    Server,
    oauth::{App, RESOURCE, answer},
};
use testing::{Account, McpServer, TestDatabase};

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
            db.clock().advance(chrono::Duration::hours(1));
            assert_eq!((&key["kty"], &key["crv"], &key["use"]), (&json!(kind), &curve, &json!("sig")));
            assert!(key.get("d").is_none());
            let browser = server.signed_in(&account.owner).await;
            let token = App::public(&server).await.connect(&browser, "read:jobs").await.text("access_token");
            assert_eq!(jsonwebtoken::decode_header(&token).unwrap().kid.as_deref(), key["kid"].as_str());
            let mcp = mcp_server(&db, &server).await;
            assert_eq!(status(&mcp, &token).await, 200, "{algorithm}");
        }
    }
}
