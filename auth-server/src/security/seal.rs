//! Sealing with AES-256-GCM: signing keys under the configuration's secret, a refreshed answer under the old token.

use anyhow::{Context, anyhow};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};
use shared::random::Random;

/// A key for one purpose, derived from a secret that is strong by itself (RFC 5869).
pub struct Seal(LessSafeKey);

impl Seal {
    /// Derives the key.
    pub fn new(secret: &[u8], purpose: &'static str) -> anyhow::Result<Self> {
        let pseudorandom = Salt::new(HKDF_SHA256, b"zoop").extract(secret);
        let info = [purpose.as_bytes()];
        let key = pseudorandom.expand(&info, &AES_256_GCM).map_err(|_| anyhow!("HKDF"))?;
        Ok(Self(LessSafeKey::new(UnboundKey::from(key))))
    }

    /// Seals; `about` is bound to it without being hidden.
    pub fn close(&self, plain: &[u8], about: &str, random: &Random) -> anyhow::Result<Vec<u8>> {
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(about.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| anyhow!("sealing"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed with the same secret about the same thing.
    pub fn open(&self, sealed: &[u8], about: &str) -> anyhow::Result<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).context("too short to be sealed")?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| anyhow!("nonce"))?;
        let mut opened = rest.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(about.as_bytes()), &mut opened);
        let length = plain.map_err(|_| anyhow!("it was sealed under another secret, or altered"))?.len();
        opened.truncate(length);
        Ok(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_the_same_secret_about_the_same_thing() {
        let seal = Seal::new(b"secret", "test").unwrap();
        let sealed = seal.close(b"plain", "a", &Random::seeded(1)).unwrap();
        assert_eq!(seal.open(&sealed, "a").unwrap(), b"plain");
        assert!(seal.open(&sealed, "b").is_err());
        assert!(Seal::new(b"other", "test").unwrap().open(&sealed, "a").is_err());
        assert!(Seal::new(b"secret", "other").unwrap().open(&sealed, "a").is_err());
        assert!(seal.open(&sealed[..20], "a").is_err() && seal.open(b"", "a").is_err());
    }
}
