//! Sends a file in parts (companion-s3-multipart.md): what the server has already is verified and kept, the rest goes
//! out side by side, and every part is compared with what the store says it has.

mod addresses;
mod etag;
mod hasher;
mod known;
mod one_part;
mod opening;
mod plan;
mod trial;
mod verify;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use canto_api::{ApiError, ErrorKind, OpenUpload, PartsServer};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use self::addresses::Addresses;
use self::etag::{composite_etag, is_composite};
use self::hasher::Hashed;
use self::one_part::{Cut, PartTrouble, send_part};
use self::plan::smaller_part;
use self::verify::{Verified, missing, resume_from};
use super::failure::{failure_of, may_have_arrived};
use super::progress::Counts;
use super::rights::upload_withdrawn;
use super::source::Source;
use super::stop::obey;
use super::upload::{TransferContext, failed_on, failed_with, source_trouble};
use crate::error::{ErrorCode, Failure};
use crate::queue::message::{ClaimedJob, PartsReport, Report, ToOwner};
use crate::session::Tenant;
use crate::store::fingerprints::Fingerprint;
use crate::store::parts::{self as rows, Parts};

pub use self::opening::unless_put_together;
pub use self::plan::{Plan, is_worth_parts};
pub use self::trial::{Trial, half_of, until};

/// A file whose upload the server loses again and again fails for now.
const MOST_BEGINNINGS: u32 = 3;

/// What was found out before the first byte.
pub struct PartsReady {
    pub tenant: Arc<Tenant>,
    pub server: PartsServer,
    pub album: String,
    pub file: Arc<Source>,
}

/// Sends a prepared job's file, going on where an earlier run ended.
pub async fn send(
    context: &TransferContext,
    job: &ClaimedJob,
    ready: PartsReady,
    counts: &Counts,
    stop: &CancellationToken,
) -> Report {
    counts.set_resumable();
    let completing = AtomicBool::new(false);
    let run = Run { context, job, ready: &ready, counts, stop, completing: &completing };
    match obey(run.to_its_end().boxed(), stop, || completing.load(Ordering::Relaxed)).await {
        Ok(report) | Err(report) => report,
    }
}

/// Why a run does not go on as it is.
enum Turn {
    /// This is what came of it.
    Report(Report),
    /// The upload can't be gone on with; another one may.
    BeginAnew,
    /// The server refuses parts of this size; smaller ones may do.
    CutSmaller,
    /// The store knows other parts than were sent.
    CompletionRefused,
}

impl From<Report> for Turn {
    fn from(report: Report) -> Self {
        Self::Report(report)
    }
}

/// The sums of the parts to be sent, in their order, and of the whole.
struct Sums {
    said: mpsc::Receiver<io::Result<Hashed>>,
    /// They were not made of the bytes just now.
    remembered: bool,
}

struct Run<'a> {
    context: &'a TransferContext,
    job: &'a ClaimedJob,
    ready: &'a PartsReady,
    counts: &'a Counts,
    stop: &'a CancellationToken,
    completing: &'a AtomicBool,
}

impl Run<'_> {
    async fn to_its_end(&self) -> Report {
        let (mut lost, mut refused) = (0, false);
        while lost < MOST_BEGINNINGS {
            match self.once().await {
                Ok(report) | Err(Turn::Report(report)) => return report,
                Err(Turn::BeginAnew) => lost += 1,
                // Ends by itself: each time the parts are smaller.
                Err(Turn::CutSmaller) => {}
                // Once, what it has is listed and compared, and what it lacks is sent again: seldom all of a large file.
                Err(Turn::CompletionRefused) if !refused => refused = true,
                Err(Turn::CompletionRefused) => {
                    if let Err(Turn::Report(report)) = self.give_up().await {
                        return report;
                    }
                    lost += 1;
                }
            }
        }
        failed_with(Failure::new(ErrorCode::TenantBusy).because("the server lost the upload several times"))
    }

    async fn once(&self) -> Result<Report, Turn> {
        let resumed = self.resume().await?;
        let known = self.known_sums().await?;
        let (upload, plan, kept, sums) = match resumed {
            Some((upload, plan, Verified { kept, unrecorded, unfit })) => {
                for number in unfit {
                    self.tell(PartsReport::Unfit { number });
                }
                for part in unrecorded {
                    self.tell(PartsReport::Stored { part });
                }
                let sums = self.sums(plan, &kept, known);
                (upload, plan, kept, sums)
            }
            None => {
                let plan = self.plan(known.as_ref())?;
                // Made while the server is asked, so that the first part goes out with the answer.
                let sums = self.sums(plan, &Parts::new(), known);
                (self.begin(plan).await?, plan, Parts::new(), sums)
            }
        };
        let (whole, parts) = self.send_missing(&upload.open, plan, kept, sums).await?;
        self.complete(&upload.open, whole, &parts).await
    }

    /// Starts to say the sums of the parts that are not kept.
    fn sums(&self, plan: Plan, kept: &Parts, known: Option<Fingerprint>) -> Sums {
        let (file, wanted) = (Arc::clone(&self.ready.file), missing(plan, kept));
        match known.filter(|known| known::fits(known, plan)) {
            Some(known) => Sums { said: known::start(file, plan, wanted, known), remembered: true },
            None => {
                let crew = self.context.crew.clone();
                Sums { said: hasher::start(file, plan, wanted, resume_from(kept), crew), remembered: false }
            }
        }
    }

    /// Sends what the server lacks; returns the MD5 of the whole and every part.
    async fn send_missing(
        &self,
        open: &OpenUpload,
        plan: Plan,
        mut parts: Parts,
        Sums { said: mut sums, remembered }: Sums,
    ) -> Result<([u8; 16], Parts), Turn> {
        let numbers = missing(plan, &parts).into_iter().collect();
        let addresses = Addresses::new(self.ready.server.clone(), open.clone(), numbers);
        let place = self.context.gate.join();
        let mut sending = FuturesUnordered::new();
        let mut whole = None;
        loop {
            tokio::select! {
                Some(sent) = sending.next(), if !sending.is_empty() => {
                    let part: rows::PartRow = match sent {
                        Ok(sent) => sent,
                        Err(trouble) => return Err(self.part_failed(trouble).await?),
                    };
                    parts.insert(part.number, part.clone());
                    self.tell(PartsReport::Stored { part });
                }
                sum = sums.recv(), if whole.is_none() && sending.len() < place.share() => match sum {
                    Some(Ok(Hashed::Part(part))) => {
                        let file = &self.ready.file;
                        let cut = Cut { plan, part, remembered };
                        sending.push(send_part(self.context, &place, &addresses, file, cut, self.counts));
                    }
                    Some(Ok(Hashed::Whole(md5))) => whole = Some(md5),
                    Some(Err(error)) => return Err(self.source_failed(&error)),
                    None => {
                        let failure = Failure::new(ErrorCode::Internal).because("no checksum came");
                        return Err(failed_with(failure).into());
                    }
                },
                else => break,
            }
        }
        match whole {
            Some(whole) if parts.len() == plan.count() as usize => Ok((whole, parts)),
            _ => Err(failed_with(Failure::new(ErrorCode::Internal).because("parts are missing")).into()),
        }
    }

    /// Has the server put the parts together: the moment from which an asset may appear.
    async fn complete(&self, open: &OpenUpload, whole: [u8; 16], parts: &Parts) -> Result<Report, Turn> {
        let file = Arc::clone(&self.ready.file);
        let checked = tokio::task::spawn_blocking(move || file.check()).await;
        match checked {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(self.source_failed(&error)),
            Err(error) => return Err(failed_with(Failure::new(ErrorCode::Internal).because(error)).into()),
        }
        self.tell_durably(PartsReport::Completing { md5: whole }).await?;
        self.completing.store(true, Ordering::Relaxed);
        let etags: Vec<(u32, String)> = parts.values().map(|part| (part.number, part.etag.clone())).collect();
        match self.ready.server.complete(open, &etags).await {
            Ok(etag) => {
                // The whole is named where the server tells it; its parts always were.
                let whole_matched = etag
                    .filter(|etag| is_composite(etag))
                    .is_none_or(|theirs| theirs.eq_ignore_ascii_case(&composite_etag(parts)));
                let etag_matched = whole_matched && parts.values().all(rows::PartRow::etag_is_md5);
                if !whole_matched {
                    tracing::warn!("the object store names another checksum of the whole");
                }
                let file = &self.ready.file;
                let (stamp, _) = self.context.known(file.path(), file.seen(), false).await;
                Ok(Report::Stored { md5: whole, etag_matched, at: self.context.world.now(), stamp })
            }
            // A bare 404 may mean that an earlier call, whose answer was lost, did it.
            Err(error)
                if may_have_arrived(&error)
                    || *error.kind() == ErrorKind::NotFound
                    || self.is_gone(open, &error).await =>
            {
                Ok(Report::AnswerLost { failure: failure_of(&error) })
            }
            Err(error) if *error.kind() == ErrorKind::BadRequest => {
                self.completing.store(false, Ordering::Relaxed);
                tracing::warn!(%error, "the server does not complete the upload");
                Err(Turn::CompletionRefused)
            }
            Err(error) => Ok(self.failed(&error)),
        }
    }

    async fn part_failed(&self, trouble: PartTrouble) -> Result<Turn, Turn> {
        match trouble {
            PartTrouble::Report(report) => Ok(Turn::Report(*report)),
            PartTrouble::NotSigned(error) => Ok(Turn::Report(self.failed(&error))),
            PartTrouble::Gone => {
                self.tell_durably(PartsReport::Gone).await?;
                Ok(Turn::BeginAnew)
            }
            PartTrouble::Unusable(why) => {
                tracing::warn!(why, "files go by form from now on");
                self.give_up().await?;
                self.ready.tenant.parts_are_unusable();
                Ok(Turn::Report(failed_with(Failure::new(ErrorCode::TenantBusy).because(why))))
            }
            PartTrouble::OtherBytes => {
                tracing::warn!("the file has other bytes than it had at the same time and size");
                self.tell(PartsReport::SumsWrong);
                self.give_up().await?;
                Ok(Turn::BeginAnew)
            }
            PartTrouble::TooLarge(length) => {
                self.give_up().await?;
                let Some(most) = smaller_part(length) else {
                    let failure = Failure::new(ErrorCode::TooLarge).with("size", length);
                    return Ok(Turn::Report(failed_with(failure)));
                };
                self.ready.tenant.lower_largest_part(most);
                Ok(Turn::CutSmaller)
            }
        }
    }

    /// Parts of an older content are of no use.
    fn source_failed(&self, error: &std::io::Error) -> Turn {
        failed_with(source_trouble(error.kind(), error, self.ready.file.path())).into()
    }

    fn failed(&self, error: &ApiError) -> Report {
        if *error.kind() == ErrorKind::Forbidden && self.ready.server.elsewhere().is_none() {
            return upload_withdrawn(self.context, &self.ready.tenant, error);
        }
        failed_at(error, &self.ready.server)
    }

    async fn is_gone(&self, open: &OpenUpload, error: &ApiError) -> bool {
        self.ready.server.is_gone(&self.context.tenants.network().objects(), open, error).await
    }

    async fn give_up(&self) -> Result<(), Turn> {
        self.tell_durably(PartsReport::GivenUp).await
    }

    fn tell(&self, report: PartsReport) {
        drop(self.context.owner.send(ToOwner::Parts { job: self.job.id, report, reply: None }));
    }

    /// Waits until it is in the database.
    async fn tell_durably(&self, report: PartsReport) -> Result<(), Turn> {
        let (reply, durable) = oneshot::channel();
        let message = ToOwner::Parts { job: self.job.id, report, reply: Some(reply) };
        drop(self.context.owner.send(message));
        match durable.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => Err(failed_with(failure).into()),
            Err(_) => Err(Report::Stopped { unsure: false }.into()),
        }
    }
}

/// A failed call: the way that it concerns is the one to the server of the parts, which may be another than the tenant's.
fn failed_at(error: &ApiError, server: &PartsServer) -> Report {
    match server.elsewhere() {
        Some(probe) => failed_on(error, &probe, "objects"),
        None => failed_on(error, server.base(), "api"),
    }
}
