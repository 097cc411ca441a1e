//! What happens while a server is away, and how each secret is changed.

use reqwest::{Method, Response};
use serde_json::Value;
use shared::db::Db;
use testing::http_client;
use tokio::task::JoinSet;

use super::{machine::Stack, site::Site};

/// Paths of a server, and what is answered there while it is down.
type Paths = &'static [(&'static str, Kind)];

/// The servers, how each is asked, and where.
const ASKED: [(&str, &str, Paths); 2] = [
    (
        "mcp-server",
        "GET",
        &[
            ("/api/mcp?access_token=stray", Kind::JsonRpc),
            ("/api/other", Kind::JsonRpc),
            ("/.well-known/oauth-protected-resource/api/mcp", Kind::OAuth),
            ("/docs", Kind::Page),
        ],
    ),
    (
        "auth-server",
        "POST",
        &[
            ("/oauth/token?code=stray", Kind::OAuth),
            ("/oauth/register", Kind::OAuth),
            ("/oauth/revoke", Kind::OAuth),
            ("/.well-known/oauth-authorization-server", Kind::OAuth),
            ("/.well-known/jwks.json", Kind::OAuth),
            ("/login?code=stray", Kind::Page),
            ("/oauth/authorize?client_id=x", Kind::Page),
            ("/settings/api", Kind::Page),
        ],
    ),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    JsonRpc,
    OAuth,
    Page,
}

/// A server is gone for a while: its health check tells, the proxy says so to programs in JSON and to people on a page,
/// the other server goes on, and then all is as before.
pub async fn programs_and_people_are_told(stack: &mut Stack, site: &Site) {
    for (name, method, paths) in ASKED {
        assert!(stack.stop(name).success(), "{name} ends cleanly: {}", stack.log(name));
        assert!(!stack.is_healthy(name), "{name} is down");
        // All at once: the proxy waits for a server before it gives up.
        let mut asked = JoinSet::new();
        for &(path, kind) in paths {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = http_client().request(method, format!("{}{path}", site.origin));
            asked.spawn(async move { (path, kind, request.send().await.unwrap()) });
        }
        for (path, kind, answer) in asked.join_all().await {
            is_told(path, kind, answer).await;
        }
        let other = if name == "auth-server" { "/.well-known/oauth-protected-resource" } else { "/login" };
        let answer = http_client().get(format!("{}{other}", site.origin)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{other} is the other server's");
        stack.start(name);
    }
}

async fn is_told(path: &str, kind: Kind, answer: Response) {
    let header =
        |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    assert_eq!((answer.status().as_u16(), header("retry-after").as_str()), (503, "5"), "{path}");
    assert_eq!(header("cache-control"), "no-store", "{path}");
    let open = header("access-control-allow-origin") == "*";
    assert_eq!(open, kind == Kind::OAuth, "{path}");
    let content_type = header("content-type");
    let text = answer.text().await.unwrap();
    assert!(text.contains("Try again in a few seconds") && !text.contains("stray"), "{path}: {text}");
    if kind == Kind::Page {
        assert_eq!(content_type, "text/html; charset=utf-8", "{path}");
        assert!(text.starts_with("<!doctype html>"), "{path}: {text}");
        return;
    }
    assert_eq!(content_type, "application/json", "{path}");
    let body: Value = serde_json::from_str(&text).unwrap();
    match kind {
        Kind::JsonRpc => assert_eq!(body["error"]["data"]["kind"], "unavailable", "{path}"),
        _ => assert_eq!(body["error"], "temporarily_unavailable", "{path}"),
    }
}

/// compose/secrets.sh says what each secret takes beside a new file.
pub async fn secrets_are_changed_as_the_script_says(stack: &mut Stack, site: &Site, db: &Db) {
    let kids = async || -> Vec<String> {
        let set: Value = site.browser().get("/.well-known/jwks.json").await.json();
        let keys = set["keys"].as_array().unwrap();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let before = kids().await;
    assert!(stack.stop("auth-server").success());
    stack.change_secret("auth-server", "key_secret", "another secret of more than thirty-two characters");
    let refused = stack.run_to_its_end("auth-server");
    assert!(refused.contains("--key-secret"), "the old keys cannot be read: {refused}");
    db.execute("DELETE FROM signing_keys", vec![]).await.unwrap();
    stack.start("auth-server");
    let after = kids().await;
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");

    stack.change_secret("roles", "postgres_password", "another0password");
    let refused = stack.run_to_its_end("roles");
    assert!(refused.contains("password authentication failed"), "PostgreSQL knows the old one: {refused}");
    stack.as_superuser("ALTER USER postgres PASSWORD 'another0password'");
    stack.run_step("roles");
}
