//! Permits for parts: shared by all files that are being sent, in the order of asking, as many as the line takes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::permits::AdaptiveLimit;

#[derive(Debug)]
pub struct Gate {
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    files: AtomicUsize,
}

/// A file that is being sent in parts; gone when dropped.
#[derive(Debug)]
pub struct AtTheGate<'a>(&'a Gate);

impl AtTheGate<'_> {
    /// How many parts this file may have under way or waiting: its share of the permits and one more, so that a file
    /// that comes later does not wait behind every part of the others.
    pub fn share(&self) -> usize {
        let files = self.0.files.load(Ordering::Relaxed).max(1);
        self.0.lock().limit.limit().div_ceil(files) + 1
    }
}

impl Drop for AtTheGate<'_> {
    fn drop(&mut self) {
        self.0.files.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct State {
    limit: AdaptiveLimit,
    /// Permits that exist, in use or not.
    given: usize,
}

impl Gate {
    pub fn new(first: usize, least: usize, most: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(first)),
            state: Mutex::new(State { limit: AdaptiveLimit::new(first, least, most), given: first }),
            files: AtomicUsize::new(0),
        }
    }

    /// One more file shares the permits.
    pub fn join(&self) -> AtTheGate<'_> {
        self.files.fetch_add(1, Ordering::Relaxed);
        AtTheGate(self)
    }

    /// Waits for a permit. `None` never happens: the gate is not closed while anyone has it.
    pub async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A part went well.
    pub fn succeeded(&self, permit: OwnedSemaphorePermit, bytes: u64) {
        let mut state = self.lock();
        let busy = self.permits.available_permits() == 0;
        state.limit.succeeded(Instant::now(), bytes, busy);
        self.settle(&mut state, permit);
    }

    /// The server or the line is in trouble: fewer at once from now on.
    pub fn in_trouble(&self, permit: OwnedSemaphorePermit) {
        let mut state = self.lock();
        state.limit.in_trouble(Instant::now());
        self.settle(&mut state, permit);
    }

    fn settle(&self, state: &mut State, permit: OwnedSemaphorePermit) {
        let wanted = state.limit.limit();
        if wanted < state.given {
            state.given -= 1;
            permit.forget();
        } else {
            drop(permit);
            self.permits.add_permits(wanted - state.given);
            state.given = wanted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_share_the_permits() {
        let gate = Gate::new(8, 2, 16);
        let first = gate.join();
        assert_eq!(first.share(), 9);
        let second = gate.join();
        assert_eq!((first.share(), second.share()), (5, 5));
        drop(second);
        assert_eq!(first.share(), 9);
    }

    #[tokio::test]
    async fn trouble_takes_permits_away_as_they_come_back() {
        let gate = Gate::new(8, 2, 16);
        let mut permits = Vec::new();
        for _ in 0..8 {
            permits.push(gate.enter().await.unwrap());
        }
        gate.in_trouble(permits.pop().unwrap());
        assert_eq!(gate.permits.available_permits(), 0, "seven are still out, four are wanted");
        while let Some(permit) = permits.pop() {
            gate.succeeded(permit, 1);
        }
        assert_eq!(gate.permits.available_permits(), 4);
    }
}
