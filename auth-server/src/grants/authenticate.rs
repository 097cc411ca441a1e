//! How an app proves who it is (RFC 6749 §2.3): one function for every endpoint that asks.

use base64::{Engine, engine::general_purpose::STANDARD};
use subtle::ConstantTimeEq;

use super::{fault::Fault, params::Params};
use crate::{app::App, domain::client::Client, security::secret, store::clients};

const UNKNOWN: &str =
    "The client is unknown or its secret is wrong. An app that was connected long ago has to register again.";

/// The client that a request comes from. `authorization` holds every Authorization header that was sent.
pub async fn authenticate(app: &App, authorization: &[&str], form: &Params) -> Result<Client, Fault> {
    let basic = match authorization {
        [] => None,
        [header] => Some(read_basic(header).ok_or(Fault::InvalidClient(UNKNOWN))?),
        _ => return Err(Fault::InvalidRequest("The Authorization header came more than once.")),
    };
    let in_form = form.get("client_secret");
    if basic.is_some() && in_form.is_some() {
        return Err(Fault::InvalidRequest(
            "Two ways of authentication at once: send the secret in one place.",
        ));
    }
    if form.get("client_assertion").is_some() {
        return Err(match basic.is_some() || in_form.is_some() {
            true => Fault::InvalidRequest("Two ways of authentication at once."),
            false => Fault::InvalidClient("This server takes no client assertions."),
        });
    }
    let (id, secret) = match (&basic, form.get("client_id")) {
        (Some((id, _)), Some(other)) if id != other => {
            return Err(Fault::InvalidRequest("`client_id` is not the one of the Authorization header."));
        }
        (Some((id, secret)), _) => (id.as_str(), Some(secret.as_str())),
        (None, Some(id)) => (id, in_form),
        (None, None) => return Err(Fault::InvalidClient("`client_id` is missing.")),
    };
    let client = clients::by_id(&app.db, id).await?.ok_or(Fault::InvalidClient(UNKNOWN))?;
    let proven = match (&client.secret_hash, secret) {
        // A public client proves nothing, and never passes as another by sending a secret.
        (None, secret) => secret.is_none(),
        (Some(hash), Some(secret)) => secret::hash(secret).ct_eq(hash).into(),
        (Some(_), None) => false,
    };
    if proven { Ok(client) } else { Err(Fault::InvalidClient(UNKNOWN)) }
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
