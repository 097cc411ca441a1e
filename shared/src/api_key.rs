//! API keys: `zoop_uk_` or `zoop_tk_` and 40 base62 characters, the last six of them a checksum,
//! so that a typing error is refused without the database and a secret scanner knows one when it sees it.

use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::random::Random;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET: usize = 34;
const CHECKSUM: usize = 6;

/// Whom a key acts for. The prefix tells it to people; the stored kind decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Acts as a person: writes are attributed to them.
    User,
    /// Acts as the business, as nobody in particular.
    Tenant,
}

impl Kind {
    /// `zoop_uk_` or `zoop_tk_`.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::User => "zoop_uk_",
            Kind::Tenant => "zoop_tk_",
        }
    }

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Tenant => "tenant",
        }
    }
}

/// A key just made. The secret is shown once; what is stored are the hash and the last four characters.
pub struct NewKey {
    /// The whole key.
    pub secret: SecretString,
    /// SHA-256 of the whole key.
    pub hash: Vec<u8>,
    /// Its last four characters, by which people tell keys apart.
    pub last_four: String,
}

/// Makes a key.
pub fn generate(kind: Kind, random: &Random) -> NewKey {
    let mut key = kind.prefix().to_owned();
    while key.len() < kind.prefix().len() + SECRET {
        // Only bytes below 248 = 4 × 62 are taken: each character is equally likely.
        key.extend(
            random
                .bytes::<SECRET>()
                .iter()
                .filter(|&&byte| byte < 248)
                .map(|&byte| BASE62[usize::from(byte % 62)] as char)
                .take(kind.prefix().len() + SECRET - key.len()),
        );
    }
    key.push_str(&checksum(&key));
    let last_four = key[key.len() - 4..].to_owned();
    NewKey { hash: hash(&key), last_four, secret: key.into() }
}

/// Whether a bearer token claims to be an API key at all.
pub fn looks_like_one(token: &str) -> bool {
    token.starts_with(Kind::User.prefix()) || token.starts_with(Kind::Tenant.prefix())
}

/// Whether its form and checksum are right.
pub fn is_well_formed(token: &str) -> bool {
    let length = Kind::User.prefix().len() + SECRET + CHECKSUM;
    looks_like_one(token)
        && token.len() == length
        && token.is_ascii()
        && checksum(&token[..length - CHECKSUM]) == token[length - CHECKSUM..]
}

/// What is stored and looked up in place of the key.
pub fn hash(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}

/// CRC-32 (IEEE) of all before it, the prefix included, in six base62 digits.
fn checksum(text: &str) -> String {
    let crc = crc32fast::hash(text.as_bytes());
    (0..CHECKSUM as u32).rev().map(|n| BASE62[(crc / 62u32.pow(n) % 62) as usize] as char).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn every_single_typing_error_is_noticed() {
        let key = generate(Kind::User, &Random::seeded(1));
        let key = key.secret.expose_secret();
        assert!(is_well_formed(key));
        assert_eq!(key.len(), 48);
        for place in 0..key.len() {
            let mut typo = key.to_owned().into_bytes();
            typo[place] = if typo[place] == b'x' { b'y' } else { b'x' };
            assert!(!is_well_formed(std::str::from_utf8(&typo).unwrap()), "at {place}");
        }
        assert!(!is_well_formed(&format!("{key}0")));
        assert!(!is_well_formed("zoop_uk_ünïcode"));
    }
}
