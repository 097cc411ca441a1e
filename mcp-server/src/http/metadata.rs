//! Protected resource metadata (RFC 9728): who issues tokens for this endpoint, and which scopes there are.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use shared::scope::Scope;

use crate::app::App;

/// The path form, whose resource is the endpoint's URL (RFC 9728 §3.1).
pub async fn endpoint(State(app): State<App>, headers: HeaderMap) -> Response {
    document(&app, app.places.endpoint_url(&headers))
}

/// The root form, whose resource is the origin.
pub async fn root(State(app): State<App>, headers: HeaderMap) -> Response {
    document(&app, app.places.origin(&headers))
}

fn document(app: &App, resource: &str) -> Response {
    let scopes: Vec<String> = Scope::advertised().map(|scope| scope.to_string()).collect();
    let body: Value = json!({
        "resource": resource,
        "authorization_servers": [app.config.issuer],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "resource_name": "Zoop",
    });
    let headers = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, Json(body)).into_response()
}
