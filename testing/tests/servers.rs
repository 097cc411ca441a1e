//! The servers start on free ports, answer, and stop.

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use testing::{Account, AuthServer, Browser, Engine, Issuer, McpServer, TestDatabase, on_both_databases};

on_both_databases! {
    async fn auth_server_signs_an_owner_in(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = AuthServer::start(&db).await;
        let page = server.signed_in(&account.owner).await.get("/settings/api").await;
        assert_eq!(page.status, 200);
        assert!(page.hidden("/settings/api/keys").contains(&("tenant_id".to_owned(), account.tenant_id.clone())));
        server.stop().await;
    }

    async fn mcp_server_takes_a_key(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start(&db).await;
        let caller = server.caller(&account.full_key().await);
        let found = caller.ok("customers.search", json!({"q": "Henderson"})).await;
        assert_eq!(found["items"], json!([]));
        let refused = caller.refused("customers.get", json!({"id": "cus_nothing"})).await;
        assert_eq!(refused["kind"], "not_found");
        assert_eq!(server.nobody().method("tools/list", json!({})).await.status, 401);
        server.stop().await;
    }

    async fn mcp_server_takes_an_issuers_token(db: TestDatabase) {
        let account = Account::create(&db).await;
        let issuer = Issuer::start().await;
        let server = McpServer::start_for(&db, &issuer).await;
        let claims = issuer.claims(&account, &account.owner, &server.endpoint(), "read:customers");
        let good = server.bearer(&issuer.sign(&claims));
        assert_eq!(good.ok("customers.search", json!({})).await["items"], json!([]));
        let other = issuer.sign_with(json!({"typ": "JWT"}), &claims);
        assert_eq!(server.bearer(&other).method("tools/list", json!({})).await.status, 401);
    }

    async fn both_servers_know_of_each_other(db: TestDatabase) {
        let (mcp, auth) = McpServer::start_with_auth_server(&db).await;
        let metadata = Browser::at(&mcp.url).get("/.well-known/oauth-protected-resource/api/mcp").await.json();
        assert_eq!(metadata["resource"], json!(mcp.endpoint()));
        assert_eq!(metadata["authorization_servers"], json!([auth.url]));
        let account = Account::create(&db).await;
        let page = auth.signed_in(&account.owner).await.get("/settings/api").await;
        assert!(page.text.contains(&mcp.endpoint()), "{}", page.text);
    }
}

#[tokio::test]
async fn the_issuer_publishes_every_key_it_signed_with() {
    let db = TestDatabase::on(Engine::Sqlite).await;
    let account = Account::create(&db).await;
    let issuer = Issuer::start().await;
    let claims = issuer.claims(&account, &account.owner, "http://127.0.0.1/api/mcp", "read:jobs");
    let tokens = [issuer.sign(&claims), {
        issuer.rotate();
        issuer.sign(&claims)
    }];
    let jwks = Browser::at(&issuer.url).get("/.well-known/jwks.json").await.json();
    let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwks).unwrap();
    for token in tokens {
        let header = jsonwebtoken::decode_header(&token).unwrap();
        let key = DecodingKey::from_jwk(jwks.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.validate_aud = false;
        validation.validate_exp = false; // by the machine's clock, which is not the test's
        assert_eq!(jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims, claims);
    }
    assert_eq!(issuer.fetches(), 1);
    issuer.set_down(true);
    assert_eq!(Browser::at(&issuer.url).get("/.well-known/jwks.json").await.status, 503);
}
