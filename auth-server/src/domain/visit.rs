//! A signed-in browser: who, since when, from where.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use shared::timestamp::Timestamp;

/// How long a proof of the password lets its owner make keys.
const RECENT: Duration = Duration::minutes(15);
/// However busy a session is, it ends after this.
const LONGEST: Duration = Duration::days(90);

/// What a session knows of the person signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Who.
    pub user_id: String,
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// When they last gave their password.
    pub proved_at: Timestamp,
    /// The company whose settings they look at.
    pub tenant_id: Option<String>,
    /// "Firefox on Linux".
    pub device: String,
    /// The address they signed in from.
    pub source: String,
}

impl Visit {
    /// Whether the session may go on.
    pub fn lives(&self, now: Timestamp) -> bool {
        now < self.signed_in_at + LONGEST
    }

    /// Whether the password was given recently enough to make a key.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now < self.proved_at + RECENT
    }
}

/// Names a browser in a person's words; nothing depends on it.
pub fn device(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|&(_, name)| name)
    };
    let browser = find(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "A browser".to_owned(),
    }
}
