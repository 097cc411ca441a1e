//! An app registers itself (RFC 7591). What it may not decide is ignored: rights, its id, its secret.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::scope::Access;

use super::fault::Fault;
use crate::{
    app::App,
    domain::{
        client::{AuthMethod, Client, presentable, tool_names_for},
        grant_scope::GrantScope,
        origin::Origin,
    },
    security::{redirect_uri, secret},
    store::{audit, clients},
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
}

/// Why an app is not registered.
#[derive(Debug)]
pub enum Refused {
    /// `invalid_redirect_uri`
    RedirectUri(String),
    /// `invalid_client_metadata`
    Metadata(String),
    /// Too many have registered lately.
    TooMany,
    /// Zoop's own failure.
    Failed(Fault),
}

impl From<shared::error::Error> for Refused {
    fn from(error: shared::error::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Registers an app and answers with what it is now (RFC 7591 §3.2.1).
pub async fn register(app: &App, metadata: Metadata, origin: &Origin) -> Result<Value, Refused> {
    let uris = metadata.redirect_uris.unwrap_or_default();
    if uris.is_empty() || uris.len() > 20 {
        return Err(Refused::RedirectUri("`redirect_uris` must hold 1 to 20 URIs.".to_owned()));
    }
    for uri in &uris {
        if let Some(objection) = redirect_uri::objection(uri, &app.settings.extra_redirect_uris) {
            let shown: String = uri.chars().filter(|c| !c.is_control()).take(100).collect();
            return Err(Refused::RedirectUri(format!("`{shown}` cannot be registered: {objection}.")));
        }
    }
    let word = metadata.token_endpoint_auth_method.unwrap_or_else(|| AuthMethod::Basic.as_str().to_owned());
    let auth_method = AuthMethod::parse(&word).ok_or_else(|| {
        let known = "`none`, `client_secret_basic` or `client_secret_post`";
        Refused::Metadata(format!("`token_endpoint_auth_method` must be {known}."))
    })?;
    let client_secret = (auth_method != AuthMethod::None).then(|| secret::generate(&app.random));
    let client = Client {
        id: app.ids.next("app"),
        name: presentable(&metadata.client_name.unwrap_or_default()),
        scope: scope(metadata.scope.as_deref().unwrap_or_default())?,
        grant_types: grant_types(metadata.grant_types, metadata.response_types)?,
        auth_method,
        secret_hash: client_secret.as_deref().map(secret::hash),
        tool_names: tool_names_for(&uris).map(str::to_owned),
        registered_by: None,
        redirect_uris: uris,
    };
    let (now, source) = (app.clock.now(), origin.network());
    let mut tx = app.db.begin(Access::Write).await?;
    let (from_source, overall) = clients::registered_lately(&mut tx, &source, now).await?;
    if from_source >= app.settings.registrations_per_source || overall >= app.settings.registrations {
        return Err(Refused::TooMany);
    }
    clients::insert(&mut tx, &client, &source, now).await?;
    audit::Entry {
        tenant_id: None,
        at: now,
        actor: audit::stranger(),
        action: "client.register",
        outcome: "ok",
        subject: Some(&client.id),
        details: json!({ "name": client.name, "redirect_uris": client.redirect_uris }),
        request_id: &origin.request_id,
        source: origin.source.to_string(),
    }
    .write(&mut tx, &app.ids)
    .await?;
    tx.commit().await?;
    let mut answer = json!({
        "client_id": client.id,
        "client_id_issued_at": now.seconds(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": client.grant_types,
        "response_types": ["code"],
        "token_endpoint_auth_method": client.auth_method.as_str(),
    });
    if let Some(scope) = client.scope {
        answer["scope"] = json!(scope.to_string());
    }
    if let Some(secret) = client_secret {
        answer["client_secret"] = json!(secret);
        answer["client_secret_expires_at"] = json!(0);
    }
    Ok(answer)
}

/// Without scope an app may ask for everything; unknown ones are dropped.
fn scope(asked: &str) -> Result<Option<GrantScope>, Refused> {
    if asked.trim().is_empty() {
        return Ok(None);
    }
    let scope = GrantScope::parse_known(asked);
    if scope.tools.is_empty() {
        let words =
            "`scope` names no scope that Zoop knows; `scopes_supported` in the server's metadata lists them.";
        return Err(Refused::Metadata(words.to_owned()));
    }
    Ok(Some(scope))
}

fn grant_types(asked: Option<Vec<String>>, responses: Option<Vec<String>>) -> Result<Vec<String>, Refused> {
    if responses.is_some_and(|types| !types.iter().any(|kind| kind == "code")) {
        return Err(Refused::Metadata("`response_types` must hold `code`.".to_owned()));
    }
    // RFC 7591 §2: the default is the code grant alone.
    let asked = asked.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
    let known = ["authorization_code", "refresh_token"];
    let kept: Vec<String> =
        known.into_iter().filter(|kind| asked.iter().any(|it| it == kind)).map(str::to_owned).collect();
    if kept.first().is_none_or(|first| first != "authorization_code") {
        return Err(Refused::Metadata("`grant_types` must hold `authorization_code`.".to_owned()));
    }
    Ok(kept)
}
