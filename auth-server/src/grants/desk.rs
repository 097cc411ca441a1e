//! Where codes and tokens are handed out: oxide-auth's Authorizer and Issuer over the database, one desk for each
//! request. Every method that changes something is one transaction, which decides again all that can race.

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
use serde_json::json;
use shared::{
    caller::Actor,
    db::Tx,
    error::Error,
    revocations::{self, Revoked},
    role::Role,
    scope::Access,
    timestamp::Timestamp,
};

use super::{
    fault::{Fault, bug},
    oxide::{self, REDIRECT_URI, RESOURCE, TENANT, peek, put},
};
use crate::{
    app::App,
    domain::{
        authorization::{CODE_LIFE, Code, GRANT_LIFE, Grant},
        client::Client,
        grant_scope::GrantScope,
        origin::Origin,
    },
    security::{redirect_uri, seal::Seal, secret},
    store::{audit, authorization_codes, authorization_requests, consents, grants, refresh_tokens},
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
    app: &'a App,
    client: &'a Client,
    origin: &'a Origin,
    now: Timestamp,
    /// The pending request that a code answers.
    pub request: Option<&'a [u8]>,
    /// The scope and resource that a refresh asks for: within its grace the same is answered again to the same.
    pub asked: String,
    /// Whether the refresh token was used longer ago than its grace.
    pub stale: bool,
    code: Option<Vec<u8>>,
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

    async fn write_code(&self, mut grant: OxideGrant) -> Result<String, Fault> {
        // No path issues a code without an S256 challenge; oxide-auth marks those with a trailing S.
        let encoded = grant
            .extensions
            .remove(&Pkce::required())
            .and_then(|value| value.into_private_value().ok())
            .flatten();
        let challenge = encoded
            .as_deref()
            .and_then(|it| it.strip_suffix('S'))
            .ok_or_else(|| bug("a code without PKCE"))?;
        let get = |key| {
            peek(&grant.extensions, key)
                .map(str::to_owned)
                .ok_or_else(|| bug("a code without its extensions"))
        };
        let code = Code {
            client_id: grant.client_id.clone(),
            user_id: grant.owner_id.clone(),
            tenant_id: get(&TENANT)?,
            scope: oxide::grant_scope(&grant.scope),
            resource: get(&RESOURCE)?,
            redirect_uri: get(&REDIRECT_URI)?,
            challenge: challenge.to_owned(),
            expires_at: self.now + CODE_LIFE,
            used_by: None,
        };
        let request = self.request.ok_or_else(|| bug("a code for no request"))?;
        let (secret, host) = (secret::generate(&self.app.random), redirect_uri::host(&code.redirect_uri));
        let mut tx = self.app.db.begin(Access::Write).await?;
        if !authorization_requests::decide(&mut tx, request, self.now).await? {
            return Err(Fault::InvalidRequest("This request was decided before."));
        }
        authorization_codes::insert(&mut tx, &secret::hash(&secret), &code).await?;
        let (user, client, tenant) = (&code.user_id, &code.client_id, &code.tenant_id);
        consents::remember(&mut tx, user, client, &host, tenant, code.scope, self.now).await?;
        let details = json!({ "client_id": client, "scope": code.scope.to_string(), "redirect_host": host });
        self.note(&mut tx, "consent.allow", "ok", Some(tenant), user, client, details).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Claims the code and makes its grant. The machine has found client, redirect URI, life and verifier in order.
    async fn first_tokens(&self, issued: &OxideGrant) -> Result<Answer, Fault> {
        let code = self.code.as_deref().ok_or_else(|| bug("tokens for no code"))?;
        let get = |key| {
            peek(&issued.extensions, key)
                .map(str::to_owned)
                .ok_or_else(|| bug("a grant without its extensions"))
        };
        let grant = Grant {
            id: self.app.ids.next("gra"),
            client_id: issued.client_id.clone(),
            user_id: issued.owner_id.clone(),
            tenant_id: get(&TENANT)?,
            scope: oxide::grant_scope(&issued.scope),
            resource: get(&RESOURCE)?,
            expires_at: self.now + GRANT_LIFE,
            revoked_at: None,
        };
        let host = redirect_uri::host(issued.redirect_uri.as_str());
        let mut tx = self.app.db.begin(Access::Write).await?;
        grants::insert(&mut tx, &grant, &host, self.now).await?;
        if !authorization_codes::claim(&mut tx, code, &grant.id).await? {
            // Another use was first, with the right verifier, as this one: somebody has both (RFC 6749 §4.1.2).
            tx.rollback().await?;
            return Err(self.replayed(code).await?);
        }
        let standing = grants::standing(&mut tx, &grant.tenant_id, &grant.user_id).await?;
        let (role, version) = standing.ok_or(Fault::InvalidGrant(NO_STANDING))?;
        let answer = self.tokens(&mut tx, &grant, grant.scope, role, version, grant.scope.offline).await?;
        let details = json!({ "client_id": grant.client_id, "scope": answer.scope });
        self.note(&mut tx, "grant.create", "ok", Some(&grant.tenant_id), &grant.user_id, &grant.id, details)
            .await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// A second use of a code ends what the first one got.
    async fn replayed(&self, code: &[u8]) -> Result<Fault, Fault> {
        let mut tx = self.app.db.begin(Access::Write).await?;
        if let Some(first) = authorization_codes::used_by(&mut tx, code).await? {
            self.end(&mut tx, &first, "code_replayed").await?;
        }
        tx.commit().await?;
        Ok(Fault::InvalidGrant(
            "This code was used before, so what it gave is revoked. Start anew at the authorization endpoint.",
        ))
    }

    /// Rotates a refresh token, or answers the same again within its grace, or finds that it was stolen.
    async fn rotate(&self, token: &str, narrowed: &OxideGrant) -> Result<Answer, Fault> {
        let hash = secret::hash(token);
        let seal = Seal::new(token.as_bytes(), "refresh grace").map_err(Error::internal)?;
        let mut tx = self.app.db.begin(Access::Write).await?;
        let unknown = || Fault::InvalidGrant(DEAD);
        let seen = refresh_tokens::held(&mut tx, &hash).await?.ok_or_else(unknown)?;
        let grant = grants::hold(&mut tx, &seen.grant_id, self.now).await?.ok_or_else(unknown)?;
        // Read again, now that the grant is held: a parallel use may have been first.
        let row = refresh_tokens::held(&mut tx, &hash).await?.ok_or_else(unknown)?;
        if row.is_stale(self.now) {
            self.end(&mut tx, &grant.id, "refresh_token_reused").await?;
            tx.commit().await?;
            return Err(Fault::InvalidGrant(
                "This refresh token was used before, so its whole grant is revoked. Ask the person again.",
            ));
        }
        let standing = grants::standing(&mut tx, &grant.tenant_id, &grant.user_id).await?;
        let (role, version) = standing.ok_or(Fault::InvalidGrant(NO_STANDING))?;
        if row.rotated_at.is_some() {
            return match row.answer.filter(|_| row.asked.as_deref() == Some(&self.asked)) {
                Some(sealed) => {
                    let plain = seal.open(&sealed, &grant.id).map_err(Error::internal)?;
                    Ok(serde_json::from_slice(&plain).map_err(Error::internal)?)
                }
                None => Err(Fault::InvalidGrant(
                    "This refresh token was just used with another scope or resource. Use the new one.",
                )),
            };
        }
        let scope = oxide::grant_scope(&narrowed.scope);
        let answer = self.tokens(&mut tx, &grant, scope, role, version, true).await?;
        let plain = serde_json::to_vec(&answer).map_err(Error::internal)?;
        let sealed = seal.close(&plain, &grant.id, &self.app.random).map_err(Error::internal)?;
        refresh_tokens::rotate(&mut tx, &hash, &self.asked, sealed, self.now).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// An access token, and a refresh token where the app may stay connected.
    async fn tokens(
        &self,
        tx: &mut Tx,
        grant: &Grant,
        scope: GrantScope,
        role: Role,
        authz_version: i64,
        refreshable: bool,
    ) -> Result<Answer, Fault> {
        let scope = scope.within_role(role);
        if scope.tools.is_empty() {
            return Err(Fault::InvalidGrant(
                "The person's role no longer allows any of the granted scopes. Ask them again.",
            ));
        }
        let refresh_token =
            (refreshable && self.client.may_use("refresh_token")).then(|| secret::generate(&self.app.random));
        if let Some(token) = &refresh_token {
            refresh_tokens::insert(tx, &secret::hash(token), &grant.id, self.now).await?;
        }
        let lifetime = self.app.settings.access_token_ttl;
        let claims = shared::claims::AccessTokenClaims {
            iss: self.app.settings.issuer.clone(),
            sub: grant.user_id.clone(),
            aud: grant.resource.clone(),
            client_id: self.client.id.clone(),
            client_name: self.client.name.clone(),
            tenant_id: grant.tenant_id.clone(),
            role,
            authz_version,
            scope: scope.to_string(),
            grant_id: grant.id.clone(),
            tool_names: self.client.tool_names.clone(),
            jti: self.app.ids.next("jti"),
            iat: self.now.seconds(),
            nbf: self.now.seconds(),
            exp: self.now.seconds() + lifetime,
        };
        let access_token = self.app.signing.current(self.now)?.sign(&claims).map_err(Error::internal)?;
        let (token_type, expires_in, scope) = ("Bearer".to_owned(), lifetime, claims.scope);
        Ok(Answer { access_token, token_type, expires_in, scope, refresh_token })
    }

    /// Ends a grant because something of it was used twice.
    async fn end(&self, tx: &mut Tx, grant_id: &str, why: &str) -> Result<(), Fault> {
        if grants::revoke(tx, grant_id, self.now).await? {
            revocations::record(tx, &self.app.ids, self.now, &Revoked::Grant(grant_id.to_owned())).await?;
            self.note(tx, "grant.revoke", why, None, "", grant_id, json!({ "client_id": self.client.id }))
                .await?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one line of the audit log")]
    async fn note(
        &self,
        tx: &mut Tx,
        action: &str,
        outcome: &str,
        tenant_id: Option<&str>,
        user_id: &str,
        subject: &str,
        details: serde_json::Value,
    ) -> Result<(), Error> {
        let nobody = audit::stranger();
        let actor = match user_id {
            "" => Actor { name: self.client.name.clone(), ..nobody },
            id => Actor {
                kind: shared::caller::ActorKind::User,
                id: Some(id.to_owned()),
                name: id.to_owned(),
                via: Some(self.client.name.clone()),
            },
        };
        audit::Entry {
            tenant_id,
            at: self.now,
            actor,
            action,
            outcome,
            subject: Some(subject),
            details,
            request_id: &self.origin.request_id,
            source: self.origin.source.to_string(),
        }
        .write(tx, &self.app.ids)
        .await
    }
}

const NO_STANDING: &str =
    "The person is no longer active in that company. Ask them, or another member, again.";
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
    async fn find(
        &self,
        token: &str,
    ) -> Result<Option<(crate::domain::authorization::RefreshToken, Grant)>, Fault> {
        let Some(row) = refresh_tokens::by_hash(&self.app.db, &secret::hash(token)).await? else {
            return Ok(None);
        };
        let grant = grants::by_id(&self.app.db, &row.grant_id).await?;
        Ok(grant.filter(|grant| grant.revoked_at.is_none()).map(|grant| (row, grant)))
    }
}
