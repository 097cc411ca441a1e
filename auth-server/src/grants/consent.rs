//! A person's decision: what can be granted where, what was remembered, and the code that follows Allow.

use oxide_auth::primitives::grant::Grant as OxideGrant;
use oxide_auth_async::primitives::Authorizer;
use serde_json::json;
use shared::{error::Error, scope::Access};

use super::{
    authorization::Request,
    desk::Desk,
    fault::{Fault, bug},
    oxide::{self, TENANT, put},
};
use crate::{
    app::App,
    domain::{
        grant_scope::GrantScope,
        origin::Origin,
        user::{Membership, User},
    },
    security::redirect_uri,
    store::{audit, authorization_requests, consents},
};

/// What can be granted in this company: what is asked for, of what the role allows.
pub fn offered(request: &Request, membership: &Membership) -> GrantScope {
    request.scope.within_role(membership.role)
}

/// The company and scope for which the page need not be shown: the app is confidential and on https, exactly one
/// company is remembered for it and this host, and nothing more is asked for than was allowed there.
pub async fn remembered<'a>(
    app: &App,
    request: &Request,
    user: &User,
    memberships: &'a [Membership],
) -> Result<Option<(&'a Membership, GrantScope)>, Error> {
    if request.prompt.consent || !request.client.can_be_remembered(&request.redirect_uri) {
        return Ok(None);
    }
    let host = redirect_uri::host(&request.redirect_uri);
    let known = consents::of(&app.db, &user.id, &request.client.id, &host).await?;
    let [(tenant_id, allowed)] = known.as_slice() else { return Ok(None) };
    let Some(membership) = memberships.iter().find(|m| m.tenant_id == *tenant_id) else { return Ok(None) };
    let scope = offered(request, membership);
    let same = !scope.tools.is_empty() && scope.within(*allowed) == scope && request.scope == scope;
    Ok(same.then_some((membership, scope)))
}

/// What a person allows.
pub struct Allowed<'a> {
    /// What the app asked for.
    pub request: Request,
    /// SHA-256 of the waiting request's id.
    pub hash: &'a [u8],
    /// Who allows it.
    pub user: &'a User,
    /// In which company.
    pub tenant_id: &'a str,
    /// What is granted.
    pub scope: GrantScope,
}

/// Writes the code for this decision. The request is decided with it: a second Allow finds nothing to decide.
pub async fn allow(app: &App, origin: &Origin, allowed: Allowed<'_>) -> Result<String, Fault> {
    let Allowed { request, hash, user, tenant_id, scope: granted } = allowed;
    let scope = oxide::scope(granted).map_err(|()| bug("a scope that oxide-auth cannot read"))?;
    if granted.tools.is_empty() || !request.pre_grant.scope.priviledged_to(&scope) {
        return Err(bug("more was granted than asked for").into());
    }
    let mut extensions = request.extensions;
    put(&mut extensions, &TENANT, tenant_id);
    let mut desk = Desk::new(app, &request.client, origin);
    desk.request = Some(hash);
    let grant = OxideGrant {
        owner_id: user.id.clone(),
        client_id: request.pre_grant.client_id,
        redirect_uri: request.pre_grant.redirect_uri.to_url(),
        scope,
        // The desk sets the code's own end.
        until: oxide::until(true),
        extensions,
    };
    match desk.authorize(grant).await {
        Ok(code) => Ok(code),
        Err(()) => Err(desk.into_fault()),
    }
}

/// Writes down that the person refused; `false`: the request was decided before.
pub async fn deny(
    app: &App,
    origin: &Origin,
    request: &Request,
    hash: &[u8],
    user: &User,
) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin(Access::Write).await?;
    let decided = authorization_requests::decide(&mut tx, hash, now).await?;
    audit::Entry {
        tenant_id: None,
        at: now,
        actor: audit::person(user),
        action: "consent.deny",
        outcome: "access_denied",
        subject: Some(&request.client.id),
        details: json!({}),
        request_id: &origin.request_id,
        source: origin.source.to_string(),
    }
    .write(&mut tx, &app.ids)
    .await?;
    tx.commit().await?;
    Ok(decided)
}
