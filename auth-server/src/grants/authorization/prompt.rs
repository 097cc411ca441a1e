//! `prompt` and `max_age`.

use chrono::Duration;
use shared::timestamp::Timestamp;

use super::{Params, Refused};

/// How the person is to be asked (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, Default)]
pub struct Prompt {
    /// Even if what is asked for was allowed before.
    pub consent: bool,
    /// The password is to be no older than this many seconds when the request comes; 0 for `login`.
    pub max_age: Option<i64>,
}

impl Prompt {
    pub(super) fn read(params: &Params) -> Result<Self, Refused> {
        let words: Vec<&str> = params.get("prompt").unwrap_or_default().split_ascii_whitespace().collect();
        let has = |word: &str| words.contains(&word);
        if has("none") && words.len() > 1 {
            return Err(("invalid_request", "`prompt=none` stands alone."));
        }
        let max_age = params.get("max_age").map(str::parse::<i64>).transpose();
        let max_age = max_age.ok().filter(|age| age.is_none_or(|age| age >= 0));
        let max_age = max_age.ok_or(("invalid_request", "`max_age` must be a number of seconds."))?;
        Ok(Self {
            consent: has("consent") || has("select_account"),
            max_age: if has("login") { Some(0) } else { max_age },
        })
    }

    /// Whether a password given at `proved_at` is too old for a request that came at `asked_at`.
    pub fn wants_password(&self, proved_at: Timestamp, asked_at: Timestamp) -> bool {
        self.max_age.is_some_and(|age| proved_at < asked_at - Duration::seconds(age.min(1_000_000_000)))
    }
}
