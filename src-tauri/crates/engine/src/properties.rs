//! What the property tests share: how many cases they run, the count of steps that is printed, and a world without chance.

use std::cell::Cell;
use std::fmt::Debug;
use std::time::Instant;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::clock::{Millis, World};

pub type Checked = Result<(), TestCaseError>;

/// Counts the single steps of a property, of which one case has many.
pub struct Steps(Cell<u64>);

impl Steps {
    pub fn add(&self, steps: u64) {
        self.0.set(self.0.get() + steps);
    }
}

/// Runs a property on `usual` cases, or on so many as PROPTEST_CASES says, and prints what was done. `file` is
/// `file!()`: what failed once is kept below `proptest-regressions` and tried first.
pub fn hold<S>(
    name: &str,
    file: &'static str,
    usual: u32,
    of: S,
    property: impl Fn(S::Value, &Steps) -> Checked,
) where
    S: Strategy,
    S::Value: Debug,
{
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let config = Config { cases, source_file: Some(file), max_shrink_iters: 20_000, ..Config::default() };
    let (steps, started) = (Steps(Cell::new(0)), Instant::now());
    let mut runner = TestRunner::new(config);
    let result = runner.run(&of, |value| property(value, &steps));
    println!("{name}: {cases} cases, {} steps, {:.1} s", steps.0.get(), started.elapsed().as_secs_f64());
    if let Err(error) = result {
        panic!("{name}: {error}\n{runner}");
    }
}

/// A clock that stands, and chance that is always the same.
#[derive(Debug)]
pub struct StillWorld {
    pub now: Millis,
    pub chance: u8,
}

impl World for StillWorld {
    fn now(&self) -> Millis {
        self.now
    }

    fn steady(&self) -> Millis {
        self.now
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(self.chance);
    }
}
