//! Where codes and tokens are handed out: oxide-auth's Authorizer and Issuer over the database, one desk for each
//! request. What it changes, `issuing.rs` changes.

use async_trait::async_trait;
use oxide_auth::{
    code_grant::extensions::Pkce,
    primitives::{
        grant::{Extensions, Grant as OxideGrant, Value},
        issuer::{IssuedToken, RefreshedToken, TokenType},
    },
};
use oxide_auth_async::primitives::{Authorizer, Issuer};
use serde::{Deserialize, Serialize};
use shared::timestamp::Timestamp;

use super::{
    fault::{Fault, bug},
    oxide::{self, REDIRECT_URI, RESOURCE, TENANT, put},
};
use crate::{
    app::App,
    domain::{
        authorization::{Grant, RefreshToken},
        client::Client,
        origin::Origin,
    },
    security::secret,
    store::{authorization_codes, grants, refresh_tokens},
};

/// What an app is answered with (RFC 6749 §5.1), as it was truly issued.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The JWT.
    pub access_token: String,
    /// `Bearer`
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
    /// What it may do: what was granted, cut to what the role allows now.
    pub scope: String,
    /// For an app that may stay connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// One request's desk.
pub struct Desk<'a> {
    pub(super) app: &'a App,
    pub(super) client: &'a Client,
    pub(super) origin: &'a Origin,
    pub(super) now: Timestamp,
    /// The pending request that a code answers.
    pub request: Option<&'a [u8]>,
    /// The scope and resource that a refresh asks for: within its grace the same is answered again to the same.
    pub asked: String,
    /// Whether the refresh token was used longer ago than its grace.
    pub stale: bool,
    pub(super) code: Option<Vec<u8>>,
    answer: Option<Answer>,
    /// Why a method failed: the traits' error type says nothing.
    fault: Option<Fault>,
}

impl<'a> Desk<'a> {
    /// A desk for this client's request.
    pub fn new(app: &'a App, client: &'a Client, origin: &'a Origin) -> Self {
        let now = app.clock.now();
        let (request, code, answer, fault) = (None, None, None, None);
        Self { app, client, origin, now, request, asked: String::new(), stale: false, code, answer, fault }
    }

    /// What was issued.
    pub fn into_answer(self) -> Result<Answer, Fault> {
        self.answer.ok_or_else(|| bug("a machine ended well without an answer").into())
    }

    /// Why it was not.
    pub fn into_fault(self) -> Fault {
        self.fault.unwrap_or_else(|| bug("a desk failed without a reason").into())
    }

    fn keep<T>(&mut self, outcome: Result<T, Fault>) -> Result<T, ()> {
        outcome.map_err(|fault| self.fault = Some(fault))
    }
}

/// Of a refresh token; whether it never was or has ended is not told apart.
pub const DEAD: &str = "This refresh token is unknown, expired or revoked, or was given to another client. Ask the person again.";

#[async_trait]
impl Authorizer for Desk<'_> {
    async fn authorize(&mut self, grant: OxideGrant) -> Result<String, ()> {
        let outcome = self.write_code(grant).await;
        self.keep(outcome)
    }

    /// A read, though the trait says "invalidating": the machine asks before it has compared the client or seen the
    /// verifier, and no failed exchange may spend a code. The claim is in `issue`. A spent code is given out too, so
    /// that a replay is judged by the same rules.
    async fn extract(&mut self, code: &str) -> Result<Option<OxideGrant>, ()> {
        let hash = secret::hash(code);
        let found = authorization_codes::by_hash(&self.app.db, &hash).await;
        let Some(code) = self.keep(found.map_err(Fault::from))? else { return Ok(None) };
        let mut extensions = Extensions::new();
        // Always S, whatever the row says: plain cannot come back.
        extensions.set(&Pkce::required(), Value::private(Some(format!("{}S", code.challenge))));
        put(&mut extensions, &TENANT, &code.tenant_id);
        put(&mut extensions, &RESOURCE, &code.resource);
        put(&mut extensions, &REDIRECT_URI, &code.redirect_uri);
        self.code = Some(hash);
        Ok(Some(OxideGrant {
            owner_id: code.user_id,
            client_id: code.client_id,
            scope: oxide::scope(code.scope)?,
            redirect_uri: code.redirect_uri.parse().map_err(drop)?,
            until: oxide::until(code.used_by.is_some() || self.now < code.expires_at),
            extensions,
        }))
    }
}

#[async_trait]
impl Issuer for Desk<'_> {
    async fn issue(&mut self, grant: OxideGrant) -> Result<IssuedToken, ()> {
        let outcome = self.first_tokens(&grant).await;
        let answer = self.keep(outcome)?;
        self.answer = Some(answer.clone());
        let (token, refresh) = (answer.access_token, answer.refresh_token);
        Ok(IssuedToken { token, refresh, until: oxide::until(true), token_type: TokenType::Bearer })
    }

    /// `grant.scope` is the narrowed one: it goes into the token, not into the grant.
    async fn refresh(&mut self, token: &str, grant: OxideGrant) -> Result<RefreshedToken, ()> {
        let outcome = self.rotate(token, &grant).await;
        let answer = self.keep(outcome)?;
        self.answer = Some(answer.clone());
        let (token, refresh) = (answer.access_token, answer.refresh_token);
        Ok(RefreshedToken { token, refresh, until: oxide::until(true), token_type: TokenType::Bearer })
    }

    /// Resource servers check JWTs; no machine of ours asks.
    async fn recover_token(&mut self, _: &str) -> Result<Option<OxideGrant>, ()> {
        Ok(None)
    }

    /// A read. Another client's token is given out as it is: the machine compares and says invalid_grant.
    async fn recover_refresh(&mut self, token: &str) -> Result<Option<OxideGrant>, ()> {
        let found = self.find(token).await;
        let Some((row, grant)) = self.keep(found)? else { return Ok(None) };
        self.stale = row.is_stale(self.now);
        // A used token lives, here, as long as its grant: else its reuse would go unnoticed as "expired".
        let alive = self.now < grant.expires_at && (row.rotated_at.is_some() || self.now < row.idle_until);
        let mut extensions = Extensions::new();
        put(&mut extensions, &TENANT, &grant.tenant_id);
        put(&mut extensions, &RESOURCE, &grant.resource);
        Ok(Some(OxideGrant {
            owner_id: grant.user_id,
            client_id: grant.client_id,
            scope: oxide::scope(grant.scope)?,
            // The machine never looks at it.
            redirect_uri: "https://unused.invalid/".parse().map_err(drop)?,
            until: oxide::until(alive),
            extensions,
        }))
    }
}

impl Desk<'_> {
    async fn find(&self, token: &str) -> Result<Option<(RefreshToken, Grant)>, Fault> {
        let Some(row) = refresh_tokens::by_hash(&self.app.db, &secret::hash(token)).await? else {
            return Ok(None);
        };
        let grant = grants::by_id(&self.app.db, &row.grant_id).await?;
        Ok(grant.filter(|grant| grant.revoked_at.is_none()).map(|grant| (row, grant)))
    }
}
