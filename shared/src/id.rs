//! Identifiers: a prefix that names the kind and a UUIDv7 in TypeID's base 32, so that they sort by time.

use crate::{clock::Clock, random::Random, timestamp::Timestamp};

/// Crockford's alphabet in lower case, as TypeID writes it.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes identifiers; clones share the clock and the randomness.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    random: Random,
}

impl Ids {
    /// A maker of identifiers over this clock and this randomness.
    pub fn new(clock: Clock, random: Random) -> Self {
        Self { clock, random }
    }

    /// A new identifier, e.g. `cus_01jd3k…` for the prefix `cus`.
    pub fn next(&self, prefix: &str) -> String {
        self.of(prefix, self.clock.now())
    }

    /// A new identifier of something that came at this time.
    pub fn of(&self, prefix: &str, time: Timestamp) -> String {
        let millis = u64::try_from(time.micros() / 1000).unwrap_or(0);
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &self.random.bytes()).into_uuid();
        format!("{prefix}_{}", base32(uuid.as_u128()))
    }
}

/// 128 bits in 26 digits, the highest first (TypeID specification, version 0.3).
fn base32(bits: u128) -> String {
    (0..26).rev().map(|digit| ALPHABET[(bits >> (5 * digit)) as usize & 31] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_specification_s_example() {
        let uuid: uuid::Uuid = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(base32(uuid.as_u128()), "01h455vb4pex5vsknk084sn02q");
    }
}
