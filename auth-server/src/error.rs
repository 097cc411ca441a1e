//! Refusals: a page for a person (`Refusal`), JSON for a program (`OAuthError`). Neither tells of the inside;
//! private causes go to the log.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::pages;

/// A refusal that a person meets. It travels in the response; `front_door` draws it with the request's id.
#[derive(Debug, Clone)]
pub struct Refusal(Box<Words>);

/// What a refusal says.
#[derive(Debug, Clone)]
pub struct Words {
    /// The HTTP status.
    pub status: StatusCode,
    /// A few words.
    pub title: String,
    /// What happened.
    pub what_happened: String,
    /// What to do.
    pub what_to_do: String,
    /// The way on.
    pub link: Option<pages::Link>,
}

impl Refusal {
    /// A refusal in words.
    pub fn new(
        status: StatusCode,
        title: &str,
        what_happened: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        Self(Box::new(Words {
            status,
            title: title.to_owned(),
            what_happened: what_happened.into(),
            what_to_do: what_to_do.into(),
            link: None,
        }))
    }

    /// With a way on.
    pub fn with_link(mut self, href: &str, text: &str) -> Self {
        self.0.link = Some(pages::Link { href: href.to_owned(), text: text.to_owned() });
        self
    }

    /// With another status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// The words, to be drawn.
    pub fn into_words(self) -> Words {
        *self.0
    }

    /// No such page.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such page",
            "The address is wrong, or what it showed is gone.",
            "Check the address, or start from your settings.",
        )
        .with_link("/settings", "Go to Zoop")
    }

    /// A form that cannot be read: only a hand-made one comes here.
    pub fn bad_form(what_happened: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This form cannot be read",
            what_happened,
            "Go back, reload the page and send the form again.",
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<shared::error::Error> for Refusal {
    fn from(error: shared::error::Error) -> Self {
        let status = log(&error);
        let (what_happened, what_to_do) = match status {
            StatusCode::SERVICE_UNAVAILABLE => (
                "Zoop cannot reach its database at the moment.",
                "Nothing was changed. Try again in a few seconds.",
            ),
            _ => (
                "Something went wrong on Zoop’s side.",
                "Nothing was changed. Try again, and report it with the reference below if it stays.",
            ),
        };
        Self::new(status, "That did not work", what_happened, what_to_do)
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        shared::error::Error::internal(error).into()
    }
}

impl From<tower_sessions::session::Error> for Refusal {
    fn from(error: tower_sessions::session::Error) -> Self {
        shared::error::Error::Unavailable(error.into()).into()
    }
}

/// A refusal that a program meets (RFC 6749 §5.2): `error` and `error_description`.
#[derive(Debug, Clone)]
pub struct OAuthError {
    /// The HTTP status.
    pub status: StatusCode,
    /// A code of RFC 6749 §5.2 or one of its extensions.
    pub error: &'static str,
    /// What happened and what to do, for the developer who reads it.
    pub description: String,
}

impl OAuthError {
    /// A refusal with status 400.
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into() }
    }

    /// The same with another status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl From<shared::error::Error> for OAuthError {
    fn from(error: shared::error::Error) -> Self {
        let status = log(&error);
        let code = if status == StatusCode::SERVICE_UNAVAILABLE {
            "temporarily_unavailable"
        } else {
            "server_error"
        };
        Self { status, error: code, description: error.to_string() }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": self.description }));
        let mut response = (self.status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6749 §5.2: the scheme that the client used, or could have used.
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Zoop\""));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// Logs the private cause and picks the status.
fn log(error: &shared::error::Error) -> StatusCode {
    match error {
        shared::error::Error::Unavailable(cause) => {
            tracing::warn!(cause = format!("{cause:#}"), "the database is away");
            StatusCode::SERVICE_UNAVAILABLE
        }
        shared::error::Error::Internal(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "internal error");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
