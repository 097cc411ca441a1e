//! Apps that are named by the address of a document about themselves: how they connect, and what is not fetched.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use chrono::Duration;
use serde_json::{Value, json};
use shared::binds;
use support::{
    Page, Server,
    app_key::AppKey,
    oauth::{App, VERIFIER, answer, authorize, post_json},
    website::Website,
};
use testing::{Account, TestDatabase};

const ES256: [&str; 2] = ["--signing-algorithm", "ES256"];

/// A server that lets apps be on this machine.
async fn local(db: &TestDatabase) -> Server {
    Server::start_with(db, &[ES256[0], ES256[1], "--local-documents"]).await
}

/// The app whose document is at this address.
fn app_at(server: &Server, address: &str) -> App {
    App {
        id: address.to_owned(),
        secret: None,
        redirect_uri: "https://app.example/cb".to_owned(),
        base: server.url.clone(),
        http: testing::http_client(),
    }
}

/// A page that says why, and leads nowhere.
fn is_page(page: &Page, why: &str) -> bool {
    page.status == 400
        && page.location().is_empty()
        && page.header("content-type").starts_with("text/html")
        && page.text.contains(why)
}

async fn audited(db: &TestDatabase, outcome: &str) -> bool {
    let sql = "SELECT COUNT(*) FROM audit WHERE action = 'authorize.refuse' AND outcome = $1";
    let rows: Vec<(i64,)> = db.admin().await.rows(sql, binds![outcome]).await.unwrap();
    rows[0].0 > 0
}

testing::on_both_databases! {
    async fn an_app_connects_by_its_document(db: TestDatabase) {
        let account = Account::create(&db).await;
        let (server, website) = (local(&db).await, Website::start().await);
        let browser = server.signed_in(&account.owner).await;
        website.publish("/apps/sync.json", &website.document("/apps/sync.json", json!({ "logo_uri": website.at("/logo.png") })));
        let app = app_at(&server, &website.at("/apps/sync.json"));
        let page = app.ask(&browser, "read:jobs offline_access").await;
        assert_eq!(page.status, 200, "{}", page.text);
        for shown in ["Field Sync", "unverified", "Published at", "127.0.0.1", &app.id, "app.example"] {
            assert!(page.text.contains(shown), "{shown}: {}", page.text);
        }
        let code = app.allow(&browser, &page).await;
        let first = app.exchange(&code).await;
        assert_eq!((first.status, first.claims()["client_id"].as_str()), (200, Some(app.id.as_str())), "{:?}", first.body);
        let second = app.refresh(&first.text("refresh_token"), &[]).await;
        assert_eq!(second.status, 200, "{:?}", second.body);
        assert!(browser.get("/settings").await.text.contains("Field Sync"));
        // A public app is asked for each time, though it was allowed before.
        assert_eq!(app.ask(&browser, "read:jobs").await.status, 200);
        assert_eq!(app.revoke(&second.text("refresh_token")).await.status, 200);
        assert_eq!(app.refresh(&second.text("refresh_token"), &[]).await.error(), "invalid_grant");
        assert_eq!((website.asked("/apps/sync.json"), website.asked("/logo.png")), (1, 0), "read once, and nothing else");
        let metadata = answer(testing::http_client().get(format!("{}/.well-known/oauth-authorization-server", server.url))).await;
        assert_eq!(metadata.body["client_id_metadata_document_supported"], true);
        let flooded = Server::start_with(&db, &[ES256[0], ES256[1], "--registrations", "1"]).await;
        let registered = post_json(&flooded, "/oauth/register", json!({ "redirect_uris": ["https://a.example/"] })).await;
        assert_eq!(registered.status, 201, "it did not register, so it does not count: {:?}", registered.body);
    }

    async fn many_who_ask_at_once_make_one_request(db: TestDatabase) {
        let (server, website) = (local(&db).await, Website::start().await);
        website.publish("/c", &website.document("/c", json!({})));
        let request = authorize(&app_at(&server, &website.at("/c")).request("read:jobs"));
        let asked = (0..20).map(|_| {
            let (browser, request) = (server.browser(), request.clone());
            tokio::spawn(async move { browser.get(&request).await })
        });
        for page in asked.collect::<Vec<_>>() {
            assert!(page.await.unwrap().location().starts_with("/oauth/consent?request="));
        }
        assert_eq!(website.asked("/c"), 1);
    }

    async fn a_document_is_kept_as_long_as_it_says(db: TestDatabase) {
        let account = Account::create(&db).await;
        let (server, website) = (local(&db).await, Website::start().await);
        let browser = server.signed_in(&account.owner).await;
        for (path, said, kept, gone) in [("/usual", "", 299, 1), ("/short", "no-store", 59, 1), ("/said", "public, max-age=600", 599, 1), ("/long", "max-age=99999999", 3599, 1)] {
            let publish = |name: &str| {
                let document = website.document(path, json!({ "client_name": name })).to_string();
                website.put(path, 200, &[("content-type", "application/json"), ("cache-control", said)], document);
            };
            publish("Before");
            let app = app_at(&server, &website.at(path));
            let shown = async |name: &str| app.ask(&browser, "read:jobs").await.text.contains(name);
            assert!(shown("Before").await);
            publish("Afterwards");
            db.clock().advance(Duration::seconds(kept));
            assert!(shown("Before").await, "{said}");
            db.clock().advance(Duration::seconds(gone));
            assert!(shown("Afterwards").await, "{said}");
            assert_eq!(website.asked(path), 2);
        }
    }

    async fn what_is_no_good_is_a_page_with_the_reason(db: TestDatabase) {
        let account = Account::create(&db).await;
        let (server, website) = (local(&db).await, Website::start().await);
        let browser = server.signed_in(&account.owner).await;
        let json_type = [("content-type", "application/json")];
        let good = website.document("/c", json!({}));
        let key = AppKey::new("ES256");
        for (status, headers, body, why, code) in [
            (404, &json_type[..], good.to_string(), "404", "document_answer"),
            (500, &json_type, good.to_string(), "500", "document_answer"),
            (204, &json_type, String::new(), "204", "document_answer"),
            (302, &[("location", "/elsewhere"), ("content-type", "application/json")], good.to_string(), "redirect", "document_answer"),
            (200, &[("content-type", "text/html")], good.to_string(), "Content-Type", "document_answer"),
            (200, &[], good.to_string(), "Content-Type", "document_answer"),
            (200, &[("content-type", "application/json"), ("content-encoding", "gzip")], "\u{1f}".to_owned(), "compressed", "document_answer"),
            (200, &json_type, format!("{}{good}", " ".repeat(32 * 1024)), "32 KB", "document_too_large"),
            (200, &json_type, "{".to_owned(), "no JSON", "document_not_json"),
            (200, &json_type, "[]".to_owned(), "client_id", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "client_id": website.at("/d") })).to_string(), "client_id", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "client_id": null })).to_string(), "client_id", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "client_secret": "x" })).to_string(), "secret", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "token_endpoint_auth_method": "client_secret_basic" })).to_string(), "secret", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "token_endpoint_auth_method": "client_secret_post" })).to_string(), "secret", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "token_endpoint_auth_method": "private_key_jwt" })).to_string(), "jwks", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "redirect_uris": ["javascript:alert(1)"] })).to_string(), "javascript:alert(1)", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "redirect_uris": "https://app.example/cb" })).to_string(), "metadata", "document_metadata"),
            (200, &json_type, website.document("/c", json!({ "jwks": key.jwks(), "jwks_uri": "https://app.example/k" })).to_string(), "not both", "document_metadata"),
        ] {
            website.put("/c", status, headers, body.clone());
            let app = app_at(&server, &website.at("/c"));
            let page = app.ask(&browser, "read:jobs").await;
            assert!(is_page(&page, why), "{why}: {page:?}");
            assert!(audited(&db, code).await, "{code}");
            let told = app.exchange("nope").await;
            // Its server's own trouble says nothing against the app.
            let expected = if status == 500 { (503, "temporarily_unavailable") } else { (401, "invalid_client") };
            assert_eq!((told.status, told.error()), expected, "{told:?}");
            assert_eq!(told.headers.contains_key("retry-after"), status == 500);
            db.clock().advance(Duration::minutes(1));
            assert!(told.text("error_description").contains(why) && told.body.get("access_token").is_none(), "{told:?}");
        }
        assert_eq!(website.asked("/elsewhere"), 0);
        let gone = app_at(&server, "http://127.0.0.1:1/c");
        assert!(is_page(&gone.ask(&browser, "read:jobs").await, "cannot be reached"));
        // Nothing of that was kept: what is mended works at once.
        website.publish("/c", &good);
        assert_eq!(app_at(&server, &website.at("/c")).ask(&browser, "read:jobs").await.status, 200);
        let kept: Vec<(i64,)> = db.admin().await.rows("SELECT COUNT(*) FROM clients", vec![]).await.unwrap();
        assert_eq!(kept, [(0,)], "before anybody allows it, an app leaves nothing");
    }

    async fn this_machine_and_odd_addresses_are_not_asked(db: TestDatabase) {
        let account = Account::create(&db).await;
        let (server, website) = (Server::start(&db).await, Website::start().await);
        let browser = server.signed_in(&account.owner).await;
        website.publish("/c", &website.document("/c", json!({})));
        let port = website.url.rsplit_once(':').unwrap().1;
        for address in [
            website.at("/c"), format!("https://127.0.0.1:{port}/c"), format!("https://[::1]:{port}/c"), format!("http://localhost:{port}/c"),
            format!("https://2130706433:{port}/c"), "https://10.0.0.1/c".to_owned(), "https://app.example".to_owned(), "https://app.example/".to_owned(),
            "https://app.example/c#x".to_owned(), "https://user@app.example/c".to_owned(), "https://app.example/%2e%2e/c".to_owned(),
        ] {
            let page = app_at(&server, &address).ask(&browser, "read:jobs").await;
            assert!(is_page(&page, "its address is not taken"), "{address}: {page:?}");
        }
        assert!(audited(&db, "document_address").await);
        // A name that leads here is found out when it is looked up.
        let app = app_at(&server, &format!("https://localhost:{port}/c"));
        assert!(is_page(&app.ask(&browser, "read:jobs").await, "not on the public internet"));
        assert!(audited(&db, "document_not_public").await);
        let told = app.exchange("nope").await;
        assert_eq!((told.status, told.error()), (401, "invalid_client"));
        let of_keys = json!({ "redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": website.at("/k") });
        let refused = post_json(&server, "/oauth/register", of_keys).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_client_metadata"));
        assert_eq!(website.asked("/c"), 0, "nobody asked");
    }

    async fn a_document_that_cannot_be_read_now_counts_for_a_day(db: TestDatabase) {
        let account = Account::create(&db).await;
        let (server, website) = (local(&db).await, Website::start().await);
        let browser = server.signed_in(&account.owner).await;
        website.publish("/c", &website.document("/c", json!({})));
        let app = app_at(&server, &website.at("/c"));
        let mut refresh = app.connect(&browser, "read:jobs offline_access").await.text("refresh_token");
        website.put("/c", 503, &[], "down for a while");
        for minutes in [10, 60, 60 * 20] {
            db.clock().advance(Duration::minutes(minutes));
            let answer = app.refresh(&refresh, &[]).await;
            assert_eq!(answer.status, 200, "{minutes}: {:?}", answer.body);
            refresh = answer.text("refresh_token");
        }
        assert_eq!(app.ask(&browser, "read:jobs").await.status, 200);
        assert_eq!(website.asked("/c"), 4, "it is asked for again, but not by every request");
        db.clock().advance(Duration::hours(4));
        let told = app.refresh(&refresh, &[]).await;
        assert_eq!((told.status, told.error(), told.headers["cache-control"].to_str().unwrap()), (503, "temporarily_unavailable", "no-store"));
        assert!(told.headers.contains_key("retry-after") && told.text("error_description").contains("503"), "{told:?}");
        let page = app.ask(&browser, "read:jobs").await;
        assert!(is_page(&page, "503") && page.text.contains("Try again in a minute"), "{page:?}");
        // The token was not spent by that.
        website.publish("/c", &website.document("/c", json!({})));
        let answer = app.refresh(&refresh, &[]).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        // What is gone, or speaks of another app, is no pause.
        for (status, document) in [(404, json!({})), (410, json!({})), (200, website.document("/other", json!({})))] {
            db.clock().advance(Duration::minutes(10));
            website.put("/c", status, &[("content-type", "application/json")], document.to_string());
            let told = app.refresh(&answer.text("refresh_token"), &[]).await;
            assert_eq!((told.status, told.error()), (401, "invalid_client"), "{status}: {told:?}");
            website.publish("/c", &website.document("/c", json!({})));
            assert_eq!(app.refresh("unknown", &[]).await.error(), "invalid_grant");
        }
    }

    async fn strangers_disconnect_no_app(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start_with(&db, &[ES256[0], ES256[1], "--local-documents", "--trusted-proxies", "127.0.0.1"]).await;
        let website = Website::start().await;
        let browser = server.signed_in(&account.owner).await;
        for path in ["/known", "/new"] {
            website.publish(path, &website.document(path, json!({})));
        }
        let known = app_at(&server, &website.at("/known"));
        let refresh = known.connect(&browser, "read:jobs offline_access").await.text("refresh_token");
        db.clock().advance(Duration::minutes(6));
        let junk = async |source: &str, n: usize| {
            let request = authorize(&app_at(&server, &website.at(&format!("/junk{n}"))).request("read:jobs"));
            let request = testing::http_client().get(format!("{}{request}", server.url));
            let page = request.header("x-forwarded-for", source).send().await.unwrap();
            assert_eq!(page.status(), 400);
            page.text().await.unwrap()
        };
        for n in 0..40 {
            assert_eq!(junk("203.0.113.1", n).await.contains("too many"), n >= 30, "{n}");
        }
        // One source has used up its own share: another one connects an app of the same host.
        assert_eq!(app_at(&server, &website.at("/new")).ask(&browser, "read:jobs").await.status, 200);
        // Many sources use up the host's: apps that are known are read anew all the same.
        for n in 0..40 {
            junk(&format!("203.0.113.{}", 2 + n / 20), 100 + n).await;
        }
        assert!(junk("203.0.113.99", 999).await.contains("too many"), "the host's share is used up");
        let asked = website.asked("/known");
        assert_eq!(known.refresh(&refresh, &[]).await.status, 200);
        assert_eq!(website.asked("/known"), asked + 1);
        let told = app_at(&server, &website.at("/junk")).exchange("nope").await;
        assert_eq!((told.status, told.error()), (503, "temporarily_unavailable"), "{told:?}");
    }

    async fn an_app_proves_itself_by_published_keys(db: TestDatabase) {
        let account = Account::create(&db).await;
        let (server, website) = (local(&db).await, Website::start().await);
        let browser = server.signed_in(&account.owner).await;
        let (old, new) = (AppKey::new("ES256"), AppKey::new("EdDSA"));
        let prove = async |app: &App, key: &AppKey, kid: &str, fields: &[(&str, &str)]| {
            let now = db.clock().now().seconds();
            let claims = json!({ "iss": app.id, "sub": app.id, "aud": server.url, "exp": now + 60, "jti": db.ids().next("jti") });
            let mut header = key.header();
            header["kid"] = json!(kid);
            let assertion = key.sign(&header, &claims);
            let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            let fields = [&[kind, ("client_assertion", &assertion)], fields].concat();
            answer(app.http.post(format!("{}/oauth/token", server.url)).form(&fields)).await
        };
        let set = |keys: &[(&AppKey, &str)]| {
            let named = |(key, kid): &(&AppKey, &str)| {
                let mut jwk = key.jwks()["keys"][0].clone();
                jwk["kid"] = json!(kid);
                jwk
            };
            json!({ "keys": keys.iter().map(named).collect::<Vec<Value>>() })
        };
        website.publish("/keys", &set(&[(&old, "1")]));
        for (path, keys) in [("/inline", json!({ "jwks": set(&[(&old, "1")]) })), ("/linked", json!({ "jwks_uri": website.at("/keys") }))] {
            let mut more = json!({ "token_endpoint_auth_method": "private_key_jwt" });
            more.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
            website.publish(path, &website.document(path, more));
            let app = app_at(&server, &website.at(path));
            let code = app.code(&browser, "read:jobs").await;
            let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", VERIFIER)];
            assert_eq!(app.exchange(&code).await.error(), "invalid_client", "it does not pass as a public one");
            assert_eq!(prove(&app, &new, "1", &fields).await.error(), "invalid_client");
            let tokens = prove(&app, &old, "1", &fields).await;
            assert_eq!(tokens.status, 200, "{path}: {:?}", tokens.body);
        }
        assert_eq!(website.asked("/keys"), 1);
        // A new key is found by its id, but nobody can make the set be fetched more than once a minute.
        website.publish("/keys", &set(&[(&old, "1"), (&new, "2")]));
        let app = app_at(&server, &website.at("/linked"));
        let unknown_code = [("grant_type", "authorization_code"), ("code", "nope"), ("code_verifier", VERIFIER)];
        assert_eq!(prove(&app, &new, "2", &unknown_code).await.error(), "invalid_client");
        assert_eq!(website.asked("/keys"), 1);
        db.clock().advance(Duration::seconds(60));
        for _ in 0..3 {
            assert_eq!(prove(&app, &new, "2", &unknown_code).await.error(), "invalid_grant");
            assert_eq!(prove(&app, &new, "3", &unknown_code).await.error(), "invalid_client");
        }
        assert_eq!(website.asked("/keys"), 2);
        let registered = App::register(&server, json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": website.at("/keys") }), "https://app.example/cb").await;
        assert_eq!(prove(&registered, &old, "1", &unknown_code).await.error(), "invalid_grant");
    }
}
