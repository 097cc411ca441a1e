//! Limits over a sliding window: a ring of timestamps for each credential and tenant.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use chrono::Duration;

use crate::timestamp::Timestamp;

/// How many calls in how long, counted by key.
pub struct RateLimit {
    quota: usize,
    window: Duration,
    rings: Mutex<HashMap<String, VecDeque<i64>>>,
}

/// What a call left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Calls left in the window; 0 may still be a call that was let in.
    pub remaining: usize,
    /// Seconds until the oldest call leaves the window.
    pub reset_seconds: i64,
}

impl RateLimit {
    /// At most `quota` calls in any `window`.
    pub fn new(quota: usize, window: Duration) -> Self {
        Self { quota, window, rings: Mutex::default() }
    }

    /// The quota.
    pub fn quota(&self) -> usize {
        self.quota
    }

    /// Counts a call at this time, or refuses it; a refused call is not counted.
    pub fn take(&self, key: &str, now: Timestamp) -> Result<Standing, Standing> {
        let (now, window) = (now.micros(), self.window.num_microseconds().unwrap_or(i64::MAX));
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        if rings.len() > 10_000 {
            // Credentials that fell silent leave nothing behind.
            rings.retain(|_, ring| ring.back().is_some_and(|&last| last + window > now));
        }
        let ring = match rings.get_mut(key) {
            Some(ring) => ring,
            None => rings.entry(key.to_owned()).or_default(),
        };
        while ring.front().is_some_and(|&first| first + window <= now) {
            ring.pop_front();
        }
        let admitted = ring.len() < self.quota;
        if admitted {
            ring.push_back(now);
        }
        let until = ring.front().map_or(0, |&first| first + window - now);
        let standing = Standing {
            remaining: self.quota - ring.len(),
            // Rounded up: a caller that waits so long is let in.
            reset_seconds: (until + 999_999) / 1_000_000,
        };
        if admitted { Ok(standing) } else { Err(standing) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let limit = RateLimit::new(2, Duration::seconds(60));
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(limit.take("k", at(0)), Ok(Standing { remaining: 1, reset_seconds: 60 }));
        assert_eq!(limit.take("k", at(30)), Ok(Standing { remaining: 0, reset_seconds: 30 }));
        assert_eq!(limit.take("k", at(59)), Err(Standing { remaining: 0, reset_seconds: 1 }));
        assert!(limit.take("other", at(59)).is_ok());
        assert!(limit.take("k", at(60)).is_ok(), "the first call has left the window");
        assert!(limit.take("k", at(61)).is_err(), "the second one has not");
    }
}
