//! An issuer of access tokens without auth-server: for tests of what mcp-server makes of good, odd and forged ones.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use shared::claims::{ACCESS_TOKEN_TYPE, AccessTokenClaims};

use crate::{Account, Member, listening::Listening};

/// A running issuer: ES256 keys, published as a JWKS.
pub struct Issuer {
    /// Its issuer identifier.
    pub url: String,
    published: Arc<Published>,
}

#[derive(Default)]
struct Published {
    keys: Mutex<Vec<(EncodingKey, Jwk)>>,
    fetches: AtomicUsize,
    down: AtomicBool,
}

impl Issuer {
    /// Starts it with one key.
    pub async fn start() -> Self {
        let Listening { listener, url } = Listening::anywhere().await;
        let issuer = Self { url, published: Arc::default() };
        issuer.rotate();
        let routes =
            Router::new().route("/.well-known/jwks.json", get(jwks)).with_state(issuer.published.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        issuer
    }

    /// Where its keys are.
    pub fn jwks_url(&self) -> String {
        format!("{}/.well-known/jwks.json", self.url)
    }

    /// Signs with a new key from now on; the old ones stay published.
    pub fn rotate(&self) {
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let key = EncodingKey::from_ec_der(key.expect("a key can be made").as_ref());
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("a public half");
        let mut keys = self.published.keys.lock().expect("no test thread panicked here");
        jwk.common.key_id = Some(format!("key-{}", keys.len() + 1));
        keys.push((key, jwk));
    }

    /// While it is down it answers every request with 503.
    pub fn set_down(&self, down: bool) {
        self.published.down.store(down, Ordering::SeqCst);
    }

    /// How often its keys were asked for.
    pub fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::SeqCst)
    }

    /// The claims of a good token for this member, as JSON to be changed; `audience` is the endpoint's URL.
    pub fn claims(&self, account: &Account, member: &Member, audience: &str, scopes: impl ToString) -> Value {
        let now = account.now().micros() / 1_000_000;
        let claims = AccessTokenClaims {
            iss: self.url.clone(),
            sub: member.user_id.clone(),
            aud: audience.to_owned(),
            client_id: "https://app.example.com/client".to_owned(),
            client_name: "An app".to_owned(),
            tenant_id: account.tenant_id.clone(),
            role: member.role,
            authz_version: 1,
            scope: scopes.to_string(),
            grant_id: account.new_id("grt"),
            tool_names: None,
            jti: account.new_id("jti"),
            iat: now,
            nbf: now,
            exp: now + 3600,
        };
        serde_json::to_value(claims).expect("claims are JSON")
    }

    /// A token of these claims, as auth-server would sign it.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(json!({}), claims)
    }

    /// A token whose header has other `typ` or `kid` members.
    pub fn sign_with(&self, changes: Value, claims: &Value) -> String {
        let keys = self.published.keys.lock().expect("no test thread panicked here");
        let (key, jwk) = keys.last().expect("there is a key");
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(ACCESS_TOKEN_TYPE.to_owned());
        header.kid = jwk.common.key_id.clone();
        if let Some(typ) = changes.get("typ") {
            header.typ = typ.as_str().map(str::to_owned);
        }
        if let Some(kid) = changes.get("kid") {
            header.kid = kid.as_str().map(str::to_owned);
        }
        jsonwebtoken::encode(&header, claims, key).expect("claims can be signed")
    }
}

async fn jwks(State(published): State<Arc<Published>>) -> Result<Json<Value>, StatusCode> {
    published.fetches.fetch_add(1, Ordering::SeqCst);
    if published.down.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let keys = published.keys.lock().expect("no test thread panicked here");
    Ok(Json(json!({"keys": keys.iter().map(|(_, jwk)| jwk).collect::<Vec<_>>()})))
}
