//! A file's name for the long run: its volume, as it is known wherever it is mounted, and its number there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::file_identity::FileIdentity;
use super::volumes;

/// Devices get the number of one that is gone; so they are looked up anew now and then.
const KNOWN_FOR: Duration = Duration::from_secs(30);

/// Remembers which volume a device is.
#[derive(Debug, Default)]
pub struct FileKeys {
    known: Mutex<HashMap<u64, (Option<String>, Instant)>>,
}

impl FileKeys {
    /// `None`: nothing tells the volume. The first file of a volume has all of them listed: for a blocking thread.
    pub fn key(&self, identity: FileIdentity, path: &Path) -> Option<String> {
        let device = identity.volume();
        let now = Instant::now();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&device).cloned();
        let volume = match known {
            Some((volume, at)) if now.duration_since(at) < KNOWN_FOR => volume,
            _ => {
                // Without links: the volume of what a path leads to.
                let real = std::fs::canonicalize(path.parent().unwrap_or(path)).ok();
                let mounted = volumes::mounted();
                let found = real.and_then(|real| volumes::of_path(&mounted, &real).cloned());
                let volume = found.map(|volume| volume.id);
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.insert(device, (volume.clone(), now));
                volume
            }
        };
        volume.map(|volume| format!("{volume}/{:x}", identity.number()))
    }
}
