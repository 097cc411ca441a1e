//! Why a program does not get what it asked for (RFC 6749 §5.2 and its extensions).

use shared::error::Error;

/// A refusal at the token endpoint and its neighbours.
#[derive(Debug)]
pub enum Fault {
    /// Something is missing, repeated or malformed.
    InvalidRequest(&'static str),
    /// The client is unknown or did not prove itself.
    InvalidClient(&'static str),
    /// What the client publishes about itself is of no use, in a sentence.
    ClientDocument(String),
    /// What the client publishes about itself cannot be read at the moment, in a sentence.
    ClientDocumentAway(String),
    /// The code or the token is not good for this.
    InvalidGrant(&'static str),
    /// The scope is unknown, empty or wider than the grant's.
    InvalidScope(&'static str),
    /// The resource is not this endpoint, or not the grant's (RFC 8707 §2).
    InvalidTarget,
    /// The client has not registered for this grant type.
    UnauthorizedClient,
    /// There is no such grant type here.
    UnsupportedGrantType,
    /// Zoop's own failure.
    Failed(Error),
}

impl Fault {
    /// The code and the words for the developer who reads them.
    pub fn words(&self) -> (&'static str, String) {
        let (code, words) = match self {
            Self::InvalidRequest(words) => ("invalid_request", *words),
            Self::InvalidClient(words) => ("invalid_client", *words),
            Self::ClientDocument(words) => return ("invalid_client", words.clone()),
            Self::ClientDocumentAway(words) => return ("temporarily_unavailable", words.clone()),
            Self::InvalidGrant(words) => ("invalid_grant", *words),
            Self::InvalidScope(words) => ("invalid_scope", *words),
            Self::InvalidTarget => (
                "invalid_target",
                "`resource` is not the one that was asked for at the authorization endpoint. Send that one, or none.",
            ),
            Self::UnauthorizedClient => (
                "unauthorized_client",
                "This client has not registered for this grant type. Register again with it in `grant_types`.",
            ),
            Self::UnsupportedGrantType => {
                ("unsupported_grant_type", "`grant_type` must be `authorization_code` or `refresh_token`.")
            }
            Self::Failed(error @ Error::Unavailable(_)) => {
                return ("temporarily_unavailable", error.to_string());
            }
            Self::Failed(error) => return ("server_error", error.to_string()),
        };
        (code, words.to_owned())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A bug of ours, with its private cause.
pub fn bug(cause: &'static str) -> Error {
    Error::internal(anyhow::anyhow!(cause))
}
