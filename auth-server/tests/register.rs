//! Registration and metadata: what programs read and write before anybody is asked.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use chrono::Duration;
use serde_json::{Value, json};
use shared::binds;
use support::{
    Server,
    oauth::{App, answer, post_json},
};
use testing::{Account, TestDatabase};

testing::on_both_databases! {
    async fn metadata_names_only_what_is_there(db: TestDatabase) {
        let server = Server::start(&db).await;
        let http = testing::http_client();
        for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
            // The issuer is a setting: neither Host nor a forwarded header changes it.
            let request = http.get(format!("{}{path}", server.url)).header("x-forwarded-host", "evil.example");
            let metadata = answer(request).await;
            assert_eq!(metadata.headers["access-control-allow-origin"], "*");
            let metadata = metadata.body;
            assert_eq!(metadata["issuer"], json!(server.url));
            assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
            assert_eq!(metadata["authorization_response_iss_parameter_supported"], json!(true));
            assert_eq!(metadata["scopes_supported"].as_array().unwrap().len(), 21);
            for (endpoint, status) in [("token_endpoint", 405), ("registration_endpoint", 405), ("revocation_endpoint", 405), ("jwks_uri", 200)] {
                let url = metadata[endpoint].as_str().unwrap();
                assert_eq!(answer(http.get(url)).await.status, status, "{endpoint}");
            }
        }
        for path in ["/oauth/token", "/oauth/register", "/oauth/revoke", "/.well-known/jwks.json"] {
            let preflight = http.request(reqwest::Method::OPTIONS, format!("{}{path}", server.url)).header("origin", "https://a.example");
            let answer = answer(preflight).await;
            assert_eq!((answer.status, &answer.headers["access-control-allow-origin"]), (204, &"*".parse().unwrap()));
            assert!(!answer.headers.contains_key("access-control-allow-credentials"));
        }
    }

    async fn an_app_registers_itself_and_decides_no_rights(db: TestDatabase) {
        let server = Server::start(&db).await;
        let greedy = json!({
            "client_name": "Greedy", "redirect_uris": ["https://app.example/cb"], "skip_consent": true, "trusted": true,
            "tenant_id": "ten_1", "client_id": "chosen", "client_secret": "chosen", "registered_by": "usr_1",
            "grant_types": ["authorization_code", "client_credentials", "implicit"], "scope": "read:jobs admin openid",
        });
        let answer = post_json(&server, "/oauth/register", greedy).await;
        assert_eq!((answer.status, answer.headers["cache-control"].to_str().unwrap()), (201, "no-store"));
        assert_ne!(answer.body["client_id"], "chosen");
        assert_ne!(answer.body["client_secret"], "chosen");
        assert_eq!(answer.body["client_secret_expires_at"], 0);
        assert_eq!(answer.body["grant_types"], json!(["authorization_code"]));
        assert_eq!(answer.body["scope"], "read:jobs");
        assert_eq!(answer.body["token_endpoint_auth_method"], "client_secret_basic");
        assert!(answer.body.get("skip_consent").is_none() && answer.body.get("tenant_id").is_none());
        let public = post_json(&server, "/oauth/register", json!({ "redirect_uris": ["http://localhost/cb"], "token_endpoint_auth_method": "none", "scope": "" })).await;
        assert!(public.body.get("client_secret").is_none() && public.body.get("scope").is_none(), "{:?}", public.body);
        // Chats that refuse a dot in tool names are known by where they return to.
        for (uri, names) in [("https://claude.ai/api/mcp/auth_callback", Some("underscore")), ("cursor://anysphere.cursor-mcp/oauth/callback", Some("underscore")), ("https://notclaude.ai/cb", None)] {
            let answer = post_json(&server, "/oauth/register", json!({ "redirect_uris": [uri] })).await;
            let sql = "SELECT tool_names FROM clients WHERE id = $1";
            let row: Option<(Option<String>,)> = db.admin().await.row(sql, binds![answer.text("client_id")]).await.unwrap();
            assert_eq!(row.unwrap().0.as_deref(), names, "{uri}");
        }
    }

    async fn what_cannot_be_registered_says_why(db: TestDatabase) {
        let server = Server::start(&db).await;
        let with_uri = |uri: &str| json!({ "redirect_uris": ["https://fine.example/cb", uri] });
        let ok = |field: &str, value: Value| json!({ "redirect_uris": ["https://fine.example/cb"], field: value });
        for (body, error) in [
            (with_uri("https://app.example/cb#x"), "invalid_redirect_uri"),
            (with_uri("https://*.example.com/cb"), "invalid_redirect_uri"),
            (with_uri("JavaScript:alert(1)"), "invalid_redirect_uri"),
            (with_uri(""), "invalid_redirect_uri"),
            (with_uri("https://app.example/cb?iss=https%3A%2F%2Fevil.example"), "invalid_redirect_uri"),
            (with_uri("https://app.example/cb?a=1&cod%65=x"), "invalid_redirect_uri"),
            (ok("client_name", json!("\u{3164}\u{2800}")), "invalid_client_metadata"),
            (ok("client_name", json!("\u{ad}\u{200b}")), "invalid_client_metadata"),
            (with_uri("http://127.1/cb"), "invalid_redirect_uri"),
            (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
            (json!({}), "invalid_redirect_uri"),
            (ok("token_endpoint_auth_method", json!("magic")), "invalid_client_metadata"),
            (ok("grant_types", json!(["client_credentials"])), "invalid_client_metadata"),
            (ok("response_types", json!(["token"])), "invalid_client_metadata"),
            (ok("scope", json!("everything")), "invalid_client_metadata"),
            (ok("client_name", json!(5)), "invalid_client_metadata"),
            (json!([1]), "invalid_client_metadata"),
        ] {
            let answer = post_json(&server, "/oauth/register", body.clone()).await;
            assert_eq!((answer.status, answer.error()), (400, error), "{body}");
            assert!(answer.body["error_description"].as_str().unwrap().len() > 20);
        }
        let rows: Vec<(i64,)> = db.admin().await.rows("SELECT COUNT(*) FROM clients", vec![]).await.unwrap();
        assert_eq!(rows, [(0,)]);
    }

    async fn a_flood_of_registrations_is_stopped(db: TestDatabase) {
        let server = Server::start_with(&db, &["--registrations-per-source", "3"]).await;
        let register = async || post_json(&server, "/oauth/register", json!({ "redirect_uris": ["https://a.example/"] })).await;
        for _ in 0..3 {
            assert_eq!(register().await.status, 201);
        }
        let answer = register().await;
        assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (429, "3600"));
        db.clock().advance(Duration::hours(1));
        assert_eq!(register().await.status, 201);
    }

    async fn what_has_ended_is_swept_and_what_lives_is_kept(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let (used, _unused) = (App::public(&server).await, App::public(&server).await);
        let browser = server.signed_in(&account.owner).await;
        let token = used.connect(&browser, "read:jobs offline_access").await.text("refresh_token");
        let rotated = used.refresh(&token, &[]).await.text("refresh_token");
        let config = support::config(&["--database-url", db.url()]);
        let keep_house = async || {
            let open = config.open_database().await.unwrap();
            let app = auth_server::App::new(&config, open, db.clock().clone(), db.random().clone()).await.unwrap();
            app.keep_house().await.unwrap();
        };
        let count = async |sql: &str| -> i64 {
            let rows: Vec<(i64,)> = db.admin().await.rows(sql, vec![]).await.unwrap();
            rows[0].0
        };
        db.clock().advance(Duration::seconds(31));
        keep_house().await;
        assert_eq!(count("SELECT COUNT(*) FROM refresh_tokens WHERE answer IS NOT NULL").await, 0);
        assert_eq!(count("SELECT COUNT(*) FROM clients").await, 2);
        db.clock().advance(Duration::days(29));
        let rotated = used.refresh(&rotated, &[]).await.text("refresh_token");
        db.clock().advance(Duration::days(2));
        keep_house().await;
        assert_eq!(count("SELECT COUNT(*) FROM clients").await, 1, "the one that was never used is gone");
        assert_eq!(count("SELECT COUNT(*) FROM authorization_requests").await, 0);
        assert_eq!(count("SELECT COUNT(*) FROM authorization_codes").await, 0);
        assert_eq!(count("SELECT COUNT(*) FROM sessions").await, 0);
        assert_eq!(used.refresh(&rotated, &[]).await.status, 200);
        // Ninety days: a new signing key is published before it signs, the old one stays until its tokens have ended.
        db.clock().advance(Duration::days(60));
        keep_house().await;
        assert_eq!(count("SELECT COUNT(*) FROM signing_keys").await, 2);
        db.clock().advance(Duration::hours(27));
        keep_house().await;
        assert_eq!(count("SELECT COUNT(*) FROM signing_keys").await, 1);
    }
}
