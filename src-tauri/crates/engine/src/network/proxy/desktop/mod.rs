//! What the desktop's settings say beyond what the HTTP client's library reads itself (on Windows and macOS it knows the
//! proxies, and no script; on Linux it knows environment variables alone).

#[cfg(any(target_os = "linux", test))]
mod gnome;
#[cfg(any(target_os = "linux", test))]
mod kde;
#[cfg(any(target_os = "macos", test))]
mod macos;
#[cfg(any(windows, test))]
mod windows;

use crate::model::{Exceptions, ProxyAddress};

/// For every kind of address.
pub const EVERYTHING: &str = "*";

#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "elsewhere only scripts are read here"))]
pub enum Desktop {
    /// Where the script is.
    Script(String),
    Manual {
        addresses: Vec<(&'static str, ProxyAddress)>,
        exceptions: Exceptions,
    },
}

/// `None`: the desktop says nothing that is not known otherwise.
pub fn read() -> Option<Desktop> {
    #[cfg(target_os = "linux")]
    return gnome::read().or_else(kde::read);
    #[cfg(target_os = "macos")]
    return macos::read();
    #[cfg(windows)]
    return windows::read();
    #[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
    None
}
