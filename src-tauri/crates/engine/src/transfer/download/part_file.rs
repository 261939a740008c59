//! The part of a file that has come: its bytes, their sum, and how many of them are safe.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use bytes::Bytes;
use md5::{Digest, Md5};
use tokio::sync::mpsc::Receiver;

use crate::error::{ErrorCode, Failure, Outcome};

/// Bytes between two syncs: so much comes again after a power cut.
const SYNC_EVERY: u64 = 8 * 1024 * 1024;
const BLOCK: usize = 256 * 1024;

pub struct PartFile {
    path: PathBuf,
    file: File,
    have: u64,
    sum: Md5,
}

/// What a try has left.
pub struct Written {
    pub size: u64,
    pub durable: u64,
    pub md5: [u8; 16],
}

/// What a disk says when a mirrored file is written.
pub fn write_failure(error: &io::Error, path: &std::path::Path) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::SyncFolderMissing,
    };
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "gone",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "read_only",
        _ => "unusable",
    };
    Failure::new(code).with("reason", reason).with("path", path.display()).because(error)
}

impl PartFile {
    /// With the bytes that are known to be safe; what is behind them is cut off.
    ///
    /// # Errors
    /// `DiskFull`, `SyncFolderMissing`.
    pub async fn open(path: PathBuf, durable: u64) -> Outcome<Self> {
        let open = move || {
            let tried = || -> io::Result<(File, u64, Md5)> {
                let mut file =
                    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
                let (mut have, mut sum) = (file.metadata()?.len().min(durable), Md5::new());
                file.set_len(have)?;
                let (mut left, mut block) = (have, vec![0; if have > 0 { BLOCK } else { 0 }]);
                while left > 0 {
                    let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
                    let read = file.read(&mut block[..most])?;
                    if read == 0 {
                        have -= left;
                        break;
                    }
                    sum.update(&block[..read]);
                    left -= read as u64;
                }
                Ok((file, have, sum))
            };
            let (file, have, sum) = tried().map_err(|error| write_failure(&error, &path))?;
            Ok(Self { path, file, have, sum })
        };
        tokio::task::spawn_blocking(open)
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }

    pub fn have(&self) -> u64 {
        self.have
    }

    /// What comes is the file from its beginning.
    pub fn begin_anew(&mut self) {
        (self.have, self.sum) = (0, Md5::new());
    }

    /// Writes what comes until nothing more does, on a thread of its own; says now and then how much is safe.
    pub fn write(
        mut self,
        mut inbox: Receiver<Bytes>,
        note: impl Fn(u64) + Send + 'static,
    ) -> impl Future<Output = Outcome<Written>> {
        let write = move || {
            let mut tried = || -> io::Result<Written> {
                self.file.set_len(self.have)?;
                self.file.seek(SeekFrom::Start(self.have))?;
                let mut unsafe_bytes = 0;
                while let Some(piece) = inbox.blocking_recv() {
                    self.file.write_all(&piece)?;
                    self.sum.update(&piece);
                    self.have += piece.len() as u64;
                    unsafe_bytes += piece.len() as u64;
                    if unsafe_bytes >= SYNC_EVERY {
                        self.file.sync_data()?;
                        unsafe_bytes = 0;
                        note(self.have);
                    }
                }
                self.file.sync_all()?;
                let md5 = std::mem::take(&mut self.sum).finalize().into();
                Ok(Written { size: self.have, durable: self.have, md5 })
            };
            tried().map_err(|error| write_failure(&error, &self.path))
        };
        // Begins at once, not when it is first waited for.
        let writing = tokio::task::spawn_blocking(write);
        async move { writing.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))? }
    }
}
