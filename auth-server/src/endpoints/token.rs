//! POST /oauth/token: codes and refresh tokens against tokens (RFC 6749 §3.2).

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::program::Posted;
use crate::{
    app::App,
    domain::origin::Origin,
    error::OAuthError,
    grants::{authenticate::authenticate, authorization_code, desk::Answer, fault::Fault, refresh_token},
};

/// POST /oauth/token
pub async fn submit(State(app): State<App>, origin: Origin, posted: Posted) -> Result<Response, OAuthError> {
    match grant(&app, &origin, &posted).await {
        Ok(answer) => {
            let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
            Ok((headers, Json(answer)).into_response())
        }
        Err(refusal) => {
            posted.note_refusal(&app, &origin, "token.refuse", &refusal).await?;
            Err(refusal)
        }
    }
}

async fn grant(app: &App, origin: &Origin, posted: &Posted) -> Result<Answer, OAuthError> {
    posted.check_repeats()?;
    let form = &posted.form;
    let client = authenticate(app, origin, &posted.authorization()?, form).await?;
    let grant_type = form.get("grant_type").ok_or(Fault::InvalidRequest("`grant_type` is missing."))?;
    if !["authorization_code", "refresh_token", "client_credentials"].contains(&grant_type) {
        return Err(Fault::UnsupportedGrantType.into());
    }
    if !client.may_use(grant_type) {
        return Err(Fault::UnauthorizedClient.into());
    }
    Ok(match grant_type {
        "authorization_code" => authorization_code::exchange(app, &client, form, origin).await?,
        _ => refresh_token::refresh(app, &client, form, origin).await?,
    })
}
