//! An issuer that signs whatever it is given: headers and payloads as bytes, well-formed or not.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testing::{McpServer, TestDatabase};
use tokio::net::TcpListener;

/// The key id that it publishes beside a second one, which signs nothing.
pub const KEY_ID: &str = "forged-1";

/// One ES256 key, published on a port of its own.
pub struct Forge {
    pub url: String,
    key: EcdsaKeyPair,
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn jwk(id: &str, key: &EcdsaKeyPair) -> Value {
    let point = key.public_key().as_ref();
    json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
        "x": encode(&point[1..33]), "y": encode(&point[33..])})
}

fn new_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

impl Forge {
    /// Starts it.
    pub async fn start() -> Self {
        let key = new_key();
        let set = json!({"keys": [jwk(KEY_ID, &key), jwk("forged-2", &new_key())]});
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().route("/jwks", get(async move || Json(set)));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, key }
    }

    /// A server that takes its tokens, ready to check them.
    pub async fn server(&self, db: &TestDatabase) -> McpServer {
        let server = McpServer::start_with(db, |config| {
            config.issuer = self.url.clone();
            config.jwks_url = Some(format!("{}/jwks", self.url));
        })
        .await;
        let probe = server.bearer(&self.sign(self.header(), "{}"));
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        while probe.method("ping", json!({})).await.status == 503 {
            assert!(tokio::time::Instant::now() < deadline, "the keys do not arrive");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        server
    }

    /// The header of a good token.
    pub fn header(&self) -> String {
        json!({"alg": "ES256", "typ": "at+jwt", "kid": KEY_ID}).to_string()
    }

    /// Signs these two texts.
    pub fn sign(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        let message = format!("{}.{}", encode(header), encode(payload));
        format!("{message}.{}", self.signature(&message))
    }

    /// The signature of any text.
    pub fn signature(&self, message: &str) -> String {
        encode(self.key.sign(&SystemRandom::new(), message.as_bytes()).unwrap())
    }

    /// HS256 over the same texts with this secret.
    pub fn sign_hs256(&self, payload: &str, secret: &[u8]) -> String {
        let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": KEY_ID}).to_string();
        let message = format!("{}.{}", encode(header), encode(payload));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", encode(tag))
    }

    /// The published key in the forms that a confused verifier may take for a secret: JWK, DER, PEM, raw.
    pub fn public_forms(&self) -> Vec<Vec<u8>> {
        let point = self.key.public_key().as_ref();
        let mut der = vec![
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
            0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        der.extend(point);
        let base64 = base64::engine::general_purpose::STANDARD.encode(&der);
        let lines: Vec<&str> =
            base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
        let jwk = jwk(KEY_ID, &self.key).to_string();
        vec![jwk.into_bytes(), der, pem.into_bytes(), point.to_vec(), vec![]]
    }
}
