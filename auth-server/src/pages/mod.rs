//! The pages that people meet: one struct for each template of `templates/`, holding ready words and nothing else.
//! Endpoints fill them; askama escapes every value.

use askama::Template;
use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};

use crate::error::Refusal as Refused;

pub mod assets;
mod boxes;
mod consent;
mod settings;
mod sign_in;

pub use boxes::*;
pub use consent::*;
pub use settings::*;
pub use sign_in::*;

/// An instant, for a machine and for a reader whose browser runs no script.
#[derive(Debug, Clone)]
pub struct Time {
    /// RFC 3339.
    pub iso: String,
    /// "24 Nov 2026, 09:14 UTC".
    pub text: String,
}

/// A company among which a person chooses.
#[derive(Debug, Clone)]
pub struct TenantChoice {
    /// The tenant's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The person's role there, with its article: "an owner".
    pub role: String,
    /// Whether it is the one shown.
    pub chosen: bool,
}

/// What pages may load: their own files. Inline script and style are refused.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; \
                          frame-ancestors 'none'";
/// The same for pages whose forms lead nowhere else.
const SETTINGS_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                               base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// A page.
pub fn html(page: &impl Template) -> Result<Response, Refused> {
    Ok(Html(page.render()?).into_response())
}

/// A page of the settings: its forms lead to this site alone.
pub fn settings(page: &impl Template) -> Result<Response, Refused> {
    Ok(([(header::CONTENT_SECURITY_POLICY, SETTINGS_POLICY)], Html(page.render()?)).into_response())
}
