//! Signing in and out, and the one page that every refusal is.

use askama::Template;

/// The sign-in page; with `confirming` it asks a signed-in person for their password once more.
#[derive(Debug, Clone, Template, Default)]
#[template(path = "login.html")]
pub struct Login {
    /// The session's CSRF token.
    pub csrf: String,
    /// Where to go afterwards, a path of this site.
    pub return_to: String,
    /// What was typed before.
    pub email: String,
    /// Why the last try failed.
    pub error: Option<String>,
    /// The app that waits to be connected.
    pub app: Option<String>,
    /// The address of a person who is signed in already.
    pub confirming: Option<String>,
}

/// Asks before it signs out: a link alone must not.
#[derive(Debug, Clone, Template)]
#[template(path = "logout.html")]
pub struct Logout {
    /// The session's CSRF token.
    pub csrf: String,
    /// Who is signed in.
    pub email: String,
}

/// A refusal that a person meets: what happened, and what to do.
#[derive(Debug, Clone, Template)]
#[template(path = "refusal.html")]
pub struct Refusal {
    /// A few words.
    pub title: String,
    /// One sentence or two.
    pub what_happened: String,
    /// One sentence or two.
    pub what_to_do: String,
    /// The way on.
    pub link: Option<Link>,
    /// The request's id, which the log holds too.
    pub reference: String,
}

/// A way on.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub text: String,
}
