//! Refreshing (RFC 6749 §6, RFC 9700 §4.14): oxide-auth's Refresh machine, driven.

use std::borrow::Cow;

use oxide_auth::{
    code_grant::{
        error::AccessTokenErrorType,
        refresh::{Input, Output, Refresh, Request as MachineRequest},
    },
    primitives::{grant::Grant, registrar::RegistrarError},
};
use oxide_auth_async::primitives::{Issuer, Registrar};

use super::{
    desk::{Answer, DEAD, Desk},
    fault::{Fault, bug},
    oxide::{self, RESOURCE, peek},
    params::Params,
    registrar::TheClient,
};
use crate::{
    app::App,
    domain::{client::Client, grant_scope::GrantScope, origin::Origin},
    security::resource,
};

/// Exchanges a refresh token for new tokens. `client` has proved itself.
pub async fn refresh(app: &App, client: &Client, form: &Params, origin: &Origin) -> Result<Answer, Fault> {
    let token = form.get("refresh_token").ok_or(Fault::InvalidRequest("`refresh_token` is missing."))?;
    let scope = form.get("scope");
    // The machine would find the empty set within any grant.
    if scope.is_some_and(|scope| GrantScope::parse_known(scope).tools.is_empty()) {
        return Err(Fault::InvalidScope(
            "`scope` names nothing that Zoop knows. Send none to keep what was granted.",
        ));
    }
    let target = form.get("resource").map(|asked| resource::canonical(asked, &app.settings.mcp_urls));
    let registrar = TheClient { client, authenticated: true };
    let mut desk = Desk::new(app, client, origin);
    desk.asked = format!("{}\n{}", scope.unwrap_or_default(), form.get("resource").unwrap_or_default());
    let request = Adapter { client: &client.id, token, scope };
    let mut machine = Refresh::new(&request);
    let mut output = machine.advance(Input::None);
    loop {
        let input = match output {
            Output::Unauthenticated { client, pass } => match registrar.check(client, pass).await {
                Ok(()) => Input::Authenticated { scope: None },
                Err(RegistrarError::Unspecified) => return Err(Fault::InvalidGrant(DEAD)),
                Err(RegistrarError::PrimitiveError) => return Err(bug("the registrar failed").into()),
            },
            Output::RecoverRefresh { token } => match desk.recover_refresh(token).await {
                // A token past its grace is judged as reused, whatever scope or resource comes with it.
                Ok(mut grant) => {
                    let scope = if desk.stale { None } else { request.scope() };
                    if let (Some(scope), Some(grant)) = (&scope, &mut grant) {
                        name_what_is_covered(grant, scope)?;
                    }
                    Input::Recovered { scope, grant: grant.map(Box::new) }
                }
                Err(()) => return Err(desk.into_fault()),
            },
            Output::Refresh { token, grant } => {
                // The machine knows no resource.
                if let Some(asked) = &target
                    && !desk.stale
                    && asked.as_deref() != peek(&grant.extensions, &RESOURCE)
                {
                    return Err(Fault::InvalidTarget);
                }
                match desk.refresh(token, *grant).await {
                    Ok(refreshed) => Input::Refreshed(refreshed),
                    Err(()) => return Err(desk.into_fault()),
                }
            }
            Output::Ok(_) => return desk.into_answer(),
            Output::Err(mut error) => {
                return Err(match error.description().map(|it| it.kind()) {
                    Some(AccessTokenErrorType::InvalidScope) => Fault::InvalidScope(
                        "`scope` is wider than what was granted. Ask the person for more.",
                    ),
                    Some(AccessTokenErrorType::InvalidGrant | AccessTokenErrorType::InvalidRequest) => {
                        Fault::InvalidGrant(DEAD)
                    }
                    _ => bug("the refresh machine was led astray").into(),
                });
            }
        };
        output = machine.advance(input);
    }
}

/// The machine compares names and knows of none that covers another. So a narrower one that the grant covers takes the
/// place of the grant's own: that is what is issued, and the grant stays as it is.
fn name_what_is_covered(grant: &mut Grant, asked: &str) -> Result<(), Fault> {
    let asked = GrantScope::parse_known(asked);
    if asked.within(oxide::grant_scope(&grant.scope)) == asked {
        grant.scope = oxide::scope(asked).map_err(|()| bug("a scope that oxide-auth cannot read"))?;
    }
    Ok(())
}

/// What the machine sees.
struct Adapter<'a> {
    client: &'a str,
    token: &'a str,
    scope: Option<&'a str>,
}

impl MachineRequest for Adapter<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        Some(self.token.into())
    }

    /// Cleaned as at the authorization endpoint, so that one odd word does not fail what is in order.
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(|scope| Cow::Owned(GrantScope::parse_known(scope).without_covered().to_string()))
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some("refresh_token".into())
    }

    /// Always, for public clients too: only then does the machine compare the token's client with the caller.
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((self.client.into(), Cow::Borrowed(b"")))
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
