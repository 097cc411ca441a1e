//! Apps that prove themselves by a key of their own (RFC 7523): what is taken, and everything else.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use chrono::Duration;
use serde_json::{Value, json};
use support::{
    Server,
    app_key::AppKey,
    oauth::{Answer, App, VERIFIER, answer, post_json},
};
use testing::{Account, TestDatabase};

const TYPE: (&str, &str) =
    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

async fn registered(server: &Server, key: &AppKey) -> App {
    let metadata = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks() });
    App::register(server, metadata, "https://app.example/cb").await
}

/// The claims of a good assertion.
fn claims(db: &TestDatabase, app: &App, audience: &str) -> Value {
    let now = db.clock().now().seconds();
    json!({ "iss": app.id, "sub": app.id, "aud": audience, "exp": now + 60, "iat": now, "jti": db.ids().next("jti") })
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

async fn token(app: &App, assertion: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = [&[TYPE, ("client_assertion", assertion)], fields].concat();
    answer(app.http.post(format!("{}/oauth/token", app.base)).form(&fields)).await
}

/// A token request that fails for its code alone, once the app has proved itself.
const UNKNOWN_CODE: [(&str, &str); 3] =
    [("grant_type", "authorization_code"), ("code", "nope"), ("code_verifier", VERIFIER)];

testing::on_both_databases! {
    async fn a_signed_assertion_proves_the_app(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let browser = server.signed_in(&account.owner).await;
        for (alg, audience) in [("RS256", ""), ("PS256", "/oauth/token"), ("ES256", ""), ("EdDSA", "/oauth/token")] {
            let key = AppKey::new(alg);
            let app = registered(&server, &key).await;
            assert_eq!(app.secret, None, "there is nothing to share");
            let assertion = || key.sign(&key.header(), &claims(&db, &app, &format!("{}{audience}", server.url)));
            let code = app.code(&browser, "read:jobs offline_access").await;
            let fields = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
            let first = token(&app, &assertion(), &fields).await;
            assert_eq!(first.status, 200, "{alg}: {:?}", first.body);
            let old = first.text("refresh_token");
            let second = token(&app, &assertion(), &[("grant_type", "refresh_token"), ("refresh_token", &old), ("client_id", &app.id)]).await;
            assert_eq!(second.status, 200, "{alg}: {:?}", second.body);
            let assertion = assertion();
            let fields = [TYPE, ("client_assertion", &assertion), ("token", &old)];
            let revoked = answer(app.http.post(format!("{}/oauth/revoke", server.url)).form(&fields)).await;
            assert_eq!(revoked.status, 200, "{:?}", revoked.body);
        }
        let metadata = answer(testing::http_client().get(format!("{}/.well-known/oauth-authorization-server", server.url))).await;
        for endpoint in ["token", "revocation"] {
            assert!(metadata.body[format!("{endpoint}_endpoint_auth_methods_supported")].to_string().contains("private_key_jwt"));
            assert_eq!(metadata.body[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")], json!(["RS256", "PS256", "ES256", "EdDSA"]));
        }
    }

    async fn an_assertion_is_taken_once(db: TestDatabase) {
        let server = Server::start(&db).await;
        let key = AppKey::new("ES256");
        let app = registered(&server, &key).await;
        let used = key.sign(&key.header(), &claims(&db, &app, &server.url));
        let tries = (0..20).map(|_| {
            let (app, used) = (app.clone(), used.clone());
            tokio::spawn(async move { token(&app, &used, &UNKNOWN_CODE).await })
        });
        let mut taken = 0;
        for attempt in tries.collect::<Vec<_>>() {
            let answer = attempt.await.unwrap();
            match answer.error() {
                "invalid_grant" => taken += 1,
                _ => assert_eq!((answer.status, answer.error()), (401, "invalid_client"), "{answer:?}"),
            }
        }
        assert_eq!(taken, 1);
        // Another app's same jti is another assertion.
        let (other_key, jti) = (AppKey::new("ES256"), claims(&db, &app, &server.url)["jti"].clone());
        for (key, app) in [(&key, &app), (&other_key, &registered(&server, &other_key).await)] {
            let assertion = key.sign(&key.header(), &with(&claims(&db, app, &server.url), "jti", jti.clone()));
            assert_eq!(token(app, &assertion, &UNKNOWN_CODE).await.error(), "invalid_grant");
        }
        // What was spent is kept until it has ended, and swept then.
        let spent = async || -> i64 {
            let rows: Vec<(i64,)> = db.admin().await.rows("SELECT COUNT(*) FROM client_assertions", vec![]).await.unwrap();
            rows[0].0
        };
        for (seconds, kept) in [(100, 3), (30, 0)] {
            db.clock().advance(Duration::seconds(seconds));
            server.keep_house(&db, &["--signing-algorithm", "ES256"]).await;
            assert_eq!(spent().await, kept);
            assert_eq!(token(&app, &used, &UNKNOWN_CODE).await.error(), "invalid_client");
        }
    }

    async fn everything_else_is_refused(db: TestDatabase) {
        let server = Server::start(&db).await;
        let (key, other) = (AppKey::new("ES256"), AppKey::new("RS256"));
        let app = registered(&server, &key).await;
        let rsa = registered(&server, &other).await;
        let now = db.clock().now().seconds();
        let good = claims(&db, &app, &server.url);
        let refused = async |app: &App, assertion: &str, what: &str| {
            let answer = token(app, assertion, &UNKNOWN_CODE).await;
            assert_eq!((answer.status, answer.error()), (401, "invalid_client"), "{what}: {answer:?}");
            let words = answer.text("error_description");
            assert!(words.len() > 20 && !words.contains("jsonwebtoken"), "{what}: {words}");
        };
        for (name, value) in [
            ("iss", json!("app_other")), ("sub", json!(rsa.id)), ("sub", json!("app_nobody")), ("iss", json!(null)), ("sub", json!(7)),
            ("aud", json!("https://elsewhere.example")), ("aud", json!([server.url])), ("aud", json!([server.url, "https://elsewhere.example"])),
            ("aud", json!(format!("{}/", server.url))), ("aud", json!(format!("{}/oauth/revoke", server.url))), ("aud", json!("")), ("aud", json!(null)),
            ("exp", json!(now - 60)), ("exp", json!(now + 361)), ("exp", json!(1e99)), ("exp", json!(-1)), ("exp", json!("4102444800")), ("exp", json!(null)),
            ("nbf", json!(now + 61)), ("iat", json!(now + 61)), ("iat", json!("now")),
            ("jti", json!("")), ("jti", json!("j".repeat(256))), ("jti", json!(7)), ("jti", json!(null)),
        ] {
            let assertion = key.sign(&key.header(), &with(&good, name, value.clone()));
            refused(&app, &assertion, &format!("{name}: {value}")).await;
        }
        for (name, value) in [
            ("alg", json!("none")), ("alg", json!("HS256")), ("alg", json!("RS256")), ("alg", json!("ES384")), ("alg", json!(null)),
            ("kid", json!("another")), ("kid", json!(1)), ("crit", json!(["exp"])), ("crit", json!([])), ("typ", json!("at+jwt")),
        ] {
            let assertion = key.sign(&with(&key.header(), name, value.clone()), &good);
            refused(&app, &assertion, &format!("{name}: {value}")).await;
        }
        // Its key was registered for RS256: the header does not choose another padding.
        let of_rsa = claims(&db, &rsa, &server.url);
        refused(&rsa, &other.sign(&with(&other.header(), "alg", json!("PS256")), &of_rsa), "PS256 by a key for RS256").await;
        refused(&rsa, &key.sign(&key.header(), &of_rsa), "another app's key").await;
        refused(&app, &AppKey::new("ES256").sign(&key.header(), &good), "a stranger's key").await;
        let signed = key.sign(&key.header(), &good);
        let [head, body, signature] = signed.split('.').collect::<Vec<_>>().try_into().unwrap();
        for (assertion, what) in [
            (format!("{head}.{body}."), "no signature"), (format!("{head}.{body}"), "two parts"), (format!("{signed}.x"), "four parts"),
            (format!("{head}..{signature}"), "no payload"), ("x".to_owned(), "no JWT"), (format!("{signed}{}", "A".repeat(9000)), "too long"),
        ] {
            refused(&app, &assertion, what).await;
        }
        let basic = App::confidential(&server).await;
        refused(&basic, &key.sign(&key.header(), &claims(&db, &basic, &server.url)), "an app with a secret").await;
        // One way at a time, of one app, of the type that there is.
        let ask = async |fields: &[(&str, &str)]| {
            let fields = [&UNKNOWN_CODE, fields].concat();
            answer(app.http.post(format!("{}/oauth/token", server.url)).form(&fields)).await
        };
        for (fields, status) in [
            (vec![("client_assertion", signed.as_str())], 400),
            (vec![("client_assertion", &signed), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")], 400),
            (vec![TYPE, ("client_assertion", &signed), ("client_secret", "x")], 400),
            (vec![TYPE, ("client_assertion", &signed), ("client_id", &basic.id)], 400),
            (vec![("client_id", &app.id)], 401),
            (vec![("client_id", &app.id), ("client_secret", "x")], 401),
        ] {
            assert_eq!(ask(&fields).await.status, status, "{fields:?}");
        }
        assert_eq!(token(&app, &signed, &UNKNOWN_CODE).await.error(), "invalid_grant", "after all that it is unspent");
    }

    async fn keys_are_registered_or_refused_with_the_reason(db: TestDatabase) {
        let server = Server::start(&db).await;
        let key = AppKey::new("EdDSA");
        let mut private = key.jwks();
        private["keys"][0]["d"] = json!("AAAA");
        let metadata = |jwks: Value| json!({ "redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks });
        for jwks in [json!(null), json!({}), json!({ "keys": [] }), json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }), private] {
            let answer = post_json(&server, "/oauth/register", metadata(jwks.clone())).await;
            assert_eq!((answer.status, answer.error()), (400, "invalid_client_metadata"), "{jwks}");
            assert!(answer.text("error_description").contains("`jwks`"), "{:?}", answer.body);
        }
        let answer = post_json(&server, "/oauth/register", metadata(key.jwks())).await;
        assert_eq!((&answer.body["jwks"], &answer.body["token_endpoint_auth_method"]), (&key.jwks(), &json!("private_key_jwt")));
        assert!(answer.body.get("client_secret").is_none());
    }
}
