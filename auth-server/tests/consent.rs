//! The consent page: what it shows, what its form can do, and that the server's own record decides.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::json;
use shared::{binds, role::Role};
use support::{
    Server,
    oauth::{App, DECISION, with},
};
use testing::{Account, TestDatabase};

async fn count(db: &TestDatabase, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let rows: Vec<(i64,)> = db.admin().await.rows(&sql, vec![]).await.expect("a count");
    rows[0].0
}

testing::on_both_databases! {
    async fn each_scope_can_be_unticked_and_presets_tick_many(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::public(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let asked = "openid read:contacts read:customers write:customers read:jobs write:tags offline_access";
        let page = app.ask(&browser, asked).await;
        assert!(page.text.contains("this computer") && page.text.contains("unverified"));
        // One box for a family; a narrower one only where its family was not asked for.
        let all = ["read:customers", "write:customers", "read:jobs", "offline_access"];
        assert_eq!(page.boxes(), all);
        assert_eq!(page.ticked(), all);
        let page = browser.submit(&page, DECISION, &[("preset", "read")]).await;
        assert_eq!(page.ticked(), ["read:customers", "read:jobs", "offline_access"]);
        let page = browser.submit(&page, DECISION, &[("preset", "all")]).await;
        assert_eq!(page.ticked(), all);
        let page = browser.submit(&page, DECISION, &[("preset", "chosen"), ("scope", "read:jobs")]).await;
        assert_eq!(page.ticked(), ["read:jobs"]);
        let page = browser.submit(&page, DECISION, &[("decision", "allow")]).await;
        assert!(page.status == 200 && page.text.contains("Nothing was ticked"));
        assert_eq!(count(&db, "authorization_codes").await, 0);
        let page = browser.submit(&page, DECISION, &[("scope", "read:jobs"), ("decision", "allow")]).await;
        let answer = app.exchange(&page.back("code").unwrap()).await;
        assert_eq!(answer.text("scope"), "read:jobs");
        assert!(answer.body["refresh_token"].is_null(), "no offline_access, no refresh token");
    }

    async fn a_request_without_scope_is_offered_all_with_writes_unticked(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::public(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let page = app.ask_with(&browser, with(app.request(""), "scope", None)).await;
        assert_eq!((page.boxes().len(), page.ticked().len()), (21, 11));
        assert!(!page.ticked().iter().any(|scope| scope.starts_with("write:")));
        // A tech is offered what the role allows, and told what it leaves out.
        let tech = server.signed_in(&account.add_member(Role::Tech).await).await;
        let page = app.ask(&tech, "read:invoices read:jobs write:jobs").await;
        assert_eq!(page.boxes(), ["read:jobs", "write:jobs"]);
        assert!(page.text.contains("Left out") && page.text.contains("read:invoices"));
        let answer = app.connect(&tech, "read:invoices read:jobs write:jobs").await;
        assert_eq!((answer.text("scope").as_str(), answer.claims()["role"].as_str()), ("read:jobs write:jobs", Some("tech")));
        // Registered for less, it is offered less.
        let small = App::register(&server, json!({ "scope": "read:jobs" }), "https://small.example/cb").await;
        assert_eq!(small.ask(&browser, "read:jobs write:jobs read:customers").await.boxes(), ["read:jobs"]);
    }

    async fn what_is_added_to_the_form_counts_for_nothing(db: TestDatabase) {
        let account = Account::create(&db).await;
        let stranger = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::public(&server).await;
        let other = App::confidential(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let page = app.ask(&browser, "read:jobs").await;
        let fields = [("scope", "read:jobs"), ("scope", "write:invoices"), ("scope", "offline_access"), ("decision", "allow"),
            ("client_id", other.id.as_str()), ("redirect_uri", "https://evil.example/"), ("state", "mine"),
            ("code_challenge", "x"), ("user_id", stranger.owner.user_id.as_str())];
        let page = browser.submit(&page, DECISION, &fields).await;
        assert!(page.location().starts_with(&app.redirect_uri) && page.location().ends_with("&state=s%20t%2Ba%2Fte"));
        let answer = app.exchange(&page.back("code").unwrap()).await;
        assert_eq!((answer.text("scope").as_str(), answer.claims()["sub"].as_str()), ("read:jobs", Some(account.owner.user_id.as_str())));
        // Without its token, with another's, and for a company of which the person is no active member: 403.
        let page = app.ask(&browser, "read:jobs").await;
        let request = page.hidden(DECISION).into_iter().find(|(name, _)| name == "request").unwrap().1;
        let before = count(&db, "authorization_codes").await;
        let allow = [("request", request.as_str()), ("scope", "read:jobs"), ("decision", "allow")];
        assert_eq!(browser.post(DECISION, &allow).await.status, 403);
        let theirs = server.signed_in(&stranger.owner).await;
        let foreign = app.ask(&theirs, "read:jobs").await;
        assert_eq!(browser.submit(&foreign, DECISION, &allow).await.status, 403);
        for tenant in [stranger.tenant_id.as_str(), "ten_none"] {
            let fields = [("tenant_id", tenant), ("scope", "read:jobs"), ("decision", "allow")];
            assert_eq!(browser.submit(&page, DECISION, &fields).await.status, 403);
        }
        assert_eq!(count(&db, "authorization_codes").await, before);
        // Another person's request is not theirs to decide.
        let fields = [("request", request.as_str()), ("scope", "read:jobs"), ("decision", "allow")];
        assert_eq!(theirs.submit(&foreign, DECISION, &fields).await.status, 400);
    }

    async fn another_company_shows_its_boxes_first(db: TestDatabase) {
        let account = Account::create(&db).await;
        let second = Account::create(&db).await;
        second.admit(&account.owner, Role::Tech).await;
        let server = Server::start(&db).await;
        let app = App::public(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let page = app.ask(&browser, "read:jobs read:invoices").await;
        let shown = page.text.contains("read:invoices\" checked");
        let (first, other) = if shown { (&account, &second) } else { (&second, &account) };
        let fields = [("tenant_id", other.tenant_id.as_str()), ("scope", "read:jobs"), ("scope", "read:invoices"), ("decision", "allow")];
        let page = browser.submit(&page, DECISION, &fields).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.boxes().len(), if shown { 1 } else { 2 });
        assert_eq!(count(&db, "authorization_codes").await, 0);
        let page = browser.submit(&page, DECISION, &fields).await;
        let answer = app.exchange(&page.back("code").unwrap()).await;
        assert_eq!(answer.claims()["tenant_id"], json!(other.tenant_id));
        assert_eq!(answer.claims()["sub"], json!(account.owner.user_id));
        assert_ne!(first.tenant_id, other.tenant_id);
        // Removed meanwhile: the place is gone, nothing is granted.
        let page = app.ask(&browser, "read:jobs").await;
        let remove = "UPDATE members SET status = 'removed' WHERE tenant_id = $1 AND user_id = $2";
        db.admin().await.execute(remove, binds![&second.tenant_id, &account.owner.user_id]).await.unwrap();
        let fields = [("tenant_id", second.tenant_id.as_str()), ("scope", "read:jobs"), ("decision", "allow")];
        assert_eq!(browser.submit(&page, DECISION, &fields).await.status, 403);
    }

    async fn fifty_clicks_on_allow_give_one_code(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::public(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let page = app.ask(&browser, "read:jobs").await;
        let fields: Vec<(String, String)> = page.hidden(DECISION);
        let clicks = (0..50).map(|_| {
            let (browser, fields) = (browser.clone(), fields.clone());
            tokio::spawn(async move {
                let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                fields.extend([("scope", "read:jobs"), ("decision", "allow")]);
                browser.post(DECISION, &fields).await
            })
        });
        let mut codes = 0;
        for click in clicks.collect::<Vec<_>>() {
            let page = click.await.unwrap();
            assert!([303, 400].contains(&page.status), "{}", page.text);
            codes += i32::from(page.back("code").is_some());
        }
        assert_eq!((codes, count(&db, "authorization_codes").await), (1, 1));
    }

    async fn deny_goes_back_and_another_person_may_take_over(db: TestDatabase) {
        let account = Account::create(&db).await;
        let office = account.add_member(Role::Office).await;
        let server = Server::start(&db).await;
        let app = App::confidential(&server).await;
        let browser = server.signed_in(&account.owner).await;
        let page = app.ask(&browser, "read:jobs").await;
        let switched = browser.submit(&page, DECISION, &[("decision", "switch")]).await;
        assert!(switched.location().starts_with("/login?"), "{}", switched.location());
        let page = browser.get(switched.location()).await;
        let fields = [("email", office.email.as_str()), ("password", testing::PASSWORD)];
        let page = browser.submit(&page, "/login", &fields).await;
        let page = browser.get(page.location()).await;
        assert!(page.text.contains(&office.email), "{}", page.text);
        let denied = browser.submit(&page, DECISION, &[("decision", "deny")]).await;
        assert_eq!(denied.back("error").as_deref(), Some("access_denied"));
        assert_eq!(browser.submit(&page, DECISION, &[("decision", "deny")]).await.status, 400);
        assert_eq!(count(&db, "authorization_codes").await, 0);
    }

    async fn a_person_who_can_allow_nothing_is_told_so(db: TestDatabase) {
        let account = Account::create(&db).await;
        let tech = account.add_member(Role::Tech).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&tech).await;
        let app = App::confidential(&server).await;
        let page = app.ask(&browser, "read:customers write:invoices offline_access").await;
        assert_eq!((page.status, page.boxes()), (200, vec![]), "{}", page.text);
        assert!(page.text.contains("There is nothing to allow") && page.text.contains("you are a tech in"), "{}", page.text);
        assert!(!page.text.contains("value=\"allow\"") && page.text.contains("value=\"deny\""), "{}", page.text);
        let page = browser.submit(&page, DECISION, &[("decision", "allow"), ("scope", "read:customers")]).await;
        assert_eq!((page.status, page.location()), (200, ""), "an Allow of their own making changes nothing");
        let page = browser.submit(&page, DECISION, &[("decision", "deny")]).await;
        assert_eq!(page.back("error").as_deref(), Some("access_denied"));
        assert_eq!(count(&db, "authorization_codes").await, 0);
    }

    async fn enter_draws_the_page_anew_with_what_is_chosen(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::confidential(&server).await;
        let page = app.ask(&browser, "read:jobs write:jobs").await;
        // A browser presses the first submit button of a form (HTML §4.10.21.2).
        let form = page.between(&format!("action=\"{DECISION}\""), "</form>");
        let first = form.split("<button").nth(1).unwrap().split('>').next().unwrap();
        assert!(first.contains("name=\"preset\" value=\"chosen\""), "{first}");
        let page = browser.submit(&page, DECISION, &[("preset", "chosen"), ("scope", "write:jobs")]).await;
        assert_eq!((page.status, page.ticked()), (200, vec!["write:jobs".to_owned()]));
        assert_eq!((count(&db, "authorization_codes").await, browser.get("/settings").await.status), (0, 200));
    }

    async fn an_app_on_this_computer_is_known_on_https_too(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        for uri in ["https://localhost/cb", "https://127.0.0.1:8443/cb", "http://[::1]/cb"] {
            let app = App::register(&server, json!({}), uri).await;
            let page = app.ask(&browser, "read:jobs").await;
            assert!(page.text.contains("This app runs on this computer"), "{uri}: {}", page.text);
            app.allow(&browser, &page).await;
            // A confidential app too is asked for again.
            assert_eq!(app.ask(&browser, "read:jobs").await.status, 200, "{uri}");
        }
    }

    async fn a_name_is_shown_but_never_runs(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let name = "Claude<script>alert(1)</script>\u{202e}\u{0007} by\nAnthropic";
        let more = json!({ "client_name": name, "logo_uri": "https://evil.example/logo.png", "client_uri": "https://evil.example" });
        let app = App::register(&server, more, "https://evil.example/cb").await;
        let page = app.ask(&browser, "read:jobs").await;
        assert!(!page.text.contains("<script>alert") && !page.text.contains('\u{202e}') && !page.text.contains("logo.png"));
        assert!(page.text.contains("unverified") && page.text.contains("evil.example"));
    }
}
