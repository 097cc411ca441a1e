//! Names of people and companies, by language, from the `fake` crate.

use fake::{
    Fake,
    faker::{
        company::raw::CompanyName,
        name::raw::{FirstName, LastName},
    },
    locales::{AR_SA, EN, JA_JP},
};
use rand::{SeedableRng, rngs::StdRng};

use super::business::Tongue;

/// A source of names: the same ones for the same seed.
pub struct Names(StdRng);

impl Names {
    /// The names of this seed.
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Somebody's first and last name.
    pub fn person(&mut self, tongue: Tongue) -> (String, String) {
        let rng = &mut self.0;
        match tongue {
            Tongue::English => (FirstName(EN).fake_with_rng(rng), LastName(EN).fake_with_rng(rng)),
            Tongue::Japanese => (FirstName(JA_JP).fake_with_rng(rng), LastName(JA_JP).fake_with_rng(rng)),
            Tongue::Arabic => (FirstName(AR_SA).fake_with_rng(rng), LastName(AR_SA).fake_with_rng(rng)),
        }
    }

    /// A company.
    pub fn company(&mut self, tongue: Tongue) -> String {
        let rng = &mut self.0;
        match tongue {
            Tongue::English => CompanyName(EN).fake_with_rng(rng),
            Tongue::Japanese => CompanyName(JA_JP).fake_with_rng(rng),
            Tongue::Arabic => CompanyName(AR_SA).fake_with_rng(rng),
        }
    }
}

/// An address of electronic mail: the words of a name as far as they have Latin letters, and a number that no other has.
pub fn mailbox(name: &str, number: usize) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase())
        .filter(|word| word.len() > 1)
        .take(2)
        .collect();
    let words = if words.is_empty() { "customer".to_owned() } else { words.join(".") };
    format!("{words}{number}@example.com")
}
