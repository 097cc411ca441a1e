//! Refusals: what is written down of each, and what no request may hold.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::json;
use shared::role::Role;
use support::{
    Server,
    oauth::{App, DECISION, VERIFIER, answer, authorize, with},
};
use testing::{Account, PASSWORD, TestDatabase};

/// Whether this was written down, with this subject, source and a request id.
async fn audited(db: &TestDatabase, action: &str, outcome: &str, subject: Option<&str>) -> bool {
    let sql = "SELECT action, outcome, subject, source, request_id FROM audit";
    type Row = (String, String, Option<String>, Option<String>, Option<String>);
    let rows: Vec<Row> = db.admin().await.rows(sql, vec![]).await.unwrap();
    let found = rows.iter().any(|row| {
        (row.0.as_str(), row.1.as_str(), row.2.as_deref()) == (action, outcome, subject)
            && row.3.as_deref() == Some("127.0.0.1")
            && row.4.is_some()
    });
    if !found {
        eprintln!("no {action} {outcome} {subject:?} in {rows:#?}");
    }
    found
}

testing::on_both_databases! {
    async fn programs_refusals_name_the_client_that_was_claimed(db: TestDatabase) {
        let server = Server::start(&db).await;
        let http = testing::http_client();
        for (path, action) in [("/oauth/token", "token.refuse"), ("/oauth/revoke", "revoke.refuse")] {
            let url = format!("{}{path}", server.url);
            let told = answer(http.post(&url).basic_auth("app_basic", Some("wrong")).form(&[("token", "x")])).await;
            assert_eq!((told.status, told.error()), (401, "invalid_client"));
            assert!(audited(&db, action, "invalid_client", Some("app_basic")).await);
            let told = answer(http.post(&url).form(&[("client_id", "app_form"), ("token", "x")])).await;
            assert_eq!((told.status, told.error()), (401, "invalid_client"));
            assert!(audited(&db, action, "invalid_client", Some("app_form")).await);
        }
    }

    async fn peoples_refusals_are_written_down(db: TestDatabase) {
        let (account, stranger) = (Account::create(&db).await, Account::create(&db).await);
        let tech = account.add_member(Role::Tech).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::confidential(&server).await;

        let page = app.ask(&browser, "read:jobs").await;
        let foreign = [("decision", "allow"), ("tenant_id", stranger.tenant_id.as_str()), ("scope", "read:jobs")];
        assert_eq!(browser.submit(&page, DECISION, &foreign).await.status, 403);
        assert!(audited(&db, "consent.refuse", "foreign_tenant", Some(&app.id)).await);

        assert_eq!(browser.post(DECISION, &[("decision", "allow")]).await.status, 403);
        assert!(audited(&db, "form.refuse", "csrf", Some(DECISION)).await);

        let silently = authorize(&with(app.request("read:jobs"), "prompt", Some("none")));
        for (who, error) in [(&server.browser(), "login_required"), (&browser, "consent_required")] {
            assert_eq!(who.get(&silently).await.back("error").as_deref(), Some(error));
            assert!(audited(&db, "authorize.refuse", error, Some(&app.id)).await);
        }

        let page = browser.get("/settings/api").await;
        let fields = |more: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            let base = [("name", "x"), ("actor_type", "user"), ("scope", "read:invoices")];
            let kept = base.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
            kept.chain(more).map(|&(name, value)| (name, value.to_owned())).collect()
        };
        for (more, status, why) in [
            (vec![("user_id", tech.user_id.as_str())], 400, "invalid"),
            (vec![("tenant_id", stranger.tenant_id.as_str())], 403, "foreign_tenant"),
        ] {
            let fields = fields(&more);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(browser.submit(&page, "/settings/api/keys", &fields).await.status, status);
            assert!(audited(&db, "api_key.create", why, Some(&account.tenant_id)).await);
        }
    }

    async fn a_wrong_password_is_held_against_its_account(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        server.browser().login("nobody@example.com", "wrong", "/settings").await;
        assert!(audited(&db, "login", "wrong_password", None).await, "what was typed there is not kept");
        for _ in 0..10 {
            assert_eq!(server.browser().login(&account.owner.email, "wrong", "/settings").await.status, 401);
        }
        assert!(audited(&db, "login", "wrong_password", Some(&account.owner.user_id)).await);
        assert_eq!(server.browser().login(&account.owner.email, PASSWORD, "/settings").await.status, 429);
        assert!(audited(&db, "login", "too_many_tries", Some(&account.owner.user_id)).await);
    }

    async fn a_nul_character_is_refused_at_the_door(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::confidential(&server).await;
        let good = authorize(&app.request("read:jobs"));
        for path in [
            "/oauth/authorize?client_id=%00".to_owned(),
            good.replace("read%3Ajobs", "read%3Ajobs%00"),
            good.replace("state=", "state=%00"),
            "/login?return_to=%00".to_owned(),
            "/oauth/consent?request=a%00".to_owned(),
            "/settings%00".to_owned(),
        ] {
            let page = browser.get(&path).await;
            assert_eq!((page.status, page.location()), (400, ""), "{path}: {}", page.text);
            assert!(page.header("content-type").starts_with("text/html") && page.text.contains("NUL"), "{path}: {}", page.text);
        }
        let page = browser.get("/settings").await;
        let csrf = page.hidden("/logout").remove(0).1;
        for path in ["/settings/apps/%00/revoke", "/settings/keys/a%00/revoke", "/settings/api/keys/%00/revoke", "/settings/sessions/%00/end"] {
            assert_eq!(browser.post(path, &[("csrf", &csrf)]).await.status, 400, "{path}");
        }
        let page = server.browser().login("a\0b@example.com", "a password", "/settings").await;
        assert!(page.status == 400 && page.text.contains("NUL"), "{}", page.text);
        for (name, value) in [("client_id", "\0"), ("code", "a\0"), ("scope", "read:jobs\0"), ("resource", "\0")] {
            let fields = [("grant_type", "refresh_token"), (name, value), ("code_verifier", VERIFIER)];
            for path in ["/oauth/token", "/oauth/revoke"] {
                let told = answer(app.http.post(format!("{}{path}", server.url)).form(&fields)).await;
                assert_eq!((told.status, told.error()), (400, "invalid_request"), "{path} {name}: {told:?}");
            }
        }
        let token = || app.http.post(format!("{}/oauth/token", server.url));
        let raw = token().header("content-type", "application/x-www-form-urlencoded").body("client_id=a\0b");
        assert_eq!(answer(raw).await.error(), "invalid_request");
        let told = answer(app.http.get(format!("{}/oauth/token?x=%00", server.url))).await;
        assert_eq!((told.status, told.error()), (400, "invalid_request"));
        // Where it comes by other ways, nobody has such a name.
        for id in ["a%00b", "a\0b"] {
            let told = answer(token().basic_auth(id, Some("x")).form(&[("grant_type", "refresh_token")])).await;
            assert_eq!((told.status, told.error()), (401, "invalid_client"), "{told:?}");
        }
        let names = json!({ "client_name": "a\0b", "redirect_uris": ["https://app.example/cb"], "scope": "read:jobs \0" });
        let told = support::oauth::post_json(&server, "/oauth/register", names).await;
        assert_eq!((told.status, told.body["client_name"].as_str()), (201, Some("ab")), "{told:?}");
    }
}
