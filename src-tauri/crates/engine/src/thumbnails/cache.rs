//! Thumbnails on disk: one file each, of a bounded size together, the oldest go first. An empty file says that there is none.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::Thumbnail;

const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// What an empty file costs.
const BLOCK: u64 = 4 * 1024;
/// Another look of thumbnails makes others of all.
const VERSION: u8 = 1;

/// Changes with the file.
pub fn key(path: &Path, metadata: &Metadata) -> String {
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    let mut hasher = Sha256::new();
    hasher.update([VERSION]);
    hasher.update(metadata.len().to_le_bytes());
    hasher.update(modified.to_le_bytes());
    hasher.update(path.as_os_str().as_encoded_bytes());
    hex::encode(&hasher.finalize()[..16])
}

pub struct Cache {
    dir: PathBuf,
    most: u64,
    /// Known from the first write on.
    size: Option<u64>,
}

impl Cache {
    pub fn new(dir: PathBuf) -> Self {
        Self { dir, most: MOST_BYTES, size: None }
    }

    /// `Some(None)`: it is known that there is none.
    pub fn get(&self, key: &str) -> Option<Option<Thumbnail>> {
        let bytes = fs::read(self.dir.join(key)).ok()?;
        Some((!bytes.is_empty()).then_some(Thumbnail { bytes }))
    }

    /// A full disk is no reason to fail.
    pub fn put(&mut self, key: &str, thumbnail: Option<&Thumbnail>) {
        let bytes = thumbnail.map_or(&[][..], |thumbnail| &thumbnail.bytes);
        let partial = self.dir.join(format!("{key}.partial"));
        let written = fs::create_dir_all(&self.dir)
            .and_then(|()| fs::write(&partial, bytes))
            .and_then(|()| fs::rename(&partial, self.dir.join(key)));
        if let Err(error) = written {
            tracing::debug!(%error, "a thumbnail was not kept");
            return;
        }
        let size = self.size.map_or_else(|| self.sum(), |size| size + cost(bytes.len() as u64));
        self.size = Some(if size > self.most { self.make_room() } else { size });
    }

    fn files(&self) -> Vec<(SystemTime, u64, PathBuf)> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let file = |entry: fs::DirEntry| {
            let metadata = entry.metadata().ok()?;
            Some((metadata.modified().ok()?, cost(metadata.len()), entry.path()))
        };
        entries.filter_map(file).collect()
    }

    fn sum(&self) -> u64 {
        self.files().iter().map(|(_, size, _)| size).sum()
    }

    /// Down to three quarters, so that it is not due again at once.
    fn make_room(&self) -> u64 {
        let mut files = self.files();
        files.sort();
        let mut size: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, cost, path) in files {
            if size <= self.most / 4 * 3 {
                break;
            }
            if fs::remove_file(path).is_ok() {
                size -= cost;
            }
        }
        size
    }
}

fn cost(bytes: u64) -> u64 {
    bytes.max(1).div_ceil(BLOCK) * BLOCK
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let dir = tempfile::tempdir().unwrap();
        let mut cache = Cache { dir: dir.path().join("thumbnails"), most: 20 * BLOCK, size: None };
        let thumbnail = Thumbnail { bytes: vec![7; BLOCK as usize] };
        for number in 0..60_u64 {
            let key = format!("{number:02}");
            cache.put(&key, (number % 5 > 0).then_some(&thumbnail));
            // The clock of a file system may be coarser than a test is fast.
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(number);
            fs::File::options().write(true).open(cache.dir.join(&key)).unwrap().set_modified(time).unwrap();
            assert!(cache.sum() <= 20 * BLOCK);
        }
        assert_eq!(cache.get("59").unwrap(), Some(thumbnail));
        assert_eq!(cache.get("55").unwrap(), None, "known to have none");
        assert_eq!(cache.get("03"), None, "out");
        assert_eq!(cache.size, Some(cache.sum()));
    }

    #[test]
    fn another_file_has_another_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jpg");
        fs::write(&path, b"one").unwrap();
        let before = key(&path, &fs::metadata(&path).unwrap());
        assert_eq!(before, key(&path, &fs::metadata(&path).unwrap()));
        fs::write(&path, b"other").unwrap();
        assert_ne!(before, key(&path, &fs::metadata(&path).unwrap()));
    }
}
