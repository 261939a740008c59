//! A file that can be read for so long and so far, and no more: decoders ask for what a header claims.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, Instant};

const MOST_BYTES: u64 = 128 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(10);

pub struct Limited<R> {
    inner: R,
    left: u64,
    until: Instant,
}

impl Limited<File> {
    /// Only a regular file: to open a pipe would be to wait.
    pub fn open(path: &Path) -> io::Result<Self> {
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(Self::new(File::open(path)?, MOST_BYTES, LONGEST))
    }
}

impl<R> Limited<R> {
    pub fn new(inner: R, most: u64, longest: Duration) -> Self {
        Self { inner, left: most, until: Instant::now() + longest }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "more than a picture needs"));
        }
        if Instant::now() > self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Limited<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ends_at_the_limit_and_in_time() {
        let mut few = Limited::new(io::repeat(1), 1_000, LONGEST);
        assert_eq!(io::copy(&mut few, &mut io::sink()).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let mut late = Limited::new(io::repeat(1), u64::MAX, Duration::ZERO);
        std::thread::yield_now();
        assert_eq!(io::copy(&mut late, &mut io::sink()).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
