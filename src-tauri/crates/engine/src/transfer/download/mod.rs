//! Fetches one original into a file, and goes on where an earlier try ended, also one of an earlier run.

mod part_file;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use canto_api::{ApiError, AssetRef, CantoClient, DirectAddress, Download, ErrorKind, Resume};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::failure::failure_of;
use crate::error::{ErrorCode, Failure, FailureClass};
use crate::network::bandwidth::Pacer;
use crate::pace::Pace;
pub use part_file::write_failure;
use part_file::{PartFile, Written};

/// Tries in a row that bring nothing.
const TRIES: u32 = 4;
/// Pieces that wait for the disk.
const AHEAD: usize = 8;

/// What is to be fetched, and what there is of it.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub asset: AssetRef,
    /// Where it can be had without a call, for a while.
    pub address: Option<DirectAddress>,
    /// Where its bytes go; another name than that of the file.
    pub part: PathBuf,
    /// The file that the part is of.
    pub etag: Option<String>,
    /// So many bytes of it are known to be safe.
    pub durable: u64,
    /// Without a tag, only a sum that is compared in the end lets a part be gone on with.
    pub has_md5: bool,
}

/// What came; all of it is safe on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub size: u64,
    pub md5: [u8; 16],
    pub etag: Option<String>,
}

/// Why it did not come whole.
#[derive(Debug)]
pub enum Unfetched {
    /// Somebody wants it to stop.
    Stopped,
    Failed(Box<Failure>),
}

impl From<Failure> for Unfetched {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// Told how far a download is: its tag, and the bytes that are safe.
pub type OnDurable = Arc<dyn Fn(Option<String>, u64) + Send + Sync>;

/// With whom and how.
#[derive(Clone)]
pub struct Fetcher {
    pub client: CantoClient,
    pub pacer: Pacer,
    pub pace: Pace,
    pub stop: CancellationToken,
    /// Bytes that have come in this run; those of a part that is begun anew are taken off again.
    pub counted: Arc<AtomicU64>,
}

impl Fetcher {
    /// # Errors
    /// `Stopped`; the codes of the way and the tenant; `DiskFull`, `SyncFolderMissing` and the like of the disk.
    pub async fn fetch(&self, mut wanted: Wanted, on_durable: OnDurable) -> Result<Fetched, Unfetched> {
        let mut fruitless = 0;
        loop {
            let before = wanted.durable;
            let failure = match self.try_once(&mut wanted, &on_durable).await? {
                Ok(fetched) => return Ok(fetched),
                Err(failure) => failure,
            };
            fruitless = if wanted.durable > before { 0 } else { fruitless + 1 };
            let here = !matches!(failure.code, ErrorCode::NetworkOffline | ErrorCode::UnexpectedAnswer);
            if failure.code.class() != FailureClass::Temporary || !here || fruitless >= TRIES {
                return Err(failure.into());
            }
            let pause = self.pace.first_probe * 2_u32.pow(fruitless.min(6));
            tokio::select! {
                () = self.stop.cancelled() => return Err(Unfetched::Stopped),
                () = tokio::time::sleep(pause.min(Duration::from_secs(10))) => {}
            }
        }
    }

    /// The outer error ends it; after the inner one another try may do.
    async fn try_once(
        &self,
        wanted: &mut Wanted,
        on_durable: &OnDurable,
    ) -> Result<Result<Fetched, Failure>, Unfetched> {
        if wanted.durable > 0 && wanted.etag.is_none() && !wanted.has_md5 {
            wanted.durable = 0;
        }
        let mut part = PartFile::open(wanted.part.clone(), wanted.durable).await?;
        let resume = (part.have() > 0).then(|| Resume { from: part.have(), etag: wanted.etag.clone() });
        let opened = tokio::select! {
            () = self.stop.cancelled() => return Err(Unfetched::Stopped),
            opened = self.open(wanted, resume) => opened,
        };
        let download = match opened {
            Ok(download) => download,
            // The part is as long as the file, or longer: the whole file, once more.
            Err(error) if error.status() == Some(416) && part.have() > 0 => {
                wanted.durable = 0;
                return Ok(Err(Failure::new(ErrorCode::NetworkInterrupted).because(error)));
            }
            Err(error) => return Ok(Err(failure_of(&error))),
        };
        let is_other = download.etag != wanted.etag && wanted.etag.is_some();
        if part.have() > 0 && (is_other || download.offset != part.have()) {
            if download.offset != 0 {
                // Not asked for: from its beginning, then.
                (wanted.durable, wanted.etag) = (0, None);
                return Ok(Err(Failure::new(ErrorCode::NetworkInterrupted).because("another part came")));
            }
            part.begin_anew();
        }
        wanted.etag.clone_from(&download.etag);
        let tag = download.etag.clone();
        let told = Arc::clone(on_durable);
        let note = move |durable| told(tag.clone(), durable);
        let (pieces, inbox) = mpsc::channel(AHEAD);
        let writing = part.write(inbox, note);
        let came = self.pass_on(download, pieces).await;
        let Written { size, durable, md5 } = writing.await?;
        wanted.durable = durable;
        if came.is_err() {
            on_durable(wanted.etag.clone(), durable);
        }
        match came {
            Ok(()) => Ok(Ok(Fetched { size, md5, etag: wanted.etag.clone() })),
            Err(Unfetched::Failed(failure)) => Ok(Err(*failure)),
            Err(Unfetched::Stopped) => Err(Unfetched::Stopped),
        }
    }

    /// By the address, if it is still good; otherwise the tenant is asked for another one.
    async fn open(&self, wanted: &mut Wanted, resume: Option<Resume>) -> Result<Download, ApiError> {
        if let Some(address) = &wanted.address {
            match self.client.download_direct(address, resume.clone()).await {
                Err(error) if is_about_the_address(&error) => wanted.address = None,
                other => return other,
            }
        }
        self.client.download(&wanted.asset, None, resume).await
    }

    /// Hands what comes to the disk, no faster than is allowed.
    async fn pass_on(&self, mut download: Download, to_disk: mpsc::Sender<Bytes>) -> Result<(), Unfetched> {
        loop {
            let next = tokio::select! {
                () = self.stop.cancelled() => return Err(Unfetched::Stopped),
                next = tokio::time::timeout(self.pace.no_progress, download.next()) => next,
            };
            let mut rest = match next {
                Ok(None) => return Ok(()),
                Ok(Some(Ok(piece))) => piece,
                Ok(Some(Err(error))) => return Err(failure_of(&error).into()),
                Err(_) => return Err(Failure::new(ErrorCode::NetworkTimeout).into()),
            };
            while !rest.is_empty() {
                let piece = match self.pacer.piece() {
                    Some(most) => rest.split_to(most.min(rest.len())),
                    None => std::mem::take(&mut rest),
                };
                let length = piece.len();
                tokio::select! {
                    () = self.stop.cancelled() => return Err(Unfetched::Stopped),
                    () = self.pacer.pass(length) => {}
                }
                // What the disk says comes from the writer.
                if to_disk.send(piece).await.is_err() {
                    return Ok(());
                }
                self.counted.fetch_add(length as u64, Ordering::Relaxed);
            }
        }
    }
}

/// Most likely it has expired [I].
fn is_about_the_address(error: &ApiError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Forbidden | ErrorKind::Unauthorized | ErrorKind::NotFound | ErrorKind::BadRequest
    ) && error.status() != Some(416)
}
