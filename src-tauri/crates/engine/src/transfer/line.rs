//! What one stream of the line carries, as far as it was measured.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is over so soon says nothing about the line.
const LEAST: Duration = Duration::from_millis(100);

/// An average that follows the line. Zero: nothing is known.
#[derive(Debug, Default)]
pub struct LineSpeed(AtomicU64);

impl LineSpeed {
    /// A stream carried so many bytes in this time.
    pub fn measured(&self, bytes: u64, time: Duration) {
        if time < LEAST {
            return;
        }
        let speed = (bytes as f64 / time.as_secs_f64()) as u64;
        let known = self.0.load(Ordering::Relaxed);
        let next = if known == 0 { speed } else { known - known / 4 + speed / 4 };
        self.0.store(next.max(1), Ordering::Relaxed);
    }

    /// The connection test has measured it.
    pub fn told(&self, speed: u64) {
        self.0.store(speed.max(1), Ordering::Relaxed);
    }

    /// Bytes a second.
    pub fn get(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|speed| *speed > 0)
    }
}
