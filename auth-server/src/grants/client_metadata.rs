//! What an app says of itself (RFC 7591 §2), judged: the app that it makes, or what is wrong with it.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    config::Settings,
    domain::{
        client::{AuthMethod, Client, Keys, presentable},
        grant_scope::GrantScope,
        tool_names::ToolNames,
    },
    security::{client_keys, document_url, redirect_uri},
};

/// What an app says of itself, as far as it counts here.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    redirect_uris: Option<Vec<String>>,
    client_name: Option<String>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    scope: Option<String>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
}

/// What is wrong with it.
#[derive(Debug)]
pub enum Objection {
    /// `invalid_redirect_uri`
    RedirectUri(String),
    /// `invalid_client_metadata`
    Metadata(String),
}

fn objection(words: &str) -> Objection {
    Objection::Metadata(words.to_owned())
}

impl Metadata {
    /// The app of this id; one that does not say how it proves itself does it by `unsaid`. It has no secret yet.
    pub fn client(self, id: String, unsaid: AuthMethod, settings: &Settings) -> Result<Client, Objection> {
        let uris = self.redirect_uris.unwrap_or_default();
        if uris.is_empty() || uris.len() > 20 {
            return Err(Objection::RedirectUri("`redirect_uris` must hold 1 to 20 URIs.".to_owned()));
        }
        for uri in &uris {
            if let Some(why) = redirect_uri::objection(uri, &settings.extra_redirect_uris) {
                let shown: String = uri.chars().filter(|c| !c.is_control()).take(100).collect();
                return Err(Objection::RedirectUri(format!("`{shown}` cannot be registered: {why}.")));
            }
        }
        let name = presentable(&self.client_name.unwrap_or_default());
        let name = name.ok_or_else(|| {
            objection("`client_name` holds nothing that can be seen: give a name, or none.")
        })?;
        let auth_method = match &self.token_endpoint_auth_method {
            None => unsaid,
            Some(word) => AuthMethod::parse(word).ok_or_else(|| {
                let known = AuthMethod::ALL.map(|method| format!("`{}`", method.as_str())).join(", ");
                Objection::Metadata(format!("`token_endpoint_auth_method` must be one of {known}."))
            })?,
        };
        Ok(Client {
            id,
            name,
            scope: scope(self.scope.as_deref().unwrap_or_default())?,
            grant_types: grant_types(self.grant_types, self.response_types)?,
            keys: keys(auth_method, self.jwks, self.jwks_uri, settings.local_documents)?,
            auth_method,
            secret_hash: None,
            tool_names: ToolNames::needed_at(&uris),
            registered_by: None,
            redirect_uris: uris,
        })
    }
}

/// The keys of an app that proves itself by one; those of another one are not kept.
fn keys(
    method: AuthMethod,
    given: Option<Value>,
    at: Option<String>,
    local: bool,
) -> Result<Option<Keys>, Objection> {
    match (given, at) {
        (Some(_), Some(_)) => Err(objection("Give `jwks` or `jwks_uri`, not both.")),
        _ if method != AuthMethod::PrivateKeyJwt => Ok(None),
        (Some(set), None) => match client_keys::read(&set) {
            Ok(_) => Ok(Some(Keys::Given(set))),
            Err(why) => Err(Objection::Metadata(format!("`jwks` cannot be used: {why}."))),
        },
        (None, Some(at)) => match document_url::objection(&at, local) {
            None => Ok(Some(Keys::At(at))),
            Some(why) => Err(Objection::Metadata(format!("`jwks_uri` cannot be used: {why}."))),
        },
        (None, None) => {
            Err(objection("`private_key_jwt` needs the app's public keys: give `jwks` or `jwks_uri`."))
        }
    }
}

/// Without scope an app may ask for everything; unknown ones are dropped.
fn scope(asked: &str) -> Result<Option<GrantScope>, Objection> {
    if asked.trim().is_empty() {
        return Ok(None);
    }
    let scope = GrantScope::parse_known(asked);
    if scope.tools.is_empty() {
        return Err(objection(
            "`scope` names no scope that Zoop knows; `scopes_supported` in the server's metadata lists them.",
        ));
    }
    Ok(Some(scope))
}

fn grant_types(asked: Option<Vec<String>>, responses: Option<Vec<String>>) -> Result<Vec<String>, Objection> {
    if responses.is_some_and(|types| !types.iter().any(|kind| kind == "code")) {
        return Err(objection("`response_types` must hold `code`."));
    }
    // RFC 7591 §2: the default is the code grant alone.
    let asked = asked.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
    let known = ["authorization_code", "refresh_token"];
    let kept: Vec<String> =
        known.into_iter().filter(|kind| asked.iter().any(|it| it == kind)).map(str::to_owned).collect();
    if kept.first().is_none_or(|first| first != "authorization_code") {
        return Err(objection("`grant_types` must hold `authorization_code`."));
    }
    Ok(kept)
}
