//! Assertions by which an app proves itself (RFC 7523 §3, RFC 7521 §5.2): what one must say, and which key of the app
//! must have signed it. That none is taken twice is for the caller to see to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Validation, errors::ErrorKind};
use serde::Deserialize;
use serde_json::Value;

use super::client_keys::ClientKey;

/// `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Clocks may differ by so many seconds.
const SKEW: f64 = 60.0;
/// An assertion is made for one request: it ends at most so many seconds later.
const LONGEST: f64 = 300.0;
/// Longer ones are nobody's.
const LARGEST: usize = 8 * 1024;

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
}

/// Times are numbers, which need not be whole (RFC 7519 §2).
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    jti: String,
}

#[derive(Deserialize)]
struct Subject {
    sub: String,
}

/// An assertion that is in order, and was not seen before if its `jti` was not.
#[derive(Debug)]
pub struct Proven {
    /// Its own id.
    pub jti: String,
    /// When nobody takes it any more, in seconds since 1970.
    pub ends_at: i64,
}

/// Whom an assertion is about, unchecked: it says whose keys are to be looked at.
pub fn subject(assertion: &str) -> Option<String> {
    let payload = assertion.split('.').nth(1).filter(|_| assertion.len() <= LARGEST)?;
    serde_json::from_slice::<Subject>(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok().map(|said| said.sub)
}

/// Which key it says has signed it, unchecked.
pub fn key_id(assertion: &str) -> Option<String> {
    let (header, _) = assertion.split_once('.').filter(|_| assertion.len() <= LARGEST)?;
    serde_json::from_slice::<Header>(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?.kid
}

/// Checks an assertion of this client; `audiences` are this server's names. Why it is refused, in a sentence.
pub fn check(
    assertion: &str,
    keys: &[ClientKey],
    client_id: &str,
    audiences: &[&str],
    now: i64,
) -> Result<Proven, &'static str> {
    let malformed = "The client assertion is no signed JWT.";
    let (header, _) = assertion.split_once('.').filter(|_| assertion.len() <= LARGEST).ok_or(malformed)?;
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| malformed)?;
    let header: Header = serde_json::from_slice(&header).map_err(
        |_| "The client assertion's header is malformed, or names an algorithm that is not taken.",
    )?;
    let known_type =
        |typ: &String| ["jwt", "client-authentication+jwt"].contains(&typ.to_lowercase().as_str());
    if header.crit.is_some() || !header.typ.as_ref().is_none_or(known_type) {
        return Err("The client assertion's header holds a `crit` or a `typ` that is not taken.");
    }
    let mut claims = Err("The client assertion is not signed by a key that this client has registered.");
    for key in keys.iter().filter(|key| fits(key, &header)) {
        match decode(assertion, key, header.alg) {
            Err(ErrorKind::InvalidSignature) => {}
            decoded => {
                claims = decoded.map_err(
                    |_| "The client assertion must hold `iss`, `sub`, `aud`, `exp` and `jti`, each of its own type.",
                );
                break;
            }
        }
    }
    let claims = claims?;
    if claims.iss != client_id || claims.sub != client_id {
        return Err("`iss` and `sub` of the client assertion must both be the client_id.");
    }
    // One string: an assertion that is good at several servers could be passed on by one of them.
    if !claims.aud.as_str().is_some_and(|audience| audiences.contains(&audience)) {
        return Err(
            "`aud` of the client assertion must be this server's issuer or token endpoint, as one string.",
        );
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
    let now = now as f64;
    if claims.exp + SKEW <= now {
        return Err("The client assertion has expired. Make a new one for each request.");
    }
    if claims.exp > now + LONGEST + SKEW {
        return Err("`exp` of the client assertion is too far ahead: it may be 5 minutes from now at most.");
    }
    if [claims.nbf, claims.iat].into_iter().flatten().any(|from| from > now + SKEW) {
        return Err("The client assertion is not valid yet: check the clock of the machine that made it.");
    }
    if claims.jti.is_empty() || claims.jti.len() > 255 {
        return Err("`jti` of the client assertion must hold 1 to 255 characters.");
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is at most minutes ahead, as was just seen")]
    let ends_at = (claims.exp + SKEW).ceil() as i64;
    Ok(Proven { jti: claims.jti, ends_at })
}

/// Whether this key may have signed: the header chooses by id, and within what the key is pinned to.
fn fits(key: &ClientKey, header: &Header) -> bool {
    let named = header.kid.is_none() || key.id.is_none() || header.kid == key.id;
    named && key.algorithms.contains(&header.alg)
}

fn decode(assertion: &str, key: &ClientKey, algorithm: Algorithm) -> Result<Claims, ErrorKind> {
    // Times, issuer and audience are checked by the caller, by the injected clock.
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    match jsonwebtoken::decode(assertion, &key.key, &validation) {
        Ok(token) => Ok(token.claims),
        Err(error) => Err(error.into_kind()),
    }
}
