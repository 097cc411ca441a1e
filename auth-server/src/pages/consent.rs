//! The consent page: who asks, where the answer goes, which company, and what may be done there.

use askama::Template;

use super::{Boxes, TenantChoice};

/// The consent page.
#[derive(Debug, Clone, Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// The session's CSRF token.
    pub csrf: String,
    /// The opaque id of the pending request; all else of it is on the server.
    pub request: String,
    /// Who asks.
    pub app: App,
    /// Who is asked: a name and an address.
    pub account: String,
    /// The companies of this person; one of them is chosen.
    pub tenants: Vec<TenantChoice>,
    /// What can be granted there.
    pub scopes: Boxes,
    /// What was asked for but the role does not allow, in one sentence.
    pub withheld: Option<String>,
    /// Why nothing can be granted there, where that is so.
    pub nothing: Option<String>,
    /// Why nothing was granted.
    pub error: Option<String>,
    /// What changed since the page was last shown.
    pub note: Option<String>,
}

/// The app that asks. What it says of itself is cut and stripped before it comes here.
#[derive(Debug, Clone)]
pub struct App {
    /// The name it gave itself.
    pub name: String,
    /// The first letter of it.
    pub initial: String,
    /// Its client_id.
    pub client_id: String,
    /// The host of its metadata document, where it has one.
    pub published_at: Option<String>,
    /// The host, or the scheme, to which the answer goes.
    pub redirect_host: String,
    /// Whether an owner or Zoop vouches for it.
    pub verified: bool,
    /// Whether the answer goes to a program on this computer.
    pub loopback: bool,
}
