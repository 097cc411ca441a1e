//! What forwarded headers say, and who is believed.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;
use testing::{Caller, http_client};

use super::{machine::Stack, people::EMAIL, site::Site};

/// Through the proxy, and past it.
pub async fn forwarded_headers_change_nothing(stack: &Stack) {
    let host = stack.origin.strip_prefix("http://").unwrap();
    let forged = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "4443"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-host", "evil.example"),
        ("x-real-ip", "203.0.113.9"),
    ];
    let mcp = format!("http://127.0.0.1:{}", stack.ports.mcp);
    let auth = format!("http://127.0.0.1:{}", stack.ports.auth);
    let paths = [
        (&mcp, "/.well-known/oauth-protected-resource/api/mcp"),
        (&mcp, "/.well-known/oauth-protected-resource"),
        (&mcp, "/api/mcp"),
        (&auth, "/.well-known/oauth-authorization-server"),
        (&auth, "/.well-known/openid-configuration"),
        (&auth, "/settings"),
        (&auth, "/login"),
    ];
    for (server, path) in paths {
        let answer = async |base: &str, headers: &[(&str, &str)]| {
            let method = if path == "/api/mcp" { reqwest::Method::POST } else { reqwest::Method::GET };
            let mut request = http_client().request(method, format!("{base}{path}")).header("host", host);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = request.send().await.unwrap();
            let header =
                |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let told = (
                answer.status().as_u16(),
                header("location"),
                header("www-authenticate"),
                header("strict-transport-security"),
            );
            let secure = header("set-cookie").is_some_and(|cookie| cookie.contains("Secure"));
            // The form's CSRF token is another each time.
            let text = answer.text().await.unwrap();
            let text = if path == "/login" { text.contains("evil.example").to_string() } else { text };
            (told, secure, text)
        };
        let honest = answer(&stack.origin, &[]).await;
        assert_ne!(honest.0.0, 404, "{path}");
        assert_eq!(answer(&stack.origin, &forged).await, honest, "{path}, through the proxy");
        assert_eq!(answer(server, &forged).await, honest, "{path}, past the proxy");
    }
    // A foreign Host, which only somebody past the proxy could send: refused, or answered with the configured issuer.
    let ask = async |url: String| http_client().get(url).header("host", "evil.example").send().await.unwrap();
    assert_eq!(ask(format!("{mcp}/.well-known/oauth-protected-resource")).await.status(), 403);
    let metadata: Value =
        ask(format!("{auth}/.well-known/oauth-authorization-server")).await.json().await.unwrap();
    assert_eq!(metadata["issuer"], stack.origin);
}

/// The throttle and the audit log see who comes to the proxy, not the proxy, and nobody can claim to be another.
pub async fn the_source_of_a_sign_in_is_the_client(stack: &Stack, db: &shared::db::Db) {
    let client = client_from(stack, [127, 0, 0, 7]);
    let page = client.get(format!("{}/login", stack.origin)).send().await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page =
        testing::Page { status: 200, headers: page.headers().clone(), text: page.text().await.unwrap() };
    let mut fields = page.hidden("/login");
    fields.extend(
        [("email", EMAIL), ("password", "wrong")].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let request = client.post(format!("{}/login", stack.origin)).header("cookie", cookie);
    let answer = request.header("x-forwarded-for", "203.0.113.9").form(&fields).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let sql = "SELECT source FROM audit WHERE action = 'login' AND outcome = 'wrong_password'";
    let rows: Vec<(String,)> = db.rows(sql, vec![]).await.unwrap();
    assert_eq!(rows, [("127.0.0.7".to_owned(),)]);
}

/// The endpoint sees the client too, whatever it claims.
pub async fn a_key_is_good_from_its_own_clients_alone(stack: &Stack, site: &Site) {
    let key = site.a_person_makes_a_key("127.0.0.7").await;
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    for (from, forwarded, status) in [
        ([127, 0, 0, 7], "203.0.113.9", 200),
        ([127, 0, 0, 8], "127.0.0.7", 401),
        ([127, 0, 0, 1], "127.0.0.7, 127.0.0.1", 401),
    ] {
        let caller = Caller::by(client_from(stack, from), &site.endpoint, Some(&key));
        let headers = [("accept", "application/json, text/event-stream"), ("x-forwarded-for", forwarded)];
        let answer = caller.raw(&headers, ping).await;
        assert_eq!(answer.status, status, "{from:?}: {answer:?}");
        if status == 401 {
            assert_eq!(answer.error()["data"]["reason"], "address");
        }
    }
}

/// A client with this address on this machine.
fn client_from(stack: &Stack, address: [u8; 4]) -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().local_address(IpAddr::from(address));
    let proxy = SocketAddr::from(([127, 0, 0, 1], stack.ports.http));
    client.resolve("localhost", proxy).build().unwrap()
}
