//! Settings: the frame around them, Profile & security, API & MCP, and the page that shows a key once.

use askama::Template;

use super::{Boxes, TenantChoice, Time};

/// Which page of the settings is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// Profile & security.
    Profile,
    /// API & MCP.
    Api,
}

impl Here {
    /// The page's stable path.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Profile => "/settings",
            Self::Api => "/settings/api",
        }
    }

    fn is_profile(&self) -> bool {
        *self == Self::Profile
    }

    fn is_api(&self) -> bool {
        *self == Self::Api
    }
}

/// What stands around every page of the settings.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The session's CSRF token.
    pub csrf: String,
    /// The person's name.
    pub name: String,
    /// Its first letter.
    pub initial: String,
    /// The person's address.
    pub email: String,
    /// The company whose settings these are.
    pub tenant: String,
    /// Its id.
    pub tenant_id: String,
    /// All companies of this person.
    pub tenants: Vec<TenantChoice>,
    /// Whether API & MCP is theirs to see.
    pub owner: bool,
    /// The page shown.
    pub here: Here,
    /// What has just been done.
    pub done: Option<String>,
}

/// Profile & security.
#[derive(Debug, Clone, Template)]
#[template(path = "settings/profile.html")]
pub struct Profile {
    /// The frame.
    pub frame: Frame,
    /// The person's role in this company.
    pub role: String,
    /// Their sessions.
    pub sessions: Vec<SessionRow>,
    /// The apps that act as them.
    pub apps: Vec<AppRow>,
    /// How long an app may go on as it was: "an hour".
    pub renewed_within: String,
    /// The keys that act as them.
    pub keys: Vec<KeyRow>,
    /// Why the password was not changed.
    pub password_error: Option<String>,
}

/// API & MCP, for owners.
#[derive(Debug, Clone, Template)]
#[template(path = "settings/api.html")]
pub struct Api {
    /// The frame.
    pub frame: Frame,
    /// The MCP endpoint's URL.
    pub endpoint: String,
    /// The company's keys.
    pub keys: Vec<KeyRow>,
    /// The company's connected apps.
    pub apps: Vec<AppRow>,
    /// How long an app may go on as it was: "an hour".
    pub renewed_within: String,
    /// The form for a new key.
    pub form: KeyForm,
}

/// The one time that a key is shown.
#[derive(Debug, Clone, Template)]
#[template(path = "settings/key.html")]
pub struct NewKey {
    /// The frame.
    pub frame: Frame,
    /// The MCP endpoint's URL.
    pub endpoint: String,
    /// The key's name.
    pub name: String,
    /// The key.
    pub key: String,
    /// "User key for Dana Ortiz" or "Tenant key".
    pub actor: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// When it ends.
    pub expires: Option<Time>,
}

/// A signed-in browser.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The handle by which it is ended; not the session's secret.
    pub id: String,
    /// "Firefox on Linux".
    pub device: String,
    /// The source address.
    pub source: String,
    /// When the person signed in.
    pub signed_in: Time,
    /// Whether this page was asked for in it.
    pub here: bool,
}

/// A connected app: one grant.
#[derive(Debug, Clone)]
pub struct AppRow {
    /// The grant.
    pub grant_id: String,
    /// The app's name.
    pub name: String,
    /// The host, or the scheme, it returns to.
    pub host: String,
    /// Whether an owner or Zoop vouches for it.
    pub verified: bool,
    /// As whom it acts.
    pub person: String,
    /// In which company, where that is not plain.
    pub tenant: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whether it sees tools named with underscores, not dots.
    pub underscore_names: bool,
    /// Since when.
    pub connected: Time,
    /// When it last fetched a token.
    pub last_used: Option<Time>,
}

/// A key, without its secret.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `zoop_uk_` or `zoop_tk_`.
    pub prefix: String,
    /// Its last four characters.
    pub last_four: String,
    /// "User key for Dana Ortiz" or "Tenant key".
    pub actor: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// When it was made.
    pub made: Time,
    /// When it was last used.
    pub last_used: Option<Time>,
    /// When it ends.
    pub expires: Option<Time>,
    /// Whether that is past.
    pub expired: bool,
    /// The addresses from which it is taken, where they are limited.
    pub sources: Option<String>,
}

/// The form for a new key, with what was typed.
#[derive(Debug, Clone, Default)]
pub struct KeyForm {
    /// Why no key was made.
    pub error: Option<String>,
    /// The key's name.
    pub name: String,
    /// Whether it is a tenant key.
    pub tenant_key: bool,
    /// For whom a user key can be.
    pub people: Vec<Person>,
    /// The boxes.
    pub scopes: Boxes,
    /// The last day, as typed.
    pub expires_at: String,
    /// The first day that can be chosen.
    pub earliest: String,
    /// The addresses, as typed.
    pub ip_allow: String,
    /// Whether the password is asked for once more.
    pub confirm_password: bool,
}

/// A member as whom a key can act.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: String,
    /// Whether they are chosen.
    pub chosen: bool,
}
