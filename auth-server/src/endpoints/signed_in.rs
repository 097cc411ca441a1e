//! The person signed in, with their companies; and the owner, where only an owner may pass.

use axum::{
    extract::FromRequestParts,
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use shared::role::Role;

use super::browser::Browser;
use crate::{
    app::App,
    domain::{
        origin::Origin,
        user::{Membership, User},
        visit::Visit,
    },
    error::Refusal,
    grants::refusals,
    store::{audit, users},
};

/// A person signed in, as of this request.
#[derive(Debug)]
pub struct SignedIn {
    /// Their browser.
    pub browser: Browser,
    /// The request.
    pub origin: Origin,
    /// Who.
    pub user: User,
    /// Since when.
    pub visit: Visit,
    /// The companies they belong to now.
    pub memberships: Vec<Membership>,
    /// The one whose settings they look at.
    pub current: Membership,
}

/// Why a page is not shown: sign in first, or a refusal.
pub enum NotSignedIn {
    /// Sign in, then come back here.
    Login(String),
    /// A page that says why.
    Refused(Refusal),
}

impl From<Refusal> for NotSignedIn {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            Self::Login(path) => Redirect::to(&login_path(&path)).into_response(),
            Self::Refused(refusal) => refusal.into_response(),
        }
    }
}

/// The sign-in page, which comes back to `path`.
pub fn login_path(path: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", path).finish();
    format!("/login?{query}")
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = NotSignedIn;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, NotSignedIn> {
        let browser = Browser::from_request_parts(parts, app).await?;
        let origin = Origin::from_request_parts(parts, app).await?;
        let back = if parts.method == Method::GET { parts.uri.path() } else { "/settings" };
        let Some((user, visit)) = who(app, &browser).await? else {
            return Err(NotSignedIn::Login(back.to_owned()));
        };
        let memberships = users::memberships(&app.db, &user.id).await.map_err(Refusal::from)?;
        let chosen = memberships.iter().find(|m| Some(&m.tenant_id) == visit.tenant_id.as_ref());
        let Some(current) = chosen.or(memberships.first()).cloned() else { return Err(homeless().into()) };
        Ok(Self { browser, origin, user, visit, memberships, current })
    }
}

/// The person signed in at this browser, unless their account was disabled meanwhile.
pub async fn who(app: &App, browser: &Browser) -> Result<Option<(User, Visit)>, Refusal> {
    let Some(visit) = browser.visit(app).await? else { return Ok(None) };
    let user = users::by_id(&app.db, &visit.user_id).await?;
    Ok(user.filter(|user| user.active).map(|user| (user, visit)))
}

/// A person without a company.
pub fn homeless() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "You belong to no company here",
        "Your sign-in is good, but no company in Zoop counts you among its people at the moment.",
        "Ask an owner of your company to invite you, or sign in with another address.",
    )
    .with_link("/logout", "Sign out")
}

/// A person who owns the company whose settings they look at.
#[derive(Debug)]
pub struct Owner(pub SignedIn);

impl FromRequestParts<App> for Owner {
    type Rejection = NotSignedIn;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, NotSignedIn> {
        let person = SignedIn::from_request_parts(parts, app).await?;
        if person.current.role == Role::Owner {
            return Ok(Self(person));
        }
        Err(owners_only(&person.current.tenant_name).into())
    }
}

/// API & MCP is for owners.
pub fn owners_only(tenant: &str) -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "Only owners see API & MCP",
        format!("You are not an owner of {tenant}, so its keys and connected apps are not yours to manage."),
        "Ask an owner of the company, or switch to a company that you own.",
    )
    .with_link("/settings", "Go to your settings")
}

/// A company that is not theirs, or no company at all: which, is not said.
pub fn not_yours() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "That company is not yours",
        "The form named a company to which you do not belong. Nothing was changed.",
        "Go back to your settings and choose one of your own companies.",
    )
    .with_link("/settings", "Go to your settings")
}

impl SignedIn {
    /// Writes down what this person was refused.
    pub async fn note_refusal(&self, app: &App, action: &str, why: &str) -> Result<(), Refusal> {
        let (actor, company) = (audit::person(&self.user), &self.current.tenant_id);
        Ok(refusals::note(app, &self.origin, actor, action, why, company).await?)
    }

    /// A line for the audit log: this person did that, here and now.
    pub fn audit<'a>(
        &'a self,
        app: &App,
        action: &'a str,
        subject: Option<&'a str>,
        details: serde_json::Value,
    ) -> audit::Entry<'a> {
        audit::Entry {
            tenant_id: Some(&self.current.tenant_id),
            at: app.clock.now(),
            actor: audit::person(&self.user),
            action,
            outcome: "ok",
            subject,
            details,
            request_id: &self.origin.request_id,
            source: self.origin.source.to_string(),
        }
    }
}
