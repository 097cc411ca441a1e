//! Signing access tokens (RFC 9068). RSA keys are made by the `rsa` crate and used by aws-lc-rs, whose private-key
//! operations take constant time; the parsed pair is kept, since parsing costs more than signing.

use anyhow::{Context, anyhow};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair as RsaKeyPair,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{SeedableRng, rngs::StdRng};
use rsa::{PrivateKey, pkcs8::EncodePrivateKey};
use serde_json::{Value, json};
use shared::{
    claims::{ACCESS_TOKEN_TYPE, AccessTokenClaims},
    random::Random,
};

/// An algorithm that signs access tokens (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Algorithm {
    /// RSA, 2048 bits: what every client can check.
    #[value(name = "RS256")]
    Rs256,
    /// ECDSA over P-256: smaller and faster to sign.
    #[value(name = "ES256")]
    Es256,
    /// Ed25519 (RFC 8037): the smallest and fastest, for clients that know it.
    #[value(name = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// Its registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm with this name.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256, Self::EdDsa].into_iter().find(|algorithm| algorithm.as_str() == word)
    }

    /// Makes a private key, as PKCS#8.
    pub fn generate(self, random: &Random) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Rs256 => {
                let mut generator = StdRng::from_seed(random.bytes());
                let key = PrivateKey::new(&mut generator, 2048).context("making an RSA key")?;
                Ok(key.to_pkcs8_der().context("writing an RSA key")?.as_bytes().to_vec())
            }
            Self::Es256 => {
                let key =
                    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
                Ok(key.map_err(|_| anyhow!("making an ECDSA key"))?.as_ref().to_vec())
            }
            Self::EdDsa => {
                let key = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new());
                Ok(key.map_err(|_| anyhow!("making an Ed25519 key"))?.as_ref().to_vec())
            }
        }
    }
}

/// A key that is ready to sign.
pub struct SigningKey {
    /// Its key id.
    pub id: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    pair: Pair,
    random: SystemRandom,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl SigningKey {
    /// Reads a key from PKCS#8.
    pub fn read(id: String, algorithm: Algorithm, pkcs8: &[u8]) -> anyhow::Result<Self> {
        let pair = match algorithm {
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(|pair| Pair::Rsa(Box::new(pair))),
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                .map(|pair| Pair::Ecdsa(Box::new(pair))),
            // Version 1 of PKCS#8 holds the private half alone.
            Algorithm::EdDsa => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map(|pair| Pair::Ed25519(Box::new(pair)))
            }
        };
        let pair = pair.map_err(|error| anyhow!("reading a signing key: {error}"))?;
        Ok(Self { id, algorithm, pair, random: SystemRandom::new() })
    }

    /// The public half, as the JWKS shows it (RFC 7517 §4).
    pub fn jwk(&self) -> Value {
        let base = json!({ "kid": self.id, "alg": self.algorithm.as_str(), "use": "sig" });
        let parts = match &self.pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                let [n, e] = [key.modulus(), key.exponent()]
                    .map(|number| URL_SAFE_NO_PAD.encode(number.big_endian_without_leading_zero()));
                json!({ "kty": "RSA", "n": n, "e": e })
            }
            Pair::Ecdsa(pair) => {
                // An uncompressed point: 04, then 32 bytes each of x and y (SEC 1 §2.3.3).
                let point = pair.public_key().as_ref();
                let [x, y] = [&point[1..33], &point[33..65]].map(|part| URL_SAFE_NO_PAD.encode(part));
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key()) })
            }
        };
        merged(base, parts)
    }

    /// Signs an access token.
    pub fn sign(&self, claims: &AccessTokenClaims) -> anyhow::Result<String> {
        let header = json!({ "alg": self.algorithm.as_str(), "typ": ACCESS_TOKEN_TYPE, "kid": self.id });
        let [header, claims] = [serde_json::to_vec(&header)?, serde_json::to_vec(claims)?]
            .map(|part| URL_SAFE_NO_PAD.encode(part));
        let message = format!("{header}.{claims}");
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, message.as_bytes(), &mut signature)
                    .map_err(|_| anyhow!("signing"))?;
                signature
            }
            Pair::Ecdsa(pair) => {
                pair.sign(&self.random, message.as_bytes()).map_err(|_| anyhow!("signing"))?.as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        };
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn merged(mut base: Value, parts: Value) -> Value {
    if let (Value::Object(base), Value::Object(parts)) = (&mut base, parts) {
        base.extend(parts);
    }
    base
}

/// The claims of an access token that one of these public keys has signed, however old it is.
pub fn read(token: &str, keys: &[Value]) -> Option<AccessTokenClaims> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    if header.typ.as_deref() != Some(ACCESS_TOKEN_TYPE) {
        return None;
    }
    let key = keys.iter().find(|key| key["kid"].as_str() == header.kid.as_deref())?;
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).ok()?;
    // By the key's algorithm, never by the header's.
    let mut validation = jsonwebtoken::Validation::new(match Algorithm::parse(key["alg"].as_str()?)? {
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    });
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).ok()?;
    jsonwebtoken::decode(token, &key, &validation).ok().map(|token| token.claims)
}

#[cfg(test)]
mod tests {
    use shared::role::Role;

    use super::*;

    #[test]
    fn what_it_signs_its_jwk_checks() {
        let claims = AccessTokenClaims {
            iss: "https://auth.example".into(),
            sub: "usr_1".into(),
            aud: "https://h.example/api/mcp".into(),
            client_id: "app_1".into(),
            client_name: "App".into(),
            tenant_id: "ten_1".into(),
            role: Role::Owner,
            authz_version: 1,
            scope: "read:jobs".into(),
            grant_id: "gra_1".into(),
            tool_names: None,
            jti: "jti_1".into(),
            iat: 0,
            nbf: 0,
            exp: 1,
        };
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            let pkcs8 = algorithm.generate(&Random::seeded(7)).unwrap();
            let key = SigningKey::read("k1".into(), algorithm, &pkcs8).unwrap();
            let token = key.sign(&claims).unwrap();
            let jwk = key.jwk();
            assert_eq!(read(&token, std::slice::from_ref(&jwk)).unwrap().grant_id, "gra_1");
            assert!(jwk.get("d").is_none() && jwk.get("p").is_none());
            let other =
                SigningKey::read("k1".into(), algorithm, &algorithm.generate(&Random::seeded(8)).unwrap())
                    .unwrap();
            assert!(read(&token, &[other.jwk()]).is_none());
            assert!(read(&token[..token.len() - 4], &[jwk]).is_none());
        }
    }
}
