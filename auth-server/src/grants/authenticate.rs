//! How an app proves who it is (RFC 6749 §2.3, RFC 7523 §2.2): one function for every endpoint that asks.

use base64::{Engine, engine::general_purpose::STANDARD};
use shared::timestamp::Timestamp;
use subtle::ConstantTimeEq;

use super::{
    fault::Fault,
    find_client::{Missing, find_client, keys_of},
    params::Params,
};
use crate::{
    app::App,
    documents::Unreadable,
    domain::{
        client::{AuthMethod, Client},
        origin::Origin,
    },
    security::{client_assertion, secret},
    store::client_assertions,
};

const UNKNOWN: &str =
    "The client is unknown or its secret is wrong. An app that was connected long ago has to register again.";

impl From<Missing> for Fault {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Unknown => Self::InvalidClient(UNKNOWN),
            Missing::Unreadable(unreadable) => unusable("metadata document", &unreadable),
            Missing::Failed(error) => Self::Failed(error),
        }
    }
}

/// What cannot be read now may be good: only what is no good speaks against the app.
fn unusable(what: &str, unreadable: &Unreadable) -> Fault {
    let words = format!("The client's {what} cannot be used: {}.", unreadable.why);
    if unreadable.passing { Fault::ClientDocumentAway(words) } else { Fault::ClientDocument(words) }
}

/// What an app shows.
enum Proof {
    Nothing,
    Secret(String),
    Assertion(String),
}

/// The client that a request comes from. `authorization` holds every Authorization header that was sent.
pub async fn authenticate(
    app: &App,
    origin: &Origin,
    authorization: &[&str],
    form: &Params,
) -> Result<Client, Fault> {
    let (id, proof) = presented(authorization, form)?;
    if id.contains('\0') {
        return Err(Fault::InvalidClient(UNKNOWN));
    }
    let client = find_client(app, origin, &id).await?;
    let proven = match (client.auth_method, &client.secret_hash, proof) {
        // A public client proves nothing, and never passes as another by sending a secret.
        (AuthMethod::None, None, Proof::Nothing) => true,
        (AuthMethod::Basic | AuthMethod::Post, Some(hash), Proof::Secret(given)) => {
            secret::hash(&given).ct_eq(hash).into()
        }
        (AuthMethod::PrivateKeyJwt, None, Proof::Assertion(assertion)) => {
            asserted(app, origin, &client, &assertion).await?;
            true
        }
        (AuthMethod::PrivateKeyJwt, ..) => {
            return Err(Fault::InvalidClient(
                "This client has registered for private_key_jwt: send `client_assertion`.",
            ));
        }
        (_, _, Proof::Assertion(_)) => {
            return Err(Fault::InvalidClient("This client has not registered for private_key_jwt."));
        }
        _ => false,
    };
    if proven { Ok(client) } else { Err(Fault::InvalidClient(UNKNOWN)) }
}

/// Whom a request says it comes from, for the audit log: nothing of it was checked.
pub fn claimed(authorization: &[&str], form: &Params) -> String {
    let basic = authorization.first().and_then(|header| read_basic(header)).map(|(id, _)| id);
    let named = || form.get("client_id").map(str::to_owned);
    let asserted = || form.get("client_assertion").and_then(client_assertion::subject);
    basic.or_else(named).or_else(asserted).unwrap_or_default()
}

/// Who a request says it comes from, and how it shows it: in one way, else in none.
fn presented(authorization: &[&str], form: &Params) -> Result<(String, Proof), Fault> {
    let basic = match authorization {
        [] => None,
        [header] => Some(read_basic(header).ok_or(Fault::InvalidClient(UNKNOWN))?),
        _ => return Err(Fault::InvalidRequest("The Authorization header came more than once.")),
    };
    let (in_form, assertion) = (form.get("client_secret"), form.get("client_assertion"));
    if [basic.is_some(), in_form.is_some(), assertion.is_some()].into_iter().filter(|&way| way).count() > 1 {
        return Err(Fault::InvalidRequest(
            "Two ways of authentication at once: send the secret in one place, or the assertion alone.",
        ));
    }
    let (id, proof) = match (basic, assertion, form.get("client_id")) {
        (Some((id, secret)), ..) => (id, Proof::Secret(secret)),
        (None, Some(assertion), _) => {
            if form.get("client_assertion_type") != Some(client_assertion::TYPE) {
                return Err(Fault::InvalidRequest(
                    "`client_assertion_type` must be `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.",
                ));
            }
            let subject = client_assertion::subject(assertion);
            let subject = subject
                .ok_or(Fault::InvalidClient("The client assertion is no JWT that names its client."))?;
            (subject, Proof::Assertion(assertion.to_owned()))
        }
        (None, None, Some(id)) => {
            (id.to_owned(), in_form.map_or(Proof::Nothing, |secret| Proof::Secret(secret.to_owned())))
        }
        (None, None, None) => return Err(Fault::InvalidClient("`client_id` is missing.")),
    };
    if form.get("client_id").is_some_and(|named| named != id) {
        return Err(Fault::InvalidRequest(
            "`client_id` is not the one of the Authorization header or of the assertion.",
        ));
    }
    Ok((id, proof))
}

/// Checks an assertion and spends it.
async fn asserted(app: &App, origin: &Origin, client: &Client, assertion: &str) -> Result<(), Fault> {
    let kid = client_assertion::key_id(assertion);
    let keys = keys_of(app, origin, client, kid.as_deref()).await;
    let keys = keys.map_err(|unreadable| unusable("keys", &unreadable))?;
    let issuer = &app.settings.issuer;
    let audiences = [issuer.as_str(), &format!("{issuer}/oauth/token")];
    let now = app.clock.now().seconds();
    let proven = client_assertion::check(assertion, &keys, &client.id, &audiences, now);
    let proven = proven.map_err(Fault::InvalidClient)?;
    let hash = secret::hash(&format!("{} {}", client.id, proven.jti));
    let ends_at = Timestamp::from_micros(proven.ends_at.saturating_mul(1_000_000));
    match client_assertions::spend(&app.db, &hash, ends_at).await? {
        true => Ok(()),
        false => Err(Fault::InvalidClient(
            "This client assertion was used before. Make a new one for each request.",
        )),
    }
}

/// Name and password of a Basic header; each is form-encoded before base64 (RFC 6749 §2.3.1).
fn read_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok())??;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decode(id), form_decode(secret)))
}

fn form_decode(text: &str) -> String {
    let pair = format!("v={}", text.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_decoded_twice() {
        let header = |text: &str| format!("bAsIc {}", STANDARD.encode(text));
        let expected = Some(("conf:1".to_owned(), "s e+c%&=".to_owned()));
        assert_eq!(read_basic(&header("conf%3A1:s+e%2Bc%25%26%3D")), expected);
        assert_eq!(read_basic("Bearer abc"), None);
        assert_eq!(read_basic("Basic ???"), None);
        assert_eq!(read_basic(&header("no-colon")), None);
    }
}
