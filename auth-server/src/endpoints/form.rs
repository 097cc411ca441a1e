//! Forms: read strictly, and taken from a page only with that page's CSRF token.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header},
};

use super::browser::Browser;
use crate::{app::App, domain::origin::Origin, error::Refusal, grants::refusals, store::audit};

/// The fields of a form or a query, in order; a name may come more than once.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=1&b=2`.
    pub fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The one value of a field; nothing when it is absent. A field that came twice is nobody's to choose from.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut found = None;
        for (_, value) in self.0.iter().filter(|(field, _)| field == name) {
            if found.replace(value.as_str()).is_some() {
                return Err(Repeated(name.to_owned()));
            }
        }
        Ok(found)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// A field that came twice.
#[derive(Debug)]
pub struct Repeated(pub String);

impl From<Repeated> for Refusal {
    fn from(Repeated(name): Repeated) -> Self {
        Refusal::bad_form(format!("It holds the field “{name}” more than once."))
    }
}

/// Whether a query, a form or a path holds a NUL character. None of ours does, and PostgreSQL keeps none: whoever reads
/// a request refuses it whole.
pub fn holds_nul(encoded: &[u8]) -> bool {
    encoded.contains(&0) || encoded.windows(3).any(|escape| escape == b"%00")
}

/// Whether the body is said to be a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A form that a page of ours has sent: its CSRF token is right. Every page's POST takes this and nothing else.
#[derive(Debug)]
pub struct Posted(Fields);

impl FromRequest<App> for Posted {
    type Rejection = Refusal;
    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let browser = Browser::from_request_parts(&mut parts, app).await?;
        let origin = Origin::from_request_parts(&mut parts, app).await?;
        let path = parts.uri.path().to_owned();
        if !is_form(&parts.headers) {
            return Err(Refusal::bad_form("It is no form.").with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = Bytes::from_request(Request::from_parts(parts, body), app).await.map_err(|error| {
            Refusal::bad_form("It is too large or incomplete.").with_status(error.status())
        })?;
        if holds_nul(&body) {
            return Err(Refusal::bad_form("It holds a NUL character."));
        }
        let fields = Fields::parse(&body);
        if let Err(refusal) = browser.check_csrf(fields.one("csrf")?).await {
            refusals::note(app, &origin, audit::stranger(), "form.refuse", "csrf", &path).await?;
            return Err(refusal);
        }
        Ok(Self(fields))
    }
}

impl Posted {
    /// The one value of a field; empty when it is absent.
    pub fn text(&self, name: &str) -> Result<&str, Refusal> {
        Ok(self.0.one(name)?.unwrap_or(""))
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.all(name).map(str::to_owned).collect()
    }
}
