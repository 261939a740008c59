//! A file's times as numbers.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

/// Nanoseconds since 1970; 0 where the file system keeps no time. The same call serves all three systems.
pub fn modified_ns(metadata: &Metadata) -> i64 {
    let Ok(time) = metadata.modified() else { return 0 };
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

/// When anything of the file changed, its times and its name among it. `None`: the system does not tell.
#[cfg(unix)]
pub fn changed_ns(metadata: &Metadata) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    metadata.ctime().checked_mul(1_000_000_000)?.checked_add(metadata.ctime_nsec())
}

/// When anything of the file changed, its times and its name among it. `None`: the system does not tell.
#[cfg(not(unix))]
pub fn changed_ns(_: &Metadata) -> Option<i64> {
    None
}
