//! Signing in and out: cookies, CSRF, throttle, and that nothing tells whether an account exists.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use chrono::Duration;
use shared::{binds, role::Role};
use support::Server;
use testing::{Account, PASSWORD, TestDatabase};

testing::on_both_databases! {
    async fn a_person_signs_in_and_out(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.browser();
        let page = browser.get("/settings/api").await;
        assert_eq!((page.status, page.location()), (303, "/login?return_to=%2Fsettings%2Fapi"));

        let before = browser.get("/login").await;
        let anonymous = browser.cookies();
        let page = browser
            .submit(&before, "/login", &[("email", &account.owner.email.to_uppercase()), ("password", PASSWORD)])
            .await;
        assert_eq!((page.status, page.location()), (303, "/settings"));
        assert_ne!(anonymous, browser.cookies(), "the session is rotated at login");
        let cookie = page.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");

        let page = browser.get("/settings").await;
        assert!(page.status == 200 && page.text.contains(&account.owner.email), "{}", page.text);
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(page.header(name), value);
        }
        assert!(page.header("content-security-policy").contains("form-action 'self'"));
        assert!(!page.text.contains("style=") && !page.text.contains("<script>"));

        // The rows hold no cookie, and the session of before the login is gone.
        let rows: Vec<(String, String)> =
            db.admin().await.rows("SELECT id, data FROM sessions", vec![]).await.unwrap();
        let cookie = browser.cookies().into_values().next().unwrap();
        assert!(rows.len() == 1 && !rows.iter().any(|(id, data)| id.contains(&cookie) || data.contains(&cookie)));

        let page = browser.get("/logout").await;
        let kept = browser.cookies();
        assert_eq!(browser.submit(&page, "/logout", &[]).await.location(), "/login");
        browser.set_cookies(kept);
        assert_eq!(browser.get("/settings").await.status, 303, "the old cookie is worth nothing");
    }

    async fn on_https_the_cookie_is_a_host_cookie(db: TestDatabase) {
        let server = Server::start_with(&db, &["--issuer", "https://auth.example"]).await;
        let page = server.browser().get("/login").await;
        let cookie = page.header("set-cookie");
        assert!(cookie.starts_with("__Host-zoop="), "{cookie}");
        assert!(cookie.contains("Secure") && cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
        assert!(page.header("strict-transport-security").contains("max-age"));
    }

    async fn a_form_without_its_own_token_is_refused(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let (browser, other) = (server.browser(), server.browser());
        let fields = [("email", account.owner.email.as_str()), ("password", PASSWORD)];
        assert_eq!(browser.post("/login", &fields).await.status, 403);
        browser.get("/login").await;
        assert_eq!(browser.post("/login", &fields).await.status, 403);
        let foreign = other.get("/login").await;
        let page = browser.submit(&foreign, "/login", &fields).await;
        assert!(page.status == 403 && page.text.contains("This form has expired"), "{}", page.text);
        assert_eq!(browser.get("/settings").await.status, 303);
        // Signed in, an old token of before the login is worth nothing either.
        let before = browser.get("/login").await;
        browser.submit(&before, "/login", &fields).await;
        let page = browser.submit(&before, "/login", &fields).await;
        assert_eq!(page.status, 403);
    }

    async fn nothing_tells_whether_an_account_exists(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let tell = async |email: &str| {
            let browser = server.browser();
            let page = browser.login(email, "wrong", "/settings").await;
            let csrf = page.hidden("/login").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
            (page.status, page.text.replace(&csrf, "").replace(email, ""))
        };
        let known = tell(&account.owner.email).await;
        assert_eq!(known.0, 401);
        assert_eq!(known, tell("nobody@example.com").await);
        for _ in 0..9 {
            tell(&account.owner.email).await;
            tell("nobody@example.com").await;
        }
        let known = tell(&account.owner.email).await;
        assert_eq!(known.0, 429);
        assert_eq!(known, tell("nobody@example.com").await);
        // The right password waits too, and comes through when the time is over.
        let browser = server.browser();
        assert_eq!(browser.login(&account.owner.email, PASSWORD, "/settings").await.status, 429);
        db.clock().advance(Duration::minutes(15));
        assert_eq!(browser.login(&account.owner.email, PASSWORD, "/settings").await.status, 303);
        // Thirty from one source, whatever the addresses.
        let browser = server.browser();
        let mut last = 0;
        for n in 0..31 {
            last = browser.login(&format!("a{n}@example.com"), "wrong", "/settings").await.status;
        }
        assert_eq!(last, 429);
    }

    async fn a_way_back_stays_within_the_site(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        for path in ["//evil.example", "https://evil.example", "/\\evil.example"] {
            let page = server.browser().login(&account.owner.email, PASSWORD, path).await;
            assert_eq!(page.location(), "/settings", "{path}");
        }
    }

    async fn a_disabled_person_is_out_at_once(db: TestDatabase) {
        let account = Account::create(&db).await;
        let office = account.add_member(Role::Office).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&office).await;
        let disable = "UPDATE users SET status = 'disabled' WHERE id = $1";
        db.admin().await.execute(disable, binds![&office.user_id]).await.unwrap();
        assert_eq!(browser.get("/settings").await.status, 303);
        assert_eq!(server.browser().login(&office.email, PASSWORD, "/settings").await.status, 401);
    }

    async fn a_new_password_ends_the_other_sessions(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let (here, there) = (server.signed_in(&account.owner).await, server.signed_in(&account.owner).await);
        let page = here.get("/settings").await;
        let change = async |current: &str, new: &str| {
            let fields = [("current_password", current), ("new_password", new)];
            here.submit(&page, "/settings/password", &fields).await
        };
        assert!(change(PASSWORD, "short").await.text.contains("at least 12 characters"));
        assert!(change("wrong", "a new long password").await.text.contains("current password is wrong"));
        assert_eq!(change(PASSWORD, "a new long password").await.status, 303);
        assert!(here.get("/settings").await.text.contains("Your password is changed"));
        assert_eq!(there.get("/settings").await.status, 303);
        assert_eq!(server.browser().login(&account.owner.email, PASSWORD, "/settings").await.status, 401);
        assert_eq!(server.browser().login(&account.owner.email, "a new long password", "/").await.status, 303);
    }

    async fn unknown_paths_and_methods_answer_in_kind(db: TestDatabase) {
        let server = Server::start(&db).await;
        let page = server.browser().get("/nothing").await;
        assert!(page.status == 404 && page.text.contains("There is no such page"), "{}", page.text);
        let program = testing::http_client();
        let answer = program.get(format!("{}/nothing", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), 404);
        assert!(answer.text().await.unwrap().starts_with("{\"error\":\"not_found\""));
        let answer = program.delete(format!("{}/login", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), 405);
        assert!(answer.text().await.unwrap().starts_with('{'));
        let answer = program.get(format!("{}/healthz", server.url)).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap()), (200, "{\"status\":\"ok\"}".to_owned()));
    }
}
