//! Every task has a name; an early end is noticed, and a stop waits for all.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Keeps the engine's tasks.
#[derive(Clone, Debug)]
pub struct Supervisor {
    tracker: TaskTracker,
    quit: CancellationToken,
    ended_early: UnboundedSender<&'static str>,
}

impl Supervisor {
    /// With it comes the list of tasks that end before they should.
    pub fn new() -> (Self, UnboundedReceiver<&'static str>) {
        let (ended_early, early) = unbounded_channel();
        (Self { tracker: TaskTracker::new(), quit: CancellationToken::new(), ended_early }, early)
    }

    /// Cancelled when the engine stops.
    pub fn quit(&self) -> CancellationToken {
        self.quit.clone()
    }

    /// Runs a task until it ends; a panic ends only it.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let (quit, early) = (self.quit.clone(), self.ended_early.clone());
        self.tracker.spawn(async move {
            let result = AssertUnwindSafe(task).catch_unwind().await;
            if result.is_err() || !quit.is_cancelled() {
                tracing::error!(task = name, panicked = result.is_err(), "a task ended early");
                // Nobody listening any more means that the engine is stopping.
                early.send(name).unwrap_or_default();
            }
        });
    }

    /// Tells every task to stop and waits until all have.
    pub async fn stop(&self) {
        self.quit.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}
