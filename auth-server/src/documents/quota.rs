//! How many documents are fetched: nobody's site is flooded by way of this server, and nobody takes every place.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use shared::{rate_limit::RateLimit, timestamp::Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many new documents are fetched at once, for all who ask.
const NEW_AT_ONCE: usize = 64;
/// So many for one source.
const BY_SOURCE_AT_ONCE: usize = 4;
/// So many known documents are read anew at once: strangers do not take these places.
const KNOWN_AT_ONCE: usize = 32;
/// So many new documents are fetched in a minute for one source, and from one host.
const BY_SOURCE: usize = 30;
const BY_HOST: usize = 60;

/// What was fetched lately, and is being fetched.
pub struct Quota {
    sources: RateLimit,
    hosts: RateLimit,
    at_work: Cache<String, Arc<Semaphore>>,
    new: Arc<Semaphore>,
    known: Arc<Semaphore>,
}

impl Default for Quota {
    fn default() -> Self {
        let limit = |quota| RateLimit::new(quota, chrono::Duration::minutes(1));
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            sources: limit(BY_SOURCE),
            hosts: limit(BY_HOST),
            // Longer than any fetch takes: a source that is at work is not forgotten.
            at_work: Cache::builder().max_capacity(10_000).time_to_idle(Duration::from_secs(60)).build(),
            new: places(NEW_AT_ONCE),
            known: places(KNOWN_AT_ONCE),
        }
    }
}

/// A fetch may go on while this is held.
pub struct Place(#[expect(dead_code, reason = "held, not read")] Vec<OwnedSemaphorePermit>);

impl Quota {
    /// A place for a document that is not known yet.
    pub fn for_new(&self, source: &str, host: &str, now: Timestamp) -> Option<Place> {
        let own = self.at_work.get_with_by_ref(source, || Arc::new(Semaphore::new(BY_SOURCE_AT_ONCE)));
        let places = vec![own.try_acquire_owned().ok()?, self.new.clone().try_acquire_owned().ok()?];
        RateLimit::take_all([(&self.sources, source), (&self.hosts, host)], now).ok()?;
        Some(Place(places))
    }

    /// A place for one that is read anew. That happens once a minute at most for each, so nothing else bounds it.
    pub fn for_known(&self) -> Option<Place> {
        Some(Place(vec![self.known.clone().try_acquire_owned().ok()?]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_takes_its_own_share_and_no_other() {
        let (quota, now) = (Quota::default(), Timestamp::from_micros(0));
        let held: Vec<Place> = (0..BY_SOURCE_AT_ONCE).map_while(|_| quota.for_new("a", "h", now)).collect();
        assert_eq!(held.len(), BY_SOURCE_AT_ONCE);
        assert!(quota.for_new("a", "other", now).is_none(), "its places are taken");
        assert!(quota.for_new("b", "h", now).is_some(), "another source has its own");
        drop(held);
        let more = (0..100).map_while(|_| quota.for_new("a", "h", now)).count();
        assert_eq!(more, BY_SOURCE - BY_SOURCE_AT_ONCE, "in a minute");
        assert!(quota.for_new("b", "h", now).is_some(), "the host's share is larger than one source's");
    }

    #[test]
    fn strangers_leave_places_to_known_documents() {
        let (quota, now) = (Quota::default(), Timestamp::from_micros(0));
        let ask = |n: usize| quota.for_new(&format!("s{n}"), &format!("h{n}"), now);
        let held: Vec<Place> = (0..NEW_AT_ONCE).map_while(ask).collect();
        assert_eq!(held.len(), NEW_AT_ONCE);
        assert!(ask(NEW_AT_ONCE).is_none());
        assert!(quota.for_known().is_some());
    }
}
