//! Which Debian packages are needed for what, and which of them are missing.

use super::Purpose;
use super::Purpose::{Bench, CommandLine, Test, Window, Windows};

#[derive(Debug)]
pub struct Package {
    pub name: &'static str,
    purposes: &'static [Purpose],
    /// Not needed where one of these programs is there already, however it was installed.
    programs: &'static [&'static str],
}

const fn package(name: &'static str, purposes: &'static [Purpose]) -> Package {
    Package { name, purposes, programs: &[] }
}

const fn program(
    name: &'static str,
    purposes: &'static [Purpose],
    programs: &'static [&'static str],
) -> Package {
    Package { name, purposes, programs }
}

/// Any of these does.
pub const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const EVERYTHING: &[Purpose] = &[CommandLine, Window, Test, Bench, Windows];
const WINDOW: &[Purpose] = &[Window, Test];
const TEST: &[Purpose] = &[Test];
const LINE: &[Purpose] = &[Test, Bench];
const WINDOWS: &[Purpose] = &[Windows];

const PACKAGES: &[Package] = &[
    program("build-essential", EVERYTHING, &["cc"]),
    program("pkg-config", WINDOW, &["pkg-config", "pkgconf"]),
    program("nodejs", WINDOW, &["node"]),
    program("npm", WINDOW, &["npm"]),
    // The window and its tray.
    package("libwebkit2gtk-4.1-dev", WINDOW),
    package("libayatana-appindicator3-dev", WINDOW),
    package("librsvg2-dev", WINDOW),
    package("libxdo-dev", WINDOW),
    // A window without a screen, driven from outside, with a keychain.
    package("webkit2gtk-driver", TEST),
    program("xvfb", TEST, &["Xvfb"]),
    program("xauth", TEST, &["xauth"]),
    program("dbus", TEST, &["dbus-run-session"]),
    package("dbus-x11", TEST),
    program("gnome-keyring", TEST, &["gnome-keyring-daemon"]),
    program("libsecret-tools", TEST, &["secret-tool"]),
    package("fonts-dejavu", TEST),
    package("fonts-noto-color-emoji", TEST),
    // The browser for the UI's tests, proxies that ask for a password, and readers for our installers.
    program("chromium", TEST, &CHROMIUM),
    package("squid", TEST),
    program("microsocks", TEST, &["microsocks"]),
    program("rpm", TEST, &["rpm"]),
    program("patchelf", TEST, &["patchelf"]),
    // Network namespaces with a slow, lossy, cut line between them.
    program("iproute2", LINE, &["ip"]),
    program("nftables", LINE, &["nft"]),
    // A compiler with the sources of its standard library, and a C compiler for what is bundled (SQLite, ring).
    package("rustc-web", WINDOWS),
    package("rust-web-src", WINDOWS),
    program("gcc-mingw-w64-x86-64-win32", WINDOWS, &["x86_64-w64-mingw32-gcc"]),
];

/// Not a package to look up by name, since Python may come from elsewhere: `python3 -m venv` must work.
pub const PYTHON: Package = package("python3-venv", &[Test, Bench]);

/// What these purposes need as a package; `has_program` says whether a program can be started.
pub fn needed(purposes: &[Purpose], has_program: impl Fn(&str) -> bool) -> Vec<&'static str> {
    PACKAGES
        .iter()
        .filter(|package| package.is_for(purposes))
        .filter(|package| !package.programs.iter().any(|name| has_program(name)))
        .map(|package| package.name)
        .collect()
}

impl Package {
    pub fn is_for(&self, purposes: &[Purpose]) -> bool {
        self.purposes.iter().any(|purpose| purposes.contains(purpose))
    }
}

/// What of `needed` is not installed, by the lines of `dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n'`.
pub fn missing(needed: &[&'static str], dpkg: &str) -> Vec<&'static str> {
    let installed: Vec<&str> = dpkg
        .lines()
        .filter_map(|line| {
            let (status, name) = line.split_at_checked(3)?;
            // Wanted-status: "ii" is installed, "hi" installed and held.
            (status.as_bytes()[1] == b'i').then(|| name.trim())
        })
        .collect();
    needed.iter().filter(|name| !installed.contains(*name)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dpkg() {
        let dpkg = "ii  squid\nun  dbus-x11\nrc  librsvg2-dev\nhi  fonts-dejavu\n\nxy\n";
        let needed = ["squid", "dbus-x11", "librsvg2-dev", "fonts-dejavu", "libxdo-dev"];
        assert_eq!(missing(&needed, dpkg), ["dbus-x11", "librsvg2-dev", "libxdo-dev"]);
        assert_eq!(missing(&["squid"], ""), ["squid"]);
        assert!(missing(&[], "").is_empty());
    }

    #[test]
    fn the_demo_needs_no_tools_for_tests() {
        assert_eq!(needed(&[CommandLine], |_| false), ["build-essential"]);
        let window = needed(&[Window], |_| false);
        assert!(window.contains(&"libwebkit2gtk-4.1-dev"));
        assert!(!window.contains(&"chromium") && !window.contains(&"squid"));
    }

    #[test]
    fn programs_from_elsewhere_count() {
        let window = needed(&[Test], |name| matches!(name, "node" | "npm" | "google-chrome"));
        assert!(!window.contains(&"nodejs") && !window.contains(&"chromium"));
        assert!(window.contains(&"xvfb"));
    }
}
