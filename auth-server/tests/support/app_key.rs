//! A key of an app's own, which signs whatever it is given.

use auth_server::security::jwt;
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair as RsaKeyPair,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::random::Random;

/// A key pair.
pub struct AppKey {
    pub alg: &'static str,
    jwk: Value,
    pkcs8: Vec<u8>,
}

impl AppKey {
    /// A new one: `RS256`, `PS256`, `ES256` or `EdDSA`.
    pub fn new(alg: &'static str) -> Self {
        let kind = match alg {
            "ES256" => jwt::Algorithm::Es256,
            "EdDSA" => jwt::Algorithm::EdDsa,
            _ => jwt::Algorithm::Rs256,
        };
        let pkcs8 = kind.generate(&Random::system()).unwrap();
        let mut jwk = jwt::SigningKey::read("app-key".to_owned(), kind, &pkcs8).unwrap().jwk();
        jwk["alg"] = json!(alg);
        Self { alg, jwk, pkcs8 }
    }

    /// The public half, alone in a set.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk] })
    }

    /// The header of a good assertion.
    pub fn header(&self) -> Value {
        json!({ "alg": self.alg, "typ": "JWT", "kid": "app-key" })
    }

    /// Signs these two, by the algorithm that the header names.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let [head, body] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{head}.{body}");
        let (bytes, random) = (message.as_bytes(), SystemRandom::new());
        let rsa = |padding| {
            let pair = RsaKeyPair::from_pkcs8(&self.pkcs8).unwrap();
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &random, bytes, &mut signature).unwrap();
            signature
        };
        let signature = match (self.alg, header["alg"].as_str().unwrap_or_default()) {
            ("RS256" | "PS256", "PS256") => rsa(&RSA_PSS_SHA256),
            ("RS256" | "PS256", _) => rsa(&RSA_PKCS1_SHA256),
            ("ES256", _) => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pkcs8).unwrap();
                pair.sign(&random, bytes).unwrap().as_ref().to_vec()
            }
            _ => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(&self.pkcs8).unwrap().sign(bytes).as_ref().to_vec()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
