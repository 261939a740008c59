//! Reads a local file for sending: in blocks, hashed on the way, and never mixed with a later content.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use bytes::Bytes;
use checksum::{Crew, Md5Stream, md5_of_many};
use md5::{Digest, Md5};
use tokio::sync::{mpsc, oneshot};

pub use super::blocks::BLOCK;
use super::blocks::block;
use crate::planted::{Bug, is_planted};
use crate::platform::file_identity::{self, FileIdentity};
use crate::platform::file_keys::FileKeys;
use crate::platform::file_times::{changed_ns, modified_ns};
use crate::platform::read_at::read_exact_at;
use crate::store::file_sums::FileStamp;
use crate::store::jobs::SMALL_FILE;

/// For files of the small lane, of which many are in flight at once.
const SMALL_BLOCK: usize = 64 * 1024;
/// Blocks read ahead of the line.
const AHEAD: usize = 2;
/// Up to this size a file goes out as one block with its form, bytes.
pub const WHOLE: u64 = 64 * 1024;

/// Size, time and identity of a file as it was opened.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub size: u64,
    pub modified_ns: i64,
    pub identity: Option<FileIdentity>,
    /// When anything of it changed, its name among it. Not compared: who renames a file doesn't change it.
    pub changed_ns: Option<i64>,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        (self.size, self.modified_ns, self.identity) == (other.size, other.modified_ns, other.identity)
    }
}

impl Eq for Seen {}

impl Seen {
    fn of(metadata: &Metadata, identity: Option<FileIdentity>) -> Self {
        let (size, modified_ns, changed_ns) = (metadata.len(), modified_ns(metadata), changed_ns(metadata));
        Self { size, modified_ns, identity, changed_ns }
    }

    pub fn of_file(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self::of(&metadata, file_identity::of_file(file, &metadata)))
    }

    /// Of what a path names, without opening it where the system allows that. For a blocking thread.
    ///
    /// # Errors
    /// Those of the look; `IsADirectory` for what is no regular file.
    pub fn of_path(path: &Path) -> io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "not a regular file"));
        }
        Ok(Self::of(&metadata, file_identity::of_path(path, &metadata)))
    }

    /// As it is kept; `None` where the file can't be known again. For a blocking thread.
    pub fn stamp(&self, path: &Path, keys: &FileKeys) -> Option<FileStamp> {
        Some(self.stamped(keys.key(self.identity?, path)?, path))
    }

    /// The same where that needs no look at the disk; the outer `None`: it does.
    pub fn stamp_at_hand(&self, path: &Path, keys: &FileKeys) -> Option<Option<FileStamp>> {
        let Some(identity) = self.identity else { return Some(None) };
        keys.at_hand(identity).map(|key| key.map(|key| self.stamped(key, path)))
    }

    fn stamped(&self, key: String, path: &Path) -> FileStamp {
        let hash = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, path.as_os_str().as_encoded_bytes());
        FileStamp {
            key,
            size: self.size,
            modified_ns: self.modified_ns,
            changed_ns: self.changed_ns,
            path_hash: hash.cast_signed(),
        }
    }

    /// Of a file that can be opened for reading now. For a blocking thread.
    pub fn of_readable(path: &Path) -> Option<Self> {
        File::open(path).and_then(|file| Self::of_file(&file)).ok()
    }
}

/// A file ready to be sent.
#[derive(Debug)]
pub enum Opened {
    Whole { seen: Seen, bytes: Bytes, md5: [u8; 16] },
    Stream { seen: Seen, source: Box<Source> },
}

impl Opened {
    pub fn seen(&self) -> Seen {
        match self {
            Self::Whole { seen, .. } | Self::Stream { seen, .. } => *seen,
        }
    }
}

/// An opened file of more than one block.
#[derive(Debug)]
pub struct Source {
    file: File,
    path: PathBuf,
    seen: Seen,
}

impl Source {
    pub fn seen(&self) -> Seen {
        self.seen
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A block from a place, for readers that share the handle. For a blocking thread.
    ///
    /// # Errors
    /// [`CHANGED`] where the file has become shorter.
    pub fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        block(length, |memory| self.read_into(offset, memory))
    }

    /// The same into what is there.
    ///
    /// # Errors
    /// [`CHANGED`] where the file has become shorter.
    pub fn read_into(&self, offset: u64, block: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.file, block, offset).map_err(cut_short)
    }

    /// Both the opened file and what the path names now are as they were. For a blocking thread.
    ///
    /// # Errors
    /// [`CHANGED`].
    pub fn check(&self) -> io::Result<()> {
        if unchanged(&self.file, &self.path, self.seen)? { Ok(()) } else { Err(changed()) }
    }
}

/// Opens a file; a small one is read at once. For a blocking thread.
pub fn open(path: &Path) -> io::Result<Opened> {
    open_together(std::slice::from_ref(&path)).pop().unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()))
}

/// Opens some files; the small ones are read, and their sums made side by side. For a blocking thread.
pub fn open_together<P: AsRef<Path>>(paths: &[P]) -> Vec<io::Result<Opened>> {
    let read: Vec<io::Result<Unsummed>> = paths.iter().map(|path| open_one(path.as_ref())).collect();
    let small: Vec<&[u8]> = read.iter().flatten().filter_map(Unsummed::bytes).collect();
    let mut sums = md5_of_many(&small).into_iter();
    read.into_iter()
        .map(|read| {
            Ok(match read? {
                Unsummed::Small { seen, bytes } => {
                    let md5 = sums.next().ok_or_else(|| io::Error::other("a sum is missing"))?;
                    Opened::Whole { seen, bytes: bytes.into(), md5 }
                }
                Unsummed::Large(source) => Opened::Stream { seen: source.seen, source },
            })
        })
        .collect()
}

/// A file whose sum is still to be made.
enum Unsummed {
    Small { seen: Seen, bytes: Vec<u8> },
    Large(Box<Source>),
}

impl Unsummed {
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Small { bytes, .. } => Some(bytes),
            Self::Large(_) => None,
        }
    }
}

fn open_one(path: &Path) -> io::Result<Unsummed> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "not a regular file"));
    }
    let seen = Seen::of(&metadata, file_identity::of_file(&file, &metadata));
    if seen.size > WHOLE {
        return Ok(Unsummed::Large(Box::new(Source { file, path: path.to_path_buf(), seen })));
    }
    let mut bytes = Vec::with_capacity(seen.size as usize);
    (&mut file).take(seen.size + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != seen.size || !unchanged(&file, path, seen)? {
        return Err(changed());
    }
    Ok(Unsummed::Small { seen, bytes })
}

/// The kind that says: the file changed while it was read.
pub const CHANGED: io::ErrorKind = io::ErrorKind::InvalidData;

fn changed() -> io::Error {
    io::Error::new(CHANGED, "the file changed while it was read")
}

fn cut_short(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { changed() } else { error }
}

/// Both the opened file and what the path names now are still as they were seen.
fn unchanged(file: &File, path: &Path, seen: Seen) -> io::Result<bool> {
    if is_planted(Bug::SkipRestat) {
        return Ok(true);
    }
    if Seen::of_file(file)? != seen {
        return Ok(false);
    }
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(Seen::of(&metadata, file_identity::of_path(path, &metadata)) == seen),
        // Moved away while it was read: what was read is still whole.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Blocks of a file, and its MD5 once the last one is out.
pub struct Reading {
    pub blocks: mpsc::Receiver<io::Result<Bytes>>,
    pub md5: oneshot::Receiver<[u8; 16]>,
}

impl Source {
    /// Reads on a blocking thread, at most two blocks ahead. The last block is held until the file was seen
    /// unchanged, so that a changed one never arrives: the object store keeps no part of a form (canto-api.md §8.3 [A]).
    /// `known`: it has this sum since it was hashed, and needs not be hashed again; what arrives is compared with it.
    pub fn read(self, crew: &Crew, known: Option<[u8; 16]>) -> Reading {
        let (block_size, ahead) = if self.seen.size > SMALL_FILE { (BLOCK, AHEAD) } else { (SMALL_BLOCK, 1) };
        let (blocks, receiver) = mpsc::channel(ahead);
        let (md5, md5_receiver) = oneshot::channel();
        let hashing = match (known, self.seen.size > SMALL_FILE) {
            (Some(md5), _) => Hashing::Done(md5),
            (None, true) => Hashing::Crew(crew.clone()),
            (None, false) => Hashing::Here,
        };
        tokio::task::spawn_blocking(move || {
            match self.send_blocks(block_size, &hashing, &blocks) {
                Ok(Some(digest)) => md5.send(digest).unwrap_or_default(),
                // The receiver is gone: the transfer was stopped.
                Ok(None) => {}
                Err(error) => drop(blocks.blocking_send(Err(error))),
            }
        });
        Reading { blocks: receiver, md5: md5_receiver }
    }

    fn send_blocks(
        mut self,
        block_size: usize,
        how: &Hashing,
        blocks: &mpsc::Sender<io::Result<Bytes>>,
    ) -> io::Result<Option<[u8; 16]>> {
        let mut hash = Md5Stream::default();
        let mut hashing: Option<Receiver<Md5Stream>> = None;
        let mut left = self.seen.size;
        loop {
            let length = left.min(block_size as u64) as usize;
            let block = block(length, |memory| self.file.read_exact(memory)).map_err(cut_short)?;
            left -= length as u64;
            if let Some(hashing) = hashing.take() {
                hash = hashing.recv().map_err(io::Error::other)?;
            }
            if left == 0 {
                // The sum before the last block is out: nothing is left to wait for when the answer comes.
                let digest = match how {
                    Hashing::Done(md5) => *md5,
                    Hashing::Crew(_) | Hashing::Here => hash.finish(&block),
                };
                if !unchanged(&self.file, &self.path, self.seen)? {
                    return Err(changed());
                }
                return Ok(blocks.blocking_send(Ok(block)).is_ok().then_some(digest));
            }
            match how {
                Hashing::Crew(crew) => hashing = Some(crew.hash(hash, block.clone())),
                Hashing::Here => hash.blocks(&block),
                Hashing::Done(_) => {}
            }
            if blocks.blocking_send(Ok(block)).is_err() {
                return Ok(None);
            }
        }
    }
}

/// Where the sum of a file that is sent comes from.
enum Hashing {
    /// A large file's, with others.
    Crew(Crew),
    Here,
    Done([u8; 16]),
}

/// MD5 of a whole file, for a file whose fate has to be looked up. For a blocking thread.
pub fn fingerprint(path: &Path) -> io::Result<(Seen, [u8; 16])> {
    let mut file = File::open(path)?;
    let seen = Seen::of_file(&file)?;
    let mut hash = Md5::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block)? {
            0 => break,
            length => hash.update(block.get(..length).unwrap_or_default()),
        }
    }
    if unchanged(&file, path, seen)? { Ok((seen, hash.finalize().into())) } else { Err(changed()) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    async fn collect(mut reading: Reading) -> (io::Result<Vec<u8>>, Option<[u8; 16]>) {
        let mut bytes = Vec::new();
        while let Some(block) = reading.blocks.recv().await {
            match block {
                Ok(block) => bytes.extend_from_slice(&block),
                Err(error) => return (Err(error), None),
            }
        }
        (Ok(bytes), reading.md5.await.ok())
    }

    fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[tokio::test]
    async fn every_byte_comes_once_with_its_checksum() {
        for size in [WHOLE as usize + 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17] {
            let bytes: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
            let file = file_of(&bytes);
            let Opened::Stream { seen, source } = open(file.path()).unwrap() else { panic!("not streamed") };
            assert_eq!(seen.size, size as u64);
            let (read, md5) = collect(source.read(&Crew::start().unwrap(), None)).await;
            assert_eq!(read.unwrap(), bytes);
            assert_eq!(md5.unwrap(), <[u8; 16]>::from(Md5::digest(&bytes)));
        }
    }

    #[tokio::test]
    async fn a_small_file_is_one_block_and_an_empty_one_is_fine() {
        for bytes in [&b""[..], b"x", &[7; WHOLE as usize]] {
            let file = file_of(bytes);
            let Opened::Whole { bytes: read, md5, .. } = open(file.path()).unwrap() else {
                panic!("streamed")
            };
            assert_eq!(read, bytes);
            assert_eq!(md5, <[u8; 16]>::from(Md5::digest(bytes)));
        }
    }

    #[tokio::test]
    async fn a_file_that_is_cut_short_while_it_is_read_is_never_sent_to_its_end() {
        let file = file_of(&vec![1; 20 * BLOCK]);
        let Opened::Stream { source, .. } = open(file.path()).unwrap() else { panic!("not streamed") };
        let mut reading = source.read(&Crew::start().unwrap(), None);
        reading.blocks.recv().await.unwrap().unwrap();
        file.as_file().set_len(5 * BLOCK as u64).unwrap();
        let (read, md5) = collect(reading).await;
        assert_eq!(read.unwrap_err().kind(), CHANGED);
        assert_eq!(md5, None);
    }

    #[tokio::test]
    async fn a_file_that_is_written_to_while_it_is_read_is_never_sent_to_its_end() {
        let mut file = file_of(&vec![1; 20 * BLOCK]);
        let Opened::Stream { source, .. } = open(file.path()).unwrap() else { panic!("not streamed") };
        let mut reading = source.read(&Crew::start().unwrap(), None);
        reading.blocks.recv().await.unwrap().unwrap();
        file.write_all(b"more").unwrap();
        assert_eq!(collect(reading).await.0.unwrap_err().kind(), CHANGED);
    }

    #[tokio::test]
    async fn a_file_in_whose_place_another_one_is_put_is_never_sent_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("a"), dir.path().join("b"));
        for (path, byte) in [(&path, 1), (&other, 2)] {
            std::fs::write(path, vec![byte; 20 * BLOCK]).unwrap();
        }
        let Opened::Stream { source, .. } = open(&path).unwrap() else { panic!("not streamed") };
        let time = std::fs::metadata(&path).unwrap().modified().unwrap();
        let mut reading = source.read(&Crew::start().unwrap(), None);
        reading.blocks.recv().await.unwrap().unwrap();
        // Of the same size and time, as a program leaves it that copies both.
        File::options().write(true).open(&other).unwrap().set_modified(time).unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_eq!(collect(reading).await.0.unwrap_err().kind(), CHANGED);
    }

    #[test]
    fn a_folder_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        assert!(open(dir.path()).is_err());
    }
}
