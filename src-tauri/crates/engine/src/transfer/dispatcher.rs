//! Starts transfers as permits allow, and stops them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::permits::{AdaptiveLimit, MOST_LARGE_FILES};
use super::progress::{Board, Counts};
use super::source;
use super::upload::{TransferContext, upload};
use crate::error::{ErrorCode, Failure};
use crate::model::JobId;
use crate::network::reachability::{Heard, Lost, Way};
use crate::queue::message::{ClaimedJob, Report, ToOwner, ToTransfers};
use crate::queue::{SMALL_FILE, concerns_the_way};

const READ_TOGETHER: usize = 16;

struct Lane {
    large: bool,
    limit: AdaptiveLimit,
    running: usize,
    ready: VecDeque<ClaimedJob>,
    asked: bool,
    dry: bool,
}

impl Lane {
    fn new(large: bool, limit: AdaptiveLimit) -> Self {
        Self { large, limit, running: 0, ready: VecDeque::new(), asked: false, dry: false }
    }

    /// How many jobs to ask for. Small ones are asked for ahead; a large one is only taken when it can start.
    fn wanted(&self) -> usize {
        if self.asked || self.dry {
            return 0;
        }
        let limit = self.limit.limit();
        let free = limit.saturating_sub(self.running + self.ready.len());
        if self.large {
            return free;
        }
        if self.ready.len() * 2 <= limit { (free + limit).max(16) } else { 0 }
    }
}

struct Ended {
    job: JobId,
    large: bool,
    bytes: u64,
    report: Report,
    outcome: Outcome,
}

enum Outcome {
    Well,
    InTrouble,
    WayLost(Lost),
    Neither,
}

/// The task that owns the permits.
pub struct Dispatcher {
    context: Arc<TransferContext>,
    board: Arc<Board>,
    probe: UnboundedSender<Heard>,
    /// Told to the owner together, once nothing more has ended at the moment.
    reports: Vec<(JobId, Report)>,
    lanes: [Lane; 2],
    tasks: JoinSet<Ended>,
    stops: HashMap<JobId, CancellationToken>,
    offline: Arc<AtomicBool>,
    rests: bool,
}

impl Dispatcher {
    pub fn new(context: Arc<TransferContext>, board: Arc<Board>, probe: UnboundedSender<Heard>) -> Self {
        Self {
            context,
            board,
            probe,
            reports: Vec::new(),
            // measurements.md part C: small files up to 128 in flight. Large ones more than the 2 to 4 that a line
            // needs, since their checksums go side by side.
            lanes: [
                Lane::new(false, AdaptiveLimit::new(16, 2, 128)),
                Lane::new(true, AdaptiveLimit::new(4, 1, MOST_LARGE_FILES)),
            ],
            tasks: JoinSet::new(),
            stops: HashMap::new(),
            offline: Arc::default(),
            rests: false,
        }
    }

    /// Works until the owner is gone or `quit` is cancelled; then stops every transfer and waits for it.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<ToTransfers>, quit: CancellationToken) {
        self.ask();
        loop {
            tokio::select! {
                () = quit.cancelled() => break,
                message = inbox.recv() => match message {
                    Some(message) => self.hear(message),
                    None => break,
                },
                Some(ended) = self.tasks.join_next() => self.ended(ended),
            }
            while let Some(ended) = self.tasks.try_join_next() {
                self.ended(ended);
            }
            self.report();
            self.start();
            self.ask();
        }
        self.stop_all();
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
        self.report();
    }

    fn report(&mut self) {
        if !self.reports.is_empty() {
            let reports = std::mem::take(&mut self.reports);
            drop(self.context.owner.send(ToOwner::Reports(reports)));
        }
    }

    fn hear(&mut self, message: ToTransfers) {
        match message {
            ToTransfers::Claimed { mut small, large } => {
                if let Some(small) = &mut small {
                    read_ahead(&mut small.jobs);
                }
                for (lane, claim) in self.lanes.iter_mut().zip([small, large]) {
                    let Some(claim) = claim else { continue };
                    lane.asked = false;
                    lane.dry = claim.dry;
                    lane.ready.extend(claim.jobs);
                }
                // Asked for before the rest began.
                if self.rests {
                    self.give_back();
                }
            }
            ToTransfers::Ready => {
                for lane in &mut self.lanes {
                    lane.dry = false;
                }
            }
            ToTransfers::Online(online) => {
                self.offline.store(!online, Ordering::Relaxed);
                for lane in &mut self.lanes {
                    lane.dry = false;
                }
            }
            ToTransfers::Rest(rests) => {
                self.rests = rests;
                if rests {
                    self.stop_all();
                }
                for lane in &mut self.lanes {
                    lane.dry = false;
                }
            }
            ToTransfers::Stop(jobs) => {
                for job in jobs {
                    self.stop(job);
                }
            }
            ToTransfers::AskAgain => self.context.tenants.ask_again(),
            ToTransfers::Halt => {
                for lane in &mut self.lanes {
                    lane.ready.clear();
                    lane.asked = false;
                    lane.dry = true;
                }
                for stop in self.stops.values() {
                    stop.cancel();
                }
            }
        }
    }

    fn stop(&mut self, job: JobId) {
        if let Some(stop) = self.stops.get(&job) {
            stop.cancel();
            return;
        }
        for lane in &mut self.lanes {
            if let Some(at) = lane.ready.iter().position(|ready| ready.id == job) {
                lane.ready.remove(at);
                drop(self.context.owner.send(ToOwner::Report(job, Report::Stopped { unsure: false })));
            }
        }
    }

    /// What was handed out and has not begun.
    fn give_back(&mut self) {
        let waiting: Vec<_> = self.lanes.iter_mut().flat_map(|lane| lane.ready.drain(..)).collect();
        let reports = waiting.into_iter().map(|job| (job.id, Report::Stopped { unsure: false })).collect();
        drop(self.context.owner.send(ToOwner::Reports(reports)));
    }

    fn stop_all(&mut self) {
        self.give_back();
        for stop in self.stops.values() {
            stop.cancel();
        }
    }

    /// Asks the owner for work for both lanes at once.
    fn ask(&mut self) {
        if self.rests || self.offline.load(Ordering::Relaxed) {
            return;
        }
        let [small, large] = &self.lanes;
        let (wanted_small, wanted_large) = (small.wanted(), large.wanted());
        if wanted_small == 0 && wanted_large == 0 {
            return;
        }
        for (lane, wanted) in self.lanes.iter_mut().zip([wanted_small, wanted_large]) {
            lane.asked |= wanted > 0;
        }
        drop(self.context.owner.send(ToOwner::Claim { small: wanted_small, large: wanted_large }));
    }

    fn start(&mut self) {
        for at in 0..self.lanes.len() {
            while let Some(job) = self.next_of(at) {
                let stop = CancellationToken::new();
                self.stops.insert(job.id, stop.clone());
                let counts = self.board.begin(job.id, job.size);
                let context = Arc::clone(&self.context);
                self.tasks.spawn(run_one(context, job, counts, stop));
            }
        }
    }

    fn next_of(&mut self, lane: usize) -> Option<ClaimedJob> {
        if self.rests || self.offline.load(Ordering::Relaxed) {
            return None;
        }
        let lane = self.lanes.get_mut(lane)?;
        if lane.running >= lane.limit.limit() {
            return None;
        }
        let job = lane.ready.pop_front()?;
        lane.running += 1;
        Some(job)
    }

    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        let Ok(ended) = ended else {
            // A panic in a transfer: its job stays as it is in the database and is looked up at the next start.
            tracing::error!("a transfer ended early");
            return;
        };
        self.reports.push((ended.job, ended.report));
        self.stops.remove(&ended.job);
        self.board.end(ended.job, ended.bytes);
        let now = Instant::now();
        let Some(lane) = self.lanes.get_mut(usize::from(ended.large)) else { return };
        let busy = lane.running >= lane.limit.limit();
        lane.running = lane.running.saturating_sub(1);
        match ended.outcome {
            Outcome::Well => lane.limit.succeeded(now, ended.bytes, busy),
            Outcome::InTrouble => lane.limit.in_trouble(now),
            Outcome::WayLost(lost) => self.way_lost(lost),
            Outcome::Neither => {}
        }
    }

    /// No new transfers until the probe has found the way open again; where it is not sure, the probe decides first.
    fn way_lost(&mut self, lost: Lost) {
        if lost.sure && self.offline.swap(true, Ordering::Relaxed) {
            return;
        }
        // The probe ends only with the engine.
        self.probe.send(Heard::Lost(lost)).unwrap_or_default();
    }
}

/// Opens small files some at a time on a blocking thread, so that not each of them costs a change of threads, and
/// their sums are made side by side.
fn read_ahead(jobs: &mut [ClaimedJob]) {
    for jobs in jobs.chunks_mut(READ_TOGETHER) {
        let mut wanted = Vec::with_capacity(jobs.len());
        for job in jobs {
            let (opened, receiver) = oneshot::channel();
            job.opened = Some(receiver);
            wanted.push((job.dir.join(&job.name), opened));
        }
        tokio::task::spawn_blocking(move || {
            // A job that was stopped meanwhile needs its file no more.
            wanted.retain(|(_, opened)| !opened.is_closed());
            let (paths, replies): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
            for (opened, reply) in source::open_together(&paths).into_iter().zip(replies) {
                drop(reply.send(opened));
            }
        });
    }
}

/// The way that a failure concerns.
async fn way_of(context: &TransferContext, job: &ClaimedJob, failure: &Failure) -> Option<Lost> {
    let objects = failure.params.get("way").is_some_and(|way| way == "objects");
    let way = if objects {
        Way::Objects(failure.params.get("address").and_then(|address| Url::parse(address).ok())?)
    } else {
        Way::Tenant(context.tenants.get(job.context.account).await.ok()?.client.clone())
    };
    Some(Lost { way, failure: failure.clone(), sure: concerns_the_way(failure.code) })
}

async fn run_one(
    context: Arc<TransferContext>,
    mut job: ClaimedJob,
    counts: Arc<Counts>,
    stop: CancellationToken,
) -> Ended {
    let report = upload(&context, &mut job, &counts, &stop).await;
    let (bytes, outcome) = match &report {
        Report::Stored { .. } => (counts.sent_so_far().max(job.size.min(SMALL_FILE)), Outcome::Well),
        Report::Failed { failure, .. }
            if concerns_the_way(failure.code) || failure.code == ErrorCode::UnexpectedAnswer =>
        {
            (0, way_of(&context, &job, failure).await.map_or(Outcome::Neither, Outcome::WayLost))
        }
        Report::Failed { failure, .. } | Report::AnswerLost { failure } => {
            let trouble = matches!(
                failure.code,
                ErrorCode::TenantBusy | ErrorCode::NetworkTimeout | ErrorCode::NetworkInterrupted
            );
            (0, if trouble { Outcome::InTrouble } else { Outcome::Neither })
        }
        _ => (0, Outcome::Neither),
    };
    Ended { job: job.id, large: job.size > SMALL_FILE, bytes, report, outcome }
}
