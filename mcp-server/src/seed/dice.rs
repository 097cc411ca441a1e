//! Choices that look like chance and are the same for the same seed.

use shared::random::Random;

/// A source of choices.
pub struct Dice(Random);

impl Dice {
    /// The same choices for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(Random::seeded(seed))
    }

    /// Any number: the seed of other dice, too.
    pub fn roll(&self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    /// A number from 0 up to, and without, `end`; 0 if there is none.
    pub fn below(&self, end: usize) -> usize {
        // Eight bytes over a handful of choices: the bias is far below what anyone could see.
        usize::try_from(self.roll() % (end.max(1) as u64)).unwrap_or(0)
    }

    /// A number from 0 up to, and without, 1.
    pub fn unit(&self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number from a log-normal distribution with this median and this mean.
    pub fn log_normal(&self, median: f64, mean: f64) -> f64 {
        let deviation = (2.0 * (mean / median).ln()).sqrt();
        // Box and Muller.
        let normal = (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos();
        median * (deviation * normal).exp()
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&self, first: i64, last: i64) -> i64 {
        first + self.below(usize::try_from(last - first + 1).unwrap_or(1)) as i64
    }

    /// One of these.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of these, each in so many cases of a hundred.
    pub fn weighted<'a, T>(&self, from: &'a [T], share: impl Fn(&T) -> usize) -> &'a T {
        let mut point = self.below(100);
        let hit = from.iter().find(|one| match point.checked_sub(share(one)) {
            None => true,
            Some(left) => {
                point = left;
                false
            }
        });
        hit.unwrap_or(&from[0])
    }

    /// True in so many cases of a hundred.
    pub fn percent(&self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// Brings these into an order of chance (Fisher and Yates).
    pub fn shuffle<T>(&self, all: &mut [T]) {
        for n in (1..all.len()).rev() {
            all.swap(n, self.below(n + 1));
        }
    }

    /// A number below `end`, the small ones more often: a few customers call again and again.
    pub fn mostly_small(&self, end: usize) -> usize {
        let share = self.below(1000);
        (end * share * share / 1_000_000).min(end.saturating_sub(1))
    }
}

/// Exactly so many of so many, and chance says which.
pub struct Share {
    hits: usize,
    left: usize,
}

impl Share {
    /// `hits` among `of`.
    pub fn new(hits: usize, of: usize) -> Self {
        Self { hits, left: of }
    }

    /// Whether the next one is among them.
    pub fn next(&mut self, dice: &Dice) -> bool {
        let hit = dice.below(self.left) < self.hits;
        self.left = self.left.saturating_sub(1);
        self.hits -= usize::from(hit);
        hit
    }
}

/// Zipf's law over `count` things: the first comes up most, the n-th about 1/n^s as often.
pub struct Zipf {
    /// Up to each thing, the sum of the weights.
    sums: Vec<f64>,
}

impl Zipf {
    /// The law with this exponent.
    pub fn new(count: usize, exponent: f64) -> Self {
        let weights = (1..=count).map(|rank| (rank as f64).powf(-exponent));
        let sums = weights.scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self { sums: sums.collect() }
    }

    /// The place of one of the things.
    pub fn pick(&self, dice: &Dice) -> usize {
        let point = dice.unit() * self.sums.last().copied().unwrap_or(0.0);
        self.sums.partition_point(|sum| *sum <= point).min(self.sums.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_have_their_median_and_their_mean() {
        let dice = Dice::new(7);
        let mut tickets: Vec<f64> = (0..20_000).map(|_| dice.log_normal(310.0, 422.0)).collect();
        let mean = tickets.iter().sum::<f64>() / tickets.len() as f64;
        tickets.sort_by(f64::total_cmp);
        let median = tickets[tickets.len() / 2];
        assert!((300.0..320.0).contains(&median), "{median}");
        assert!((410.0..434.0).contains(&mean), "{mean}");
    }

    #[test]
    fn shares_are_kept() {
        let (dice, mut times) = (Dice::new(7), [0; 3]);
        (0..10_000).for_each(|_| times[*dice.weighted(&[0, 1, 2], |n| [70, 25, 5][*n])] += 1);
        assert!((6_800..7_200).contains(&times[0]) && (400..600).contains(&times[2]), "{times:?}");
    }

    #[test]
    fn a_share_is_exact() {
        let dice = Dice::new(7);
        let mut share = Share::new(40, 1000);
        let hits: Vec<usize> = (0..1000).filter(|_| share.next(&dice)).collect();
        assert_eq!(hits.len(), 40);
        assert!(hits[0] < 200 && hits[39] > 800, "all over: {hits:?}");
    }

    #[test]
    fn the_first_of_a_thousand_comes_up_most() {
        let (dice, zipf) = (Dice::new(7), Zipf::new(1000, 1.1));
        let mut times = vec![0; 1000];
        (0..20_000).for_each(|_| times[zipf.pick(&dice)] += 1);
        assert!(times[0] > 3_000 && times[0] > 2 * times[2], "{:?}", &times[..5]);
        assert!(times[500..].iter().sum::<i32>() > 500, "the last half comes up too");
    }
}
