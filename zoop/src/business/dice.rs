//! Choices that look like chance and are the same for the same seed.

use shared::random::Random;

/// A source of choices.
pub struct Dice(Random);

impl Dice {
    /// The same choices for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(Random::seeded(seed))
    }

    /// A number from 0 up to, and without, `end`; 0 if there is none.
    pub fn below(&self, end: usize) -> usize {
        // Eight bytes over a handful of choices: the bias is far below what anyone could see.
        let roll = u64::from_le_bytes(self.0.bytes());
        usize::try_from(roll % (end.max(1) as u64)).unwrap_or(0)
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&self, first: i64, last: i64) -> i64 {
        first + self.below(usize::try_from(last - first + 1).unwrap_or(1)) as i64
    }

    /// One of these.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// True in so many cases of a hundred.
    pub fn percent(&self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// A number below `end`, the small ones more often: a few customers call again and again.
    pub fn mostly_small(&self, end: usize) -> usize {
        let share = self.below(1000);
        (end * share * share / 1_000_000).min(end.saturating_sub(1))
    }
}
