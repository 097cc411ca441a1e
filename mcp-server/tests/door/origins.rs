//! From where the endpoint may be called: Host and Origin, CORS, and the public metadata.

use crate::wire::Wire;
use reqwest::Method;
use serde_json::{Value, json};
use shared::scope::Scope;
use testing::forms::USUAL;
use testing::{Account, McpServer, TestDatabase, http_client, on_both_databases};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

on_both_databases! {
    async fn foreign_hosts_are_refused_before_the_token(db: TestDatabase) {
        let key = Account::create(&db).await.full_key().await;
        let server = McpServer::start(&db).await;
        let address = server.url.trim_start_matches("http://").to_owned();
        let port = address.rsplit_once(':').unwrap().1;
        for host in ["evil.example", "127.0.0.1", "127.0.0.1:1", &format!("evil.example:{port}"), &format!("127.0.0.1.evil.example:{port}"), &format!("localhost:{port}")] {
            for caller in [server.caller(&key), server.nobody()] {
                let refused = caller.raw(&[&USUAL[..], &[("host", host)]].concat(), PING).await;
                assert_eq!((refused.status, refused.kind().as_str(), &refused.error()["code"]), (403, "forbidden_origin", &json!(-32001)), "{host}");
                assert_eq!(refused.header("access-control-allow-origin"), "");
            }
        }
        let modern = server.nobody().raw(&[&USUAL[..], &[("host", "evil.example"), ("mcp-protocol-version", "2026-07-28")]].concat(), PING).await;
        assert_eq!(modern.error()["code"], 403, "this revision reserves -32001's neighbours");
        let mut wire = Wire::to(&server).await;
        let head = wire.head(&key.secret, PING.len(), &format!("Host: {address}\r\n"));
        wire.send(head + PING).await;
        assert_ne!(wire.reply().await.status, 200, "of two Hosts none is chosen");
    }

    async fn every_public_name_is_answered_under_itself(db: TestDatabase) {
        let key = Account::create(&db).await.full_key().await;
        let server = McpServer::start_with(&db, |config| {
            config.issuer = "https://auth.zoop.example".to_owned();
            config.public_url = vec!["https://app.zoop.example/api/mcp".to_owned(), "http://localhost:8081/api/mcp".to_owned()];
        }).await;
        for (host, origin) in [("app.zoop.example", "https://app.zoop.example"), ("APP.zoop.example:443", "https://app.zoop.example"), ("localhost:8081", "http://localhost:8081")] {
            for (path, resource) in [("/api/mcp", format!("{origin}/api/mcp")), ("", origin.to_owned()), ("/api/mcp?tool_names=underscore", format!("{origin}/api/mcp"))] {
                let url = format!("{}/.well-known/oauth-protected-resource{path}", server.url);
                let answer = http_client().get(url).header("host", host).header("origin", "https://anyone.example")
                    .header("mcp-protocol-version", "2026-07-28").header("x-forwarded-host", "evil.example").send().await.unwrap();
                assert_eq!((answer.status().as_u16(), answer.headers()["access-control-allow-origin"].to_str().unwrap()), (200, "*"));
                let body: Value = answer.json().await.unwrap();
                let scopes: Vec<String> = Scope::advertised().map(|scope| scope.to_string()).collect();
                assert_eq!(body["resource"], resource);
                assert_eq!((&body["authorization_servers"], &body["scopes_supported"]), (&json!(["https://auth.zoop.example"]), &json!(scopes)));
                assert!(!body.to_string().contains("offline_access") && body.as_object().unwrap().values().all(|member| !member.is_null()));
            }
            let refused = server.nobody().raw(&[&USUAL[..], &[("host", host)]].concat(), PING).await;
            let metadata = format!("resource_metadata=\"{origin}/.well-known/oauth-protected-resource/api/mcp\"");
            assert!(refused.header("www-authenticate").contains(&metadata), "{refused:?}");
            assert_eq!(server.caller(&key).raw(&[&USUAL[..], &[("host", host)]].concat(), PING).await.status, 200, "{host}");
        }
    }

    async fn foreign_origins_are_refused_and_allowed_ones_echoed(db: TestDatabase) {
        let key = Account::create(&db).await.full_key().await;
        let server = McpServer::start_with(&db, |config| config.allowed_origins = vec!["https://desk.example".to_owned()]).await;
        let caller = server.caller(&key);
        let own = server.url.clone();
        for origin in ["https://evil.example", "null", "https://desk.example.evil.example", "http://desk.example", "https://desk.example:444",
            "https://desk.example/", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "file://", ""] {
            for caller in [&caller, &server.nobody()] {
                let refused = caller.raw(&[&USUAL[..], &[("origin", origin)]].concat(), PING).await;
                assert_eq!((refused.status, refused.kind().as_str()), (403, "forbidden_origin"), "{origin}");
                assert_eq!((refused.header("access-control-allow-origin"), refused.header("www-authenticate")), ("", ""), "{origin}");
            }
            let preflight = http_client().request(Method::OPTIONS, server.endpoint()).header("origin", origin).send().await.unwrap();
            assert_eq!(preflight.status(), 403, "{origin}");
            assert!(!preflight.headers().keys().any(|name| name.as_str().starts_with("access-control-")), "{origin}");
        }
        for origin in [own.as_str(), "https://desk.example", "http://localhost:6274", "http://127.0.0.1", "http://[::1]:3000"] {
            for (caller, status) in [(&caller, 200), (&server.nobody(), 401)] {
                let answer = caller.raw(&[&USUAL[..], &[("origin", origin)]].concat(), PING).await;
                assert_eq!((answer.status, answer.header("access-control-allow-origin"), answer.header("vary")), (status, origin, "Origin"));
                for exposed in ["WWW-Authenticate", "Retry-After", "RateLimit"] {
                    assert!(answer.header("access-control-expose-headers").split(", ").any(|name| name == exposed), "{exposed}");
                }
                assert_eq!(answer.header("access-control-allow-credentials"), "");
            }
            let preflight = http_client().request(Method::OPTIONS, server.endpoint()).header("origin", origin)
                .header("access-control-request-method", "POST").header("access-control-request-headers", "authorization").send().await.unwrap();
            let header = |name: &str| preflight.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            assert!(preflight.status().is_success());
            assert_eq!((header("access-control-allow-origin"), header("access-control-allow-credentials")), (origin.to_owned(), String::new()));
            assert!(header("access-control-allow-methods").contains("POST"));
            let allowed = header("access-control-allow-headers").to_lowercase();
            for name in ["authorization", "content-type", "mcp-protocol-version", "mcp-method", "mcp-name"] {
                assert!(allowed.split(", ").any(|allowed| allowed == name), "{name} in {allowed}");
            }
        }
        let without = caller.raw(&USUAL, PING).await;
        assert_eq!((without.status, without.header("access-control-allow-origin")), (200, ""), "a program sends no Origin");
    }

    async fn a_server_in_public_takes_no_loopback_page(db: TestDatabase) {
        let server = McpServer::start_with(&db, |config| config.addr = "0.0.0.0:8081".parse().unwrap()).await;
        for origin in ["http://localhost:6274", "http://127.0.0.1:3000"] {
            let refused = server.nobody().raw(&[&USUAL[..], &[("origin", origin)]].concat(), PING).await;
            assert_eq!((refused.status, refused.kind().as_str()), (403, "forbidden_origin"), "{origin}");
        }
    }

    async fn options_pass_without_a_token(db: TestDatabase) {
        let server = McpServer::start(&db).await;
        let options = async |path: &str| http_client().request(Method::OPTIONS, format!("{}{path}", server.url)).header("origin", &server.url).send().await.unwrap();
        let endpoint = options("/api/mcp").await;
        assert!(endpoint.status().is_success() && endpoint.headers()["access-control-allow-origin"] == *server.url);
        for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/api/mcp"] {
            let answer = options(path).await;
            assert!(answer.status().is_success(), "{path}");
            assert_eq!(answer.headers()["access-control-allow-origin"], "*");
            assert_eq!(answer.headers()["access-control-allow-headers"].to_str().unwrap().to_lowercase(), "mcp-protocol-version");
        }
    }
}
