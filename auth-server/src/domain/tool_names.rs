//! The two forms of tool names.

use crate::security::redirect_uri;

/// How an app sees the names of tools. Calls by either form are taken, whichever it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolNames {
    /// `customers.search`
    Dot,
    /// `customers_search`
    Underscore,
}

impl ToolNames {
    /// The word for it in tokens, forms and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dot => "dot",
            Self::Underscore => "underscore",
        }
    }

    /// The form with this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Dot, Self::Underscore].into_iter().find(|names| names.as_str() == word)
    }

    /// Chats whose connectors refuse tool names with a dot get the other form, known by where their answers go.
    pub fn needed_at(redirect_uris: &[String]) -> Option<Self> {
        let picky = |uri: &String| {
            let host = redirect_uri::host(uri);
            uri.starts_with("cursor:")
                || ["claude.ai", "claude.com", "chatgpt.com"]
                    .iter()
                    .any(|known| host == *known || host.ends_with(&format!(".{known}")))
        };
        redirect_uris.iter().any(picky).then_some(Self::Underscore)
    }
}
