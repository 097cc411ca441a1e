//! GET /oauth/authorize: an app sends a person here (RFC 6749 §4.1.1). The request waits on the server while they
//! sign in and decide; what is wrong with it goes back to the app only after sign-in (RFC 9700 §4.11.2).

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{browser::Browser, consent, signed_in};
use crate::{
    app::App,
    documents::Unreadable,
    domain::origin::Origin,
    error::Refusal,
    grants::{
        authorization::{Doubt, Stop, judge},
        back,
        consent::remembered,
        params::Params,
        refusals,
    },
    security::secret,
    store::{audit, authorization_requests, users},
};

/// GET /oauth/authorize
pub async fn show(
    State(app): State<App>,
    browser: Browser,
    origin: Origin,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    if query.len() > 8192 {
        return Err(unreadable("It is longer than 8 KiB."));
    }
    let params = Params::parse(&query);
    let judged = judge(&app, &origin, &params).await;
    if let Err(Stop::Doubt(doubt)) = &judged {
        return Err(in_doubt(&app, &origin, &params, doubt).await);
    }
    let person = signed_in::who(&app, &browser).await?;
    let now = app.clock.now();
    let silent = params.get("prompt") == Some("none");
    match judged {
        Err(stop) if silent || person.is_some() => return stopped(&app, &origin, &params, stop).await,
        Ok(request) if silent => {
            let fresh = person.filter(|(_, visit)| !request.prompt.wants_password(visit.proved_at, now));
            let Some((user, _)) = fresh else {
                return consent::refuse_silently(&app, &origin, &params, &request, "login_required").await;
            };
            let memberships = users::memberships(&app.db, &user.id).await?;
            let Some((membership, scope)) = remembered(&app, &request, &user, &memberships).await? else {
                return consent::refuse_silently(&app, &origin, &params, &request, "consent_required").await;
            };
            let (_, hash) = wait(&app, &browser, &query).await?;
            return consent::grant(
                &app,
                &origin,
                &params,
                request,
                &hash,
                &user,
                &membership.tenant_id,
                scope,
            )
            .await;
        }
        // Fine, or told to the app after sign-in.
        _ => {}
    }
    let (id, _) = wait(&app, &browser, &query).await?;
    Ok(Redirect::to(&consent::path(&id)).into_response())
}

/// Lets the request wait for this browser; answers its id and the hash of it.
async fn wait(app: &App, browser: &Browser, query: &str) -> Result<(String, Vec<u8>), Refusal> {
    let id = secret::generate(&app.random);
    let hash = secret::hash(&id);
    let binding = browser.binding(app).await?;
    authorization_requests::insert(&app.db, &hash, &binding, query, app.clock.now()).await?;
    Ok((id, hash))
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
pub fn see_other(address: &str) -> Response {
    let location = axum::http::HeaderValue::from_str(address);
    match location {
        Ok(location) => (StatusCode::SEE_OTHER, [(axum::http::header::LOCATION, location)]).into_response(),
        Err(_) => unreadable("It holds characters that no address may hold.").into_response(),
    }
}

fn unreadable(what: &str) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "This request cannot be read",
        format!("An app sent you to Zoop with a request that Zoop cannot read. {what}"),
        "Go back to the app and connect again. If it happens again, tell the people who make the app.",
    )
}

/// Client or redirect URI are in doubt: the person stays here, and is told what to do.
async fn in_doubt(app: &App, origin: &Origin, params: &Params, doubt: &Doubt) -> Refusal {
    let why = match doubt {
        Doubt::NoClient => "no_client",
        Doubt::UnknownClient => "unknown_client",
        Doubt::Document(unreadable) => unreadable.code,
        Doubt::NoRedirectUri => "no_redirect_uri",
        Doubt::RedirectUri => "redirect_uri",
    };
    let client = params.get("client_id").unwrap_or_default();
    if let Err(error) = refusals::note(app, origin, audit::stranger(), "authorize.refuse", why, client).await
    {
        return error.into();
    }
    let again =
        "Go back to the app, remove its Zoop connection and add it again: the app then registers anew.";
    let (title, what_happened, what_to_do) = match doubt {
        Doubt::Document(Unreadable { why, passing, .. }) => {
            let then = if *passing {
                "Try again in a minute."
            } else {
                "Tell the people who make the app what stands here, and try again when they have mended it."
            };
            return Refusal::new(
                StatusCode::BAD_REQUEST,
                "This app’s description cannot be read",
                format!(
                    "The app is named by the address of a document that describes it, and the document cannot be used: \
                     {why}."
                ),
                then,
            )
            .with_link("/settings", "Go to Zoop");
        }
        Doubt::NoClient => (
            "This request names no app",
            "You were sent to Zoop by a request that does not say which app it comes from.",
            "Go back to the app and connect again. If it happens again, tell the people who make the app.",
        ),
        Doubt::UnknownClient => (
            "This app is not registered here",
            "An app sent you to Zoop under a client ID that Zoop does not know. It may have been connected long ago and \
             never used, or set up for another Zoop server.",
            again,
        ),
        Doubt::NoRedirectUri => (
            "This request names no return address",
            "The app did not say where Zoop should send the answer: `redirect_uri` is missing from its request.",
            "Go back to the app and connect again. If it happens again, tell the people who make the app.",
        ),
        Doubt::RedirectUri => (
            "This app’s return address is not registered",
            "The app asked Zoop to send the answer to an address that it has not registered. To keep your data safe, \
             Zoop sends nothing there.",
            again,
        ),
    };
    Refusal::new(StatusCode::BAD_REQUEST, title, what_happened, what_to_do)
        .with_link("/settings", "Go to Zoop")
}
