//! Bytes of what is running, sampled for the shells.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::event::{EngineEvent, JobProgress, ProgressFrame};
use crate::model::JobId;

/// Five frames a second.
const FRAME: Duration = Duration::from_millis(200);
/// The speed is an average over this long, so that it doesn't jump.
const SPAN: Duration = Duration::from_secs(5);
const MOST_SHOWN: usize = 200;

struct Running {
    size: u64,
    sent: Arc<AtomicU64>,
}

#[derive(Default)]
struct Figures {
    running: HashMap<JobId, Running>,
    /// Bytes of transfers that have ended.
    ended: u64,
    samples: VecDeque<(Instant, u64)>,
}

/// Where transfers count their bytes.
#[derive(Default)]
pub struct Board {
    figures: Mutex<Figures>,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transfer starts; it counts its bytes in what is returned.
    pub fn begin(&self, job: JobId, size: u64) -> Arc<AtomicU64> {
        let sent = Arc::<AtomicU64>::default();
        self.lock().running.insert(job, Running { size, sent: Arc::clone(&sent) });
        sent
    }

    /// It ended, having sent so many bytes for good.
    pub fn end(&self, job: JobId, bytes: u64) {
        let mut figures = self.lock();
        figures.running.remove(&job);
        figures.ended += bytes;
    }

    pub fn sent(&self, job: JobId) -> Option<u64> {
        self.lock().running.get(&job).map(|running| running.sent.load(Ordering::Relaxed).min(running.size))
    }

    /// A sample; `open_bytes` are the bytes of every job that is not settled.
    pub fn frame(&self, now: Instant, open_bytes: u64) -> ProgressFrame {
        let mut figures = self.lock();
        let under_way: u64 = figures.running.values().map(|job| job.sent.load(Ordering::Relaxed)).sum();
        let total = figures.ended + under_way;
        figures.samples.push_back((now, total));
        while figures.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > SPAN) {
            figures.samples.pop_front();
        }
        let speed = figures.samples.front().map_or(0, |(at, then)| {
            let seconds = now.duration_since(*at).as_secs_f64();
            if seconds < 0.1 { 0 } else { (total.saturating_sub(*then) as f64 / seconds) as u64 }
        });
        let mut jobs: Vec<JobProgress> = figures
            .running
            .iter()
            .map(|(id, job)| JobProgress {
                job: *id,
                sent: job.sent.load(Ordering::Relaxed).min(job.size),
                size: job.size,
            })
            .collect();
        let running = jobs.len() as u64;
        jobs.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.job.cmp(&b.job)));
        jobs.truncate(MOST_SHOWN);
        let seconds_left = (speed > 0).then(|| open_bytes.saturating_sub(under_way) / speed);
        ProgressFrame { jobs, running, speed, seconds_left }
    }

    /// Nothing runs and the last frame said so.
    fn is_still(&self) -> bool {
        self.lock().running.is_empty()
    }
}

/// Sends frames while something runs and someone listens.
pub async fn sample(
    board: Arc<Board>,
    events: broadcast::Sender<Arc<EngineEvent>>,
    open_bytes: Arc<AtomicU64>,
    quit: CancellationToken,
) {
    let mut ticks = tokio::time::interval(FRAME);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut still = 0u32;
    loop {
        tokio::select! {
            () = quit.cancelled() => return,
            _ = ticks.tick() => {}
        }
        still = if board.is_still() { still.saturating_add(1) } else { 0 };
        // Some more frames after the end, so that the speed is seen to go down to nothing.
        if still > 30 || events.receiver_count() == 0 {
            continue;
        }
        let frame = board.frame(Instant::now(), open_bytes.load(Ordering::Relaxed));
        drop(events.send(Arc::new(EngineEvent::Progress { frame })));
    }
}
