//! Passwords: argon2id with OWASP's parameters, in a pool that a flood of sign-ins cannot widen.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use shared::{error::Error, random::Random};
use tokio::sync::Semaphore;

/// The shortest password that may be chosen.
pub const SHORTEST: usize = 12;
/// The longest that is looked at.
pub const LONGEST: usize = 1024;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
    /// The hash of a password that nobody has: checking it takes the time that an account's takes.
    nobodys: String,
}

impl Passwords {
    /// A pool with one place for each processor.
    pub fn new(random: &Random) -> anyhow::Result<Self> {
        let places = std::thread::available_parallelism().map_or(2, usize::from);
        let nobodys = hash(&crate::security::secret::generate(random), random)?;
        Ok(Self { places: Arc::new(Semaphore::new(places)), nobodys })
    }

    /// Whether the password is the one that was hashed; with no hash it takes as long and is wrong.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Error> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobodys).to_owned();
        let password = password.to_owned();
        let right = self.run(move || {
            let hash =
                PasswordHash::new(&hash).map_err(|error| Error::internal(anyhow!("stored hash: {error}")))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(right.await? && known)
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: &str, random: &Random) -> Result<String, Error> {
        let (password, random) = (password.to_owned(), random.clone());
        self.run(move || hash(&password, &random).map_err(Error::internal)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = tokio::time::timeout(Duration::from_secs(10), self.places.clone().acquire_owned());
        let place = place.await.map_err(|_| Error::Unavailable(anyhow!("the password pool is full")))?;
        let place = place.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(Error::internal)?
    }
}

/// Hashes a password here and now: for seeding and the command line.
pub fn hash(password: &str, random: &Random) -> anyhow::Result<String> {
    let salt = random.bytes::<16>();
    let hash: argon2::password_hash::phc::PasswordHash = argon2()
        .map_err(anyhow::Error::from)?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| anyhow!("hashing: {error}"))?;
    Ok(hash.to_string())
}

/// OWASP's first choice: 19 MiB, two passes, one lane.
fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| Error::internal(anyhow!("{error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Why a password cannot be chosen, in a sentence.
pub fn objection(password: &str, email: &str) -> Option<&'static str> {
    if password.chars().count() < SHORTEST {
        return Some("The new password is too short: use at least 12 characters.");
    }
    if password.len() > LONGEST {
        return Some("The new password is too long: use at most 1,024 characters.");
    }
    if password.to_lowercase() == email {
        return Some("The new password is your address: choose another.");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_alone_passes() {
        let random = Random::seeded(1);
        let passwords = Passwords::new(&random).unwrap();
        let hash = passwords.hash("correct horse", &random).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("Correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse", None).await.unwrap());
    }
}
