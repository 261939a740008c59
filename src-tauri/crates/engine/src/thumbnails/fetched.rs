//! Small pictures that come from elsewhere, kept like our own but apart from them, so that neither pushes the other out.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::Thumbnail;
use super::cache::Cache;

/// Fetched at a time: they stand back behind files.
const AT_ONCE: usize = 3;
/// What is larger is shown, and not kept.
const LARGEST_KEPT: usize = 512 * 1024;
/// That there is none is believed for so long: a tenant makes some pictures long after it has the file.
const NONE_FOR: Duration = Duration::from_secs(600);
const MOST_NONES: usize = 4_096;

/// Clones share everything.
#[derive(Clone)]
pub struct FetchedPictures(Arc<Shared>);

struct Shared {
    cache: Mutex<Cache>,
    nones: Mutex<HashMap<String, Instant>>,
    turns: Semaphore,
}

impl FetchedPictures {
    /// Keeps them in a folder of their own in the data directory.
    pub fn new(data_dir: &Path) -> Self {
        let cache = Mutex::new(Cache::new(data_dir.join("previews")));
        Self(Arc::new(Shared { cache, nones: Mutex::default(), turns: Semaphore::new(AT_ONCE) }))
    }

    /// What is kept under these words, else what is fetched. `Err`: not now, so nothing follows from it.
    pub async fn get<F, E>(&self, words: &[&str], fetch: impl FnOnce() -> F) -> Option<Thumbnail>
    where
        F: Future<Output = Result<Option<Vec<u8>>, E>>,
    {
        let key = key(words);
        if let Some(kept) = self.kept(&key).await {
            return Some(kept);
        }
        if lock(&self.0.nones).get(&key).is_some_and(|since| since.elapsed() < NONE_FOR) {
            return None;
        }
        let turn = self.0.turns.acquire().await.ok()?;
        // Somebody may have waited for the same.
        if let Some(kept) = self.kept(&key).await {
            return Some(kept);
        }
        let fetched = fetch().await.ok()?;
        drop(turn);
        let Some(picture) = fetched.and_then(Thumbnail::of_bytes) else {
            let mut nones = lock(&self.0.nones);
            if nones.len() >= MOST_NONES {
                nones.clear();
            }
            nones.insert(key, Instant::now());
            return None;
        };
        if picture.bytes.len() <= LARGEST_KEPT {
            let (shared, kept) = (Arc::clone(&self.0), picture.clone());
            let keep = move || lock(&shared.cache).put(&key, Some(&kept));
            drop(tokio::task::spawn_blocking(keep).await);
        }
        Some(picture)
    }

    async fn kept(&self, key: &str) -> Option<Thumbnail> {
        let (shared, key) = (Arc::clone(&self.0), key.to_owned());
        let look = move || lock(&shared.cache).get(&key).flatten();
        tokio::task::spawn_blocking(look).await.ok()?
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key(words: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for word in words {
        hasher.update(word.len().to_le_bytes());
        hasher.update(word);
    }
    hex::encode(&hasher.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[tokio::test]
    async fn a_picture_is_fetched_once_and_a_way_that_is_shut_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let pictures = FetchedPictures::new(dir.path());
        let calls = AtomicUsize::new(0);
        let answer = |answer: Result<Option<Vec<u8>>, ()>| {
            calls.fetch_add(1, Ordering::Relaxed);
            async move { answer }
        };
        assert_eq!(pictures.get(&["a"], || answer(Err(()))).await, None);
        let first = pictures.get(&["a"], || answer(Ok(Some(PNG.to_vec())))).await.unwrap();
        assert_eq!((first.bytes.as_slice(), calls.load(Ordering::Relaxed)), (PNG, 2));
        // From the disk, also in the next program.
        let later = FetchedPictures::new(dir.path());
        assert_eq!(later.get(&["a"], || answer(Ok(None))).await, Some(first));
        // There is none, or it is no picture: not asked again soon.
        for _ in 0..2 {
            assert_eq!(pictures.get(&["b"], || answer(Ok(None))).await, None);
            assert_eq!(pictures.get(&["c"], || answer(Ok(Some(b"text".to_vec())))).await, None);
        }
        assert_eq!(calls.load(Ordering::Relaxed), 4);
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
