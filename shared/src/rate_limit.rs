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
    rings: Mutex<Rings>,
}

type Rings = HashMap<String, VecDeque<i64>>;

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
        Self::take_all([(self, key)], now).map(|[standing]| standing).map_err(|[standing]| standing)
    }

    /// Counts a call under several limits; or under none, if one of them refuses it. They are locked in their order
    /// here, so callers that share limits name them in the same one.
    pub fn take_all<const N: usize>(
        limits: [(&Self, &str); N],
        now: Timestamp,
    ) -> Result<[Standing; N], [Standing; N]> {
        let now = now.micros();
        let mut locked = limits.map(|(limit, key)| {
            let rings = limit.rings.lock().unwrap_or_else(PoisonError::into_inner);
            (limit, key, rings)
        });
        let rings = locked.each_mut().map(|(limit, key, rings)| (*limit, limit.ring(rings, key, now)));
        let admitted = rings.iter().all(|(limit, ring)| ring.len() < limit.quota);
        let standings = rings.map(|(limit, ring)| {
            if admitted {
                ring.push_back(now);
            }
            limit.standing(ring, now)
        });
        if admitted { Ok(standings) } else { Err(standings) }
    }

    /// The calls under this key that are still in the window.
    fn ring<'a>(&self, rings: &'a mut Rings, key: &str, now: i64) -> &'a mut VecDeque<i64> {
        let window = self.window();
        if rings.len() > 10_000 {
            // Credentials that fell silent leave nothing behind.
            rings.retain(|_, ring| ring.back().is_some_and(|&last| last + window > now));
        }
        let ring = rings.entry(key.to_owned()).or_default();
        while ring.front().is_some_and(|&first| first + window <= now) {
            ring.pop_front();
        }
        ring
    }

    fn standing(&self, ring: &VecDeque<i64>, now: i64) -> Standing {
        let until = ring.front().map_or(0, |&first| first + self.window() - now);
        Standing {
            remaining: self.quota - ring.len(),
            // Rounded up: a caller that waits so long is let in.
            reset_seconds: (until + 999_999) / 1_000_000,
        }
    }

    fn window(&self) -> i64 {
        self.window.num_microseconds().unwrap_or(i64::MAX)
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
    #[test]
    fn what_one_limit_refuses_counts_under_no_other() {
        let (wide, narrow) =
            (RateLimit::new(3, Duration::seconds(60)), RateLimit::new(1, Duration::seconds(60)));
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let take = |key: &str, seconds| RateLimit::take_all([(&wide, key), (&narrow, "all")], at(seconds));
        let standing = |remaining, reset_seconds| Standing { remaining, reset_seconds };
        assert_eq!(take("a", 0), Ok([standing(2, 60), standing(0, 60)]));
        for _ in 0..5 {
            assert_eq!(take("a", 10), Err([standing(2, 50), standing(0, 50)]));
            assert_eq!(take("b", 10), Err([standing(3, 0), standing(0, 50)]));
        }
        assert_eq!(take("a", 60), Ok([standing(2, 60), standing(0, 60)]));
    }
}
