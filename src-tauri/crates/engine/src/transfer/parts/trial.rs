//! An upload in parts that is never put together: begun, cut off in the middle, gone on with and removed again, over the
//! same road as a file's. For the connection test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use canto_api::{ApiError, FileBody, OpenUpload, PartsServer, PostOptions, put_part};
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::addresses::Addresses;
use super::one_part::{Cut, PartTrouble, send_part};
use super::opening::begin_or_undo;
use super::plan::Plan;
use super::verify::{missing, sums_of, verify};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::network::bandwidth::paced;
use crate::queue::message::Report;
use crate::store::parts::Parts;
use crate::transfer::failure::failure_of;
use crate::transfer::progress::Counts;
use crate::transfer::source::Source;
use crate::transfer::upload::TransferContext;

/// Handed to the line at once.
const PIECE: u64 = 16 * 1024;

pub struct Trial<'a> {
    context: &'a TransferContext,
    server: PartsServer,
    open: OpenUpload,
    file: Arc<Source>,
    plan: Plan,
    /// What the store has confirmed.
    recorded: Parts,
    counts: Counts,
}

/// What going on came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoneOn {
    /// Parts that the store had, whose bytes are the local ones.
    pub kept: usize,
    pub sent: usize,
}

impl<'a> Trial<'a> {
    /// # Errors
    /// Those of the call.
    pub async fn begin(
        context: &'a TransferContext,
        server: PartsServer,
        file: Arc<Source>,
        plan: Plan,
        name: &str,
    ) -> Result<Self, ApiError> {
        let metadata = vec![("file_name", name.to_owned())];
        let open = begin_or_undo(server.clone(), name.to_owned(), metadata).await?;
        Ok(Self { context, server, open, file, plan, recorded: Parts::default(), counts: Counts::default() })
    }

    pub fn open(&self) -> &OpenUpload {
        &self.open
    }

    pub fn server(&self) -> &PartsServer {
        &self.server
    }

    /// An address that takes one part; the parts' own are asked for by themselves.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn addresses(&self, numbers: &[u32]) -> Result<Vec<Url>, ApiError> {
        Ok(self.server.sign(&self.open, numbers).await?.into_values().collect())
    }

    /// # Errors
    /// As a file would meet them.
    pub async fn send(&mut self, numbers: impl IntoIterator<Item = u32>) -> Outcome<()> {
        let numbers: Vec<u32> = numbers.into_iter().collect();
        let addresses = Addresses::new(self.server.clone(), self.open.clone(), numbers.clone());
        let place = self.context.gate.join();
        for number in numbers {
            let (file, plan) = (Arc::clone(&self.file), self.plan);
            let part = tokio::task::spawn_blocking(move || sums_of(&file, plan, number)).await;
            let part = part.map_err(internal)?.map_err(internal)?;
            let cut = Cut { plan: self.plan, part, remembered: false };
            let sent = send_part(self.context, &place, &addresses, &self.file, cut, &self.counts).await;
            let part = sent.map_err(failure)?;
            self.recorded.insert(part.number, part);
        }
        Ok(())
    }

    /// Sends the first half of a part, and ends the connection. How many bytes went out.
    ///
    /// # Errors
    /// A refusal that came before that.
    pub async fn cut_off(&self, number: u32) -> Result<u64, ApiError> {
        let urls = self.server.sign(&self.open, &[number]).await?;
        let url = urls.get(&number).ok_or_else(missing_address)?;
        let range = self.plan.range(number);
        let half = self.plan.length(number) / 2;
        let file = Arc::clone(&self.file);
        let read = move || file.read_at(range.start, usize::try_from(half).unwrap_or_default());
        let bytes = tokio::task::spawn_blocking(read).await.ok().and_then(Result::ok).unwrap_or_default();
        let out = Arc::<AtomicU64>::default();
        let body =
            FileBody::Stream { length: self.plan.length(number), blocks: half_of(bytes, self.context) };
        let options = PostOptions {
            progress: Some(Arc::clone(&out)),
            no_progress: HALF_STANDS,
            ..self.context.post_options()
        };
        let http = self.context.tenants.network().to_store();
        let put = put_part(http.client(), url, body, None, options);
        // The rest never comes; dropped, the client ends its connection.
        let reached = until(&out, half);
        tokio::select! {
            biased;
            ended = put => ended.map(|_| half),
            () = reached => Ok(out.load(Ordering::Relaxed)),
        }
    }

    /// Asks what the store has, compares it with the local bytes, and sends what is missing.
    ///
    /// # Errors
    /// As a file would meet them.
    pub async fn go_on(&mut self) -> Outcome<GoneOn> {
        let stored = self.server.stored(&self.open).await.map_err(|error| failure_of(&error))?;
        let (file, plan, recorded) = (Arc::clone(&self.file), self.plan, self.recorded.clone());
        let counts = self.counts.clone();
        let compared = tokio::task::spawn_blocking(move || {
            verify(&file, plan, &stored, &recorded, &counts, &CancellationToken::new())
        });
        let verified = compared.await.map_err(internal)?.map_err(internal)?.unwrap_or_default();
        let (kept, wanted) = (verified.kept.len(), missing(self.plan, &verified.kept));
        self.recorded = verified.kept;
        let sent = wanted.len();
        self.send(wanted).await?;
        Ok(GoneOn { kept, sent })
    }

    /// Every part is there with the checksum of its local bytes, by the store's own list. How many there are.
    ///
    /// # Errors
    /// `ChecksumMismatch`; those of the call.
    pub async fn verify(&self) -> Outcome<usize> {
        let stored = self.server.stored(&self.open).await.map_err(|error| failure_of(&error))?;
        for number in 1..=self.plan.count() {
            let ours = self.recorded.get(&number);
            let theirs = stored.get(&number);
            let right = match (ours, theirs) {
                (Some(ours), Some(theirs)) => {
                    let fits = theirs.size == 0 || theirs.size == self.plan.length(number);
                    fits && theirs.etag.as_ref().is_none_or(|etag| etag.eq_ignore_ascii_case(&ours.etag))
                }
                _ => false,
            };
            if !right {
                return Err(Failure::new(ErrorCode::ChecksumMismatch).because(format!("part {number}")));
            }
        }
        Ok(self.recorded.len())
    }
}

/// A half that waits for its end is no half that stands still.
const HALF_STANDS: std::time::Duration = std::time::Duration::from_secs(60);

/// Those bytes, and then nothing, and no end.
pub fn half_of(
    bytes: Bytes,
    context: &TransferContext,
) -> futures_util::stream::BoxStream<'static, std::io::Result<Bytes>> {
    let pieces = stream::unfold(bytes, |mut rest| async move {
        let next = rest.split_to(rest.len().min(usize::try_from(PIECE).unwrap_or(rest.len())));
        (!next.is_empty()).then_some((Ok(next), rest))
    });
    paced(pieces.chain(stream::pending()).boxed(), context.tenants.network().up().clone())
}

/// Waits until so many bytes were taken by the connection, and a moment for them to leave.
pub async fn until(out: &AtomicU64, bytes: u64) {
    const LOOK: std::time::Duration = std::time::Duration::from_millis(10);
    while out.load(Ordering::Relaxed) < bytes {
        tokio::time::sleep(LOOK).await;
    }
    tokio::time::sleep(LOOK * 10).await;
}

fn failure(trouble: PartTrouble) -> Failure {
    match trouble {
        PartTrouble::Report(report) => match *report {
            Report::Failed { failure, .. } => failure,
            other => internal(format!("{other:?}")),
        },
        PartTrouble::NotSigned(error) => failure_of(&error),
        PartTrouble::Gone => Failure::new(ErrorCode::TenantBusy).because("the server lost the upload"),
        PartTrouble::TooLarge(length) => Failure::new(ErrorCode::TooLarge).with("size", length),
        PartTrouble::Unusable(why) => Failure::new(ErrorCode::TenantRefused).because(why),
        PartTrouble::OtherBytes => internal("the sample has other bytes than it had"),
    }
}

fn missing_address() -> ApiError {
    ApiError::new("sign_parts", canto_api::ErrorKind::UnexpectedAnswer)
}

fn internal(why: impl ToString) -> Failure {
    Failure::new(ErrorCode::Internal).because(why)
}
