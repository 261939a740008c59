//! Lets so many bytes pass in a second, whoever they belong to, in the order of asking.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, Notify};
use tokio::time::Instant;

/// What was not used is kept for so long: less, and timers that fire late cost speed; more, and a pause is made up for.
const KEPT: Duration = Duration::from_millis(100);
/// A piece takes this long at the limit, so that many streams share it evenly and none stands still for long.
const PIECE: Duration = Duration::from_millis(20);
const LEAST_PIECE: usize = 1_024;

/// Shared by everything that goes in one direction. Without a limit it costs a look at a lock.
#[derive(Clone, Debug, Default)]
pub struct Pacer(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    limit: Mutex<Limit>,
    changed: Notify,
    /// Whoever has it is next; the others wait in their order.
    turn: Turn<()>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Limit {
    /// Bytes a second.
    rate: Option<u64>,
    /// When all that has passed would have passed at the limit.
    settled: Option<Instant>,
}

impl Pacer {
    /// Bytes a second; `None`: as many as the line takes. Holds at once, for those who wait, too.
    pub fn set(&self, rate: Option<u64>) {
        let mut limit = self.limit();
        if limit.rate != rate {
            *limit = Limit { rate, settled: None };
            self.0.changed.notify_waiters();
        }
    }

    /// How much to ask for at once, bytes; `None` without a limit.
    pub fn piece(&self) -> Option<usize> {
        let rate = self.limit().rate?;
        let piece = rate * PIECE.as_millis() as u64 / 1_000;
        Some(usize::try_from(piece).unwrap_or(usize::MAX).max(LEAST_PIECE))
    }

    /// Waits until so many bytes may pass. Whoever stops waiting has used nothing.
    pub async fn pass(&self, bytes: usize) {
        if self.limit().rate.is_none() {
            return;
        }
        let _turn = self.0.turn.lock().await;
        loop {
            // Listening begins before the look, so that no change falls in between.
            let changed = self.0.changed.notified();
            let Some(until) = self.take(bytes) else { return };
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = changed => {}
            }
        }
    }

    /// Takes the bytes, or says when to ask again.
    fn take(&self, bytes: usize) -> Option<Instant> {
        let mut limit = self.limit();
        let rate = limit.rate?;
        let now = Instant::now();
        let settled = limit.settled.unwrap_or(now).max(now.checked_sub(KEPT).unwrap_or(now));
        if settled > now {
            return Some(settled);
        }
        limit.settled = Some(settled + Duration::from_secs_f64(bytes as f64 / rate as f64));
        None
    }

    fn limit(&self) -> std::sync::MutexGuard<'_, Limit> {
        self.0.limit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    /// Passed by several at once in five seconds of a clock that the test owns, bytes.
    async fn in_five_seconds(pacer: &Pacer, streams: usize) -> Vec<u64> {
        let end = Instant::now() + Duration::from_secs(5);
        let stream = || async {
            let mut passed = 0;
            loop {
                let piece = pacer.piece().unwrap_or(1_000_000);
                tokio::select! {
                    biased;
                    () = tokio::time::sleep_until(end) => return passed,
                    () = pacer.pass(piece) => passed += piece as u64,
                }
            }
        };
        join_all((0..streams).map(|_| stream())).await
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_holds_within_a_few_percent_and_is_shared_evenly() {
        for rate in [10_000, 300_000, 12_500_000, 2_000_000_000] {
            let pacer = Pacer::default();
            pacer.set(Some(rate));
            for streams in [1, 7] {
                let passed = in_five_seconds(&pacer, streams).await;
                let share = passed.iter().sum::<u64>() as f64 / (5.0 * rate as f64);
                assert!((0.95..=1.05).contains(&share), "{rate}: {share}");
                let (least, most) = (passed.iter().min().unwrap(), passed.iter().max().unwrap());
                assert!(most - least <= 2 * pacer.piece().unwrap() as u64, "{passed:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_reaches_those_who_wait() {
        let pacer = Pacer::default();
        pacer.set(Some(10_000));
        pacer.pass(1_000_000).await;
        let waits = tokio::spawn({
            let pacer = pacer.clone();
            async move { pacer.pass(1).await }
        });
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(!waits.is_finished(), "a hundred seconds are spent");
        pacer.set(None);
        tokio::time::timeout(Duration::from_millis(10), waits).await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_is_not_made_up_for() {
        let pacer = Pacer::default();
        pacer.set(Some(100_000));
        pacer.pass(1_000).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let passed: u64 = in_five_seconds(&pacer, 1).await.iter().sum();
        assert!(passed <= 525_000, "{passed}");
    }
}
