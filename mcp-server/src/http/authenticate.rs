//! Who calls: from the Authorization header to a [`Caller`]. Keys are found by their hash, access tokens are checked
//! by the authorization server's keys and by nothing in the token; both are remembered until anything is revoked.

mod access_token;
mod api_key;
mod jwks;
mod revocations;
mod strict;

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, HeaderValue, header};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use shared::{
    api_key as key_form,
    caller::Caller,
    clock::Clock,
    db::Db,
    error::Error,
    network::{self, AllowList, Network},
    timestamp::Timestamp,
};

use self::{access_token::Verifier, jwks::Jwks, revocations::Watch};
use super::Fault;

/// Why a credential is refused.
#[derive(Debug)]
pub enum Refusal {
    /// There is none.
    Missing,
    /// It is not valid; the reason leaks nothing.
    Invalid(Option<&'static str>),
    /// It was valid once.
    Expired,
    /// It cannot be told now.
    Unavailable(&'static str),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let cause = anyhow::Error::from(error);
        tracing::warn!(cause = format!("{cause:#}"), "a credential could not be checked");
        Self::Unavailable("Zoop cannot check credentials at the moment. Try again in a few seconds.")
    }
}

/// A credential that was found good.
#[derive(Clone)]
struct Known {
    caller: Arc<Caller>,
    expires_at: Option<Timestamp>,
    /// The addresses that it may come from.
    sources: Arc<AllowList>,
    /// The revocations that had been seen when it was looked up.
    generation: u64,
}

/// Checks credentials.
pub struct Authenticator {
    db: Db,
    clock: Clock,
    trusted_proxies: Vec<Network>,
    known: Cache<[u8; 32], Known>,
    verifier: Verifier,
    watch: Watch,
}

impl Authenticator {
    /// A checker of API keys in this database and of tokens by this issuer for one of these resources.
    pub fn new(
        db: Db,
        clock: Clock,
        issuer: &str,
        resources: Vec<String>,
        keys_url: String,
        trusted_proxies: Vec<Network>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            watch: Watch::new(db.clone(), clock.clone()),
            verifier: Verifier::new(issuer, resources, Jwks::new(keys_url)?),
            known: Cache::new(100_000),
            db,
            clock,
            trusted_proxies,
        })
    }

    /// Reads the tail of the revocations and keeps the keys fresh; called twice a second.
    pub async fn look_around(&self) {
        self.watch.look().await;
        self.verifier.jwks.keep_fresh().await;
    }

    /// The caller of a request that this peer sent.
    pub async fn caller(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Arc<Caller>, Refusal> {
        let token = bearer(headers)?;
        if !self.watch.is_current() {
            return Err(Refusal::Unavailable(
                "Zoop cannot tell at the moment which credentials were revoked.",
            ));
        }
        let hash: [u8; 32] = Sha256::digest(token).into();
        let generation = self.watch.generation();
        let now = self.clock.now();
        let still_good =
            |known: &Known| known.generation == generation && known.expires_at.is_none_or(|end| end > now);
        let known = match self.known.get(&hash).filter(still_good) {
            Some(known) => known,
            None => {
                let known = match key_form::looks_like_one(token) {
                    true => api_key::look_up(&self.db, token, now, generation).await?,
                    false => self.verifier.verify(&self.db, token, now, generation).await?,
                };
                self.known.insert(hash, known.clone());
                known
            }
        };
        if !known.sources.allows(network::source(peer, headers, &self.trusted_proxies)) {
            return Err(Refusal::Invalid(Some("address")));
        }
        Ok(known.caller)
    }
}

/// The one bearer token of a request (RFC 6750 §2.1). Tokens in the query string are not looked at.
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::Missing)?;
    if values.next().is_some() {
        // Two of them: neither is chosen.
        return Err(Refusal::Invalid(Some("two_headers")));
    }
    let text = value.to_str().map_err(|_| Refusal::Invalid(None))?.trim();
    let (scheme, token) = text.split_once(' ').ok_or(Refusal::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Missing);
    }
    match token.trim() {
        "" => Err(Refusal::Missing),
        token => Ok(token),
    }
}

/// The 401 with its challenge (RFC 6750 §3, RFC 9728 §5.1). An error stands in it only when a token was presented.
pub fn challenge(refusal: Refusal, metadata_url: &str, scopes: &str) -> Fault {
    let (fault, presented) = match refusal {
        Refusal::Unavailable(message) => return Fault::unavailable(message),
        Refusal::Missing => (
            Fault::unauthorized(
                "missing_token",
                "Send `Authorization: Bearer <token>` with an API key or an OAuth token.",
            ),
            false,
        ),
        Refusal::Expired => (Fault::unauthorized("expired", "The token has expired. Get a new one."), true),
        Refusal::Invalid(reason) => {
            let hint = match reason {
                Some("bad_checksum") => "The API key is mistyped or cut off. Copy it again, whole.",
                Some("key_revoked") => {
                    "The API key was revoked. Make another one under Settings → API & MCP."
                }
                Some("key_expired") => {
                    "The API key has expired. Make another one under Settings → API & MCP."
                }
                Some("address") => "The API key may not be used from this address.",
                Some("tenant_suspended") => "The account is suspended. Ask its owner.",
                Some("two_headers") => "Send one Authorization header.",
                _ => "The token is not valid here. Get a new one.",
            };
            let kind = if reason == Some("key_expired") { "expired" } else { "invalid_token" };
            let fault = Fault::unauthorized(kind, hint);
            (
                match reason {
                    Some(reason) => fault.with("reason", reason),
                    None => fault,
                },
                true,
            )
        }
    };
    let error = if presented { "error=\"invalid_token\", " } else { "" };
    let scope = if scopes.is_empty() { String::new() } else { format!(", scope=\"{scopes}\"") };
    fault.header(
        header::WWW_AUTHENTICATE,
        &format!("Bearer {error}resource_metadata=\"{metadata_url}\"{scope}"),
    )
}

/// The challenge of a 403: all that the call needs, at once (RFC 6750 §3.1).
pub fn insufficient_scope(metadata_url: &str, needed: &str) -> HeaderValue {
    let text = format!(
        "Bearer error=\"insufficient_scope\", scope=\"{needed}\", resource_metadata=\"{metadata_url}\", \
         error_description=\"The token lacks a permission that this call needs\""
    );
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer error=\"insufficient_scope\""))
}
