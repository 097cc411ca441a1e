//! The front door: routes, and what is settled before any tool runs.

mod authenticate;
mod body;
mod docs;
mod fault;
mod front_door;
mod limits;
mod metadata;
mod places;

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

pub use authenticate::Authenticator;
pub use fault::Fault;
pub use limits::Limits;
pub use places::Places;

use crate::{app::App, protocol};

/// Every route.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/mcp", post(front_door::call).options(preflight).fallback(not_allowed))
        .route(
            "/.well-known/oauth-protected-resource/api/mcp",
            get(metadata::endpoint).options(options_of_public).fallback(read_only),
        )
        .route(
            "/.well-known/oauth-protected-resource",
            get(metadata::root).options(options_of_public).fallback(read_only),
        )
        .merge(docs::routes())
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        // Outside the guard: a health check comes by whatever name the container has.
        .route("/healthz", get(healthz).fallback(read_only))
        .layer(CatchPanicLayer::custom(|_| Fault::internal().into_response()))
        .with_state(app)
}

/// What goes on beside the requests: the tail of the revocations, the keys, the counts.
pub async fn watch(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut flush = tokio::time::interval(Duration::from_secs(5));
    flush.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => app.authenticator.look_around().await,
            _ = flush.tick() => app.flush().await,
        }
    }
}

/// Host and Origin, before anything else is looked at (against DNS rebinding), and CORS on what passes.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = match app.places.check(request.headers(), request.uri().path()) {
        Ok(origin) => origin,
        Err(fault) => return refuse(fault, request),
    };
    let mut response = next.run(request).await;
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy"),
        );
    }
    response
}

async fn preflight() -> Response {
    (
        StatusCode::NO_CONTENT,
        [
            (header::ALLOW, "POST"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "Authorization, Content-Type, MCP-Protocol-Version, Mcp-Method, Mcp-Name",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ],
    )
        .into_response()
}

async fn options_of_public() -> Response {
    (
        StatusCode::NO_CONTENT,
        [
            (header::ALLOW, "GET"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "MCP-Protocol-Version"),
        ],
    )
        .into_response()
}

async fn not_found(request: Request) -> Response {
    refuse(Fault::not_found(), request)
}

/// The endpoint takes POST alone: always 405, before any look at a token.
async fn not_allowed(request: Request) -> Response {
    refuse(Fault::method_not_allowed(request.method()).header(header::ALLOW, "POST"), request)
}

/// The public documents are there to be read.
async fn read_only(request: Request) -> Response {
    refuse(Fault::method_not_allowed(request.method()).header(header::ALLOW, "GET, HEAD"), request)
}

/// A refusal that does not look at the body.
fn refuse(fault: Fault, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    body::let_go(&parts.headers, body);
    fault.for_modern(protocol::declared_modern(&parts.headers)).into_response()
}

async fn healthz(State(app): State<App>) -> Response {
    match app.db.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(_) => Fault::unavailable("The database does not answer.").into_response(),
    }
}
