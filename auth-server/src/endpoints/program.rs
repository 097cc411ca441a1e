//! What the endpoints for programs share: forms read strictly, refusals as JSON, and leave for every origin (CORS):
//! they hold no cookie, so there is nothing that a foreign page could steal.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::form::{holds_nul, is_form};
use crate::{
    app::App,
    domain::origin::Origin,
    error::OAuthError,
    grants::{authenticate::claimed, fault::Fault, params::Params, refusals},
    store::audit,
};

/// A form from a program, with what it said of itself in its headers.
pub struct Posted {
    /// The fields.
    pub form: Params,
    headers: HeaderMap,
}

impl FromRequest<App> for Posted {
    type Rejection = OAuthError;
    async fn from_request(request: Request, app: &App) -> Result<Self, OAuthError> {
        let headers = request.headers().clone();
        if !is_form(&headers) {
            let words = "The body must be a form: send Content-Type: application/x-www-form-urlencoded.";
            return Err(
                OAuthError::new("invalid_request", words).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            );
        }
        let body = body(request, app).await?;
        if holds_nul(&body) {
            return Err(
                Fault::InvalidRequest("A NUL character stands in the form: no parameter holds one.").into()
            );
        }
        Ok(Self { form: Params::parse(&String::from_utf8_lossy(&body)), headers })
    }
}

impl Posted {
    /// Every Authorization header.
    pub fn authorization(&self) -> Result<Vec<&str>, OAuthError> {
        let values = self.headers.get_all(header::AUTHORIZATION).iter();
        values.map(HeaderValue::to_str).collect::<Result<_, _>>().map_err(|_| {
            OAuthError::new(
                "invalid_request",
                "The Authorization header holds characters that no header may hold.",
            )
        })
    }

    /// Writes a refusal down, with the client that the request claims to come from; Zoop's own failures are none.
    pub async fn note_refusal(
        &self,
        app: &App,
        origin: &Origin,
        action: &str,
        refusal: &OAuthError,
    ) -> Result<(), OAuthError> {
        if refusal.status.is_client_error() {
            let client = claimed(&self.authorization().unwrap_or_default(), &self.form);
            refusals::note(app, origin, audit::stranger(), action, refusal.error, &client).await?;
        }
        Ok(())
    }

    /// Refuses repeated fields.
    pub fn check_repeats(&self) -> Result<(), Fault> {
        let mut repeated = self.form.repeated();
        match (repeated.next(), repeated.next()) {
            (None, _) => Ok(()),
            (Some("resource"), None) => Err(Fault::InvalidTarget),
            _ => Err(Fault::InvalidRequest("A parameter came more than once.")),
        }
    }
}

/// The whole body, within the limit.
pub async fn body(request: Request, app: &App) -> Result<Bytes, OAuthError> {
    Bytes::from_request(request, app).await.map_err(|error| {
        OAuthError::new("invalid_request", "The body is too large or incomplete; at most 64 KiB are read.")
            .with_status(error.status())
    })
}

impl From<Fault> for OAuthError {
    fn from(fault: Fault) -> Self {
        let (error, description) = fault.words();
        match fault {
            Fault::Failed(error) => error.into(),
            // RFC 6749 §5.2.
            Fault::InvalidClient(_) | Fault::ClientDocument(_) => {
                Self::new(error, description).with_status(StatusCode::UNAUTHORIZED)
            }
            Fault::ClientDocumentAway(_) => {
                Self::new(error, description).with_status(StatusCode::SERVICE_UNAVAILABLE)
            }
            _ => Self::new(error, description),
        }
    }
}

/// OPTIONS: a browser asks whether a page of another origin may ask.
pub async fn preflight() -> impl IntoResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, MCP-Protocol-Version"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// CORS for any origin; never with credentials.
pub async fn open_to_all(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("WWW-Authenticate, Retry-After, X-Request-Id"),
    );
    response
}
