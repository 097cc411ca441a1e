//! What the desk does in the database: a code, its first tokens, their rotation. Each is one transaction, which decides
//! again all that can race; rotation, reuse and revocation queue at the grant's row.

use oxide_auth::{code_grant::extensions::Pkce, primitives::grant::Grant as OxideGrant};
use serde_json::{Value, json};
use shared::{
    caller::{Actor, ActorKind},
    claims::AccessTokenClaims,
    db::Tx,
    error::Error,
    revocations::{self, Revoked},
    scope::Access,
};

use super::{
    desk::{Answer, DEAD, Desk},
    fault::{Fault, bug},
    oxide::{self, REDIRECT_URI, RESOURCE, TENANT, peek},
};
use crate::{
    domain::{
        authorization::{CODE_LIFE, Code, GRANT_LIFE, Grant, Standing},
        grant_scope::GrantScope,
    },
    security::{jwt, redirect_uri, seal::Seal, secret},
    store::{audit, authorization_codes, authorization_requests, clients, consents, grants, refresh_tokens},
};

const NO_STANDING: &str =
    "The person is no longer active in that company. Ask them, or another member, again.";
const REPLAYED: &str =
    "This code was used before, so what it gave is revoked. Start anew at the authorization endpoint.";
const REUSED: &str =
    "This refresh token was used before, so its whole grant is revoked. Ask the person again.";
const JUST_USED: &str = "This refresh token was just used with another scope or resource. Use the new one.";
const NO_SCOPE: &str = "The person's role no longer allows any of the granted scopes. Ask them again.";

impl Desk<'_> {
    pub(super) async fn write_code(&self, mut grant: OxideGrant) -> Result<String, Fault> {
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
        let standing = grants::standing(&mut tx, &code.tenant_id, &code.user_id).await?;
        let standing = standing.ok_or(Fault::InvalidGrant(NO_STANDING))?;
        if self.client.published_at().is_some() {
            clients::keep_published(&mut tx, self.client, self.now).await?;
        }
        authorization_codes::insert(&mut tx, &secret::hash(&secret), &code).await?;
        let (user, client, tenant) = (&code.user_id, &code.client_id, &code.tenant_id);
        consents::remember(&mut tx, user, client, &host, tenant, code.scope, self.now).await?;
        let details = json!({ "client_id": client, "scope": code.scope.to_string(), "redirect_host": host });
        let entry = self.entry(self.person(user, &standing), "consent.allow", client, details);
        audit::Entry { tenant_id: Some(tenant), ..entry }.write(&mut tx, &self.app.ids).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Claims the code and makes its grant. The machine has found client, redirect URI, life and verifier in order.
    pub(super) async fn first_tokens(&self, issued: &OxideGrant) -> Result<Answer, Fault> {
        let code = self.code.as_deref().ok_or_else(|| bug("tokens for no code"))?;
        let get = |key| {
            peek(&issued.extensions, key)
                .map(str::to_owned)
                .ok_or_else(|| bug("a grant without its extensions"))
        };
        let (client, user, tenant_id) = (&issued.client_id, &issued.owner_id, get(&TENANT)?);
        let mut tx = self.app.db.begin(Access::Write).await?;
        let grant = Grant {
            id: self.app.ids.next("gra"),
            client_id: client.clone(),
            user_id: user.clone(),
            // Who connects the app anew has not changed their mind about it.
            tool_names: grants::tool_names_before(&mut tx, client, user, &tenant_id).await?,
            tenant_id,
            scope: oxide::grant_scope(&issued.scope),
            resource: get(&RESOURCE)?,
            expires_at: self.now + GRANT_LIFE,
            revoked_at: None,
        };
        let host = redirect_uri::host(issued.redirect_uri.as_str());
        grants::insert(&mut tx, &grant, &host, self.now).await?;
        if !authorization_codes::claim(&mut tx, code, &grant.id).await? {
            // Another use was first, with the right verifier, as this one: somebody has both (RFC 6749 §4.1.2).
            tx.rollback().await?;
            return Err(self.replayed(code).await?);
        }
        let standing = grants::standing(&mut tx, &grant.tenant_id, &grant.user_id).await?;
        let standing = standing.ok_or(Fault::InvalidGrant(NO_STANDING))?;
        let answer = self.tokens(&mut tx, &grant, grant.scope, &standing).await?;
        let details = json!({ "client_id": grant.client_id, "scope": answer.scope });
        let entry = self.entry(self.person(&grant.user_id, &standing), "grant.create", &grant.id, details);
        audit::Entry { tenant_id: Some(&grant.tenant_id), ..entry }.write(&mut tx, &self.app.ids).await?;
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
        Ok(Fault::InvalidGrant(REPLAYED))
    }

    /// Rotates a refresh token, or answers the same again within its grace, or finds that it was stolen.
    pub(super) async fn rotate(&self, token: &str, narrowed: &OxideGrant) -> Result<Answer, Fault> {
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
            return Err(Fault::InvalidGrant(REUSED));
        }
        let standing = grants::standing(&mut tx, &grant.tenant_id, &grant.user_id).await?;
        let standing = standing.ok_or(Fault::InvalidGrant(NO_STANDING))?;
        if row.rotated_at.is_some() {
            let sealed = row.answer.filter(|_| row.asked.as_deref() == Some(&self.asked));
            let sealed = sealed.ok_or(Fault::InvalidGrant(JUST_USED))?;
            let plain = seal.open(&sealed, &grant.id).map_err(Error::internal)?;
            let mut answer: Answer = serde_json::from_slice(&plain).map_err(Error::internal)?;
            if !self.is_good(&mut tx, &answer.access_token, &standing).await? {
                // Its key was revoked, or the role changed, since: the same refresh token, with a token that is taken.
                let scope = GrantScope::parse_known(&answer.scope);
                let fresh = self.access_token(&mut tx, &grant, scope, &standing).await?;
                answer = Answer { refresh_token: answer.refresh_token, ..fresh };
                refresh_tokens::answer(&mut tx, &hash, self.sealed(&seal, &answer, &grant)?).await?;
                tx.commit().await?;
            }
            return Ok(answer);
        }
        let scope = oxide::grant_scope(&narrowed.scope);
        let answer = self.tokens(&mut tx, &grant, scope, &standing).await?;
        let sealed = self.sealed(&seal, &answer, &grant)?;
        refresh_tokens::rotate(&mut tx, &hash, &self.asked, sealed, self.now).await?;
        tx.commit().await?;
        Ok(answer)
    }

    fn sealed(&self, seal: &Seal, answer: &Answer, grant: &Grant) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(answer).map_err(Error::internal)?;
        seal.close(&plain, &grant.id, &self.app.random).map_err(Error::internal)
    }

    /// Whether an access token of a moment ago is still taken: its key signs yet, and the person stands where they stood.
    async fn is_good(&self, tx: &mut Tx, token: &str, standing: &Standing) -> Result<bool, Error> {
        let claims = jwt::read(token, &self.app.signing.published_in(tx).await?);
        Ok(claims.is_some_and(|claims| claims.authz_version == standing.authz_version))
    }

    /// An access token, and a refresh token where the app may stay connected.
    async fn tokens(
        &self,
        tx: &mut Tx,
        grant: &Grant,
        scope: GrantScope,
        standing: &Standing,
    ) -> Result<Answer, Fault> {
        let answer = self.access_token(tx, grant, scope, standing).await?;
        // The grant says so, not the scope: a narrower scope does not shrink the grant.
        let stays = grant.scope.offline && self.client.may_use("refresh_token");
        let refresh_token = stays.then(|| secret::generate(&self.app.random));
        if let Some(token) = &refresh_token {
            refresh_tokens::insert(tx, &secret::hash(token), &grant.id, self.now).await?;
        }
        Ok(Answer { refresh_token, ..answer })
    }

    /// An access token alone.
    async fn access_token(
        &self,
        tx: &mut Tx,
        grant: &Grant,
        scope: GrantScope,
        standing: &Standing,
    ) -> Result<Answer, Fault> {
        let scope = scope.within_role(standing.role);
        if scope.tools.is_empty() {
            return Err(Fault::InvalidGrant(NO_SCOPE));
        }
        let lifetime = self.app.settings.access_token_ttl;
        let claims = AccessTokenClaims {
            iss: self.app.settings.issuer.clone(),
            sub: grant.user_id.clone(),
            aud: grant.resource.clone(),
            client_id: self.client.id.clone(),
            client_name: self.client.name.clone(),
            tenant_id: grant.tenant_id.clone(),
            role: standing.role,
            authz_version: standing.authz_version,
            scope: scope.to_string(),
            grant_id: grant.id.clone(),
            tool_names: grant.tool_names.or(self.client.tool_names).map(|names| names.as_str().to_owned()),
            jti: self.app.ids.next("jti"),
            iat: self.now.seconds(),
            nbf: self.now.seconds(),
            exp: self.now.seconds() + lifetime,
        };
        let access_token =
            self.app.signing.current(tx, self.now).await?.sign(&claims).map_err(Error::internal)?;
        let (token_type, expires_in, scope) = ("Bearer".to_owned(), lifetime, claims.scope);
        Ok(Answer { access_token, token_type, expires_in, scope, refresh_token: None })
    }

    /// Ends a grant because something of it was used twice.
    async fn end(&self, tx: &mut Tx, grant_id: &str, why: &str) -> Result<(), Fault> {
        if grants::revoke(tx, grant_id, self.now).await? {
            revocations::record(tx, &self.app.ids, self.now, &Revoked::Grant(grant_id.to_owned())).await?;
            let app = Actor { name: self.client.name.clone(), ..audit::stranger() };
            let entry = self.entry(app, "grant.revoke", grant_id, json!({ "client_id": self.client.id }));
            audit::Entry { outcome: why, ..entry }.write(tx, &self.app.ids).await?;
        }
        Ok(())
    }

    /// A line of the audit log.
    fn entry<'e>(
        &'e self,
        actor: Actor,
        action: &'e str,
        subject: &'e str,
        details: Value,
    ) -> audit::Entry<'e> {
        audit::Entry {
            tenant_id: None,
            at: self.now,
            actor,
            action,
            outcome: "ok",
            subject: Some(subject),
            details,
            request_id: &self.origin.request_id,
            source: self.origin.source.to_string(),
        }
    }

    /// The person, acting through the app.
    fn person(&self, user_id: &str, standing: &Standing) -> Actor {
        Actor {
            kind: ActorKind::User,
            id: Some(user_id.to_owned()),
            name: standing.name.clone(),
            via: Some(self.client.name.clone()),
        }
    }
}
