//! The public keys by which an app proves itself (RFC 7517): read from a JWK set, each pinned to its algorithms.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde_json::Value;

/// What an app may sign by.
pub const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];
/// More keys than this are nobody's.
const MOST: usize = 20;
/// 2,048 bits.
const SHORTEST_MODULUS: usize = 256;

/// A key.
pub struct ClientKey {
    /// Its key id.
    pub id: Option<String>,
    /// What it may sign by: an assertion's header chooses among these and nothing else.
    pub algorithms: &'static [Algorithm],
    /// What checks.
    pub key: DecodingKey,
}

/// The usable keys of a set; why there are none, in a sentence. Keys for other purposes are passed over.
pub fn read(set: &Value) -> Result<Vec<ClientKey>, &'static str> {
    let listed = set["keys"].as_array().filter(|keys| keys.len() <= MOST);
    let listed = listed.ok_or("it is no JWK set: it must hold `keys`, a list of at most 20 keys")?;
    if listed.iter().any(|key| key.get("d").is_some() || key["kty"] == "oct") {
        return Err(
            "it holds a private key, which is a secret no longer: make a new pair and give its public half",
        );
    }
    let keys: Vec<ClientKey> = listed.iter().filter_map(usable).collect();
    if keys.is_empty() {
        return Err(
            "it holds no key that can be used: give an RSA key of at least 2,048 bits (RS256, PS256), a P-256 key \
             (ES256) or an Ed25519 key (EdDSA)",
        );
    }
    Ok(keys)
}

fn usable(jwk: &Value) -> Option<ClientKey> {
    let text = |name: &str| jwk[name].as_str();
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let algorithms: &[Algorithm] = match (text("kty")?, text("crv"), text("alg")) {
        ("RSA", _, None) => &[Algorithm::RS256, Algorithm::PS256],
        ("RSA", _, Some("RS256")) => &[Algorithm::RS256],
        ("RSA", _, Some("PS256")) => &[Algorithm::PS256],
        ("EC", Some("P-256"), None | Some("ES256")) => &[Algorithm::ES256],
        ("OKP", Some("Ed25519"), None | Some("EdDSA")) => &[Algorithm::EdDSA],
        _ => return None,
    };
    if let Some(modulus) = text("n")
        && URL_SAFE_NO_PAD.decode(modulus).ok()?.len() < SHORTEST_MODULUS
    {
        return None;
    }
    let parsed: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    let key = DecodingKey::from_jwk(&parsed).ok()?;
    Some(ClientKey { id: text("kid").map(str::to_owned), algorithms, key })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_key_is_pinned_and_secrets_are_refused() {
        let point = URL_SAFE_NO_PAD.encode([1; 32]);
        let rsa =
            |bytes: usize| json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(vec![255; bytes]), "e": "AQAB"});
        let with = |mut key: Value, name: &str, value: &str| {
            key[name] = json!(value);
            key
        };
        let ec = json!({"kty": "EC", "crv": "P-256", "x": point, "y": point});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": point});
        for (key, algorithms) in [
            (rsa(256), vec![Algorithm::RS256, Algorithm::PS256]),
            (with(rsa(256), "alg", "PS256"), vec![Algorithm::PS256]),
            (with(ec.clone(), "use", "sig"), vec![Algorithm::ES256]),
            (ed.clone(), vec![Algorithm::EdDSA]),
        ] {
            let other_purpose = with(ec.clone(), "use", "enc");
            let keys = read(&json!({"keys": [other_purpose, key]})).unwrap();
            assert_eq!((keys.len(), keys[0].algorithms), (1, algorithms.as_slice()), "{key}");
        }
        for key in [
            rsa(128),
            with(rsa(256), "alg", "HS256"),
            with(ec.clone(), "alg", "RS256"),
            with(ec.clone(), "crv", "P-384"),
            with(ec.clone(), "use", "enc"),
            with(ec.clone(), "d", &point),
            with(ed, "crv", "X25519"),
            json!({"kty": "oct", "k": point}),
            json!({}),
            json!(7),
        ] {
            assert!(read(&json!({"keys": [key]})).is_err(), "{key}");
        }
        for set in
            [json!({}), json!([]), json!({"keys": {}}), json!({"keys": []}), json!({"keys": vec![ec; 21]})]
        {
            assert!(read(&set).is_err(), "{set}");
        }
    }
}
