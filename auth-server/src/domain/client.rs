//! Apps that ask people for access.

use serde_json::Value;

use super::grant_scope::GrantScope;
use crate::security::redirect_uri;

/// How an app shows who it is (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// It cannot keep a secret: a program on a person's own device.
    None,
    /// A secret in the Authorization header.
    Basic,
    /// A secret in the form.
    Post,
    /// An assertion signed by a key of its own (RFC 7523 §2.2).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// Its registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Basic, Self::Post, Self::PrivateKeyJwt];

    /// The method with this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }

    /// Whether the app and this server share a secret.
    pub fn has_secret(self) -> bool {
        matches!(self, Self::Basic | Self::Post)
    }
}

/// The public keys of an app that proves itself by one.
#[derive(Debug, Clone, PartialEq)]
pub enum Keys {
    /// A JWK set, as it was given.
    Given(Value),
    /// A JWK set at this address.
    At(String),
}

/// An app.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its client_id.
    pub id: String,
    /// What it calls itself; cut and stripped when it was registered.
    pub name: String,
    /// Where answers may go: exact strings.
    pub redirect_uris: Vec<String>,
    /// What it may ask for; none: everything.
    pub scope: Option<GrantScope>,
    /// `authorization_code`, `refresh_token`.
    pub grant_types: Vec<String>,
    /// How it shows who it is.
    pub auth_method: AuthMethod,
    /// SHA-256 of its secret.
    pub secret_hash: Option<Vec<u8>>,
    /// Its public keys.
    pub keys: Option<Keys>,
    /// `underscore`: the form of tool names that its chat needs.
    pub tool_names: Option<String>,
    /// The owner who registered it; none for one that registered itself.
    pub registered_by: Option<String>,
}

impl Client {
    /// Whether it registered for this grant type.
    pub fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.iter().any(|registered| registered == grant_type)
    }

    /// The host of its document, if it is named by one.
    pub fn published_at(&self) -> Option<String> {
        is_address(&self.id).then(|| redirect_uri::host(&self.id))
    }

    /// What it may ask for: what it registered, and to stay connected only if it can refresh.
    pub fn ceiling(&self) -> GrantScope {
        let scope = self.scope.unwrap_or(GrantScope::all());
        GrantScope { offline: self.may_use("refresh_token"), ..scope }
    }

    /// Whether consent may be remembered for answers that go there: never for an app that anybody can pose as.
    pub fn can_be_remembered(&self, to: &str) -> bool {
        self.auth_method != AuthMethod::None && to.starts_with("https://") && !redirect_uri::is_loopback(to)
    }
}

/// Whether a client_id is the address of a document; registered apps have other ones.
pub fn is_address(id: &str) -> bool {
    id.contains("://")
}

/// A name as an app gave it, safe to show: no control or direction marks, one line, not long.
pub fn presentable(name: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
    };
    let shown: String = name.chars().filter(|&c| !hidden(c)).take(60).collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    if shown.is_empty() { "An app without a name".to_owned() } else { shown }
}

/// Chats whose connectors refuse tool names with a dot get the other form, known by where their answers go.
pub fn tool_names_for(redirect_uris: &[String]) -> Option<&'static str> {
    let picky = |uri: &String| {
        let host = redirect_uri::host(uri);
        uri.starts_with("cursor:")
            || ["claude.ai", "claude.com", "chatgpt.com"]
                .iter()
                .any(|known| host == *known || host.ends_with(&format!(".{known}")))
    };
    redirect_uris.iter().any(picky).then_some("underscore")
}
