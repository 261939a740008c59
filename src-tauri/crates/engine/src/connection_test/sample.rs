//! What is sent: bytes that nothing can guess or squeeze, in a file of the data directory while the test runs; and a small
//! picture.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use image::{ImageFormat, RgbImage};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::{SharedWorld, random_word};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::transfer::source::{Opened, Source, open};

/// A store takes shorter parts than it puts together, and these are never put together: four go out within some seconds
/// on a slow line, too.
pub const PART: u64 = 256 * 1024;
/// The last one is shorter, as a file's is.
pub const SIZE: u64 = 3 * PART + PART / 3;
/// Small enough to go out in one buffer with its form.
const SIDE: u32 = 24;

/// Gone when dropped.
pub struct SampleFile {
    path: PathBuf,
    pub source: Arc<Source>,
}

impl SampleFile {
    /// # Errors
    /// `DiskFull`, `DatabaseUnusable` where the data directory can't be written.
    pub async fn write(data_dir: &Path, world: &SharedWorld) -> Outcome<Self> {
        let path = data_dir.join(format!("connection test {}", random_word(&**world, 8)));
        let world = Arc::clone(world);
        let written = tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; usize::try_from(SIZE).unwrap_or_default()];
            world.random(&mut bytes);
            std::fs::write(&path, &bytes)
                .and_then(|()| open(&path))
                .map(|opened| (path.clone(), opened))
                .map_err(|error| {
                    // What was begun is of no use.
                    drop(std::fs::remove_file(&path));
                    unwritable(&path, &error)
                })
        });
        let (path, opened) = written.await.map_err(internal)??;
        match opened {
            Opened::Stream { source, .. } => Ok(Self { path, source: Arc::from(source) }),
            Opened::Whole { .. } => Err(internal("the sample is too small")),
        }
    }
}

impl Drop for SampleFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}

/// `Ferry connection test 2026-11-30 14-05.png`
pub fn picture_name(world: &SharedWorld) -> String {
    let now = Timestamp::from_millisecond(world.now()).unwrap_or_default().to_zoned(TimeZone::system());
    format!("Ferry connection test {}.png", now.strftime("%Y-%m-%d %H-%M"))
}

/// A picture of colours by chance, so that no other file has its checksum.
///
/// # Errors
/// `Internal`.
pub fn picture(world: &SharedWorld) -> Outcome<Bytes> {
    let mut colours = vec![0; (SIDE * SIDE * 3) as usize];
    world.random(&mut colours);
    let picture = RgbImage::from_raw(SIDE, SIDE, colours).ok_or_else(|| internal("no picture"))?;
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).map_err(internal)?;
    Ok(file.into_inner().into())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::DatabaseUnusable,
    };
    Failure::new(code).with("path", path.display()).because(error)
}

fn internal(why: impl ToString) -> Failure {
    Failure::new(ErrorCode::Internal).because(why)
}
