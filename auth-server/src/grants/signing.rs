//! The keys that sign: made when there are none, published before they sign, kept until their last token has ended.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context;
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::{db::Db, error::Error, id::Ids, random::Random, scope::Access, timestamp::Timestamp};

use super::fault::bug;
use crate::{
    security::{
        jwt::{Algorithm, SigningKey},
        seal::Seal,
    },
    store::signing_keys::{self, SealedKey},
};

/// A key signs for so long.
const TERM: Duration = Duration::days(90);
/// Its successor is published so long before it signs: longer than any cache keeps a JWKS.
const NOTICE: Duration = Duration::hours(1);
/// A key stays published for so long after its successor signs: longer than any access token lives.
const AFTERLIFE: Duration = Duration::hours(25);

/// The keys as this replica knows them.
pub struct Signing {
    algorithm: Algorithm,
    seal: Seal,
    keys: RwLock<Vec<(Timestamp, Arc<SigningKey>)>>,
}

impl Signing {
    /// No keys yet: see [`Signing::refresh`].
    pub fn new(algorithm: Algorithm, secret: &SecretString) -> anyhow::Result<Self> {
        let seal = Seal::new(secret.expose_secret().as_bytes(), "signing keys")?;
        Ok(Self { algorithm, seal, keys: RwLock::default() })
    }

    /// Reads the keys; makes one if none signs with the configured algorithm or the one that does has served its
    /// term, and drops those that no living token names. Safe with many replicas.
    pub async fn refresh(&self, db: &Db, ids: &Ids, random: &Random, now: Timestamp) -> anyhow::Result<()> {
        let mut stored = signing_keys::all(db).await?;
        if self.needs_key(&stored, now).is_some() || !dead(&stored, now).is_empty() {
            let mut tx = db.begin(Access::Write).await?;
            stored = signing_keys::all_locked(&mut tx).await?;
            for id in dead(&stored, now) {
                signing_keys::delete(&mut tx, &id).await?;
                stored.retain(|key| key.id != id);
            }
            if let Some(activates_at) = self.needs_key(&stored, now) {
                let key = self.make(ids, random, activates_at).await?;
                signing_keys::insert(&mut tx, &key, now).await?;
                stored.push(key);
            }
            tx.commit().await?;
        }
        let keys = stored.iter().map(|key| Ok((key.activates_at, Arc::new(self.open(key)?))));
        let keys = keys.collect::<anyhow::Result<Vec<_>>>()?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// When a new key is to sign: at once if there is none, after its notice if the last one's term is over.
    fn needs_key(&self, stored: &[SealedKey], now: Timestamp) -> Option<Timestamp> {
        match stored.last() {
            None => Some(now),
            Some(last) if last.algorithm != self.algorithm.as_str() => Some(now + NOTICE),
            Some(last) if last.activates_at + TERM <= now => Some(now + NOTICE),
            Some(_) => None,
        }
    }

    async fn make(&self, ids: &Ids, random: &Random, activates_at: Timestamp) -> anyhow::Result<SealedKey> {
        let (algorithm, random, id) = (self.algorithm, random.clone(), ids.next("sig"));
        let seed = random.clone();
        let pkcs8 = tokio::task::spawn_blocking(move || algorithm.generate(&seed)).await??;
        let sealed = self.seal.close(&pkcs8, &id, &random)?;
        Ok(SealedKey { id, algorithm: algorithm.as_str().to_owned(), sealed, activates_at })
    }

    fn open(&self, key: &SealedKey) -> anyhow::Result<SigningKey> {
        let algorithm =
            Algorithm::parse(&key.algorithm).context("a signing key of an unknown algorithm is stored")?;
        let pkcs8 = self.seal.open(&key.sealed, &key.id).context(
            "the signing keys in the database cannot be read with this --key-secret: give the secret that they were made under",
        )?;
        SigningKey::read(key.id.clone(), algorithm, &pkcs8)
    }

    /// The key that signs now.
    pub fn current(&self, now: Timestamp) -> Result<Arc<SigningKey>, Error> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let active = keys.iter().rev().find(|(activates_at, _)| *activates_at <= now);
        active.or(keys.first()).map(|(_, key)| key.clone()).ok_or_else(|| bug("no signing key"))
    }

    /// The public halves of all keys that sign, will sign, or have signed a token that may live.
    pub fn published(&self) -> Vec<Value> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().rev().map(|(_, key)| key.jwk()).collect()
    }
}

/// The keys whose successor has signed for longer than any token lives.
fn dead(stored: &[SealedKey], now: Timestamp) -> Vec<String> {
    let pairs = stored.iter().zip(stored.iter().skip(1));
    pairs.filter(|(_, next)| next.activates_at + AFTERLIFE <= now).map(|(key, _)| key.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_followed_in_time_and_outlives_its_tokens() {
        let signing = Signing::new(Algorithm::Es256, &"s".repeat(32).into()).unwrap();
        let at = |hours: i64| Timestamp::from_micros(0) + Duration::hours(hours);
        let key = |id: &str, algorithm: &str, hours| SealedKey {
            id: id.into(),
            algorithm: algorithm.into(),
            sealed: vec![],
            activates_at: at(hours),
        };
        assert_eq!(signing.needs_key(&[], at(5)), Some(at(5)));
        assert_eq!(signing.needs_key(&[key("a", "ES256", 0)], at(5)), None);
        assert_eq!(signing.needs_key(&[key("a", "RS256", 0)], at(5)), Some(at(6)));
        assert_eq!(signing.needs_key(&[key("a", "ES256", 0)], at(90 * 24)), Some(at(90 * 24 + 1)));
        let two = [key("a", "ES256", 0), key("b", "ES256", 100)];
        assert!(dead(&two, at(124)).is_empty());
        assert_eq!(dead(&two, at(125)), ["a"]);
    }
}
