//! Chance from one seed, in streams of their own, so that a new kind of fault does not reshuffle the files.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

pub struct Chance(SmallRng);

impl Chance {
    pub fn of(seed: u64, stream: &str) -> Self {
        // FNV-1a: the same on every machine and in every version.
        let mixed = stream.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(SmallRng::seed_from_u64(mixed))
    }

    /// From 0 to just below.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0.random_range(0..most.max(1))
    }

    /// Both ends belong to it.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        self.0.random_range(least..=most)
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// One of the entries, each as likely as its weight says.
    pub fn weighted<'a, T>(&mut self, from: &'a [(u64, T)]) -> &'a T {
        let mut at = self.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, entry) in from {
            match at.checked_sub(*weight) {
                Some(left) => at = left,
                None => return entry,
            }
        }
        unreachable!("the weights sum up")
    }
}
