//! The token endpoint: exchange, rotation, reuse, revocation, and what happens when fifty ask at once.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};
use shared::{binds, role::Role};
use support::{
    Server,
    oauth::{Answer, App, RESOURCE, VERIFIER, answer, post_json},
};
use testing::{Account, TestDatabase};

const CODE: (&str, &str) = ("grant_type", "authorization_code");

fn refused(answer: &Answer, status: u16, error: &str) -> bool {
    answer.status == status
        && answer.error() == error
        && answer.headers["cache-control"] == "no-store"
        && answer.body.get("access_token").is_none()
        && answer.body["error_description"].as_str().is_some_and(|words| !words.is_empty())
}

async fn revoked_grants(db: &TestDatabase) -> i64 {
    let sql = "SELECT COUNT(*) FROM revocations WHERE kind = 'grant'";
    let rows: Vec<(i64,)> = db.admin().await.rows(sql, vec![]).await.expect("a count");
    rows[0].0
}

testing::on_both_databases! {
    async fn a_code_becomes_a_jwt_that_the_jwks_checks(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start_with(&db, &[]).await;
        let browser = server.signed_in(&account.owner).await;
        for app in [App::public(&server).await, App::confidential(&server).await] {
            let answer = app.connect(&browser, "read:jobs write:jobs offline_access").await;
            assert_eq!((answer.text("token_type").as_str(), &answer.body["expires_in"]), ("Bearer", &json!(3600)));
            assert_eq!(answer.text("scope"), "read:jobs write:jobs offline_access");
            assert_eq!(answer.headers["cache-control"], "no-store");
            let claims = answer.claims();
            for (name, value) in [
                ("iss", json!(server.url)), ("sub", json!(account.owner.user_id)), ("aud", json!(RESOURCE)),
                ("client_id", json!(app.id)), ("tenant_id", json!(account.tenant_id)), ("role", json!("owner")),
                ("client_name", json!("Field Sync")), ("authz_version", json!(1)), ("scope", json!("read:jobs write:jobs offline_access")),
            ] {
                assert_eq!(claims[name], value, "{name}");
            }
            let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
            assert_eq!((iat, exp), (db.clock().now().seconds(), iat + 3600));
            let jwks = self::answer(testing::http_client().get(format!("{}/.well-known/jwks.json", server.url))).await;
            let keys: Vec<Value> = jwks.body["keys"].as_array().unwrap().clone();
            assert!(keys.iter().all(|key| key["kty"] == "RSA" && key.get("d").is_none()));
            assert_eq!(jwks.headers["access-control-allow-origin"], "*");
            let checked = auth_server::security::jwt::read(&answer.text("access_token"), &keys).unwrap();
            assert_eq!(checked.grant_id, claims["grant_id"]);
        }
    }

    async fn es256_by_setting(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start_with(&db, &["--signing-algorithm", "ES256", "--access-token-ttl", "5"]).await;
        let browser = server.signed_in(&account.owner).await;
        let answer = App::public(&server).await.connect(&browser, "read:jobs").await;
        assert_eq!(answer.body["expires_in"], 5);
        let jwks = self::answer(testing::http_client().get(format!("{}/.well-known/jwks.json", server.url))).await;
        let keys: Vec<Value> = jwks.body["keys"].as_array().unwrap().clone();
        assert_eq!(keys[0]["kty"], "EC");
        assert!(auth_server::security::jwt::read(&answer.text("access_token"), &keys).is_some());
    }

    async fn a_failed_exchange_spends_nothing(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let (app, other) = (App::public(&server).await, App::confidential(&server).await);
        let code = app.code(&browser, "read:jobs").await;
        let code = code.as_str();
        let wrong = "x".repeat(43);
        let good = [CODE, ("code", code), ("code_verifier", VERIFIER)];
        let plus = |more: (&'static str, &'static str)| [good.as_slice(), &[more]].concat();
        for (fields, status, error) in [
            (vec![CODE, ("code", code), ("code_verifier", &wrong)], 400, "invalid_grant"),
            (vec![CODE, ("code", code)], 400, "invalid_grant"),
            (vec![CODE, ("code", "nope"), ("code_verifier", VERIFIER)], 400, "invalid_grant"),
            (vec![CODE, ("code_verifier", VERIFIER)], 400, "invalid_request"),
            (plus(("redirect_uri", "http://127.0.0.1:33418/./callback")), 400, "invalid_grant"),
            (plus(("resource", "https://evil.example")), 400, "invalid_target"),
            (plus(("resource", "http://127.0.0.1:8081")), 400, "invalid_target"),
            (plus(CODE), 400, "invalid_request"),
            (plus(("code_verifier", VERIFIER)), 400, "invalid_request"),
            (plus(("client_secret", "x")), 401, "invalid_client"),
            (vec![("grant_type", "password"), ("code", code)], 400, "unsupported_grant_type"),
            (vec![("grant_type", "client_credentials")], 400, "unauthorized_client"),
            (vec![("code", code)], 400, "invalid_request"),
        ] {
            let answer = app.token(&fields).await;
            assert!(refused(&answer, status, error), "{fields:?}: {} {:?}", answer.status, answer.body);
        }
        assert!(refused(&other.exchange(code).await, 400, "invalid_grant"), "another client's code");
        let nobody = App { id: "app_nobody".to_owned(), ..app.clone() };
        assert!(refused(&nobody.exchange(code).await, 401, "invalid_client"));
        let answer = app.token(&[CODE, ("code", code), ("code_verifier", VERIFIER), ("redirect_uri", &app.redirect_uri), ("resource", &format!("{RESOURCE}/?x=1"))]).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        // A replay with the wrong verifier revokes nothing, with the right one what the first use got.
        assert!(refused(&app.token(&[CODE, ("code", code), ("code_verifier", &wrong)]).await, 400, "invalid_grant"));
        assert_eq!(revoked_grants(&db).await, 0);
        db.clock().advance(Duration::seconds(90));
        assert!(refused(&app.exchange(code).await, 400, "invalid_grant"));
        assert_eq!(revoked_grants(&db).await, 1);
        // A minute, and a code is gone.
        let late = app.code(&browser, "read:jobs").await;
        db.clock().advance(Duration::seconds(60));
        assert!(refused(&app.exchange(&late).await, 400, "invalid_grant"));
    }

    async fn clients_prove_themselves_in_one_way(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let app = App::confidential(&server).await;
        let secret = app.secret.clone().unwrap();
        let http = testing::http_client();
        let url = format!("{}/oauth/token", server.url);
        let post = |basic: Option<(&str, &str)>, fields: &[(&str, &str)]| {
            let request = http.post(&url).form(&[&[CODE, ("code", "nope")], fields].concat());
            answer(match basic { Some((id, secret)) => request.basic_auth(id, Some(secret)), None => request })
        };
        let id = app.id.as_str();
        assert!(refused(&post(None, &[("client_id", id)]).await, 401, "invalid_client"), "a confidential client without its secret");
        assert!(refused(&post(None, &[("client_id", id), ("client_secret", "wrong")]).await, 401, "invalid_client"));
        assert!(refused(&post(Some((id, "wrong")), &[]).await, 401, "invalid_client"));
        assert!(refused(&post(Some((id, &secret)), &[("client_secret", &secret)]).await, 400, "invalid_request"));
        assert!(refused(&post(Some((id, &secret)), &[("client_assertion", "x")]).await, 400, "invalid_request"));
        assert!(refused(&post(Some((id, &secret)), &[("client_id", "other")]).await, 400, "invalid_request"));
        assert!(refused(&post(Some((id, &secret)), &[]).await, 400, "invalid_grant"), "proved; the code is not known");
        assert!(refused(&post(None, &[("client_id", id), ("client_secret", &secret)]).await, 400, "invalid_grant"));
        let key = account.full_key().await.secret;
        assert!(refused(&post(None, &[("client_id", id), ("client_secret", &key)]).await, 401, "invalid_client"));
        let answer = self::answer(http.post(&url).bearer_auth(&key).form(&[CODE])).await;
        assert!(refused(&answer, 401, "invalid_client") && answer.headers.contains_key("www-authenticate"));
        let answer = post_json(&server, "/oauth/token", json!({ "grant_type": "authorization_code" })).await;
        assert_eq!((answer.status, answer.error()), (415, "invalid_request"));
        let answer = self::answer(http.post(&url).header("content-type", "application/x-www-form-urlencoded").body("a".repeat(100_000))).await;
        assert_eq!(answer.status, 413);
        assert_eq!(self::answer(http.get(&url)).await.status, 405);
    }

    async fn fifty_exchanges_of_one_code_give_one_answer(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::public(&server).await;
        let code = app.code(&browser, "read:jobs offline_access").await;
        let tries = (0..50).map(|_| {
            let (app, code) = (app.clone(), code.clone());
            tokio::spawn(async move { app.exchange(&code).await })
        });
        let mut won = 0;
        for attempt in tries.collect::<Vec<_>>() {
            let answer = attempt.await.unwrap();
            match answer.status {
                200 => won += 1,
                _ => assert!(refused(&answer, 400, "invalid_grant"), "{answer:?}"),
            }
        }
        assert_eq!(won, 1);
        let rows: Vec<(i64,)> = db.admin().await.rows("SELECT COUNT(*) FROM grants", vec![]).await.unwrap();
        assert_eq!(rows, [(1,)]);
    }

    async fn a_refresh_token_rotates_and_its_reuse_ends_the_grant(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let (app, other) = (App::public(&server).await, App::confidential(&server).await);
        let first = app.connect(&browser, "read:jobs write:jobs offline_access").await;
        let old = first.text("refresh_token");
        for (fields, error) in [
            (vec![("scope", "read:jobs read:invoices")], "invalid_scope"),
            (vec![("scope", " ")], "invalid_scope"),
            (vec![("scope", "openid")], "invalid_scope"),
            (vec![("resource", "https://evil.example")], "invalid_target"),
        ] {
            let answer = app.refresh(&old, &fields).await;
            assert!(refused(&answer, 400, error), "{fields:?}: {:?}", answer.body);
        }
        assert!(refused(&other.refresh(&old, &[]).await, 400, "invalid_grant"), "another client's");
        assert!(refused(&app.refresh(&first.text("access_token"), &[]).await, 400, "invalid_grant"), "an access token");
        assert!(refused(&app.refresh("nope", &[]).await, 400, "invalid_grant"));
        // Narrower once does not shrink the grant.
        let second = app.refresh(&old, &[("scope", "read:jobs")]).await;
        assert_eq!((second.status, second.text("scope").as_str()), (200, "read:jobs"));
        assert_ne!(second.text("refresh_token"), old);
        assert_eq!(second.claims()["grant_id"], first.claims()["grant_id"]);
        // Within its grace: the same again to the same, nothing to another, and nothing is lost.
        let again = app.refresh(&old, &[("scope", "read:jobs")]).await;
        assert_eq!(again.body, second.body);
        assert!(refused(&app.refresh(&old, &[]).await, 400, "invalid_grant"));
        assert!(refused(&other.refresh(&old, &[("scope", "read:jobs")]).await, 400, "invalid_grant"));
        let third = app.refresh(&second.text("refresh_token"), &[]).await;
        assert_eq!(third.text("scope"), "read:jobs write:jobs offline_access");
        assert_eq!(revoked_grants(&db).await, 0);
        // After it, somebody has stolen it: a foreign client ends nothing, its own ends everything.
        db.clock().advance(Duration::seconds(31));
        assert!(refused(&other.refresh(&old, &[]).await, 400, "invalid_grant"));
        assert_eq!(revoked_grants(&db).await, 0);
        assert!(refused(&app.refresh(&old, &[("scope", "read:invoices"), ("resource", "https://evil.example")]).await, 400, "invalid_grant"));
        assert_eq!(revoked_grants(&db).await, 1);
        assert!(refused(&app.refresh(&third.text("refresh_token"), &[]).await, 400, "invalid_grant"));
        let sql = "SELECT outcome FROM audit WHERE action = 'grant.revoke'";
        let rows: Vec<(String,)> = db.admin().await.rows(sql, vec![]).await.unwrap();
        assert_eq!(rows, [("refresh_token_reused".to_owned(),)]);
    }

    async fn a_narrower_scope_may_be_one_that_the_grant_covers(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::confidential(&server).await;
        let granted = "read:customers read:quotes offline_access";
        let mut refresh = app.connect(&browser, granted).await.text("refresh_token");
        for (asked, given) in [
            ("read:contacts", "read:contacts"),
            ("read:contacts read:tags read:estimates", "read:contacts read:tags read:estimates"),
            ("read:customers read:contacts", "read:customers"),
            ("read:quotes offline_access", "read:quotes offline_access"),
            ("", granted),
        ] {
            let answer = app.refresh(&refresh, &[("scope", asked)]).await;
            assert_eq!((answer.status, answer.text("scope").as_str()), (200, given), "{asked}: {:?}", answer.body);
            assert_eq!(answer.claims()["scope"], json!(given));
            refresh = answer.text("refresh_token");
        }
        for wider in ["write:contacts", "read:contacts read:jobs", "read:catalog_items"] {
            assert!(refused(&app.refresh(&refresh, &[("scope", wider)]).await, 400, "invalid_scope"), "{wider}");
        }
        assert_eq!(app.refresh(&refresh, &[]).await.text("scope"), granted, "the grant did not shrink");
    }

    async fn a_refresh_token_idles_out_and_a_grant_ends(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::public(&server).await;
        let idle = app.connect(&browser, "read:jobs offline_access").await.text("refresh_token");
        let mut busy = app.connect(&browser, "read:jobs offline_access").await.text("refresh_token");
        for _ in 0..6 {
            db.clock().advance(Duration::days(29));
            busy = app.refresh(&busy, &[]).await.text("refresh_token");
            assert!(!busy.is_empty());
        }
        assert!(refused(&app.refresh(&idle, &[]).await, 400, "invalid_grant"));
        db.clock().advance(Duration::days(7));
        assert!(refused(&app.refresh(&busy, &[]).await, 400, "invalid_grant"), "180 days are over");
    }

    async fn fifty_refreshes_leave_one_living_descendant(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::public(&server).await;
        let first = app.connect(&browser, "read:jobs offline_access").await.text("refresh_token");
        let tries = (0..50).map(|_| {
            let (app, token) = (app.clone(), first.clone());
            tokio::spawn(async move { app.refresh(&token, &[]).await })
        });
        let mut descendants = BTreeSet::new();
        for attempt in tries.collect::<Vec<_>>() {
            let answer = attempt.await.unwrap();
            match answer.status {
                200 => drop(descendants.insert(answer.text("refresh_token"))),
                _ => assert!(refused(&answer, 400, "invalid_grant"), "{answer:?}"),
            }
        }
        assert_eq!(descendants.len(), 1);
        let sql = "SELECT COUNT(*) FROM refresh_tokens WHERE rotated_at IS NULL";
        let rows: Vec<(i64,)> = db.admin().await.rows(sql, vec![]).await.unwrap();
        assert_eq!(rows, [(1,)]);
        let living = descendants.into_iter().next().unwrap();
        assert_eq!(app.refresh(&living, &[]).await.status, 200);
    }

    async fn every_refresh_asks_whether_the_person_still_may(db: TestDatabase) {
        let account = Account::create(&db).await;
        let office = account.add_member(Role::Office).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&office).await;
        let app = App::public(&server).await;
        let admin = db.admin().await;
        let mut token = app.connect(&browser, "read:jobs read:invoices offline_access").await.text("refresh_token");
        // A lower role: what it still allows.
        let sql = "UPDATE members SET role = 'tech', authz_version = 2 WHERE user_id = $1";
        admin.execute(sql, binds![&office.user_id]).await.unwrap();
        let answer = app.refresh(&token, &[]).await;
        assert_eq!((answer.text("scope").as_str(), &answer.claims()["authz_version"]), ("read:jobs offline_access", &json!(2)));
        token = answer.text("refresh_token");
        for (break_it, mend_it, id) in [
            ("UPDATE users SET status = 'disabled' WHERE id = $1", "UPDATE users SET status = 'active' WHERE id = $1", &office.user_id),
            ("UPDATE members SET status = 'removed' WHERE user_id = $1", "UPDATE members SET status = 'active' WHERE user_id = $1", &office.user_id),
            ("UPDATE tenants SET status = 'suspended' WHERE id = $1", "UPDATE tenants SET status = 'active' WHERE id = $1", &account.tenant_id),
        ] {
            admin.execute(break_it, binds![id]).await.unwrap();
            assert!(refused(&app.refresh(&token, &[("tenant_id", &account.tenant_id)]).await, 400, "invalid_grant"), "{break_it}");
            admin.execute(mend_it, binds![id]).await.unwrap();
        }
        assert_eq!(app.refresh(&token, &[]).await.status, 200, "a refusal spends nothing");
        // A code, too, is worth nothing once its person may no more.
        let code = app.code(&browser, "read:jobs").await;
        admin.execute("UPDATE members SET status = 'removed' WHERE user_id = $1", binds![&office.user_id]).await.unwrap();
        assert!(refused(&app.exchange(&code).await, 400, "invalid_grant"));
    }

    async fn revocation_ends_the_whole_grant(db: TestDatabase) {
        let account = Account::create(&db).await;
        let office = account.add_member(Role::Office).await;
        let server = Server::start(&db).await;
        let (owner, member) = (server.signed_in(&account.owner).await, server.signed_in(&office).await);
        let (app, other) = (App::public(&server).await, App::confidential(&server).await);
        let answer = app.connect(&member, "read:jobs offline_access").await;
        assert_eq!(app.revoke("nobody knows it").await.status, 200);
        let foreign = other.revoke(&answer.text("refresh_token")).await;
        assert_eq!((foreign.status, foreign.error()), (400, "invalid_grant"));
        assert_eq!(revoked_grants(&db).await, 0);
        for (n, which) in ["refresh_token", "access_token"].into_iter().enumerate() {
            let answer = app.connect(&member, "read:jobs offline_access").await;
            assert_eq!(app.revoke(&answer.text(which)).await.status, 200);
            assert_eq!(app.revoke(&answer.text(which)).await.status, 200, "already dead");
            assert!(refused(&app.refresh(&answer.text("refresh_token"), &[]).await, 400, "invalid_grant"));
            assert_eq!(revoked_grants(&db).await, n as i64 + 1);
        }
        // The person and an owner disconnect it in the settings; nobody else sees it.
        let grant = answer.claims()["grant_id"].as_str().unwrap().to_owned();
        let action = format!("/settings/apps/{grant}/revoke");
        let stranger = server.signed_in(&Account::create(&db).await.owner).await;
        let csrf = stranger.get("/settings").await.hidden("/logout").remove(0).1;
        assert_eq!(stranger.post(&action, &[("csrf", &csrf)]).await.status, 404);
        assert!(member.get("/settings").await.text.contains("Field Sync"));
        let page = owner.get("/settings/api").await;
        assert!(page.text.contains(&office.name) && page.text.contains("Field Sync"));
        let page = owner.submit(&page, &action, &[]).await;
        assert_eq!(page.location(), "/settings/api");
        assert!(refused(&app.refresh(&answer.text("refresh_token"), &[]).await, 400, "invalid_grant"));
        assert!(!member.get("/settings").await.text.contains(&grant));
        let second = app.connect(&member, "read:jobs offline_access").await;
        let page = member.get("/settings").await;
        let action = format!("/settings/apps/{}/revoke", second.claims()["grant_id"].as_str().unwrap());
        assert_eq!(member.submit(&page, &action, &[]).await.location(), "/settings");
        assert!(refused(&app.refresh(&second.text("refresh_token"), &[]).await, 400, "invalid_grant"));
        // Signing out ends no grant.
        let third = app.connect(&member, "read:jobs offline_access").await;
        let page = member.get("/logout").await;
        member.submit(&page, "/logout", &[]).await;
        assert_eq!(app.refresh(&third.text("refresh_token"), &[]).await.status, 200);
    }

    async fn nothing_stored_opens_anything(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        let app = App::confidential(&server).await;
        let code = app.code(&browser, "read:jobs offline_access").await;
        let first = app.exchange(&code).await;
        let second = app.refresh(&first.text("refresh_token"), &[]).await;
        let secrets = [code, first.text("refresh_token"), second.text("refresh_token"), second.text("access_token"), app.secret.clone().unwrap()];
        let admin = db.admin().await;
        type Rows = Vec<(Vec<u8>,)>;
        for (table, column) in [
            ("authorization_codes", "hash"), ("refresh_tokens", "hash"), ("refresh_tokens", "answer"), ("clients", "secret_hash"),
            ("signing_keys", "sealed"), ("authorization_requests", "hash"),
        ] {
            let rows: Rows = admin.rows(&format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL"), vec![]).await.unwrap();
            assert!(!rows.is_empty(), "{table}");
            for (bytes,) in rows {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                assert!(!secrets.iter().any(|secret| text.contains(secret.as_str())), "{table}.{column}");
            }
        }
        let rows: Vec<(String,)> = admin.rows("SELECT CAST(changes AS TEXT) FROM audit", vec![]).await.unwrap();
        assert!(!rows.iter().any(|(text,)| secrets.iter().any(|secret| text.contains(secret.as_str()))));
    }
}
