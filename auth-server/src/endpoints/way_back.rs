//! The way back to the app: a code, or what is wrong, at its redirect URI (RFC 6749 §4.1.2).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::dead_ends::{in_doubt, not_waiting, unreadable};
use crate::{
    app::App,
    domain::origin::Origin,
    error::Refusal,
    grants::{
        authorization::{Request, Stop},
        back,
        consent::{self, Allowed},
        fault::Fault,
        params::Params,
        refusals,
    },
    store::audit,
};

/// Grants what was allowed, and sends the code back.
pub async fn grant(
    app: &App,
    origin: &Origin,
    params: &Params,
    allowed: Allowed<'_>,
) -> Result<Response, Refusal> {
    let redirect_uri = allowed.request.redirect_uri.clone();
    match consent::allow(app, origin, allowed).await {
        Ok(code) => {
            let answer = [("code", code.as_str())];
            Ok(see_other(&back::address(&redirect_uri, &answer, &app.settings.issuer, params.state())))
        }
        Err(Fault::Failed(error)) => Err(error.into()),
        Err(_) => Err(not_waiting()),
    }
}

/// Tells the app that it gets nothing.
pub fn refuse(
    app: &App,
    params: &Params,
    request: &Request,
    error: &'static str,
) -> Result<Response, Refusal> {
    let description = match error {
        "access_denied" => "The person did not allow it.",
        "login_required" => "Nobody is signed in, or not lately enough. Ask again without `prompt=none`.",
        _ => "The person has to be asked. Ask again without `prompt=none`.",
    };
    let answer = [("error", error), ("error_description", description)];
    Ok(see_other(&back::address(&request.redirect_uri, &answer, &app.settings.issuer, params.state())))
}

/// The same for a request that nobody saw, since it forbade to ask: written down.
pub async fn refuse_silently(
    app: &App,
    origin: &Origin,
    params: &Params,
    request: &Request,
    error: &'static str,
) -> Result<Response, Refusal> {
    refusals::note(app, origin, audit::stranger(), "authorize.refuse", error, &request.client.id).await?;
    refuse(app, params, request, error)
}

/// What is wrong goes back to the app, or is shown.
pub async fn stopped(app: &App, origin: &Origin, params: &Params, stop: Stop) -> Result<Response, Refusal> {
    match stop {
        Stop::Doubt(doubt) => Err(in_doubt(app, origin, params, &doubt).await),
        Stop::Failed(error) => Err(error.into()),
        Stop::Back { redirect_uri, error, description } => {
            let client = params.get("client_id").unwrap_or_default();
            refusals::note(app, origin, audit::stranger(), "authorize.refuse", error, client).await?;
            let answer = [("error", error), ("error_description", description)];
            let to = back::address(&redirect_uri, &answer, &app.settings.issuer, params.state());
            Ok(see_other(&to))
        }
    }
}

/// 303 with an address that is ours or registered: ASCII, no line ends.
fn see_other(address: &str) -> Response {
    let location = HeaderValue::from_str(address);
    match location {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => unreadable("It holds characters that no address may hold.").into_response(),
    }
}
