//! Whether this server can do its work: for load balancers and start-up scripts.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, error::OAuthError};

/// GET /healthz
pub async fn show(State(app): State<App>) -> Result<Json<Value>, OAuthError> {
    app.db.ping().await?;
    Ok(Json(json!({ "status": "ok" })))
}
