//! What every request passes: an id, its source, a log line, the headers of safe pages, and the drawing of refusals.

use std::{
    any::Any,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use anyhow::anyhow;
use askama::Template;
use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
};
use shared::{error::Error, network};
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};
use tracing::Instrument;

use crate::{
    app::App,
    domain::origin::Origin,
    endpoints::form::holds_nul,
    error::{OAuthError, Refusal},
    pages,
    store::sessions::{IDLE_DAYS, Sessions},
};

const BODY_LIMIT: usize = 64 * 1024;
/// No answer takes longer, nor the arrival of what it answers.
const PATIENCE: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl FromRequestParts<App> for Origin {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refusal> {
        parts
            .extensions
            .get::<Origin>()
            .cloned()
            .ok_or_else(|| Error::internal(anyhow!("a route stands outside the front door")).into())
    }
}

/// Browser sessions for these routes. Lax: with Strict a client that sends the browser here would lose the session.
pub fn with_sessions(routes: Router<App>, app: &App) -> Router<App> {
    let https = app.settings.https;
    routes.layer(
        SessionManagerLayer::new(Sessions::new(app.db.clone(), app.clock.clone()))
            // RFC 6265bis §4.1.3.2: the prefix makes browsers insist on Secure, Path=/ and no Domain.
            .with_name(if https { "__Host-zoop" } else { "zoop" })
            .with_secure(https)
            .with_http_only(true)
            .with_same_site(SameSite::Lax)
            .with_expiry(Expiry::OnInactivity(time::Duration::days(IDLE_DAYS))),
    )
}

/// Puts the door around all routes.
pub fn around(routes: Router<App>, app: &App) -> Router {
    routes
        .fallback(no_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| {
            Refusal::from(Error::internal(anyhow!("a handler panicked"))).into_response()
        }))
        .layer(from_fn_with_state(app.clone(), pass))
        .with_state(app.clone())
}

async fn pass(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let request_id = app.ids.next("req");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let source = network::source(peer, request.headers(), &app.settings.trusted_proxies);
    request.extensions_mut().insert(Origin { request_id: request_id.clone(), source });
    // The path alone: a query may hold what must not stand in a log.
    let span = tracing::info_span!("request", id = request_id, method = %request.method(), path = request.uri().path());
    let page = wants_page(request.uri(), request.headers());
    let mut response = match nul_refused(request.uri()) {
        None => in_time(PATIENCE, next.run(request).instrument(span.clone()), page).await,
        Some(refused) => refused,
    };
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), "answered"));
    let bare = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && !response.headers().contains_key(header::CONTENT_TYPE);
    if bare && response.extensions().get::<Refusal>().is_none() {
        // The session layer answers so when a session cannot be saved.
        response
            .extensions_mut()
            .insert(Refusal::from(Error::Unavailable(anyhow!("a session was not saved"))));
    }
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = draw(refusal, response, &request_id);
    }
    protect(&mut response, &request_id, app.settings.https);
    response
}

/// The answer, or what is said where a body comes too slowly: a connection is not held open for nothing.
async fn in_time(patience: Duration, answer: impl Future<Output = Response>, page: bool) -> Response {
    match timeout(patience, answer).await {
        Ok(response) => response,
        Err(_) if page => Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "That took too long",
            "The form did not arrive whole in time. Nothing was changed.",
            "Go back and send it again.",
        )
        .into_response(),
        Err(_) => {
            OAuthError::new("invalid_request", "The request did not arrive whole in time. Send it again.")
                .with_status(StatusCode::REQUEST_TIMEOUT)
                .into_response()
        }
    }
}

fn draw(refusal: Refusal, before: Response, reference: &str) -> Response {
    let refusal = refusal.into_words();
    let page = pages::Refusal {
        title: refusal.title,
        what_happened: refusal.what_happened,
        what_to_do: refusal.what_to_do,
        link: refusal.link,
        reference: reference.to_owned(),
    };
    let body = page.render().unwrap_or_else(|_| "This page could not be drawn. Try again.".to_owned());
    let mut response = (refusal.status, Html(body)).into_response();
    // Keep what was set on the way out: cookies, Retry-After.
    for (name, value) in before.headers() {
        if name == header::SET_COOKIE || name == header::RETRY_AFTER || name == header::ALLOW {
            response.headers_mut().append(name, value.clone());
        }
    }
    if refusal.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn protect(response: &mut Response, request_id: &str, https: bool) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    // No form-action here: Chromium checks the redirect that follows a form against it, and would stop Allow.
    set(header::CONTENT_SECURITY_POLICY, pages::POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// What only programs ask for: there every answer is JSON, whatever they say they accept.
const PROGRAMS: [&str; 5] = ["/oauth/token", "/oauth/register", "/oauth/revoke", "/.well-known/", "/healthz"];

fn is_for_programs(uri: &Uri) -> bool {
    PROGRAMS.iter().any(|path| uri.path().starts_with(path))
}

/// Whether a person looks at the answer.
fn wants_page(uri: &Uri, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.contains("text/html") && !is_for_programs(uri)
}

/// No path and no query holds a NUL character; forms are looked at where they are read.
fn nul_refused(uri: &Uri) -> Option<Response> {
    let text = uri.path_and_query().map_or("", |text| text.as_str());
    match holds_nul(text.as_bytes()) {
        false => None,
        true if is_for_programs(uri) => {
            let words = "A NUL character stands in the address: no path and no parameter holds one.";
            Some(OAuthError::new("invalid_request", words).into_response())
        }
        true => Some(
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "This address cannot be read",
                "It holds a NUL character, which no address of Zoop’s has.",
                "Go back to where you came from. If an app sent you here, tell the people who make it.",
            )
            .with_link("/settings", "Go to Zoop")
            .into_response(),
        ),
    }
}

async fn no_route(uri: Uri, headers: HeaderMap) -> Response {
    if wants_page(&uri, &headers) {
        return Refusal::not_found().into_response();
    }
    OAuthError::new(
        "not_found",
        "Nothing is served at this path. /.well-known/oauth-authorization-server lists the endpoints.",
    )
    .with_status(StatusCode::NOT_FOUND)
    .into_response()
}

async fn wrong_method(uri: Uri, headers: HeaderMap) -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    if wants_page(&uri, &headers) {
        let what = "This address takes another kind of request than the one that was sent.";
        return Refusal::new(
            status,
            "That does not work here",
            what,
            "Go back and use the page’s own buttons.",
        )
        .with_link("/settings", "Go to Zoop")
        .into_response();
    }
    OAuthError::new(
        "invalid_request",
        "This endpoint does not take this method; the Allow header lists those it takes.",
    )
    .with_status(status)
    .into_response()
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn who_sends_too_slowly_is_told_so_in_the_form_that_they_read() {
        let soon = Duration::from_millis(1);
        let page = in_time(soon, pending(), true).await;
        assert_eq!(page.status(), StatusCode::REQUEST_TIMEOUT);
        assert!(page.extensions().get::<Refusal>().is_some(), "a page");
        let program = in_time(soon, pending(), false).await;
        assert_eq!(program.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(program.headers()[header::CONTENT_TYPE], "application/json");
        let answered = in_time(PATIENCE, ready(StatusCode::NO_CONTENT.into_response()), false).await;
        assert_eq!(answered.status(), StatusCode::NO_CONTENT);
    }
}
