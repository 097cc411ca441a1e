//! The code exchange (RFC 6749 §4.1.3, RFC 7636 §4.5): oxide-auth's AccessToken machine, driven.

use std::{borrow::Cow, mem};

use oxide_auth::{
    code_grant::{
        accesstoken::{AccessToken, Authorization, Input, Output, Request as MachineRequest},
        error::AccessTokenErrorType,
        extensions::Pkce,
    },
    primitives::registrar::RegistrarError,
};
use oxide_auth_async::primitives::{Authorizer, Issuer, Registrar};

use super::{
    desk::{Answer, Desk},
    fault::{Fault, bug},
    oxide::{RESOURCE, peek},
    params::Params,
    registrar::TheClient,
};
use crate::{
    app::App,
    domain::{client::Client, origin::Origin},
    security::{resource, secret},
    store::authorization_codes,
};

const BAD_CODE: &str = "This code is unknown, expired, or was given to another client. Start anew at the authorization endpoint.";
const BAD_VERIFIER: &str = "`code_verifier` is missing or does not belong to this code's challenge.";
const BAD_REDIRECT: &str = "`redirect_uri` is not the one that the code was sent to. Send that one, or none.";

/// Exchanges a code for tokens. `client` has proved itself.
pub async fn exchange(app: &App, client: &Client, form: &Params, origin: &Origin) -> Result<Answer, Fault> {
    let code = form.get("code").ok_or(Fault::InvalidRequest("`code` is missing."))?;
    // The machine demands a redirect URI and compares parsed ones. OAuth 2.1 §4.1.3 makes it optional, and strings
    // are compared: another string is refused here, and the machine is given the code's own.
    let stored =
        authorization_codes::by_hash(&app.db, &secret::hash(code)).await?.map(|code| code.redirect_uri);
    if let (Some(stored), Some(sent)) = (&stored, form.get("redirect_uri"))
        && stored != sent
    {
        return Err(Fault::InvalidGrant(BAD_REDIRECT));
    }
    let redirect_uri = stored.unwrap_or_else(|| "https://unknown.invalid/".to_owned());
    let registrar = TheClient { client, authenticated: true };
    let mut desk = Desk::new(app, client, origin);
    let request = Adapter { client: &client.id, code, redirect_uri: &redirect_uri };
    let pkce = Pkce::required();
    let mut recovered = false;
    let mut machine = AccessToken::new(&request);
    let mut output = machine.advance(Input::None);
    loop {
        let input = match output {
            Output::Authenticate { client, passdata } => {
                registrar.check(client, passdata).await.map_err(unchecked)?;
                Input::Authenticated
            }
            Output::Recover { code } => {
                recovered = true;
                match desk.extract(code).await {
                    Ok(grant) => Input::Recovered(grant.map(Box::new)),
                    Err(()) => return Err(desk.into_fault()),
                }
            }
            Output::Extend { extensions } => {
                // What is handed back replaces the grant's extensions: all of them, less the challenge.
                let mut rest = mem::take(extensions);
                let challenge = rest.remove(&pkce);
                let verifier = form.get("code_verifier").filter(|it| is_verifier(it));
                let proven = pkce.verify(challenge, verifier.map(Cow::Borrowed));
                proven.map_err(|()| Fault::InvalidGrant(BAD_VERIFIER))?;
                Input::Extended { access_extensions: rest }
            }
            Output::Issue { grant } => {
                // After client and verifier, before the code is spent: the machine knows no resource.
                if let Some(asked) = form.get("resource") {
                    let asked = resource::canonical(asked, &app.settings.mcp_urls);
                    if asked.as_deref() != peek(&grant.extensions, &RESOURCE) {
                        return Err(Fault::InvalidTarget);
                    }
                }
                match desk.issue(grant.clone()).await {
                    Ok(issued) => Input::Issued(issued),
                    Err(()) => return Err(desk.into_fault()),
                }
            }
            Output::Ok(_) => return desk.into_answer(),
            Output::Err(mut error) => return Err(fault(error.description().map(|it| it.kind()), recovered)),
        };
        output = machine.advance(input);
    }
}

/// RFC 7636 §4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn unchecked(error: RegistrarError) -> Fault {
    match error {
        RegistrarError::Unspecified => Fault::InvalidClient("The client is not the one that proved itself."),
        RegistrarError::PrimitiveError => bug("the registrar failed").into(),
    }
}

/// All syntax was checked before the machine, so its "invalid_request" after Recover means an unknown code.
fn fault(kind: Option<AccessTokenErrorType>, recovered: bool) -> Fault {
    match kind {
        Some(AccessTokenErrorType::InvalidRequest) if !recovered => {
            Fault::InvalidRequest("The form cannot be read.")
        }
        Some(AccessTokenErrorType::InvalidRequest | AccessTokenErrorType::InvalidGrant) => {
            Fault::InvalidGrant(BAD_CODE)
        }
        _ => bug("the exchange machine was led astray").into(),
    }
}

/// What the machine sees: the client as it proved itself, never a secret.
struct Adapter<'a> {
    client: &'a str,
    code: &'a str,
    redirect_uri: &'a str,
}

impl MachineRequest for Adapter<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.into())
    }

    /// A user name here beside `client_id` below would count as two credentials.
    fn authorization(&self) -> Authorization<'_> {
        Authorization::None
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(self.client.into())
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(self.redirect_uri.into())
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some("authorization_code".into())
    }

    /// It would ask for client_secret; the verifier goes through the Extend step.
    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
