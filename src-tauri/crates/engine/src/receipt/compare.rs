//! Compares the files of a receipt with those on this computer, several side by side.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use checksum::{Crew, Md5Stream, md5_of_many};

use super::check::{Checked, check};
use super::record::ReceiptLine;
use crate::error::{ErrorCode, Failure, Outcome};

/// What became of a local file since it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalFile {
    Same,
    Changed,
    Missing,
    Unreadable,
}

impl LocalFile {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Rows that are looked at together; what is held of a receipt.
const WINDOW: usize = 512;
/// Small files whose sums are made together, each held whole.
const TOGETHER: usize = 16;
const SMALL: u64 = 64 * 1024;
const BLOCK: usize = 256 * 1024;
const THREADS: usize = 4;

/// Looks at the local file of each row that is *done*, by size and MD5, and gives what it found in the order of the rows.
/// Rows of other states are not given. For a blocking thread.
///
/// # Errors
/// As for [`check`], whose work it does on the way; what `each` returns.
pub fn compare(
    path: &Path,
    mut each: impl FnMut(u64, &ReceiptLine, LocalFile) -> Outcome<()>,
) -> Outcome<Checked> {
    let crew = Crew::start().map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
    let mut window: Vec<(u64, ReceiptLine)> = Vec::with_capacity(WINDOW);
    let mut look = |window: &mut Vec<(u64, ReceiptLine)>| {
        let found = look_at(window, &crew);
        window.drain(..).zip(found).try_for_each(|((row, line), found)| each(row, &line, found))
    };
    let checked = check(path, |row, line| {
        if line.is_done() {
            window.push((row, line));
        }
        if window.len() == WINDOW { look(&mut window) } else { Ok(()) }
    })?;
    look(&mut window)?;
    Ok(checked)
}

fn look_at(window: &[(u64, ReceiptLine)], crew: &Crew) -> Vec<LocalFile> {
    let groups: Vec<&[(u64, ReceiptLine)]> = window.chunks(TOGETHER).collect();
    let first: Vec<Option<LocalFile>> =
        side_by_side(&groups, |group| look_at_small(group)).into_iter().flatten().collect();
    let large: Vec<&ReceiptLine> =
        window.iter().zip(&first).filter(|(_, found)| found.is_none()).map(|((_, line), _)| line).collect();
    let mut large = side_by_side(&large, |line| verdict(line, large_sum(line, crew))).into_iter();
    let rest = |found: Option<LocalFile>| found.or_else(|| large.next()).unwrap_or(LocalFile::Unreadable);
    first.into_iter().map(rest).collect()
}

/// `None`: it is large, and has to be read in blocks.
fn look_at_small(group: &[(u64, ReceiptLine)]) -> Vec<Option<LocalFile>> {
    let read: Vec<Looked> = group.iter().map(|(_, line)| read_small(line)).collect();
    let bytes: Vec<&[u8]> = read.iter().filter_map(Looked::bytes).collect();
    let mut sums = md5_of_many(&bytes).into_iter();
    let lines = group.iter().map(|(_, line)| line);
    lines
        .zip(&read)
        .map(|(line, read)| match read {
            Looked::Known(found) => Some(*found),
            Looked::Small(_) => sums.next().map(|sum| verdict(line, Ok(sum))),
            Looked::Large => None,
        })
        .collect()
}

/// How far a file is known after the first look.
enum Looked {
    Known(LocalFile),
    Small(Vec<u8>),
    Large,
}

impl Looked {
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Small(bytes) => Some(bytes),
            Self::Known(_) | Self::Large => None,
        }
    }
}

fn read_small(line: &ReceiptLine) -> Looked {
    let path = Path::new(&line.source);
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return Looked::Known(trouble(&error)),
    };
    // Something else of its name, such as a pipe, is never opened.
    if !metadata.is_file() || metadata.len() != line.size {
        return Looked::Known(LocalFile::Changed);
    }
    if line.size > SMALL {
        return Looked::Large;
    }
    let mut bytes = Vec::with_capacity(line.size as usize);
    match File::open(path).and_then(|file| file.take(SMALL + 1).read_to_end(&mut bytes)) {
        Ok(read) if read as u64 == line.size => Looked::Small(bytes),
        Ok(_) => Looked::Known(LocalFile::Changed),
        Err(error) => Looked::Known(trouble(&error)),
    }
}

/// Reads a block while the one before it is hashed.
fn large_sum(line: &ReceiptLine, crew: &Crew) -> io::Result<[u8; 16]> {
    let mut file = File::open(&line.source)?;
    let mut sum = Md5Stream::default();
    let mut hashing: Option<Receiver<Md5Stream>> = None;
    let mut left = line.size;
    loop {
        let length = left.min(BLOCK as u64) as usize;
        let mut block = vec![0; length];
        file.read_exact(&mut block)?;
        left -= length as u64;
        if let Some(hashing) = hashing.take() {
            sum = hashing.recv().map_err(io::Error::other)?;
        }
        if left == 0 {
            let grew = file.read(&mut [0])? > 0;
            return if grew { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(sum.finish(&block)) };
        }
        hashing = Some(crew.hash(sum, Bytes::from(block)));
    }
}

fn verdict(line: &ReceiptLine, sum: io::Result<[u8; 16]>) -> LocalFile {
    match sum {
        Ok(sum) if line.md5.as_deref().is_none_or(|md5| md5 == hex::encode(sum)) => LocalFile::Same,
        Ok(_) => LocalFile::Changed,
        Err(error) => trouble(&error),
    }
}

fn trouble(error: &io::Error) -> LocalFile {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => LocalFile::Missing,
        // It became shorter or longer while it was read.
        io::ErrorKind::UnexpectedEof => LocalFile::Changed,
        _ => LocalFile::Unreadable,
    }
}

/// Does the work on a few threads; the results are in the order of the items.
fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::default();
    let run = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let result = work(item);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..THREADS.min(items.len()) {
            scope.spawn(run);
        }
        run();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
