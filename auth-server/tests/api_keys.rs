//! Settings → API & MCP: keys are made by owners, shown once, kept as hashes and revoked at once.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use chrono::Duration;
use shared::{api_key, binds, role::Role};
use support::{Browser, Page, Server};
use testing::{Account, PASSWORD, TestDatabase};

const KEYS: &str = "/settings/api/keys";

async fn make(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    let page = browser.get("/settings/api").await;
    let mut all = vec![("name", "Nightly export"), ("actor_type", "user"), ("scope", "read:jobs")];
    all.retain(|(name, _)| !fields.iter().any(|(field, _)| field == name));
    all.extend(fields);
    browser.submit(&page, KEYS, &all).await
}

async fn count(db: &TestDatabase) -> i64 {
    let rows: Vec<(i64,)> =
        db.admin().await.rows("SELECT COUNT(*) FROM api_keys", vec![]).await.expect("a count");
    rows[0].0
}

testing::on_both_databases! {
    async fn an_owner_makes_a_key_and_revokes_it(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let page = make(&browser, &[("scope", "read:jobs"), ("scope", "write:jobs"), ("ip_allow", "203.0.113.0/24")]).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
        let key = page.between("<code id=\"key\">", "</code>");
        assert!(key.starts_with("zoop_uk_") && api_key::is_well_formed(&key), "{key}");
        assert!(page.text.contains("http://127.0.0.1:8081/api/mcp") && page.text.contains("tools/list"));

        let sql = "SELECT id, kind, user_id, name, hash, last_four, scopes, ip_allow FROM api_keys";
        type Row = (String, String, Option<String>, String, Vec<u8>, String, String, String);
        let rows: Vec<Row> = db.admin().await.rows(sql, vec![]).await.unwrap();
        let (id, kind, user, name, hash, last_four, scopes, sources) = rows[0].clone();
        assert_eq!((kind.as_str(), user, name.as_str()), ("user", Some(account.owner.user_id.clone()), "Nightly export"));
        assert_eq!((hash, scopes.as_str(), sources.as_str()), (api_key::hash(&key), "read:jobs write:jobs", "203.0.113.0/24"));
        assert!(key.ends_with(&last_four));

        // It is shown once; its own revoke form follows its last four.
        let page = browser.get("/settings/api").await;
        assert!(!page.text.contains(&key));
        let action = format!("{KEYS}/{id}/revoke");
        assert!(page.text.find(&last_four).unwrap() < page.text.find(&action).unwrap());
        assert_eq!(browser.submit(&page, &action, &[]).await.location(), "/settings/api");
        let page = browser.get("/settings/api").await;
        assert!(page.text.contains("is revoked") && !page.text.contains(&action), "{}", page.text);
        let rows: Vec<(String, String)> =
            db.admin().await.rows("SELECT kind, subject FROM revocations", vec![]).await.unwrap();
        assert_eq!(rows, [("key".to_owned(), id)]);
        let rows: Vec<(String,)> =
            db.admin().await.rows("SELECT action FROM audit WHERE tenant_id IS NOT NULL ORDER BY action", vec![]).await.unwrap();
        assert_eq!(rows, [("api_key.create".to_owned(),), ("api_key.revoke".to_owned(),)]);
        let rows: Vec<(String,)> =
            db.admin().await.rows("SELECT CAST(changes AS TEXT) FROM audit", vec![]).await.unwrap();
        assert!(!rows.iter().any(|(changes,)| changes.contains(&key)));
    }

    async fn a_tenant_key_acts_as_nobody_and_a_user_key_as_whom_it_names(db: TestDatabase) {
        let account = Account::create(&db).await;
        let tech = account.add_member(Role::Tech).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let page = make(&browser, &[("actor_type", "tenant"), ("scope", "read:invoices")]).await;
        assert!(page.between("<code id=\"key\">", "</code>").starts_with("zoop_tk_"));
        let page = make(&browser, &[("user_id", &tech.user_id)]).await;
        assert!(page.text.contains(&format!("User key for {}", tech.name)), "{}", page.text);
        // The tech sees the key that acts as them, and may end it.
        let theirs = server.signed_in(&tech).await;
        let page = theirs.get("/settings").await;
        let id = page.between("/settings/keys/", "/revoke");
        let action = format!("/settings/keys/{id}/revoke");
        assert_eq!(theirs.submit(&page, &action, &[]).await.status, 303);
        assert!(!theirs.get("/settings").await.text.contains(&id));
    }

    async fn what_is_not_theirs_to_give_makes_no_key(db: TestDatabase) {
        let account = Account::create(&db).await;
        let stranger = Account::create(&db).await;
        let tech = account.add_member(Role::Tech).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let cases: [&[(&str, &str)]; 8] = [
            &[("scope", "read:everything")],
            &[("user_id", &tech.user_id), ("scope", "read:invoices")],
            &[("user_id", &stranger.owner.user_id)],
            &[("tenant_id", &stranger.tenant_id)],
            &[("actor_type", "admin")],
            &[("name", "")],
            &[("expires_at", "2020-01-01")],
            &[("name", "a"), ("name", "b")],
        ];
        for case in cases {
            let page = make(&browser, case).await;
            assert!([400, 403].contains(&page.status), "{case:?}: {}", page.status);
        }
        for (member, status) in [(&tech, 403), (&account.add_member(Role::Office).await, 403)] {
            let theirs = server.signed_in(member).await;
            let page = theirs.get("/settings/api").await;
            assert!(page.status == status && page.text.contains("Only owners"), "{}", page.text);
            let csrf = theirs.get("/settings").await.hidden("/logout").remove(0).1;
            let fields = [("csrf", csrf.as_str()), ("name", "x"), ("actor_type", "user"), ("scope", "read:jobs")];
            assert_eq!(theirs.post(KEYS, &fields).await.status, 403);
        }
        assert_eq!(count(&db).await, 0);
        // Another company's key is not there to be revoked.
        let key = stranger.full_key().await;
        let page = browser.get("/settings").await;
        let csrf = page.hidden("/logout").remove(0).1;
        let page = browser.post(&format!("{KEYS}/{}/revoke", key.id), &[("csrf", &csrf)]).await;
        assert_eq!(page.status, 404);
    }

    async fn presets_tick_boxes_and_make_nothing(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        for (preset, boxes) in [("all", 20), ("read", 10), ("chosen", 1)] {
            let page = make(&browser, &[("preset", preset), ("name", "")]).await;
            assert_eq!((page.status, page.text.matches("\" checked>").count()), (200, boxes + 1), "{preset}");
        }
        assert_eq!(count(&db).await, 0);
    }

    async fn a_key_needs_a_recent_password(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        db.clock().advance(Duration::minutes(16));
        assert_eq!(make(&browser, &[]).await.status, 400);
        assert_eq!(make(&browser, &[("password", "wrong")]).await.status, 400);
        assert_eq!(count(&db).await, 0);
        assert_eq!(make(&browser, &[("password", PASSWORD)]).await.status, 200);
        assert_eq!(make(&browser, &[]).await.status, 200, "the proof holds for a while");
    }

    async fn one_person_in_two_companies_acts_in_the_one_they_chose(db: TestDatabase) {
        let first = Account::create(&db).await;
        let second = Account::create(&db).await;
        second.admit(&first.owner, Role::Tech).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&first.owner).await;
        let page = browser.get("/settings").await;
        let to = |id: &str| [("tenant_id", id.to_owned()), ("return_to", "/settings/api".to_owned())];
        let switch = async |id: &str| {
            let fields = to(id);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            browser.submit(&page, "/settings/tenant", &fields).await
        };
        assert_eq!(switch(&second.tenant_id).await.location(), "/settings");
        assert_eq!(browser.get("/settings/api").await.status, 403, "a tech there");
        assert_eq!(switch(&first.tenant_id).await.location(), "/settings/api");
        assert_eq!(browser.get("/settings/api").await.status, 200, "an owner here");
        assert_eq!(switch("ten_nobodys").await.status, 403);
        // Removed, the place is gone at the next look.
        let remove = "UPDATE members SET status = 'removed' WHERE tenant_id = $1 AND user_id = $2";
        db.admin().await.execute(remove, binds![&first.tenant_id, &first.owner.user_id]).await.unwrap();
        assert_eq!(browser.get("/settings/api").await.status, 403);
    }
}
