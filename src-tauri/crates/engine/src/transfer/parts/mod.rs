//! Sends a file in parts (companion-s3-multipart.md): what the server has already is verified and kept, the rest goes
//! out side by side, and every part is compared with what the store says it has.

mod addresses;
mod hasher;
mod one_part;
mod plan;
mod verify;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use canto_api::{ApiError, ErrorKind, OpenUpload, PartsServer, upload_is_gone};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use md5::{Digest, Md5};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use unicode_normalization::UnicodeNormalization;

use self::addresses::Addresses;
use self::hasher::Hashed;
use self::one_part::{PartTrouble, send_part};
use self::plan::{Plan, smaller_part};
use self::verify::{Verified, missing, resume_from, verify};
use super::failure::{failure_of, may_have_arrived};
use super::progress::Counts;
use super::source::Source;
use super::stop::obey;
use super::upload::{TransferContext, failed, failed_with, source_trouble};
use crate::clock::Millis;
use crate::error::{ErrorCode, Failure};
use crate::platform::file_identity::file_identity;
use crate::queue::message::{ClaimedJob, PartsReport, Report, ToOwner};
use crate::session::Tenant;
use crate::store::parts::{self as rows, Parts, UploadRow};

pub use self::plan::is_worth_parts;

/// An upload that the server was asked to complete and does not know any more was most likely completed: the asset is
/// looked for so long before the file is sent again.
const COMPLETED_PATIENCE: Millis = 15 * 60_000;
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
}

impl From<Report> for Turn {
    fn from(report: Report) -> Self {
        Self::Report(report)
    }
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
        let mut lost = 0;
        while lost < MOST_BEGINNINGS {
            match self.once().await {
                Ok(report) | Err(Turn::Report(report)) => return report,
                Err(Turn::BeginAnew) => lost += 1,
                // Ends by itself: each time the parts are smaller.
                Err(Turn::CutSmaller) => {}
            }
        }
        failed_with(Failure::new(ErrorCode::TenantBusy).because("the server lost the upload several times"))
    }

    async fn once(&self) -> Result<Report, Turn> {
        let (upload, plan, verified) = match self.resume().await? {
            Some(resumed) => resumed,
            None => {
                let (upload, plan) = self.begin().await?;
                (upload, plan, Verified::default())
            }
        };
        let Verified { kept, unrecorded, unfit } = verified;
        for number in unfit {
            self.tell(PartsReport::Unfit { number });
        }
        for part in unrecorded {
            self.tell(PartsReport::Stored { part });
        }
        let from = resume_from(&kept);
        let (whole, parts) = self.send_missing(&upload.open, plan, kept, from).await?;
        self.complete(&upload.open, whole, &parts).await
    }

    /// What an earlier run left, if it can be gone on with.
    async fn resume(&self) -> Result<Option<(UploadRow, Plan, Verified)>, Turn> {
        let id = self.job.id;
        let known = self.context.readers.read(move |db| rows::of_job(db, id)).await.map_err(failed_with)?;
        let Some((upload, recorded)) = known else { return Ok(None) };
        let seen = self.ready.file.seen();
        let same = upload.size == seen.size
            && upload.modified_ns == seen.modified_ns
            && upload.album == self.ready.album
            && upload.base == self.ready.server.base().as_str();
        if !same {
            // The file has changed, or goes elsewhere: nothing of it fits.
            self.give_up().await?;
            return Ok(None);
        }
        let stored = match self.ready.server.stored(&upload.open).await {
            Ok(stored) => stored,
            Err(error) if upload_is_gone(&error) => return self.gone(&upload).await.map(|()| None),
            // A server that never lists it again, for whatever reason, must not hold the file up for ever.
            Err(error) if self.job.failures >= patience_with(&error) => {
                tracing::warn!(%error, "the parts can't be listed; the upload begins anew");
                self.give_up().await?;
                return Ok(None);
            }
            Err(error) if *error.kind() == ErrorKind::NotFound => {
                return Err(failed_with(Failure::new(ErrorCode::UnexpectedAnswer).because(&error)).into());
            }
            Err(error) => return Err(failed(&error, &self.ready.tenant).into()),
        };
        let plan = Plan { size: upload.size, part_size: upload.part_size };
        self.counts.set_verifying(true);
        let verified = self.verify(plan, stored, recorded).await;
        self.counts.set_verifying(false);
        Ok(Some((upload, plan, verified?)))
    }

    /// The server does not know an upload that an earlier run has begun.
    async fn gone(&self, upload: &UploadRow) -> Result<(), Turn> {
        if let Some((asked_at, _)) = upload.completing
            && self.context.world.now() - asked_at < COMPLETED_PATIENCE
        {
            let failure = Failure::new(ErrorCode::NetworkInterrupted).because("completed, or lost");
            return Err(Report::AnswerLost { failure }.into());
        }
        self.tell_durably(PartsReport::Gone).await
    }

    async fn verify(
        &self,
        plan: Plan,
        stored: BTreeMap<u32, canto_api::StoredPart>,
        recorded: Parts,
    ) -> Result<Verified, Turn> {
        let (file, counts, stop) = (Arc::clone(&self.ready.file), self.counts.clone(), self.stop.clone());
        let verified =
            tokio::task::spawn_blocking(move || verify(&file, plan, &stored, &recorded, &counts, &stop));
        match verified.await {
            Ok(Ok(Some(verified))) => Ok(verified),
            Ok(Ok(None)) => Err(Report::Stopped { unsure: false }.into()),
            Ok(Err(error)) => Err(self.source_failed(&error)),
            Err(error) => Err(failed_with(Failure::new(ErrorCode::Internal).because(error)).into()),
        }
    }

    async fn begin(&self) -> Result<(UploadRow, Plan), Turn> {
        let PartsReady { tenant, server, album, file } = self.ready;
        let seen = file.seen();
        let plan = Plan::new(seen.size, self.context.line.get(), tenant.largest_part())
            .ok_or_else(|| failed_with(Failure::new(ErrorCode::TooLarge).with("size", seen.size)))?;
        let name: String = self.job.name.nfc().collect();
        // What the fields of a form would say (companion-s3-multipart.md, last paragraph).
        let mut metadata = vec![("file_name", name.clone()), ("album_id", album.clone())];
        if !self.job.context.tags.is_empty() {
            metadata.push(("tag", self.job.context.tags.join(",")));
        }
        let open = server
            .begin(&self.job.attempt.key_tail, "application/octet-stream", &metadata)
            .await
            .map_err(|error| failed(&error, tenant))?;
        let path = file.path().to_path_buf();
        let file_id = tokio::task::spawn_blocking(move || file_identity(&path)).await.unwrap_or_default();
        let upload = UploadRow {
            job: self.job.id,
            base: server.base().to_string(),
            open,
            album: album.clone(),
            size: seen.size,
            modified_ns: seen.modified_ns,
            file_id,
            part_size: plan.part_size,
            begun_at: self.context.world.now(),
            completing: None,
        };
        self.tell_durably(PartsReport::Begun { upload: Box::new(upload.clone()) }).await?;
        Ok((upload, plan))
    }

    /// Sends what the server lacks; returns the MD5 of the whole and every part.
    async fn send_missing(
        &self,
        open: &OpenUpload,
        plan: Plan,
        mut parts: Parts,
        from: hasher::From,
    ) -> Result<([u8; 16], Parts), Turn> {
        let wanted = missing(plan, &parts);
        let numbers = wanted.iter().copied().collect();
        let addresses = Addresses::new(self.ready.server.clone(), open.clone(), numbers);
        let crew = self.context.crew.clone();
        let mut sums = hasher::start(Arc::clone(&self.ready.file), plan, wanted, from, crew);
        let place = self.context.gate.join();
        let http = self.context.tenants.network().objects();
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
                        sending.push(send_part(self.context, &http, &addresses, file, plan, part, self.counts));
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
                Ok(Report::Stored { md5: whole, etag_matched, at: self.context.world.now() })
            }
            Err(error) if upload_is_gone(&error) || may_have_arrived(&error) => {
                Ok(Report::AnswerLost { failure: failure_of(&error) })
            }
            // The store knows other parts than were sent: a fresh look at what it has.
            Err(error) if *error.kind() == ErrorKind::BadRequest => {
                self.completing.store(false, Ordering::Relaxed);
                tracing::warn!(%error, "the server does not complete the upload");
                self.give_up().await?;
                Err(Turn::BeginAnew)
            }
            Err(error) => Ok(failed(&error, &self.ready.tenant)),
        }
    }

    async fn part_failed(&self, trouble: PartTrouble) -> Result<Turn, Turn> {
        match trouble {
            PartTrouble::Report(report) => Ok(Turn::Report(*report)),
            PartTrouble::Gone => {
                self.tell_durably(PartsReport::Gone).await?;
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

/// Failures in a row after which an upload whose parts can't be listed is given up.
fn patience_with(error: &ApiError) -> u32 {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::BadRequest | ErrorKind::UnexpectedAnswer => 3,
        ErrorKind::ServerBusy { .. } => 8,
        _ => u32::MAX,
    }
}

/// What S3 calls the whole: the MD5 of the parts' MD5s, and their number.
fn composite_etag(parts: &Parts) -> String {
    let mut all = Md5::new();
    for part in parts.values() {
        all.update(part.md5);
    }
    format!("{}-{}", hex::encode(all.finalize()), parts.len())
}

fn is_composite(etag: &str) -> bool {
    etag.split_once('-').is_some_and(|(sum, count)| sum.len() == 32 && count.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_composite_etag_is_that_of_s3() {
        // Two parts, `a` and `b`, as AWS documents the rule.
        let part = |number, bytes: &[u8]| {
            let md5 = Md5::digest(bytes).into();
            (number, rows::PartRow { number, md5, etag: String::new(), quick: 0, md5_until: None })
        };
        let parts = Parts::from([part(1, b"a"), part(2, b"b")]);
        let all = [Md5::digest(b"a"), Md5::digest(b"b")].concat();
        assert_eq!(composite_etag(&parts), format!("{}-2", hex::encode(Md5::digest(all))));
        assert!(is_composite(&composite_etag(&parts)));
        assert!(!is_composite("0123"));
    }
}
