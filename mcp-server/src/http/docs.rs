//! GET /docs: the documentation's pages and files, as they were drawn at start. Public: no token is looked at.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use super::{Fault, read_only};
use crate::app::App;

/// What the pages may load: their own files. Inline script and style are refused.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The routes.
pub fn routes() -> Router<App> {
    let start = || async { Redirect::permanent("/docs/tools") };
    Router::new()
        .route("/docs", get(start).fallback(read_only))
        .route("/docs/{*path}", get(show).fallback(read_only))
}

async fn show(State(app): State<App>, request: Request) -> Response {
    let Some(file) = app.docs.find(request.uri().path()) else {
        return Fault::not_found().into_response();
    };
    let kept = if file.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let headers: [(HeaderName, &str); 6] = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CACHE_CONTROL, kept),
        (header::ETAG, &file.etag),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    match is_known(request.headers(), &file.etag) {
        true => (StatusCode::NOT_MODIFIED, headers).into_response(),
        false => (headers, file.bytes.clone()).into_response(),
    }
}

/// If-None-Match (RFC 9110 §13.1.2): compared weakly, so a proxy's `W/` is no other one.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}
