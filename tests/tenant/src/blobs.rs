//! The files' bytes in the data directory: small ones one after another in a pack, since making a file costs
//! the kernel several times what the rest of an upload does; larger ones in a file each.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use md5::{Digest, Md5};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::ids;

pub struct Blobs {
    directory: PathBuf,
    pack: Mutex<Pack>,
}

struct Pack {
    file: File,
    end: u64,
}

/// Where a blob's bytes lie.
pub struct Place {
    pub file: PathBuf,
    pub offset: u64,
}

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
        let directory = data.join("blobs");
        // What a killed tenant was receiving is worth nothing: the POST is atomic [A].
        let _ = std::fs::remove_dir_all(directory.join("incoming"));
        std::fs::create_dir_all(directory.join("incoming"))?;
        let file = File::options().create(true).append(true).open(directory.join("small.pack"))?;
        let end = file.metadata()?.len();
        Ok(Self { directory, pack: Mutex::new(Pack { file, end }) })
    }

    pub fn place(&self, id: &str) -> Place {
        match id.strip_prefix("pack-").and_then(|offset| offset.parse().ok()) {
            Some(offset) => Place { file: self.directory.join("small.pack"), offset },
            None => Place { file: self.directory.join(id), offset: 0 },
        }
    }

    pub fn read(&self, id: &str, size: u64) -> io::Result<Vec<u8>> {
        let place = self.place(id);
        let mut file = File::open(place.file)?;
        file.seek(SeekFrom::Start(place.offset))?;
        let mut bytes = Vec::new();
        file.take(size).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// A file of its own with these bytes; made where there is none.
    pub fn as_file(&self, id: &str, size: u64) -> io::Result<PathBuf> {
        let file = self.directory.join(id);
        if !file.exists() {
            std::fs::write(&file, self.read(id, size)?)?;
        }
        Ok(file)
    }

    /// A small file at once, on the calling thread: cheaper than handing it to another.
    pub fn put_small(&self, bytes: &[u8]) -> io::Result<Blob> {
        let md5 = hex::encode(Md5::digest(bytes));
        let mut pack = self.pack.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = pack.end;
        if let Err(error) = pack.file.write_all(bytes) {
            // A part of it may have been written.
            pack.end = pack.file.metadata()?.len();
            return Err(error);
        }
        pack.end += bytes.len() as u64;
        Ok(Blob { id: format!("pack-{offset}"), size: bytes.len() as u64, md5 })
    }

    pub fn receive(&self) -> Incoming {
        let id = ids::blob();
        let temporary = self.directory.join("incoming").join(&id);
        let target = self.directory.join(&id);
        let (chunks, mut inbox) = mpsc::channel::<Bytes>(16);
        let file = temporary.clone();
        let work = tokio::task::spawn_blocking(move || {
            let mut out = File::create(file)?;
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
        let (temporary, target) = (self.directory.join("incoming").join(&id), self.directory.join(&id));
        let work = tokio::task::spawn_blocking(move || -> io::Result<(u64, String)> {
            let mut out = HashingFile { file: File::create(&temporary)?, md5: Md5::new() };
            let mut size = 0;
            for part in parts {
                size += io::copy(&mut io::BufReader::with_capacity(1 << 18, File::open(part)?), &mut out)?;
            }
            std::fs::rename(temporary, target)?;
            Ok((size, hex::encode(out.md5.finalize())))
        });
        let (size, md5) = work.await.map_err(io::Error::other)??;
        Ok(Blob { id, size, md5 })
    }
}

struct HashingFile {
    file: File,
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
