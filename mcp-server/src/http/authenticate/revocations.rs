//! The tail of the revocations: read twice a second, so that what is revoked is refused within two seconds on every
//! replica without a statement for each request.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use shared::{clock::Clock, db::Db, revocations};

/// How far back each look reads: longer than any transaction that writes a revocation takes.
const TAIL: chrono::Duration = chrono::Duration::minutes(5);
/// Without a look for so long, nothing can be vouched for.
const BLIND: Duration = Duration::from_secs(10);

/// Watches the table.
pub struct Watch {
    db: Db,
    clock: Clock,
    seen: Mutex<HashSet<String>>,
    generation: AtomicU64,
    last_look: Mutex<Instant>,
}

impl Watch {
    /// Starts as of now: a credential is checked in the database when it is first seen anyway.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            seen: Mutex::default(),
            generation: AtomicU64::new(0),
            last_look: Mutex::new(Instant::now()),
        }
    }

    /// Moves with every revocation: what was remembered under an older one is checked again.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Whether the table was read lately.
    pub fn is_current(&self) -> bool {
        self.last_look.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < BLIND
    }

    /// Reads the tail once.
    pub async fn look(&self) {
        let started = Instant::now();
        match revocations::since(&self.db, self.clock.now() - TAIL).await {
            Ok(tail) => {
                let ids: HashSet<String> = tail.into_iter().collect();
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                if ids.iter().any(|id| !seen.contains(id)) {
                    self.generation.fetch_add(1, Ordering::SeqCst);
                }
                *seen = ids;
                *self.last_look.lock().unwrap_or_else(PoisonError::into_inner) = started;
            }
            Err(error) => {
                let cause = anyhow::Error::from(error);
                tracing::warn!(cause = format!("{cause:#}"), "the revocations could not be read");
            }
        }
    }
}
