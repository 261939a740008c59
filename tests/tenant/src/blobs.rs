//! The files' bytes in the data directory, one file a version.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use md5::{Digest, Md5};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::ids;

pub struct Blobs(PathBuf);

#[derive(Clone, Debug)]
pub struct Blob {
    pub id: String,
    pub size: u64,
    pub md5: String,
}

/// A blob that is still coming in.
pub struct Incoming {
    chunks: mpsc::Sender<Bytes>,
    work: JoinHandle<io::Result<(u64, String)>>,
    temporary: PathBuf,
    target: PathBuf,
    id: String,
}

impl Blobs {
    pub fn open(data: &Path) -> io::Result<Self> {
        let blobs = Self(data.join("blobs"));
        for first in 0..=255u8 {
            std::fs::create_dir_all(blobs.0.join(format!("{first:02x}")))?;
        }
        // What a killed tenant was receiving is worth nothing: the POST is atomic [A].
        let _ = std::fs::remove_dir_all(blobs.0.join("incoming"));
        std::fs::create_dir_all(blobs.0.join("incoming"))?;
        Ok(blobs)
    }

    pub fn path(&self, id: &str) -> PathBuf {
        self.0.join(id.get(..2).unwrap_or("00")).join(id)
    }

    /// A small file at once, on the calling thread: cheaper than handing it to another.
    pub fn put_small(&self, bytes: &[u8]) -> io::Result<Blob> {
        let id = ids::blob();
        std::fs::write(self.path(&id), bytes)?;
        Ok(Blob { id, size: bytes.len() as u64, md5: hex::encode(Md5::digest(bytes)) })
    }

    pub fn receive(&self) -> Incoming {
        let id = ids::blob();
        let temporary = self.0.join("incoming").join(&id);
        let target = self.path(&id);
        let (chunks, mut inbox) = mpsc::channel::<Bytes>(16);
        let file = temporary.clone();
        let work = tokio::task::spawn_blocking(move || {
            let mut out = std::fs::File::create(file)?;
            let (mut size, mut md5) = (0u64, Md5::new());
            while let Some(chunk) = inbox.blocking_recv() {
                out.write_all(&chunk)?;
                md5.update(&chunk);
                size += chunk.len() as u64;
            }
            Ok((size, hex::encode(md5.finalize())))
        });
        Incoming { chunks, work, temporary, target, id }
    }

    /// Joins parts into one blob, in order.
    pub async fn join(&self, parts: Vec<PathBuf>) -> io::Result<Blob> {
        let id = ids::blob();
        let (temporary, target) = (self.0.join("incoming").join(&id), self.path(&id));
        let work = tokio::task::spawn_blocking(move || -> io::Result<(u64, String)> {
            let mut out = HashingFile { file: std::fs::File::create(&temporary)?, md5: Md5::new() };
            let mut size = 0;
            for part in parts {
                size += io::copy(
                    &mut io::BufReader::with_capacity(1 << 18, std::fs::File::open(part)?),
                    &mut out,
                )?;
            }
            std::fs::rename(temporary, target)?;
            Ok((size, hex::encode(out.md5.finalize())))
        });
        let (size, md5) = work.await.map_err(io::Error::other)??;
        Ok(Blob { id, size, md5 })
    }
}

struct HashingFile {
    file: std::fs::File,
    md5: Md5,
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.md5.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Incoming {
    pub async fn write(&self, chunk: Bytes) -> io::Result<()> {
        self.chunks.send(chunk).await.map_err(|_| io::Error::other("the file can't be written"))
    }

    pub async fn finish(self) -> io::Result<Blob> {
        drop(self.chunks);
        let (size, md5) = self.work.await.map_err(io::Error::other)??;
        std::fs::rename(&self.temporary, &self.target)?;
        Ok(Blob { id: self.id, size, md5 })
    }

    /// The sender went away: nothing is kept.
    pub async fn discard(self) {
        drop(self.chunks);
        let _ = self.work.await;
        let _ = std::fs::remove_file(self.temporary);
    }
}
