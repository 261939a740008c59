//! Time and chance are passed in, so that tests own them.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use rand::RngExt;

/// Unix milliseconds.
pub type Millis = i64;

/// Wall clock and randomness. Waiting is tokio's business, which tests pause.
pub trait World: Send + Sync + std::fmt::Debug {
    /// Unix milliseconds; may jump.
    fn now(&self) -> Millis;
    /// Milliseconds since some moment, by a clock that is never set; while the computer sleeps it may stand still.
    fn steady(&self) -> Millis;
    /// Fills the slice with random bytes fit for secrets.
    fn random(&self, bytes: &mut [u8]);
}

/// The real clock and the system's randomness.
#[derive(Debug, Default)]
pub struct SystemWorld;

impl World for SystemWorld {
    fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond()
    }

    fn steady(&self) -> Millis {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        i64::try_from(BEGINNING.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        rand::rng().fill(bytes);
    }
}

pub type SharedWorld = Arc<dyn World>;

/// A random word of lower-case hex digits, two for each byte.
pub fn random_word(world: &dyn World, bytes: usize) -> String {
    let mut raw = vec![0; bytes];
    world.random(&mut raw);
    hex::encode(raw)
}

/// A duration between half and the whole of `full`, so that many waiters don't come back together.
pub fn jittered(world: &dyn World, full: Duration) -> Duration {
    let mut raw = [0; 2];
    world.random(&mut raw);
    let share = f64::from(u16::from_le_bytes(raw)) / f64::from(u16::MAX);
    full.mul_f64(0.5 + share / 2.0)
}
