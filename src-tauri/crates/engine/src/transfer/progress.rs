//! Bytes of what is running, sampled for the shells.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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

/// Where one transfer counts its bytes. Clones share the counters.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Taken by the connection in this run.
    pub sent: Arc<AtomicU64>,
    /// With the server from earlier runs, and compared with the local file.
    kept: Arc<AtomicU64>,
    /// What is there already is being compared.
    verifying: Arc<AtomicBool>,
    resumable: Arc<AtomicBool>,
    /// Numbers of the parts that are on their way.
    parts: Arc<Mutex<BTreeSet<u32>>>,
}

/// A part is on its way until this is dropped.
#[derive(Debug)]
pub struct OnItsWay {
    parts: Arc<Mutex<BTreeSet<u32>>>,
    number: u32,
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

impl Counts {
    pub fn sends_part(&self, number: u32) -> OnItsWay {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
        OnItsWay { parts: Arc::clone(&self.parts), number }
    }

    /// So many bytes need not be sent again.
    pub fn keep(&self, bytes: u64) {
        self.kept.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The server keeps what was sent.
    pub fn set_resumable(&self) {
        self.resumable.store(true, Ordering::Relaxed);
    }

    /// Comparing begins or ends; what an earlier comparison kept is forgotten.
    pub fn set_verifying(&self, verifying: bool) {
        if verifying {
            self.kept.store(0, Ordering::Relaxed);
        }
        self.verifying.store(verifying, Ordering::Relaxed);
    }

    /// Bytes that stay with the server when the transfer ends before the file does.
    pub fn sent_so_far(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn there(&self) -> u64 {
        self.sent.load(Ordering::Relaxed) + self.kept.load(Ordering::Relaxed)
    }
}

struct Running {
    size: u64,
    counts: Arc<Counts>,
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
    pub fn begin(&self, job: JobId, size: u64) -> Arc<Counts> {
        let counts = Arc::<Counts>::default();
        self.lock().running.insert(job, Running { size, counts: Arc::clone(&counts) });
        counts
    }

    /// It ended, having sent so many bytes for good.
    pub fn end(&self, job: JobId, bytes: u64) {
        let mut figures = self.lock();
        figures.running.remove(&job);
        figures.ended += bytes;
    }

    pub fn sent(&self, job: JobId) -> Option<u64> {
        self.lock().running.get(&job).map(|running| running.counts.there().min(running.size))
    }

    /// Numbers of a job's parts that are on their way.
    pub fn parts_on_their_way(&self, job: JobId) -> Vec<u32> {
        let parts = self.lock().running.get(&job).map(|running| Arc::clone(&running.counts.parts));
        let numbers = |parts: Arc<Mutex<BTreeSet<u32>>>| {
            parts.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
        };
        parts.map(numbers).unwrap_or_default()
    }

    /// A sample; `open_bytes` are the bytes of every job that is not settled.
    pub fn frame(&self, now: Instant, open_bytes: u64) -> ProgressFrame {
        let mut figures = self.lock();
        let under_way: u64 = figures.running.values().map(|job| job.counts.sent_so_far()).sum();
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
                sent: job.counts.there().min(job.size),
                size: job.size,
                verifying: job.counts.verifying.load(Ordering::Relaxed),
                resumable: job.counts.resumable.load(Ordering::Relaxed),
            })
            .collect();
        let running = jobs.len() as u64;
        jobs.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.job.cmp(&b.job)));
        jobs.truncate(MOST_SHOWN);
        let there: u64 = figures.running.values().map(|job| job.counts.there()).sum();
        let seconds_left = (speed > 0).then(|| open_bytes.saturating_sub(there) / speed);
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
