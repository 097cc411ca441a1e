//! JSON that apps publish about themselves, read on a stranger's word: fetched with care, kept as long as it says
//! within bounds, and once for all who ask at the same time. Where a document that was read before cannot be read now, the
//! old one goes on counting for a while: no stranger, and no pause of its site, disconnects an app.

mod fetch;
mod guard;
mod quota;

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use serde_json::Value;
use shared::timestamp::Timestamp;
use url::Url;

use self::{fetch::Fetcher, quota::Quota};
use crate::security::document_url;

/// A document comes within this, or not at all.
const PATIENCE: Duration = Duration::from_secs(5);
/// A document that is thought too old, or that could not be read anew, is asked for again after this.
const REST: chrono::Duration = chrono::Duration::minutes(1);
/// A document that cannot be read anew counts for so long after it was read.
const STALE: chrono::Duration = chrono::Duration::days(1);

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// For the audit log.
    pub code: &'static str,
    /// In a sentence that goes on from "… cannot be used: ".
    pub why: String,
    /// Whether it may be readable in a moment: its server is slow or away, or Zoop is asked for too many.
    pub passing: bool,
}

impl Unreadable {
    /// With this reason, which stays until its maker mends it.
    pub fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into(), passing: false }
    }

    /// With this reason, which may be gone in a moment.
    pub fn passing(code: &'static str, why: impl Into<String>) -> Self {
        Self { passing: true, ..Self::new(code, why) }
    }
}

/// Documents that were read lately.
pub struct Documents {
    fetcher: Fetcher,
    local: bool,
    known: Cache<String, Known>,
    quota: Quota,
}

#[derive(Clone)]
struct Known {
    outcome: Result<Arc<Value>, Unreadable>,
    fetched_at: Timestamp,
    fresh_until: Timestamp,
}

impl Documents {
    /// None yet. `local` is for developers: http and loopback are let through.
    pub fn new(local: bool) -> anyhow::Result<Self> {
        Ok(Self {
            fetcher: Fetcher::new(local, PATIENCE)?,
            local,
            known: Cache::new(1000),
            quota: Quota::default(),
        })
    }

    /// The document at this address, as it was read lately or is now. `source` is who wants to know.
    pub async fn get(&self, address: &str, source: &str, now: Timestamp) -> Result<Arc<Value>, Unreadable> {
        self.look_up(address, source, now, |known| known.fresh_until <= now).await
    }

    /// The same, but not as it was read a minute ago or longer: something is missing in it.
    pub async fn get_anew(
        &self,
        address: &str,
        source: &str,
        now: Timestamp,
    ) -> Result<Arc<Value>, Unreadable> {
        let is_old = |known: &Known| known.fresh_until <= now || known.fetched_at + REST <= now;
        self.look_up(address, source, now, is_old).await
    }

    /// Forgets a document that turned out to be of no use: its maker mends it and tries again.
    pub async fn forget(&self, address: &str) {
        self.known.invalidate(address).await;
    }

    async fn look_up(
        &self,
        address: &str,
        source: &str,
        now: Timestamp,
        is_old: impl FnMut(&Known) -> bool + Send,
    ) -> Result<Arc<Value>, Unreadable> {
        if let Some(why) = document_url::objection(address, self.local) {
            return Err(Unreadable::new(
                "document_address",
                format!("its address is not taken, since {why}"),
            ));
        }
        let read = self.read(address, source, now);
        let outcome =
            self.known.entry_by_ref(address).or_insert_with_if(read, is_old).await.into_value().outcome;
        if outcome.is_err() {
            // What cannot be read takes no place from what can.
            self.forget(address).await;
        }
        outcome
    }

    /// Reads it now. What cannot be read is not kept: it is old at once.
    async fn read(&self, address: &str, source: &str, now: Timestamp) -> Known {
        let before = self.known.get(address).await.filter(|known| known.outcome.is_ok());
        match self.fetched(address, source, before.is_some(), now).await {
            Ok((document, life)) => {
                Known { outcome: Ok(Arc::new(document)), fetched_at: now, fresh_until: now + life }
            }
            Err(unreadable) => {
                match before.filter(|known| unreadable.passing && now < known.fetched_at + STALE) {
                    Some(before) => Known { fresh_until: now + REST, ..before },
                    None => Known { outcome: Err(unreadable), fetched_at: now, fresh_until: now },
                }
            }
        }
    }

    async fn fetched(
        &self,
        address: &str,
        source: &str,
        is_known: bool,
        now: Timestamp,
    ) -> Result<(Value, chrono::Duration), Unreadable> {
        let host = Url::parse(address).ok().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let place = match is_known {
            true => self.quota.for_known(),
            false => self.quota.for_new(source, &host, now),
        };
        let _place = place.ok_or_else(|| {
            Unreadable::passing(
                "document_busy",
                "Zoop is asked for too many at the moment; try again in a minute",
            )
        })?;
        self.fetcher.fetch(address).await
    }
}
