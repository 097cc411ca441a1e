//! Apps that ask people for access.

use serde_json::Value;

use super::{grant_scope::GrantScope, tool_names::ToolNames};
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
    /// The form of tool names that its chat needs.
    pub tool_names: Option<ToolNames>,
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
        self.auth_method != AuthMethod::None
            && to.starts_with("https://")
            && !redirect_uri::is_this_computer(to)
    }
}

/// Whether a client_id is the address of a document; registered apps have other ones.
pub fn is_address(id: &str) -> bool {
    id.contains("://")
}

/// A name as an app gave it, safe to show: no control or direction marks, nothing invisible, one line, not long. Of an
/// app that gave none, words in its place; none for a name of which nothing is to be seen.
pub fn presentable(name: &str) -> Option<String> {
    let shown: String = name.chars().filter(|&c| !is_hidden(c)).take(60).collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    match shown.is_empty() {
        true if name.trim().is_empty() => Some("An app without a name".to_owned()),
        true => None,
        false => Some(shown),
    }
}

/// Whether a character shows nothing, or changes how others are shown: Unicode's Default_Ignorable_Code_Point, the
/// direction marks, and the fillers and blanks that are drawn empty.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::presentable;

    #[test]
    fn a_name_can_be_seen() {
        for (given, shown) in [
            ("  Field \n Sync\u{202e} ", Some("Field Sync")),
            ("Fi\u{ad}eld\u{3164}", Some("Field")),
            ("現場\u{fe0f}", Some("現場")),
            ("", Some("An app without a name")),
            (" ", Some("An app without a name")),
            ("\u{3164}", None),
            ("\u{2800}\u{2800}", None),
            ("\u{ad} \u{200b}\u{2060}", None),
            ("\u{0}", None),
        ] {
            assert_eq!(presentable(given).as_deref(), shown, "{given:?}");
        }
    }
}
