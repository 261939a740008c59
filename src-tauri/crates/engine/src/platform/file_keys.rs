//! A file's name for the long run: its volume, as it is known wherever it is mounted, and its number there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::file_identity::FileIdentity;
use super::volumes;

/// Devices get the number of one that is gone; so they are looked up anew now and then.
const KNOWN_FOR: Duration = Duration::from_secs(30);

type Known = HashMap<u64, (Option<Arc<str>>, Instant)>;

/// Remembers which volume a device is.
#[derive(Debug, Default)]
pub struct FileKeys {
    known: Mutex<Known>,
}

impl FileKeys {
    /// `None`: nothing tells the volume. The first file of a volume has all of them listed: for a blocking thread.
    pub fn key(&self, identity: FileIdentity, path: &Path) -> Option<String> {
        self.at_hand(identity).unwrap_or_else(|| self.look(identity, path))
    }

    /// The same where the volume is remembered; `None`: somebody has to look.
    pub fn at_hand(&self, identity: FileIdentity) -> Option<Option<String>> {
        let known = self.lock();
        let (volume, at) = known.get(&identity.volume())?;
        (at.elapsed() < KNOWN_FOR).then(|| volume.as_deref().map(|volume| key_of(volume, identity)))
    }

    fn look(&self, identity: FileIdentity, path: &Path) -> Option<String> {
        // Without links: the volume of what a path leads to.
        let real = std::fs::canonicalize(path.parent().unwrap_or(path)).ok();
        let mounted = volumes::mounted();
        let found = real.and_then(|real| volumes::of_path(&mounted, &real).cloned());
        let volume: Option<Arc<str>> = found.map(|volume| volume.id.into());
        self.lock().insert(identity.volume(), (volume.clone(), Instant::now()));
        volume.map(|volume| key_of(&volume, identity))
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key_of(volume: &str, identity: FileIdentity) -> String {
    format!("{volume}/{:x}", identity.number())
}
