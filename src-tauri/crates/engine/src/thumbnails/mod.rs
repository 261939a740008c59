//! Small pictures of local files, for showing. One thread at the lowest priority makes them, the newest wish first, and is
//! gone when nobody asks. The files are only read; what can't be shown, for whatever reason, is simply not shown.

mod cache;
mod decode;
#[cfg(test)]
mod decode_tests;
mod fetched;
mod film;
#[cfg(test)]
mod film_tests;
mod preview;
mod psd;
mod reading;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use cache::Cache;
pub use fetched::FetchedPictures;

/// Wishes that wait at most; of rows that were scrolled past, nobody looks at the oldest any more.
const MOST_WAITING: usize = 256;
/// The thread ends when nobody asked for so long.
const IDLE: Duration = Duration::from_secs(20);
/// A disk that does not answer holds up the thread, not those who ask.
const PATIENCE: Duration = Duration::from_secs(30);

/// An encoded picture of at most 160 × 160 pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    pub bytes: Vec<u8>,
}

impl Thumbnail {
    /// One that came from elsewhere; `None` for what no window shows.
    pub fn of_bytes(bytes: Vec<u8>) -> Option<Self> {
        kind_of(&bytes).map(|_| Self { bytes })
    }

    pub fn media_type(&self) -> &'static str {
        kind_of(&self.bytes).unwrap_or("image/jpeg")
    }
}

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        _ => None,
    }
}

/// Where thumbnails are asked for. Clones share thread and cache.
#[derive(Clone)]
pub struct Thumbnails {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    queue: Mutex<Queue>,
    more: Condvar,
}

#[derive(Default)]
struct Queue {
    wishes: VecDeque<Wish>,
    runs: bool,
}

struct Wish {
    path: PathBuf,
    answer: oneshot::Sender<Option<Thumbnail>>,
}

impl Thumbnails {
    /// Keeps what it made in a folder of its own in the data directory.
    pub fn new(data_dir: &Path) -> Self {
        let dir = data_dir.join("thumbnails");
        Self { shared: Arc::new(Shared { dir, queue: Mutex::default(), more: Condvar::new() }) }
    }

    /// `None`: there is none, or not now.
    pub async fn of_file(&self, path: PathBuf) -> Option<Thumbnail> {
        let (answer, made) = oneshot::channel();
        self.wish(Wish { path, answer });
        tokio::time::timeout(PATIENCE, made).await.ok()?.ok()?
    }

    fn wish(&self, wish: Wish) {
        let mut queue = self.shared.lock();
        queue.wishes.push_back(wish);
        if queue.wishes.len() > MOST_WAITING {
            queue.wishes.pop_front();
        }
        if queue.runs {
            self.shared.more.notify_one();
            return;
        }
        let shared = Arc::clone(&self.shared);
        let spawned = std::thread::Builder::new().name("thumbnails".into()).spawn(move || shared.run());
        match spawned {
            Ok(_) => queue.runs = true,
            Err(error) => {
                tracing::warn!(%error, "no thread for thumbnails");
                queue.wishes.clear();
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        if let Err(error) = thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min)
        {
            tracing::debug!(?error, "thumbnails are made at the usual priority");
        }
        let mut cache = Cache::new(self.dir.clone());
        while let Some(wish) = self.next() {
            if wish.answer.is_closed() {
                continue;
            }
            // Decoders are other people's code on anybody's files.
            let made = catch_unwind(AssertUnwindSafe(|| thumbnail(&mut cache, &wish.path)));
            drop(wish.answer.send(made.unwrap_or_default()));
        }
    }

    /// Waits for a while; the thread ends with `None`.
    fn next(&self) -> Option<Wish> {
        let queue = self.lock();
        let waited = self.more.wait_timeout_while(queue, IDLE, |queue| queue.wishes.is_empty());
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let newest = queue.wishes.pop_back();
        queue.runs = newest.is_some();
        newest
    }
}

/// From the cache, or made and kept there; that there is none is kept too.
fn thumbnail(cache: &mut Cache, path: &Path) -> Option<Thumbnail> {
    if !decode::may_have_one(path) {
        return None;
    }
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let key = cache::key(path, &metadata);
    if let Some(kept) = cache.get(&key) {
        return kept;
    }
    // Kept before it is tried: a picture that ends the program is not tried again at the next start.
    cache.put(&key, None);
    let made = catch_unwind(|| decode::thumbnail(path)).unwrap_or_default();
    if made.is_some() {
        cache.put(&key, made.as_ref());
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_picture_has_none_and_the_thread_lives_on() {
        let dir = tempfile::tempdir().unwrap();
        let thumbnails = Thumbnails::new(dir.path());
        let broken = dir.path().join("broken.jpg");
        std::fs::write(&broken, b"not a picture at all").unwrap();
        let good = dir.path().join("good.png");
        image::RgbImage::from_pixel(400, 200, image::Rgb([200, 10, 10])).save(&good).unwrap();
        for path in [broken.clone(), dir.path().to_path_buf(), dir.path().join("missing.jpg")] {
            assert_eq!(thumbnails.of_file(path).await, None);
        }
        let first = thumbnails.of_file(good.clone()).await.unwrap();
        assert_eq!(first.media_type(), "image/jpeg");
        let small = image::load_from_memory(&first.bytes).unwrap();
        assert_eq!((small.width(), small.height()), (160, 80));

        // The second time it comes from the cache, until the file is another one.
        let kept = std::fs::read_dir(dir.path().join("thumbnails")).unwrap().count();
        assert_eq!(kept, 2, "that a picture has none is kept too");
        assert_eq!(thumbnails.of_file(good.clone()).await, Some(first.clone()));
        image::RgbImage::from_pixel(100, 300, image::Rgb([10, 10, 200])).save(&good).unwrap();
        let other = thumbnails.of_file(good).await.unwrap();
        assert_ne!(other, first);
        std::fs::write(&broken, &other.bytes).unwrap();
        assert!(thumbnails.of_file(broken).await.is_some(), "mended");
    }

    #[tokio::test]
    async fn a_flood_of_wishes_ends_with_the_newest() {
        let dir = tempfile::tempdir().unwrap();
        let thumbnails = Thumbnails::new(dir.path());
        let path = dir.path().join("a.png");
        image::RgbImage::new(64, 64).save(&path).unwrap();
        let wishes: Vec<_> = (0..MOST_WAITING * 4)
            .map(|_| {
                let (answer, made) = oneshot::channel();
                thumbnails.wish(Wish { path: path.clone(), answer });
                made
            })
            .collect();
        let mut answers = Vec::new();
        for wish in wishes {
            answers.push(wish.await.ok().flatten().is_some());
        }
        assert!(answers.last() == Some(&true) && thumbnails.shared.lock().wishes.is_empty());
    }
}
