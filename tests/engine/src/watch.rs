//! Waits for what the engine tells.

use std::sync::Arc;

use engine::EngineHandle;
use engine::event::EngineEvent;
use engine::handle::Subscription;
use engine::model::{BatchId, BatchView, JobQuery, JobStateKind};

use crate::PATIENCE;

/// Waits for what happens.
pub struct Watch {
    pub subscription: Subscription,
    pub(crate) handle: EngineHandle,
}

impl Watch {
    /// Waits until a batch is settled.
    pub async fn finished(&mut self, batch: BatchId) -> BatchView {
        self.until(batch, |view| view.state == engine::model::BatchState::Finished).await
    }

    /// Waits until a batch looks as wanted.
    pub async fn until(&mut self, batch: BatchId, wanted: impl Fn(&BatchView) -> bool) -> BatchView {
        let wait = async {
            loop {
                let view = self.handle.batch(batch).await.unwrap();
                if wanted(&view) {
                    return view;
                }
                self.next().await;
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(view) => view,
            Err(_) => panic!("waited too long for batch {batch}: {}", self.stuck(batch).await),
        }
    }

    /// What a batch waits for, for the message of a failed test.
    async fn stuck(&self, batch: BatchId) -> String {
        let query = JobQuery { batch: Some(batch), limit: 1_000, ..JobQuery::default() };
        let jobs = self.handle.list_jobs(query).await.unwrap().jobs;
        let open: Vec<String> = jobs
            .into_iter()
            .filter(|job| job.state != JobStateKind::Done)
            .map(|job| format!("{} {}/{} {:?} {:?}", job.id, job.folder, job.name, job.state, job.failure))
            .collect();
        format!("{:#?}\n{}", self.handle.batch(batch).await.map(|view| view.totals), open.join("\n"))
    }

    /// Waits until so many jobs of a batch are in a state.
    pub async fn count(&mut self, batch: BatchId, state: JobStateKind, count: u64) -> BatchView {
        self.until(batch, |view| view.totals.count(state) >= count).await
    }

    /// The next event; one that was missed counts as any.
    pub async fn next(&mut self) -> Option<Arc<EngineEvent>> {
        let event = tokio::time::timeout(PATIENCE, self.subscription.events.recv()).await;
        event.unwrap_or_else(|_| panic!("nothing happens any more")).ok()
    }
}
