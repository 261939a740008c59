//! Files that another program has for itself.

use std::io;

/// The file is there, but another program doesn't let anyone read it now: sharing and lock violations.
#[cfg(windows)]
pub fn is_locked(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(32 | 33))
}

/// Locks are only advice on these systems; a few devices and network file systems still say that they are busy.
#[cfg(not(windows))]
pub fn is_locked(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::WouldBlock)
}
