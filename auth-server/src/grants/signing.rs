//! The keys that sign. What the database holds is what counts, on every replica at once: a key is made when there is
//! none, published before it signs, kept until its last token has ended, and gone at once when it is revoked.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::Context;
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use shared::{
    caller::Actor,
    db::{Db, Tx},
    error::Error,
    revocations::{self, Revoked},
    scope::Access,
    timestamp::Timestamp,
};

use super::fault::bug;
use crate::{
    app::App,
    security::{
        jwt::{Algorithm, SigningKey},
        seal::Seal,
    },
    store::{
        audit,
        signing_keys::{self, SealedKey},
    },
};

/// A key's successor is published so long before it signs: longer than any cache keeps a JWKS.
const NOTICE: Duration = Duration::hours(1);
/// A key stays published for so long after its successor signs: longer than any access token lives.
const AFTERLIFE: Duration = Duration::hours(25);

/// What opens the keys, and those that were opened: parsing one costs more than signing.
pub struct Signing {
    algorithm: Algorithm,
    term: Duration,
    seal: Seal,
    opened: RwLock<BTreeMap<String, Arc<SigningKey>>>,
}

/// A key, and from when on it signs.
type Dated = (Timestamp, Arc<SigningKey>);

impl Signing {
    /// Keys kept under this secret; new ones are of this algorithm and sign for this term.
    pub fn new(algorithm: Algorithm, term: Duration, secret: &SecretString) -> anyhow::Result<Self> {
        let seal = Seal::new(secret.expose_secret().as_bytes(), "signing keys")?;
        Ok(Self { algorithm, term, seal, opened: RwLock::default() })
    }

    /// The key that signs now. The transaction's own view counts: no token bears the name of a key that is revoked.
    pub async fn current(&self, tx: &mut Tx, now: Timestamp) -> Result<Arc<SigningKey>, Error> {
        let keys = self.open(&signing_keys::all_in(tx).await?).map_err(Error::internal)?;
        let active = keys.iter().rev().find(|(activates_at, _)| *activates_at <= now);
        active.or(keys.first()).map(|(_, key)| key.clone()).ok_or_else(|| bug("no signing key"))
    }

    /// The public halves of all keys that sign, will sign, or have signed a token that may live.
    pub async fn published(&self, db: &Db) -> Result<Vec<Value>, Error> {
        let keys = self.open(&signing_keys::all(db).await?).map_err(Error::internal)?;
        Ok(keys.iter().rev().map(|(_, key)| key.jwk()).collect())
    }

    /// The same, in the view of a transaction.
    pub async fn published_in(&self, tx: &mut Tx) -> Result<Vec<Value>, Error> {
        let keys = self.open(&signing_keys::all_in(tx).await?).map_err(Error::internal)?;
        Ok(keys.iter().rev().map(|(_, key)| key.jwk()).collect())
    }

    /// These keys, ready to sign. Others that were opened before are forgotten.
    fn open(&self, stored: &[SealedKey]) -> anyhow::Result<Vec<Dated>> {
        let known = self.opened.read().unwrap_or_else(PoisonError::into_inner).clone();
        let keys = stored.iter().map(|sealed| {
            let key = match known.get(&sealed.id) {
                Some(key) => key.clone(),
                None => Arc::new(self.unseal(sealed)?),
            };
            Ok((sealed.activates_at, key))
        });
        let keys = keys.collect::<anyhow::Result<Vec<Dated>>>()?;
        if keys.len() != known.len() || keys.iter().any(|(_, key)| !known.contains_key(&key.id)) {
            *self.opened.write().unwrap_or_else(PoisonError::into_inner) =
                keys.iter().map(|(_, key)| (key.id.clone(), key.clone())).collect();
        }
        Ok(keys)
    }

    fn unseal(&self, key: &SealedKey) -> anyhow::Result<SigningKey> {
        let algorithm =
            Algorithm::parse(&key.algorithm).context("a signing key of an unknown algorithm is stored")?;
        let pkcs8 = self.seal.open(&key.sealed, &key.id).context(
            "the signing keys in the database cannot be read with this --key-secret: give the secret that they were made under",
        )?;
        SigningKey::read(key.id.clone(), algorithm, &pkcs8)
    }

    /// When a new key is to sign: at once if there is none, after its notice if the last one's term is over or another
    /// algorithm was chosen.
    fn needs_key(&self, stored: &[SealedKey], now: Timestamp) -> Option<Timestamp> {
        match stored.last() {
            None => Some(now),
            // One at a time: replicas that are set up differently do not outdo each other.
            Some(last) if last.activates_at > now => None,
            Some(last) if last.algorithm != self.algorithm.as_str() => Some(now + NOTICE),
            Some(last) if last.activates_at + self.term <= now => Some(now + NOTICE),
            Some(_) => None,
        }
    }
}

/// Makes a key if none signs with the configured algorithm or the one that does has served its term, and drops those
/// that no living token names. Safe with many replicas.
pub async fn look_after(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut stored = signing_keys::all(&app.db).await?;
    if app.signing.needs_key(&stored, now).is_some() || !dead(&stored, now).is_empty() {
        let mut tx = app.db.begin(Access::Write).await?;
        stored = signing_keys::all_locked(&mut tx).await?;
        for id in dead(&stored, now) {
            signing_keys::delete(&mut tx, &id).await?;
            stored.retain(|key| key.id != id);
        }
        if let Some(activates_at) = app.signing.needs_key(&stored, now) {
            stored.push(make(app, &mut tx, activates_at, server()).await?);
        }
        tx.commit().await?;
    }
    app.signing.open(&stored).map(drop)
}

/// What a rotation led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The id of the next key.
    pub id: String,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// Whether it was made now; else it was waiting already.
    pub is_new: bool,
}

/// Makes the next key before its time, unless one waits already.
pub async fn rotate(app: &App) -> anyhow::Result<Next> {
    let now = app.clock.now();
    let mut tx = app.db.begin(Access::Write).await?;
    let stored = signing_keys::all_locked(&mut tx).await?;
    if let Some(waiting) = stored.last().filter(|last| last.activates_at > now) {
        return Ok(Next { id: waiting.id.clone(), signs_from: waiting.activates_at, is_new: false });
    }
    let next = make(app, &mut tx, now + NOTICE, operator()).await?;
    tx.commit().await?;
    Ok(Next { id: next.id, signs_from: next.activates_at, is_new: true })
}

/// Deletes a key before its time: its tokens are refused from now on. If it was the one that signs, the next one does
/// so at once, and is made if there is none. `Err`: no such key; the ids that there are.
pub async fn revoke(app: &App, id: &str) -> anyhow::Result<Result<(), Vec<String>>> {
    let now = app.clock.now();
    let mut tx = app.db.begin(Access::Write).await?;
    let mut stored = signing_keys::all_locked(&mut tx).await?;
    let ids: Vec<String> = stored.iter().map(|key| key.id.clone()).collect();
    if !ids.iter().any(|known| known == id) {
        return Ok(Err(ids));
    }
    signing_keys::delete(&mut tx, id).await?;
    stored.retain(|key| key.id != id);
    revocations::record(&mut tx, &app.ids, now, &Revoked::SigningKey(id.to_owned())).await?;
    note(app, &mut tx, "signing_key.revoke", id, operator()).await?;
    match stored.first() {
        Some(oldest) if oldest.activates_at <= now => {}
        Some(waiting) => signing_keys::activate(&mut tx, &waiting.id, now).await?,
        None => drop(make(app, &mut tx, now, operator()).await?),
    }
    tx.commit().await?;
    Ok(Ok(()))
}

async fn make(app: &App, tx: &mut Tx, activates_at: Timestamp, actor: Actor) -> anyhow::Result<SealedKey> {
    let Signing { algorithm, seal, .. } = &app.signing;
    let (algorithm, random, id) = (*algorithm, app.random.clone(), app.ids.next("sig"));
    let pkcs8 = tokio::task::spawn_blocking(move || algorithm.generate(&random)).await??;
    let sealed = seal.close(&pkcs8, &id, &app.random)?;
    let key = SealedKey { id, algorithm: algorithm.as_str().to_owned(), sealed, activates_at };
    signing_keys::insert(tx, &key, app.clock.now()).await?;
    note(app, tx, "signing_key.create", &key.id, actor).await?;
    Ok(key)
}

async fn note(app: &App, tx: &mut Tx, action: &str, id: &str, actor: Actor) -> Result<(), Error> {
    audit::Entry {
        tenant_id: None,
        at: app.clock.now(),
        actor,
        action,
        outcome: "ok",
        subject: Some(id),
        details: json!({}),
        request_id: "",
        source: String::new(),
    }
    .write(tx, &app.ids)
    .await
}

/// The server itself.
fn server() -> Actor {
    Actor { name: "auth-server".to_owned(), ..audit::stranger() }
}

/// Whoever runs the server, at its command line.
fn operator() -> Actor {
    Actor { name: "operator".to_owned(), ..audit::stranger() }
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
        let signing = Signing::new(Algorithm::Es256, Duration::days(90), &"s".repeat(32).into()).unwrap();
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
        assert_eq!(signing.needs_key(&[key("a", "RS256", 0), key("b", "RS256", 6)], at(5)), None);
        let two = [key("a", "ES256", 0), key("b", "ES256", 100)];
        assert!(dead(&two, at(124)).is_empty());
        assert_eq!(dead(&two, at(125)), ["a"]);
    }
}
