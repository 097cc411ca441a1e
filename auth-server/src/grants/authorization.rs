//! An authorization request, judged (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2). It is judged anew at every step
//! of a person's way – arrival, page, decision – from its stored query: what is decided is what holds then.

mod prompt;
mod stop;

use std::borrow::Cow;

use oxide_auth::{
    code_grant::{
        authorization::{Authorization, Error as MachineError, Input, Output, Request as MachineRequest},
        error::AuthorizationErrorType,
        extensions::Pkce,
    },
    primitives::{
        grant::Extensions,
        registrar::{ClientUrl, PreGrant, RegistrarError},
    },
};
use oxide_auth_async::primitives::Registrar;

pub use prompt::Prompt;
use stop::Refused;
pub use stop::{Doubt, Stop};

use super::{
    fault::bug,
    find_client::{Missing, find_client},
    oxide::{self, REDIRECT_URI, RESOURCE, put},
    params::Params,
    registrar::TheClient,
};
use crate::{
    app::App,
    domain::{client::Client, grant_scope::GrantScope, origin::Origin},
    security::resource,
};

/// A request that is in order.
pub struct Request {
    /// Who asks.
    pub client: Client,
    /// Where the answer goes, the string that was asked for.
    pub redirect_uri: String,
    /// What is asked for, of what the client may ask for.
    pub scope: GrantScope,
    /// Whether it named scopes at all; one that did not gets its writes unticked.
    pub named_scopes: bool,
    /// How the person is to be asked.
    pub prompt: Prompt,
    /// What oxide-auth made of it.
    pub pre_grant: PreGrant,
    /// Challenge, resource and redirect URI.
    pub extensions: Extensions,
}

/// Judges a request, for whoever sends it.
pub async fn judge(app: &App, origin: &Origin, params: &Params) -> Result<Request, Stop> {
    // In doubt about the client or the redirect URI nothing goes anywhere (RFC 9700 §4.11.2).
    let client_id = params.get("client_id").filter(|_| !params.is_repeated("client_id"));
    let client_id = client_id.ok_or(Stop::Doubt(Doubt::NoClient))?;
    let client = find_client(app, origin, client_id).await.map_err(|missing| match missing {
        Missing::Unknown => Stop::Doubt(Doubt::UnknownClient),
        Missing::Unreadable(unreadable) => Stop::Doubt(Doubt::Document(unreadable)),
        Missing::Failed(error) => Stop::Failed(error),
    })?;
    if params.given("redirect_uri").is_none() {
        return Err(Stop::Doubt(Doubt::NoRedirectUri));
    }
    if params.is_repeated("redirect_uri") {
        return Err(Stop::Doubt(Doubt::RedirectUri));
    }
    let registrar = TheClient { client: &client, authenticated: false };
    let request = Adapter(params);
    // The exact string that errors go back to, once it is known to be good.
    let mut bound: Option<String> = None;
    let mut machine = Authorization::new(&request);
    let mut output = machine.advance(Input::None);
    let (pre_grant, extensions) = loop {
        let back = |error, description| match &bound {
            Some(uri) => Stop::Back { redirect_uri: uri.clone(), error, description },
            None => Stop::Doubt(Doubt::RedirectUri),
        };
        let input = match output {
            Output::Bind { client_id, redirect_uri } => {
                let url = ClientUrl {
                    client_id: Cow::Owned(client_id),
                    redirect_uri: redirect_uri.map(Cow::Owned),
                };
                let bound_client =
                    registrar.bound_redirect(url).await.map_err(|_| Stop::Doubt(Doubt::RedirectUri))?;
                let uri = bound_client.redirect_uri.as_str().to_owned();
                unknown_to_the_machine(params).map_err(|(error, description)| Stop::Back {
                    redirect_uri: uri.clone(),
                    error,
                    description,
                })?;
                bound = Some(uri);
                Input::Bound { request: &request, bound_client }
            }
            Output::Extend => {
                let uri = bound.as_deref().unwrap_or_default();
                let extensions =
                    extend(app, params, uri).map_err(|(error, description)| back(error, description))?;
                Input::Extended(extensions)
            }
            Output::Negotiate { bound_client, scope } => {
                let negotiated = registrar.negotiate(bound_client.clone(), scope).await;
                let pre_grant = negotiated.map_err(|error| match error {
                    RegistrarError::Unspecified => {
                        back("invalid_scope", "No scope is left that this app may ask for.")
                    }
                    RegistrarError::PrimitiveError => {
                        Stop::Failed(bug("a scope that oxide-auth cannot read"))
                    }
                })?;
                Input::Negotiated { pre_grant, state: None }
            }
            Output::Ok { pre_grant, extensions, .. } => break (pre_grant, extensions),
            Output::Err(mut error) => {
                return Err(match &mut error {
                    MachineError::Ignore => Stop::Doubt(Doubt::RedirectUri),
                    MachineError::PrimitiveError => {
                        Stop::Failed(bug("the authorization machine was led astray"))
                    }
                    // Never its URL, which prints state and URI anew: the kind alone.
                    MachineError::Redirect(url) => match url.description().kind() {
                        AuthorizationErrorType::UnsupportedResponseType => {
                            back("unsupported_response_type", "`response_type` must be `code`.")
                        }
                        AuthorizationErrorType::InvalidScope => {
                            back("invalid_scope", "`scope` cannot be read.")
                        }
                        _ => back("invalid_request", "The request cannot be read."),
                    },
                });
            }
        };
        output = machine.advance(input);
    };
    let prompt = Prompt::read(params).map_err(|(error, description)| Stop::Back {
        redirect_uri: pre_grant.redirect_uri.as_str().to_owned(),
        error,
        description,
    })?;
    Ok(Request {
        prompt,
        scope: oxide::grant_scope(&pre_grant.scope),
        named_scopes: params.get("scope").is_some(),
        redirect_uri: pre_grant.redirect_uri.as_str().to_owned(),
        client,
        pre_grant,
        extensions,
    })
}

/// Between Bind and Bound: the machine drops repeats in silence and takes a missing response_type for a wrong one.
fn unknown_to_the_machine(params: &Params) -> Result<(), Refused> {
    if params.is_repeated("resource") {
        return Err(("invalid_target", "Send `resource` once: a token is for one resource."));
    }
    if params.repeated().next().is_some() {
        return Err(("invalid_request", "A parameter came more than once."));
    }
    if params.get("request").is_some() {
        return Err(("request_not_supported", "Request objects are not taken: send plain parameters."));
    }
    if params.get("request_uri").is_some() {
        return Err(("request_uri_not_supported", "Request URIs are not taken: send plain parameters."));
    }
    if params.get("response_type").is_none() {
        return Err(("invalid_request", "`response_type` is missing: send `code`."));
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err((
            "invalid_request",
            "`response_mode` must be `query`: a code never stands in a fragment.",
        ));
    }
    Ok(())
}

/// PKCE and the resource. `Pkce` looks at neither length nor alphabet of a challenge.
fn extend(app: &App, params: &Params, redirect_uri: &str) -> Result<Extensions, Refused> {
    let missing =
        ("invalid_request", "PKCE is required: send `code_challenge` and `code_challenge_method=S256`.");
    let malformed =
        ("invalid_request", "`code_challenge` must be 43 characters of base64url without padding.");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if params.get("code_challenge").is_some_and(|it| it.len() != 43 || !it.bytes().all(plain)) {
        return Err(malformed);
    }
    let pkce = Pkce::required();
    let [method, challenge] =
        ["code_challenge_method", "code_challenge"].map(|name| params.get(name).map(Cow::Borrowed));
    let challenge = pkce.challenge(method, challenge).ok().flatten().ok_or(missing)?;
    let endpoints = &app.settings.mcp_urls;
    let asked = params.get("resource").unwrap_or(&endpoints[0]);
    let resource = resource::canonical(asked, endpoints)
        .ok_or(("invalid_target", "`resource` is not this server's MCP endpoint."))?;
    let mut extensions = Extensions::new();
    extensions.set(&pkce, challenge);
    put(&mut extensions, &RESOURCE, &resource);
    put(&mut extensions, &REDIRECT_URI, redirect_uri);
    Ok(extensions)
}

/// What the machine is allowed to see.
struct Adapter<'a>(&'a Params);

impl MachineRequest for Adapter<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.0.get("client_id").map(Cow::Borrowed)
    }

    /// Unknown scopes, also such with characters that no scope may hold, are dropped here: one bad character would
    /// fail the whole list. An empty rest stays a list, which `negotiate` refuses.
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.0.get("scope").map(|scope| Cow::Owned(GrantScope::parse_known(scope).to_string()))
    }

    /// Though it be empty: that must fail to parse, not count as omitted.
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.0.given("redirect_uri").map(Cow::Borrowed)
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.0.get("response_type").map(Cow::Borrowed)
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.0.get(key).map(Cow::Borrowed)
    }
}
