//! The sums of files, ahead of sending: many side by side, at the lowest priority.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use checksum::{Crew, Md5Stream};

use crate::transfer::source::{self, BLOCK, Opened, Seen, Source};

/// Large files read at once; their sums go side by side in the lanes of one thread.
const SIDE_BY_SIDE: usize = 8;
/// Small files whose sums are made together.
const TOGETHER: usize = 16;

/// What is read at once of a large file that is alone: it stays in the first caches until it is hashed (0.62 GB/s here, and
/// 0.61 with [`BLOCK`]).
const SMALL_BLOCK: usize = 64 * 1024;

/// A file's sum with what it was like, or why there is none.
pub type Summed = io::Result<(Seen, [u8; 16])>;

/// The MD5 of files in their order, made as the duplicate check makes them: at the lowest priority, several side by side.
/// Blocks; `stop` ends it early.
///
/// # Errors
/// For each file those of reading it; `Interrupted` where it was stopped before.
pub fn sums_of_files(paths: &[PathBuf], stop: &AtomicBool) -> Vec<io::Result<[u8; 16]>> {
    of_files(paths, stop).into_iter().map(|summed| summed.map(|(_, md5)| md5)).collect()
}

/// Reads and hashes some files. On a thread of its own, which this call is not on; `stop` ends it early.
pub fn of_files(paths: &[PathBuf], stop: &AtomicBool) -> Vec<Summed> {
    stand_back();
    let stopped = || io::Error::from(io::ErrorKind::Interrupted);
    let mut sums: Vec<Option<Summed>> = Vec::with_capacity(paths.len());
    let mut large: VecDeque<(usize, Source)> = VecDeque::new();
    for chunk in paths.chunks(TOGETHER) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        for opened in source::open_together(chunk) {
            sums.push(match opened {
                Ok(Opened::Whole { seen, md5, .. }) => Some(Ok((seen, md5))),
                Ok(Opened::Stream { source, .. }) => {
                    large.push_back((sums.len(), *source));
                    None
                }
                Err(error) => Some(Err(error)),
            });
        }
    }
    sums.resize_with(paths.len(), || None);
    if large.len() == 1 {
        for (at, source) in large {
            if let Some(place) = sums.get_mut(at) {
                *place = Some(of_alone(&source, stop).map(|md5| (source.seen(), md5)));
            }
        }
    } else if !large.is_empty() {
        of_large(large, &mut sums, stop);
    }
    sums.into_iter().map(|sum| sum.unwrap_or_else(|| Err(stopped()))).collect()
}

/// Nothing goes beside it, so that handing blocks to another thread would cost more than it brings: the system reads ahead.
fn of_alone(source: &Source, stop: &AtomicBool) -> io::Result<[u8; 16]> {
    let size = source.seen().size;
    let (mut stream, mut at, mut block) = (Md5Stream::default(), 0, vec![0; SMALL_BLOCK]);
    while size - at > SMALL_BLOCK as u64 {
        if stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        source.read_into(at, &mut block)?;
        stream.blocks(&block);
        at += SMALL_BLOCK as u64;
    }
    block.truncate((size - at) as usize);
    source.read_into(at, &mut block)?;
    let md5 = stream.finish(&block);
    source.check()?;
    Ok(md5)
}

fn of_large(large: VecDeque<(usize, Source)>, sums: &mut [Option<Summed>], stop: &AtomicBool) {
    let crew = match Crew::start_after(stand_back) {
        Ok(crew) => crew,
        Err(error) => {
            tracing::warn!(%error, "no thread for checksums");
            return;
        }
    };
    let (queue, done) = (Mutex::new(large), Mutex::new(sums));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                stand_back();
                while let Some((at, source)) = next() {
                    let sum = of_one(&source, &crew, stop).map(|md5| (source.seen(), md5));
                    let mut sums = done.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(place) = sums.get_mut(at) {
                        *place = Some(sum);
                    }
                }
            });
        }
    });
}

fn of_one(source: &Source, crew: &Crew, stop: &AtomicBool) -> io::Result<[u8; 16]> {
    let size = source.seen().size;
    let (mut stream, mut at) = (Md5Stream::default(), 0);
    let mut under_way = None;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        // The next block is read while the last one is hashed.
        let length = (size - at).min(BLOCK as u64) as usize;
        let block = source.read_at(at, length)?;
        at += length as u64;
        if let Some(answer) = under_way.take() {
            stream = received(answer)?;
        }
        if at == size {
            let md5 = stream.finish(&block);
            source.check()?;
            return Ok(md5);
        }
        under_way = Some(crew.hash(stream, block));
    }
}

fn received(answer: std::sync::mpsc::Receiver<Md5Stream>) -> io::Result<Md5Stream> {
    answer.recv().map_err(io::Error::other)
}

/// Whatever somebody works on goes first.
fn stand_back() {
    if let Err(error) = thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min) {
        tracing::debug!(?error, "files are hashed at the usual priority");
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    #[test]
    fn files_of_all_sizes_have_their_own_sums_and_a_missing_one_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let sizes = [0, 1, 65_536, 65_537, BLOCK, BLOCK + 1, 3 * BLOCK, 5 * BLOCK + 77];
        let bytes = |file: usize, size: usize| -> Vec<u8> {
            (0..size).map(|i| ((i * 31 + file * 7) % 251) as u8).collect()
        };
        let mut paths = Vec::new();
        for (file, size) in sizes.iter().cycle().take(40).enumerate() {
            let path = folder.path().join(file.to_string());
            std::fs::write(&path, bytes(file, *size)).unwrap();
            paths.push(path);
        }
        paths.push(folder.path().join("missing"));
        let sum = |paths: Vec<PathBuf>, stop: bool| {
            std::thread::spawn(move || of_files(&paths, &AtomicBool::new(stop))).join().unwrap()
        };
        let sums = sum(paths.clone(), false);
        for (file, size) in sizes.iter().cycle().take(40).enumerate() {
            let (seen, md5) = sums[file].as_ref().unwrap();
            assert_eq!(seen.size, *size as u64);
            assert_eq!(*md5, <[u8; 16]>::from(Md5::digest(bytes(file, *size))), "{file}");
            // One alone goes another way.
            let alone = sum(vec![paths[file].clone()], false);
            assert_eq!(alone[0].as_ref().unwrap(), &(*seen, *md5), "{file}");
        }
        assert_eq!(sums[40].as_ref().unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(sum(paths, true).iter().all(Result::is_err));
    }
}
