//! A real Chromium signs in, clicks Allow and follows the redirect to the app: at another origin, and at a scheme of
//! the app's own. And a person does without a mouse.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

mod support;

use serde_json::{Value, json};
use support::{
    Demo,
    chromium::{Chromium, DOWN, ENTER, SPACE},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Registers an app and goes with the browser until Allow is clicked; answers the app's client_id.
async fn allow(demo: &Demo, chromium: &Chromium, redirect_uri: &str) -> String {
    let client_id = ask(demo, chromium, "Field Sync", redirect_uri, "read:customers").await;
    chromium.click("button[name=decision][value=allow]").await;
    client_id
}

/// Registers an app and goes with the browser until it is asked; answers the app's client_id.
async fn ask(demo: &Demo, chromium: &Chromium, name: &str, redirect_uri: &str, scope: &str) -> String {
    let issuer = demo.text("issuer");
    let app =
        json!({"client_name": name, "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none"});
    let made: Value = testing::http_client()
        .post(format!("{issuer}/oauth/register"))
        .json(&app)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let client_id = made["client_id"].as_str().unwrap_or_else(|| panic!("not registered: {made}")).to_owned();
    let query = reqwest::Url::parse_with_params(
        &format!("{issuer}/oauth/authorize"),
        [
            ("response_type", "code"),
            ("client_id", &client_id),
            ("redirect_uri", redirect_uri),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", scope),
            ("state", "xyz"),
            ("resource", demo.text("mcp_url")),
        ],
    );
    chromium.open(query.unwrap().as_str()).await;
    chromium.type_into("input[name=email]", demo.card["owner"]["email"].as_str().unwrap()).await;
    chromium.type_into("input[name=password]", demo.card["owner"]["password"].as_str().unwrap()).await;
    chromium.click("form button[type=submit].primary").await;
    chromium.becomes("!!document.querySelector('button[value=allow]')", true).await;
    client_id
}

/// Exchanges a code and calls a tool with what comes.
async fn code_calls_a_tool(demo: &Demo, client_id: &str, redirect_uri: &str, callback: &str) {
    let callback = reqwest::Url::parse(callback).unwrap();
    let of =
        |name: &str| callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!((of("state").as_deref(), of("iss").as_deref()), (Some("xyz"), Some(demo.text("issuer"))));
    let code = of("code").expect("a code comes back");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", redirect_uri),
        ("client_id", client_id),
        ("code_verifier", VERIFIER),
    ];
    let token: Value = testing::http_client()
        .post(format!("{}/oauth/token", demo.text("issuer")))
        .form(&form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let token = token["access_token"].as_str().unwrap_or_else(|| panic!("no token: {token}"));
    let found = testing::Caller::new(demo.text("mcp_url"), Some(token))
        .ok("customers.search", json!({"q": "Henderson"}))
        .await;
    assert!(!found["items"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allow_leads_to_another_origin() {
    let (demo, chromium) = (Demo::ephemeral(), Chromium::start().await);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect_uri = format!("http://localhost:{}/callback", listener.local_addr().unwrap().port());
    let app = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 8192];
            let n = stream.read(&mut request).await.unwrap();
            let line = String::from_utf8_lossy(&request[..n]).lines().next().unwrap_or_default().to_owned();
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nConnection: close\r\n\r\nconnected";
            stream.write_all(answer.as_bytes()).await.unwrap();
            if let Some(path) = line.split(' ').nth(1).filter(|path| path.starts_with("/callback")) {
                return path.to_owned();
            }
        }
    });
    let client_id = allow(&demo, &chromium, &redirect_uri).await;
    let path = app.await.unwrap();
    assert_eq!(chromium.text().await, "connected");
    let console = chromium.log("browser").await;
    assert!(!console.iter().any(|line| line.contains("Content Security Policy")), "{console:?}");
    code_calls_a_tool(&demo, &client_id, &redirect_uri, &format!("http://localhost{path}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allow_leads_to_a_scheme_of_the_app_s_own() {
    let (demo, chromium) = (Demo::ephemeral(), Chromium::start().await);
    let redirect_uri = "com.example.fieldsync:/callback";
    let client_id = allow(&demo, &chromium, redirect_uri).await;
    // The browser hands the address to the system, where no app waits for it here; its network log shows what it followed.
    let line = chromium.network_shows("com.example.fieldsync:/callback?").await;
    let start = line.find("com.example.fieldsync:/callback?").unwrap();
    let callback: String = line[start..].chars().take_while(|c| !"\"\\ ".contains(*c)).collect();
    code_calls_a_tool(&demo, &client_id, redirect_uri, &callback).await;
}

/// Enter in a field or a box presses a form's first submit button, whichever that is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_does_nothing_by_accident() {
    let (demo, chromium) = (Demo::ephemeral(), Chromium::start().await);
    ask(&demo, &chromium, "Field Sync", "https://app.example/cb", "read:jobs write:jobs").await;
    let box_of = |scope: &str| format!("input[name=scope][value='{scope}']");
    let ticked = "[...document.querySelectorAll('input[name=scope]:checked')].map((box) => box.value).join()";
    chromium.press(&box_of("write:jobs"), SPACE).await;
    assert_eq!(chromium.value(ticked).await, "read:jobs");
    chromium.press(&box_of("read:jobs"), ENTER).await;
    chromium.becomes("location.pathname", "/oauth/consent/decision").await;
    assert_eq!(chromium.value(ticked).await, "read:jobs", "the page comes again with what was chosen");

    // An arrow key goes from company to company; the page with its boxes comes, and the next arrow goes on from there.
    let company = "document.querySelector('input[name=tenant_id]:checked').closest('label').innerText";
    let focused = "document.activeElement === document.querySelector('input[name=tenant_id]:checked')";
    for _ in 0..2 {
        let before = chromium.value(company).await;
        chromium.value("window.before = true").await;
        chromium.press("input[name=tenant_id]:checked", DOWN).await;
        chromium.becomes("window.before === undefined && document.readyState === 'complete'", true).await;
        assert_ne!(chromium.value(company).await, before);
        chromium.becomes(focused, true).await;
    }
    chromium.press("input[name=tenant_id]:checked", ENTER).await;
    chromium.becomes("!!document.querySelector('button[value=allow]')", true).await;

    chromium.open(&format!("{}/settings/api", demo.text("issuer"))).await;
    chromium.type_into("#key-name", "Nightly export").await;
    chromium.press("#key-name", ENTER).await;
    chromium
        .becomes(
            "document.querySelector('#new-key [role=alert]')?.innerText.includes('at least one scope')",
            true,
        )
        .await;
    assert_eq!(chromium.value(ticked).await, "", "nothing was ticked for them");
    chromium.press(&box_of("read:jobs"), SPACE).await;
    chromium.press("#key-name", ENTER).await;
    chromium.becomes("document.querySelector('#key')?.innerText.startsWith('zoop_uk_')", true).await;
}

/// A long name without a space stays within a phone's width.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_name_fits_a_phone() {
    let (demo, chromium) = (Demo::ephemeral(), Chromium::start().await);
    chromium.resize(390, 844).await;
    ask(&demo, &chromium, &"W".repeat(60), "https://app.example/cb", "read:jobs").await;
    let wide =
        chromium.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    assert_eq!(wide, 0, "nothing sticks out");
}
