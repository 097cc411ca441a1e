//! JSON that apps publish about themselves, read on a stranger's word: fetched with care, kept as long as it says
//! within bounds, and once for all who ask at the same time.

mod fetch;
mod guard;

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use serde_json::Value;
use shared::{rate_limit::RateLimit, timestamp::Timestamp};
use tokio::sync::Semaphore;
use url::Url;

use self::fetch::Fetcher;
use crate::security::document_url;

/// A document comes within this, or not at all.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many are fetched at once.
const AT_ONCE: usize = 32;
/// So many requests go to one host in a minute: nobody's site is flooded by way of this server.
const BY_HOST: usize = 60;
/// A document that is thought too old may be fetched anew after this.
const REST: chrono::Duration = chrono::Duration::minutes(1);

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// For the audit log.
    pub code: &'static str,
    /// In a sentence that goes on from "… cannot be used: ".
    pub why: String,
}

impl Unreadable {
    /// With this reason.
    pub fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }
}

/// Documents that were read lately.
pub struct Documents {
    fetcher: Fetcher,
    local: bool,
    known: Cache<String, Known>,
    places: Semaphore,
    hosts: RateLimit,
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
            places: Semaphore::new(AT_ONCE),
            hosts: RateLimit::new(BY_HOST, chrono::Duration::minutes(1)),
        })
    }

    /// The document at this address, as it was read lately or is now.
    pub async fn get(&self, address: &str, now: Timestamp) -> Result<Arc<Value>, Unreadable> {
        self.look_up(address, now, |known| known.fresh_until <= now).await
    }

    /// The same, but not as it was read a minute ago or longer: something is missing in it.
    pub async fn get_anew(&self, address: &str, now: Timestamp) -> Result<Arc<Value>, Unreadable> {
        self.look_up(address, now, |known| known.fresh_until <= now || known.fetched_at + REST <= now).await
    }

    /// Forgets a document that turned out to be of no use: its maker mends it and tries again.
    pub async fn forget(&self, address: &str) {
        self.known.invalidate(address).await;
    }

    async fn look_up(
        &self,
        address: &str,
        now: Timestamp,
        is_old: impl FnMut(&Known) -> bool + Send,
    ) -> Result<Arc<Value>, Unreadable> {
        if let Some(why) = document_url::objection(address, self.local) {
            return Err(Unreadable::new(
                "document_address",
                format!("its address is not taken, since {why}"),
            ));
        }
        let entry = self.known.entry_by_ref(address).or_insert_with_if(self.read(address, now), is_old).await;
        entry.into_value().outcome
    }

    /// What cannot be read is not kept: it is old at once.
    async fn read(&self, address: &str, now: Timestamp) -> Known {
        let (outcome, fresh_until) = match self.fetched(address, now).await {
            Ok((document, life)) => (Ok(Arc::new(document)), now + life),
            Err(unreadable) => (Err(unreadable), now),
        };
        Known { outcome, fetched_at: now, fresh_until }
    }

    async fn fetched(&self, address: &str, now: Timestamp) -> Result<(Value, chrono::Duration), Unreadable> {
        let busy = || {
            Unreadable::new(
                "document_busy",
                "Zoop is asked for too many at the moment; try again in a minute",
            )
        };
        let host = Url::parse(address).ok().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        self.hosts.take(&host, now).map_err(|_| busy())?;
        let _place = self.places.try_acquire().map_err(|_| busy())?;
        self.fetcher.fetch(address).await
    }
}
