//! The authorization request: what stops on a page, what goes back to the app, and that nothing leaks on the way.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use shared::role::Role;
use support::{
    Page, Server,
    oauth::{App, RESOURCE, authorize, challenge, with},
};
use testing::{Account, PASSWORD, TestDatabase};

fn is_page(page: &Page) -> bool {
    page.status == 400 && page.location().is_empty() && page.text.contains("<h1>")
}

/// 303 to the app with this error, the state byte for byte, one `iss`, and no code.
fn goes_back(page: &Page, server: &Server, error: &str) -> bool {
    page.status == 303
        && page.location().starts_with("https://app.example/cb?error=")
        && page.back("error").as_deref() == Some(error)
        && page.location().ends_with("&state=s%20t%2Ba%2Fte")
        && page.location().matches("iss=").count() == 1
        && page.back("iss").as_deref() == Some(&server.url)
        && page.back("code").is_none()
}

testing::on_both_databases! {
    async fn doubt_about_the_client_stays_on_a_page(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::confidential(&server).await;
        let browsers = [server.browser(), server.signed_in(&account.owner).await];
        let base = || app.request("read:jobs");
        let uri = |uri: &str| with(base(), "redirect_uri", Some(uri));
        let twice = |name: &str| [base(), vec![base().into_iter().find(|(n, _)| n == name).unwrap()]].concat();
        let cases = vec![
            with(base(), "client_id", Some("app_nobody")),
            with(base(), "client_id", None),
            with(base(), "redirect_uri", None),
            uri(""),
            uri("https://app.example/cb/"),
            uri("https://app.example/cb?a=2"),
            uri("https://app.example/cb#x"),
            uri("https://app.example/%63b"),
            uri("https://app.example/x/../cb"),
            uri("https://evil.example\\@app.example/cb"),
            uri("https:\\\\app.example\\cb"),
            uri("https://аpp.example/cb"),
            uri("//app.example/cb"),
            uri("/cb"),
            uri("https:app.example/cb"),
            uri("javascript:alert(1)"),
            uri("https://app.example/cb\r\nSet-Cookie:x=1"),
            twice("client_id"),
            twice("redirect_uri"),
        ];
        for browser in &browsers {
            for case in &cases {
                let page = browser.get(&authorize(case)).await;
                assert!(is_page(&page), "{case:?}: {} {}", page.status, page.location());
                assert!(page.headers.get("access-control-allow-origin").is_none());
            }
        }
        let page = browsers[0].get(&authorize(&cases[0])).await;
        assert!(page.text.contains("registers anew"), "it says how to connect anew");
        let page = browsers[0].get(&authorize(&with(base(), "redirect_uri", None))).await;
        assert!(page.text.contains("`redirect_uri` is missing"), "{}", page.text);
        // A request that another browser started, or this one without its cookie.
        let page = browsers[0].get("/oauth/consent?request=nothing").await;
        assert!(is_page(&page) && page.text.contains("cookies"), "{}", page.text);
        // Loopback: each name for itself, any port.
        let local = App::public(&server).await;
        for uri in ["http://localhost:33418/callback", "http://[::1]:33418/callback", "http://127.0.0.1.evil.example:1/callback",
            "http://2130706433/callback", "http://127.1/callback", "http://127.0.0.1:33418/other"] {
            let page = browsers[1].get(&authorize(&with(local.request("read:jobs"), "redirect_uri", Some(uri)))).await;
            assert!(is_page(&page), "{uri}");
        }
        let other_port = with(local.request("read:jobs"), "redirect_uri", Some("http://127.0.0.1:5/callback"));
        assert_eq!(local.ask_with(&browsers[1], other_port).await.status, 200);
        let rows: Vec<(String,)> = db.admin().await.rows("SELECT outcome FROM audit WHERE action = 'authorize.refuse'", vec![]).await.unwrap();
        assert!(rows.iter().any(|(why,)| why == "unknown_client") && rows.iter().any(|(why,)| why == "redirect_uri"));
    }

    async fn other_errors_go_back_to_the_app_but_only_after_sign_in(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::confidential(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let base = || app.request("read:jobs");
        let also = |name: &str, value: &str| [base(), vec![(name.to_owned(), value.to_owned())]].concat();
        let short = challenge("x")[..42].to_owned();
        let cases = vec![
            (with(base(), "code_challenge", None), "invalid_request"),
            (with(base(), "code_challenge_method", None), "invalid_request"),
            (with(base(), "code_challenge_method", Some("plain")), "invalid_request"),
            (with(base(), "code_challenge_method", Some("s256")), "invalid_request"),
            (with(base(), "code_challenge", Some(&short)), "invalid_request"),
            (with(base(), "code_challenge", Some(&"a".repeat(129))), "invalid_request"),
            (with(base(), "code_challenge", Some(&format!("{short}="))), "invalid_request"),
            (with(base(), "code_challenge", Some(&format!("{short}!"))), "invalid_request"),
            (with(base(), "response_type", None), "invalid_request"),
            (with(base(), "response_type", Some("token")), "unsupported_response_type"),
            (also("response_mode", "fragment"), "invalid_request"),
            (also("response_mode", "form_post"), "invalid_request"),
            (with(base(), "scope", Some("openid profile")), "invalid_scope"),
            (with(base(), "scope", Some("offline_access")), "invalid_scope"),
            (with(base(), "scope", Some("\"read:jobs\" wr\\ite é")), "invalid_scope"),
            (also("scope", "read:jobs"), "invalid_request"),
            (also("code_challenge", &challenge("x")), "invalid_request"),
            (also("response_type", "code"), "invalid_request"),
            (also("resource", RESOURCE), "invalid_target"),
            (with(base(), "resource", Some("https://evil.example/api/mcp")), "invalid_target"),
            (with(base(), "resource", Some(&format!("{RESOURCE}/more"))), "invalid_target"),
            (also("request", "eyJ"), "request_not_supported"),
            (also("request_uri", "https://evil.example/r"), "request_uri_not_supported"),
            (also("prompt", "none login"), "invalid_request"),
            (also("max_age", "soon"), "invalid_request"),
        ];
        for (case, error) in cases {
            let page = browser.get(&authorize(&case)).await;
            assert!(goes_back(&page, &server, error), "{case:?}: {} {}", page.status, page.location());
            // A stranger is asked to sign in first: no open redirector.
            let stranger = server.browser();
            let page = stranger.get(&authorize(&case)).await;
            if error == "invalid_request" && case.iter().any(|(_, value)| value == "none login") { continue }
            assert!(page.location().starts_with("/oauth/consent?request="), "{case:?}: {}", page.location());
            let page = stranger.get(page.location()).await;
            assert!(page.location().starts_with("/login?"), "{}", page.location());
        }
        // Of two states neither goes back, not even of two that are equal.
        for state in ["other", "s t+a/te"] {
            let page = browser.get(&authorize(&also("state", state))).await;
            assert_eq!((page.status, page.back("error").as_deref()), (303, Some("invalid_request")));
            assert_eq!(page.back("state"), None, "{}", page.location());
        }
        let rows: Vec<(i64,)> = db.admin().await.rows("SELECT COUNT(*) FROM authorization_codes", vec![]).await.unwrap();
        assert_eq!(rows, [(0,)]);
    }

    async fn sign_in_leads_to_the_page_and_back(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::confidential(&server).await;
        let browser = server.browser();
        let page = browser.get(&authorize(&app.request("read:jobs write:jobs"))).await;
        let consent = page.location().to_owned();
        let page = browser.get(&consent).await;
        let login = page.location().to_owned();
        let page = browser.get(&login).await;
        assert!(page.text.contains("Field Sync"), "the page says which app waits: {}", page.text);
        let page = browser.submit(&page, "/login", &[("email", &account.owner.email), ("password", PASSWORD)]).await;
        assert_eq!(page.location(), consent);
        let page = browser.get(&consent).await;
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.header("content-security-policy").contains("form-action"));
        for words in ["Field Sync", "unverified", "app.example", &app.id, &account.owner.email, "Lakeside Plumbing"] {
            assert!(page.text.contains(words), "{words}");
        }
        let code = app.allow(&browser, &page).await;
        assert_eq!(app.exchange(&code).await.status, 200);

        // The address, copied into another browser, is nobody's; an attacker who is signed in cannot decide it.
        let page = browser.get(&authorize(&app.request("read:jobs"))).await;
        let copied = page.location().to_owned();
        for other in [server.browser(), server.signed_in(&account.add_member(Role::Office).await).await] {
            let page = other.get(&copied).await;
            assert!(is_page(&page), "{} {}", page.status, page.location());
        }
    }

    async fn none_never_grants_in_silence_what_was_not_allowed_before(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::confidential(&server).await;
        let none = |app: &App, scope: &str| with(app.request(scope), "prompt", Some("none"));
        let silent = none(&app, "read:jobs");
        let page = server.browser().get(&authorize(&silent)).await;
        assert!(goes_back(&page, &server, "login_required"), "{}", page.location());
        let browser = server.signed_in(&account.owner).await;
        let page = browser.get(&authorize(&silent)).await;
        assert!(goes_back(&page, &server, "consent_required"), "{}", page.location());
        app.connect(&browser, "read:jobs").await;
        let page = browser.get(&authorize(&silent)).await;
        assert!(page.back("code").is_some() && page.back("iss").as_deref() == Some(&server.url), "{}", page.location());
        // More, another app, or a program that anybody can pose as: the page, again and again.
        let page = browser.get(&authorize(&none(&app, "read:jobs write:jobs"))).await;
        assert!(goes_back(&page, &server, "consent_required"));
        let other = App::confidential(&server).await;
        assert!(goes_back(&browser.get(&authorize(&none(&other, "read:jobs"))).await, &server, "consent_required"));
        let local = App::public(&server).await;
        local.connect(&browser, "read:jobs").await;
        let page = browser.get(&authorize(&none(&local, "read:jobs"))).await;
        assert_eq!(page.back("error").as_deref(), Some("consent_required"));
        assert_eq!(local.ask(&browser, "read:jobs").await.status, 200);
        // Remembered, it is skipped; prompt=consent asks all the same.
        let page = app.ask(&browser, "read:jobs").await;
        assert!(page.back("code").is_some(), "{}", page.text);
        let page = app.ask_with(&browser, with(app.request("read:jobs"), "prompt", Some("consent"))).await;
        assert_eq!(page.status, 200);
        // With a second company remembered there is a choice again.
        let second = Account::create(&db).await;
        second.admit(&account.owner, Role::Owner).await;
        let page = app.ask_with(&browser, with(app.request("read:jobs"), "prompt", Some("consent"))).await;
        let fields = [("tenant_id", second.tenant_id.as_str()), ("scope", "read:jobs"), ("decision", "allow")];
        let page = browser.submit(&page, support::oauth::DECISION, &fields).await;
        assert_eq!(page.status, 200, "the other company's boxes first");
        app.allow(&browser, &page).await;
        assert!(goes_back(&browser.get(&authorize(&silent)).await, &server, "consent_required"));
    }

    async fn login_asks_for_the_password_again(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::public(&server).await;
        let browser = server.signed_in(&account.owner).await;
        db.clock().advance(chrono::Duration::seconds(100));
        for (name, value, asked) in
            [("prompt", "login", true), ("max_age", "99", true), ("max_age", "0", true), ("max_age", "101", false)]
        {
            let page = app.ask_with(&browser, with(app.request("read:jobs"), name, Some(value))).await;
            assert_eq!(page.location().starts_with("/login?"), asked, "{name}={value}: {} {}", page.status, page.location());
            assert_eq!(page.location().ends_with("&again=1"), asked);
        }
        let page = app.ask_with(&browser, with(app.request("read:jobs"), "prompt", Some("login"))).await;
        let page = browser.get(page.location()).await;
        let page = browser.submit(&page, "/login", &[("email", &account.owner.email), ("password", PASSWORD)]).await;
        let page = browser.get(page.location()).await;
        assert_eq!(page.status, 200, "{}", page.location());
        app.allow(&browser, &page).await;
    }

    async fn the_state_adds_no_header_and_a_post_is_not_taken(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::confidential(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let page = app.ask_with(&browser, with(app.request("read:jobs"), "state", Some("x\r\nSet-Cookie: y=1"))).await;
        let page = browser.submit(&page, support::oauth::DECISION, &[("decision", "deny")]).await;
        assert!(page.location().ends_with("&state=x%0D%0ASet-Cookie%3A%20y%3D1"), "{}", page.location());
        assert!(!page.headers.get_all("set-cookie").iter().any(|cookie| cookie.to_str().unwrap().contains("y=1")));
        assert_eq!(browser.post("/oauth/authorize", &[("client_id", &app.id)]).await.status, 405);
        assert_eq!(browser.get(support::oauth::DECISION).await.status, 405);
        let page = browser.get(&format!("/oauth/authorize?{}", "a".repeat(9000))).await;
        assert!(is_page(&page));
    }
}
