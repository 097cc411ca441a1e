//! What this server is (RFC 8414 §2), and the keys that its tokens are checked by (RFC 7517 §5).

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use shared::scope::Scope;

use crate::{
    app::App,
    domain::{client::AuthMethod, grant_scope::OFFLINE_ACCESS},
    error::OAuthError,
    security::client_keys,
};

/// Five minutes: how long a new key may stay unseen.
const CACHE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=300")];

fn document(app: &App) -> Value {
    let issuer = &app.settings.issuer;
    let scopes: Vec<String> =
        Scope::advertised().map(|scope| scope.to_string()).chain([OFFLINE_ACCESS.to_owned()]).collect();
    let methods = AuthMethod::ALL.map(AuthMethod::as_str);
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "registration_endpoint": format!("{issuer}/oauth/register"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": client_keys::ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": client_keys::ALGORITHMS,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": app.settings.mcp_urls,
    })
}

/// GET /.well-known/oauth-authorization-server
pub async fn authorization_server(State(app): State<App>) -> Response {
    (CACHE, Json(document(&app))).into_response()
}

/// GET /.well-known/openid-configuration: for clients that look there alone. No ID token is issued.
pub async fn openid_configuration(State(app): State<App>) -> Response {
    let mut document = document(&app);
    document["subject_types_supported"] = json!(["public"]);
    document["id_token_signing_alg_values_supported"] = json!([app.settings.signing_algorithm.as_str()]);
    (CACHE, Json(document)).into_response()
}

/// GET /.well-known/jwks.json
pub async fn jwks(State(app): State<App>) -> Result<Response, OAuthError> {
    let keys = app.signing.published(&app.db).await?;
    Ok((CACHE, Json(json!({ "keys": keys }))).into_response())
}
