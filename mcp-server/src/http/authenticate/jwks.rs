//! The authorization server's keys: fetched from one configured URL, never from anything in a token.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use anyhow::Context;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::header::CACHE_CONTROL;

/// Keys are read anew after so long at most, or sooner if the answer says so.
const FRESH: Duration = Duration::from_secs(300);
/// For an unknown key id the set is fetched again, but never more often than this.
const COOL_DOWN: Duration = Duration::from_secs(10);
/// Before the first set has arrived, it is asked for this often.
const IMPATIENT: Duration = Duration::from_secs(1);
const LARGEST_SET: usize = 256 * 1024;

/// The key set, as it was last fetched. Stale keys serve on while the authorization server is down.
pub struct Jwks {
    url: String,
    client: reqwest::Client,
    keys: RwLock<Option<Arc<JwkSet>>>,
    timing: Mutex<Timing>,
    fetching: tokio::sync::Mutex<()>,
}

struct Timing {
    fresh_until: Instant,
    last_try: Option<Instant>,
}

impl Jwks {
    /// Keys from this URL; nothing is fetched yet.
    pub fn new(url: String) -> anyhow::Result<Self> {
        // Whoever was first has installed the same provider.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("the client that fetches keys could not be made")?;
        let timing = Mutex::new(Timing { fresh_until: Instant::now(), last_try: None });
        Ok(Self { url, client, keys: RwLock::default(), timing, fetching: tokio::sync::Mutex::default() })
    }

    /// The set, if one has arrived.
    pub fn current(&self) -> Option<Arc<JwkSet>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the set when it is due.
    pub async fn keep_fresh(&self) {
        let due = {
            let timing = self.timing.lock().unwrap_or_else(PoisonError::into_inner);
            let wait = if self.current().is_some() { COOL_DOWN } else { IMPATIENT };
            let rested = timing.last_try.is_none_or(|last| last.elapsed() >= wait);
            rested && timing.fresh_until <= Instant::now()
        };
        if due {
            let _one_at_a_time = self.fetching.lock().await;
            self.fetch().await;
        }
    }

    /// The set; while the first one is on its way, waits for it rather than turn a good token away.
    pub async fn arrived(&self) -> Option<Arc<JwkSet>> {
        if let Some(set) = self.current() {
            return Some(set);
        }
        let _until_fetched = self.fetching.lock().await;
        self.current()
    }

    /// The key of this id; for an unknown one the set is fetched again, at most once in the cool-down.
    pub async fn key(&self, kid: &str) -> Option<Jwk> {
        let find = || self.current().and_then(|set| set.find(kid).cloned());
        if let Some(key) = find() {
            return Some(key);
        }
        let _one_at_a_time = self.fetching.lock().await;
        let rested = {
            let timing = self.timing.lock().unwrap_or_else(PoisonError::into_inner);
            timing.last_try.is_none_or(|last| last.elapsed() >= COOL_DOWN)
        };
        if rested {
            self.fetch().await;
        }
        find()
    }

    async fn fetch(&self) {
        self.timing.lock().unwrap_or_else(PoisonError::into_inner).last_try = Some(Instant::now());
        match self.fetched().await {
            Ok((set, fresh)) => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(set));
                self.timing.lock().unwrap_or_else(PoisonError::into_inner).fresh_until =
                    Instant::now() + fresh;
            }
            Err(error) => {
                // The chain as text: Debug would add a backtrace.
                tracing::warn!(
                    url = self.url,
                    cause = format!("{error:#}"),
                    "the signing keys could not be fetched"
                )
            }
        }
    }

    async fn fetched(&self) -> anyhow::Result<(JwkSet, Duration)> {
        let response = self.client.get(&self.url).send().await?.error_for_status()?;
        let age =
            response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).and_then(max_age);
        let body = response.bytes().await?;
        anyhow::ensure!(body.len() <= LARGEST_SET, "the key set is over {LARGEST_SET} bytes");
        Ok((serde_json::from_slice(&body)?, age.unwrap_or(FRESH).min(FRESH)))
    }
}

fn max_age(cache_control: &str) -> Option<Duration> {
    let seconds =
        cache_control.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok())?;
    Some(Duration::from_secs(seconds))
}
