//! The line that leads to the sink: how fast it is, and when a file's bytes came through it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Timers are no finer than this.
const TICK: Duration = Duration::from_millis(2);

/// Shared by all connections.
pub struct Line {
    bytes_a_second: Option<u64>,
    /// When all that was taken would have come through.
    free_at: Mutex<Instant>,
    last_byte: AtomicU64,
    taken: AtomicU64,
    /// When each file's first byte came, since that was last forgotten.
    first_bytes: Mutex<BTreeMap<String, u64>>,
}

/// Unix time in microseconds: the one clock that all processes share.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

impl Line {
    pub fn new(bytes_a_second: Option<u64>) -> Self {
        Self {
            bytes_a_second,
            free_at: Mutex::new(Instant::now()),
            last_byte: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            first_bytes: Mutex::default(),
        }
    }

    /// Bytes of a file were taken off the line; returns when the line would have carried them.
    pub async fn took(&self, bytes: usize) {
        self.last_byte.store(now(), Ordering::Relaxed);
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        let Some(rate) = self.bytes_a_second else { return };
        let free_at = {
            let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            let share = Duration::from_secs_f64(bytes as f64 / rate.max(1) as f64);
            *free_at = (*free_at).max(Instant::now()) + share;
            *free_at
        };
        if free_at > Instant::now() + TICK {
            tokio::time::sleep_until(free_at).await;
        }
    }

    /// A file begins to come, or goes on.
    pub fn begins(&self, file: &str) {
        let mut firsts = self.first_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if !firsts.contains_key(file) {
            firsts.insert(file.to_owned(), now());
        }
    }

    pub fn last_byte(&self) -> u64 {
        self.last_byte.load(Ordering::Relaxed)
    }

    /// Bytes of files, whatever became of them.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// `anew`: forgets them.
    pub fn first_bytes(&self, anew: bool) -> BTreeMap<String, u64> {
        let mut firsts = self.first_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if anew { std::mem::take(&mut firsts) } else { firsts.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_takes_its_time_for_all_together() {
        let line = Line::new(Some(1_000));
        let begun = Instant::now();
        tokio::join!(line.took(500), line.took(500));
        assert!(begun.elapsed() >= Duration::from_secs(1));
        let begun = Instant::now();
        Line::new(None).took(1 << 40).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[test]
    fn only_the_first_byte_counts_until_it_is_forgotten() {
        let line = Line::new(None);
        line.begins("a");
        let firsts = line.first_bytes(false);
        line.begins("a");
        assert_eq!(line.first_bytes(true), firsts);
        assert!(line.first_bytes(false).is_empty());
    }
}
