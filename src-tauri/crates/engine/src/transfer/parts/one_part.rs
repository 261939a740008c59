//! Sends one part, again and again where that may help, and compares what the store says it has.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use canto_api::{ApiError, ErrorKind, FileBody, put_part, signs_an_empty_body, upload_is_gone};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::addresses::Addresses;
use super::plan::Plan;
use super::verify::sums_of;
use crate::clock::jittered;
use crate::error::{ErrorCode, Failure};
use crate::network::bandwidth::{Pacer, paced};
use crate::planted::{Bug, is_planted};
use crate::queue::message::Report;
use crate::store::parts::PartRow;
use crate::transfer::gate::AtTheGate;
use crate::transfer::progress::Counts;
use crate::transfer::source::{BLOCK, Source};
use crate::transfer::upload::{TransferContext, failed_on, failed_with, source_trouble};

/// A part is tried so often before its file is put back.
const MOST_TRIES: u32 = 4;
const FIRST_DELAY: Duration = Duration::from_millis(300);
/// What whoever runs the server has to know.
const EMPTY_BODY_SIGNED: &str = "the server signs the checksum of an empty body into its addresses, and the store \
     refuses every part for it; its S3 client needs requestChecksumCalculation = WHEN_REQUIRED";
/// Blocks read ahead of the line.
const AHEAD: usize = 2;

pub enum PartTrouble {
    /// There is no address to send it to.
    NotSigned(ApiError),
    Report(Box<Report>),
    /// The store does not know the upload any more.
    Gone,
    /// The server takes no part of so many bytes.
    TooLarge(u64),
    /// No part will ever be taken there, and why.
    Unusable(&'static str),
    /// The remembered sum is not that of the local bytes.
    OtherBytes,
}

/// What is sent.
pub struct Cut {
    pub plan: Plan,
    /// With its sums.
    pub part: PartRow,
    /// They were not made of the bytes just now.
    pub remembered: bool,
}

impl From<Report> for PartTrouble {
    fn from(report: Report) -> Self {
        Self::Report(Box::new(report))
    }
}

/// Sends a part with its MD5, which the store compares, and compares the store's ETag.
pub async fn send_part(
    context: &TransferContext,
    place: &AtTheGate<'_>,
    addresses: &Addresses,
    file: &Arc<Source>,
    cut: Cut,
    counts: &Counts,
) -> Result<PartRow, PartTrouble> {
    let Cut { plan, mut part, remembered } = cut;
    let length = plan.length(part.number);
    let (mut tries, mut differed) = (0, false);
    loop {
        // Only the gate's end would deny it, and it lasts as long as the engine.
        let Some(permit) = place.enter().await else {
            return Err(Report::Stopped { unsure: false }.into());
        };
        let url = match addresses.take(part.number).await {
            Ok(url) => url,
            Err(error) if upload_is_gone(&error) => return Err(PartTrouble::Gone),
            Err(error) => return Err(PartTrouble::NotSigned(error)),
        };
        let _on_its_way = counts.sends_part(part.number);
        let mine = Arc::<AtomicU64>::default();
        let pacer = context.tenants.network().up().clone();
        let body = FileBody::Stream { length, blocks: blocks(file, plan, part.number, &mine, counts, pacer) };
        let started = Instant::now();
        let http = context.tenants.network().to_store();
        let put = put_part(http.client(), &url, body, Some(part.md5), context.post_options()).await;
        http.ended(&put);
        let error = match put {
            Ok(stored) => {
                // A store that names no checksum has compared the one that came with the part.
                part.etag = stored.etag.unwrap_or_else(|| hex::encode(part.md5));
                // Another one means damage, or a store whose ETags are no MD5 (KMS): it has compared `Content-MD5`, and
                // the asset's own checksum is compared in the end. So it is sent once more, and then believed.
                if part.etag_is_md5() || differed || is_planted(Bug::IgnoreWrongSum) {
                    context.line.measured(length, started.elapsed());
                    place.succeeded(permit, length);
                    return Ok(part);
                }
                differed = true;
                if remembered && !is_still(file, plan, &part).await? {
                    return Err(PartTrouble::OtherBytes);
                }
                tracing::warn!(
                    part = part.number,
                    stored = part.etag,
                    "the object store names another checksum"
                );
                counts.sent.fetch_sub(mine.load(Ordering::Relaxed), Ordering::Relaxed);
                continue;
            }
            Err(error) => error,
        };
        counts.sent.fetch_sub(mine.load(Ordering::Relaxed), Ordering::Relaxed);
        tries += 1;
        let last = tries >= MOST_TRIES;
        if is_trouble(&error) {
            place.in_trouble(permit);
        } else {
            drop(permit);
        }
        if upload_is_gone(&error) {
            return Err(PartTrouble::Gone);
        }
        match error.kind() {
            ErrorKind::BodyFailed(kind) => {
                return Err(failed_with(source_trouble(*kind, &error, file.path())).into());
            }
            ErrorKind::TooLarge => return Err(PartTrouble::TooLarge(length)),
            ErrorKind::ChecksumRefused if remembered && !is_still(file, plan, &part).await? => {
                return Err(PartTrouble::OtherBytes);
            }
            // The address has expired, or its key was changed.
            ErrorKind::PolicyExpired | ErrorKind::SignatureRefused | ErrorKind::Forbidden if !last => {
                addresses.forget().await;
            }
            ErrorKind::ChecksumRefused if last && signs_an_empty_body(&url) => {
                return Err(PartTrouble::Unusable(EMPTY_BODY_SIGNED));
            }
            kind if last || !is_worth_another_try(kind) => {
                return Err(failed_on(&error, &url, "objects").into());
            }
            _ => {
                let delay = jittered(&*context.world, FIRST_DELAY * 2u32.pow(tries));
                tokio::time::sleep(delay.max(error.retry_after().unwrap_or_default())).await;
            }
        }
    }
}

/// Whether a part of the file has the sum that it is remembered with.
async fn is_still(file: &Arc<Source>, plan: Plan, part: &PartRow) -> Result<bool, PartTrouble> {
    let (source, number, md5) = (Arc::clone(file), part.number, part.md5);
    let sums = tokio::task::spawn_blocking(move || sums_of(&source, plan, number));
    match sums.await {
        Ok(Ok(sums)) => Ok(sums.md5 == md5),
        Ok(Err(error)) => Err(failed_with(source_trouble(error.kind(), &error, file.path())).into()),
        Err(error) => Err(failed_with(Failure::new(ErrorCode::Internal).because(error)).into()),
    }
}

fn is_trouble(error: &ApiError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::TooManyRequests { .. }
            | ErrorKind::ServerBusy { .. }
    )
}

fn is_worth_another_try(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Interrupted
            | ErrorKind::TimedOut
            | ErrorKind::ChecksumRefused
            | ErrorKind::TooManyRequests { .. }
            | ErrorKind::ServerBusy { .. }
    )
}

/// The part's bytes, read on a blocking thread a little ahead of the line, and counted as they are taken.
fn blocks(
    file: &Arc<Source>,
    plan: Plan,
    number: u32,
    mine: &Arc<AtomicU64>,
    counts: &Counts,
    pacer: Pacer,
) -> BoxStream<'static, io::Result<Bytes>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let file = Arc::clone(file);
    let range = plan.range(number);
    tokio::task::spawn_blocking(move || {
        let mut at = range.start;
        while at < range.end {
            let length = (range.end - at).min(BLOCK as u64) as usize;
            at += length as u64;
            // Nobody there any more: the part was given up.
            if sender.blocking_send(file.read_at(at - length as u64, length)).is_err() {
                return;
            }
        }
    });
    let (mine, all) = (Arc::clone(mine), Arc::clone(&counts.sent));
    let taken = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|block: io::Result<Bytes>| (block, receiver))
    });
    let counted = paced(taken.boxed(), pacer).inspect(move |block| {
        let length = block.as_ref().map_or(0, |block| block.len() as u64);
        mine.fetch_add(length, Ordering::Relaxed);
        all.fetch_add(length, Ordering::Relaxed);
    });
    counted.boxed()
}
