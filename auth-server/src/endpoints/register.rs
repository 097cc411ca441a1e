//! POST /oauth/register: an app registers itself (RFC 7591).

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::program;
use crate::{
    app::App,
    domain::origin::Origin,
    error::{OAuthError, Refusal},
    grants::{
        client_metadata::{Metadata, Objection},
        refusals,
        register::{self, Refused},
    },
    store::audit,
};

/// POST /oauth/register
pub async fn submit(
    State(app): State<App>,
    origin: Origin,
    request: Request,
) -> Result<Response, OAuthError> {
    let body = program::body(request, &app).await?;
    let metadata: Metadata = serde_json::from_slice(&body).map_err(|error| {
        // serde_json's words name a place and a type, nothing of the inside.
        OAuthError::new(
            "invalid_client_metadata",
            format!("The body is no client metadata in JSON: {error}."),
        )
    })?;
    match register::register(&app, metadata, &origin).await {
        Ok(client) => {
            Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(client)).into_response())
        }
        Err(Refused::Failed(fault)) => Err(fault.into()),
        Err(refused) => {
            let (error, words) = match &refused {
                Refused::Objection(Objection::RedirectUri(words)) => ("invalid_redirect_uri", words.as_str()),
                Refused::Objection(Objection::Metadata(words)) => ("invalid_client_metadata", words.as_str()),
                _ => ("too_many_requests", "Too many apps have registered lately. Try again in an hour."),
            };
            refusals::note(&app, &origin, audit::stranger(), "client.register", error, "").await?;
            if matches!(refused, Refused::TooMany) {
                let refusal = OAuthError::new(error, words).with_status(StatusCode::TOO_MANY_REQUESTS);
                let mut response = refusal.into_response();
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("3600"));
                return Ok(response);
            }
            Err(OAuthError::new(error, words))
        }
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        let words = refusal.into_words();
        Self::new("server_error", words.what_happened).with_status(words.status)
    }
}
