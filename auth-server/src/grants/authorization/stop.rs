//! Why a request stops here.

use shared::error::Error;

use crate::documents::Unreadable;

/// Why a request does not go on.
pub enum Stop {
    /// Client or redirect URI are in doubt: a page, never a redirect.
    Doubt(Doubt),
    /// The app is told, at its redirect URI.
    Back {
        /// That URI.
        redirect_uri: String,
        /// RFC 6749 §4.1.2.1.
        error: &'static str,
        /// For the app's developer.
        description: &'static str,
    },
    /// Zoop's own failure.
    Failed(Error),
}

/// What is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// No client_id, or more than one.
    NoClient,
    /// Nobody registered it.
    UnknownClient,
    /// What it publishes about itself is of no use.
    Document(Unreadable),
    /// No redirect_uri.
    NoRedirectUri,
    /// More than one, or none that is registered.
    RedirectUri,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// An error of RFC 6749 §4.1.2.1, and what it says to the app's developer.
pub(super) type Refused = (&'static str, &'static str);
