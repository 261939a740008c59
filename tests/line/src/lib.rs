//! Two network namespaces of Linux and a line between them that can be slow, lossy, cut or gone. Needs root, `ip`, `tc` and
//! `nft`; everything is gone again when the [`Line`] is dropped, and what a killed process left, with the next one.

mod commands;
mod faults;
mod side;

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use commands::{has, run};

pub use faults::Cut;
pub use side::Side;

/// The link's name on both sides.
const LINK: &str = "line";
const PREFIX: &str = "ferry-line-";
const NAMESPACES: &str = "/run/netns";

static MADE: AtomicU32 = AtomicU32::new(0);

/// What keeps a line from being made or changed, as a sentence.
pub type Outcome<T = ()> = Result<T, String>;

/// A pair of namespaces with nothing but a line between them.
#[derive(Debug)]
pub struct Line {
    pub near: Side,
    pub far: Side,
}

/// Why no line can be made here; `None` where it can.
pub fn missing() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("only Linux has network namespaces".into());
    }
    if !nix::unistd::geteuid().is_root() {
        return Some("only root can make network namespaces".into());
    }
    let absent = ["ip", "tc", "nft"].into_iter().find(|program| !has(program));
    absent.map(|program| format!("{program} is not installed (cargo xtask setup)"))
}

impl Line {
    /// # Errors
    /// What this system does not let us do.
    pub fn new() -> Outcome<Self> {
        if let Some(missing) = missing() {
            return Err(missing);
        }
        remove_what_was_left();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let side = |name: &str, host: u32| Side {
            name: format!("{PREFIX}{}-{number}-{name}", std::process::id()),
            // Namespaces know nothing of each other; but programs may, of what they have in several.
            address: format!("10.77.{}.{host}", number % 250),
        };
        // From here on, whatever fails takes along what was made.
        let line = Self { near: side("near", 1), far: side("far", 2) };
        for side in [&line.near, &line.far] {
            run(&["ip", "netns", "add", &side.name])?;
        }
        let (near, far) = (line.near.name.as_str(), line.far.name.as_str());
        run(&["ip", "-n", near, "link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", far])?;
        for side in [&line.near, &line.far] {
            run(&["ip", "-n", &side.name, "link", "set", "lo", "up"])?;
            // Packets of a real line's size: each one that is lost is one.
            run(&["ip", "-n", &side.name, "link", "set", LINK, "gso_max_segs", "1", "up"])?;
            side.give(&side.address)?;
        }
        Ok(line)
    }

    /// An address of the same network that neither end has.
    pub fn another(&self) -> String {
        let network = self.near.address.rsplit_once('.').map_or("", |(network, _)| network);
        format!("{network}.3")
    }

    /// Each direction carries so many megabits a second and keeps what came too fast for 50 ms.
    ///
    /// # Errors
    /// As [`Line::new`].
    pub fn limit(&self, megabits: u32) -> Outcome {
        let rate = format!("{megabits}mbit");
        for side in [&self.near, &self.far] {
            let name = side.name.as_str();
            let (burst, wait) = ("32kb", "50ms");
            run(&[
                "tc", "-n", name, "qdisc", "replace", "dev", LINK, "root", "tbf", "rate", &rate, "burst",
                burst, "latency", wait,
            ])?;
        }
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        for side in [&self.near, &self.far] {
            // What was not made can't be removed, and nobody is there to be told. The link goes with its namespace.
            drop(run(&["ip", "netns", "del", &side.name]));
        }
    }
}

/// Namespaces whose process is gone.
fn remove_what_was_left() {
    let Ok(entries) = std::fs::read_dir(NAMESPACES) else { return };
    for name in entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        let Some(process) = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()) else {
            continue;
        };
        if !Path::new("/proc").join(process).exists() {
            drop(run(&["ip", "netns", "del", &name]));
        }
    }
}
