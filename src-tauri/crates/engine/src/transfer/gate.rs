//! Permits for parts: shared by all files that are being sent, in the order of asking, as many as the line takes. A file
//! of which nothing is on the line yet does not wait for the others' parts (product.md 2.8: within 2 s).

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::permits::AdaptiveLimit;

#[derive(Debug)]
pub struct Gate {
    permits: Arc<Semaphore>,
    /// One beyond the limit, for a file that has none.
    beyond: Arc<Semaphore>,
    state: Mutex<State>,
    files: AtomicUsize,
}

#[derive(Debug)]
struct State {
    limit: AdaptiveLimit,
    /// Permits that exist, in use or not; without the one beyond.
    given: usize,
}

impl Gate {
    pub fn new(first: usize, least: usize, most: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(first)),
            beyond: Arc::new(Semaphore::new(1)),
            state: Mutex::new(State { limit: AdaptiveLimit::new(first, least, most), given: first }),
            files: AtomicUsize::new(0),
        }
    }

    /// One more file shares the permits.
    pub fn join(&self) -> AtTheGate<'_> {
        self.files.fetch_add(1, Ordering::Relaxed);
        AtTheGate { gate: self, held: Arc::default(), first_waits: AtomicBool::new(false) }
    }

    /// So many parts side by side to begin with, where nothing was sent yet. Fewer come about as permits come back.
    pub fn begin_with(&self, limit: usize) {
        let mut state = self.lock();
        state.limit.begin_with(limit);
        let wanted = state.limit.limit();
        if wanted > state.given {
            self.permits.add_permits(wanted - state.given);
            state.given = wanted;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file that is being sent in parts; gone when dropped.
#[derive(Debug)]
pub struct AtTheGate<'a> {
    gate: &'a Gate,
    /// Parts of the file that have a permit.
    held: Arc<AtomicUsize>,
    first_waits: AtomicBool,
}

impl AtTheGate<'_> {
    /// How many parts this file may have under way or waiting: its share of the permits and one more, so that a file
    /// that comes later does not wait behind every part of the others.
    pub fn share(&self) -> usize {
        let files = self.gate.files.load(Ordering::Relaxed).max(1);
        self.gate.lock().limit.limit().div_ceil(files) + 1
    }

    /// Waits for a permit. `None` never happens: the gate is not closed while anyone has it.
    pub async fn enter(&self) -> Option<Permit> {
        let is_first = self.held.load(Ordering::Relaxed) == 0;
        let waits_first = is_first.then(|| WaitsFirst::of(&self.first_waits)).flatten();
        let (permits, beyond) = (Arc::clone(&self.gate.permits), Arc::clone(&self.gate.beyond));
        let (permit, beyond) = if waits_first.is_some() {
            tokio::select! {
                biased;
                permit = permits.acquire_owned() => (permit, false),
                permit = beyond.acquire_owned() => (permit, true),
            }
        } else {
            (permits.acquire_owned().await, false)
        };
        self.held.fetch_add(1, Ordering::Relaxed);
        Some(Permit { permit: permit.ok()?, beyond, _held: Held(Arc::clone(&self.held)) })
    }

    /// A part went well.
    pub fn succeeded(&self, permit: Permit, bytes: u64) {
        let mut state = self.gate.lock();
        let busy = self.gate.permits.available_permits() == 0;
        state.limit.succeeded(Instant::now(), bytes, busy);
        self.settle(&mut state, permit);
    }

    /// The server or the line is in trouble: fewer at once from now on.
    pub fn in_trouble(&self, permit: Permit) {
        let mut state = self.gate.lock();
        state.limit.in_trouble(Instant::now());
        self.settle(&mut state, permit);
    }

    fn settle(&self, state: &mut State, permit: Permit) {
        let wanted = state.limit.limit();
        if wanted < state.given && !permit.beyond {
            state.given -= 1;
            permit.permit.forget();
        } else if wanted > state.given {
            self.gate.permits.add_permits(wanted - state.given);
            state.given = wanted;
        }
    }
}

impl Drop for AtTheGate<'_> {
    fn drop(&mut self) {
        self.gate.files.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One part may be on the line.
#[derive(Debug)]
pub struct Permit {
    permit: OwnedSemaphorePermit,
    beyond: bool,
    _held: Held,
}

#[derive(Debug)]
struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Of several parts of a file that has no permit yet, one waits as its first.
struct WaitsFirst<'a>(&'a AtomicBool);

impl<'a> WaitsFirst<'a> {
    fn of(waits: &'a AtomicBool) -> Option<Self> {
        (!waits.swap(true, Ordering::Relaxed)).then_some(Self(waits))
    }
}

impl Drop for WaitsFirst<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

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
        let file = gate.join();
        let mut permits = Vec::new();
        for _ in 0..8 {
            permits.push(file.enter().await.unwrap());
        }
        file.in_trouble(permits.pop().unwrap());
        assert_eq!(gate.permits.available_permits(), 0, "seven are still out, four are wanted");
        while let Some(permit) = permits.pop() {
            file.succeeded(permit, 1);
        }
        assert_eq!(gate.permits.available_permits(), 4);
    }

    #[tokio::test]
    async fn a_file_of_which_nothing_is_on_the_line_does_not_wait_for_parts_of_others() {
        let gate = Gate::new(4, 2, 16);
        let (busy, new, newer) = (gate.join(), gate.join(), gate.join());
        let mut permits = Vec::new();
        for _ in 0..4 {
            permits.push(busy.enter().await.unwrap());
        }
        let mut waits = Box::pin(busy.enter());
        assert!((&mut waits).now_or_never().is_none());
        let first = new.enter().now_or_never().flatten().expect("its first part may go");
        assert!(new.enter().now_or_never().is_none(), "its second one waits as all do");
        let mut newer_waits = Box::pin(newer.enter());
        assert!((&mut newer_waits).now_or_never().is_none(), "there is one beyond the limit");
        new.succeeded(first, 1);
        assert!(newer_waits.now_or_never().is_some(), "and it goes on to the next");
        drop(permits);
        assert!(waits.now_or_never().is_some());
    }
}
