//! The system's own packages, by apt; elsewhere a sentence that says what to install.

use super::packages::{self, PYTHON};
use super::{Mode, Purpose};
use crate::command::Run;
use crate::failure::{Failure, Outcome};
use crate::place::on_path;

pub fn ensure(purposes: &[Purpose], mode: Mode) -> Outcome {
    if !cfg!(target_os = "linux") {
        return programs_only(purposes);
    }
    let mut needed = packages::needed(purposes, on_path);
    let python = PYTHON.is_for(purposes) && !python_has_venv();
    if on_path("dpkg-query") && on_path("apt-get") {
        if needed.is_empty() && !python {
            return Ok(());
        }
        let listed = Run::new("dpkg-query")
            .args(["-W", "-f", "${db:Status-Abbrev} ${Package}\\n"])
            .args(&needed)
            .output()?;
        let mut missing = packages::missing(&needed, &listed);
        missing.extend(python.then_some(PYTHON.name));
        return if missing.is_empty() { Ok(()) } else { install(&missing, mode) };
    }
    // Without dpkg we can look for programs and for libraries with pkg-config, but not install.
    needed.retain(|name| !library_is_there(name));
    needed.extend(python.then_some(PYTHON.name));
    if needed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "this system has no apt. Please install what these Debian packages hold, by your system's names: {}.",
        needed.join(", ")
    )))
}

fn install(missing: &[&str], mode: Mode) -> Outcome {
    println!("Missing here: {}", missing.join(" "));
    if mode == Mode::DryRun {
        return Ok(());
    }
    if !is_root() && !on_path("sudo") {
        return Err(Failure::new(format!(
            "these packages are missing and there is no sudo. As root, run: apt-get install {}",
            missing.join(" ")
        )));
    }
    twice(|| apt().arg("update").run())?;
    twice(|| apt().args(["install", "-y", "--no-install-recommends"]).args(missing).run())
}

fn apt() -> Run {
    let run = if is_root() { Run::new("env") } else { Run::new("sudo").arg("env") };
    run.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
}

/// Mirrors fail now and then.
fn twice(action: impl Fn() -> Outcome) -> Outcome {
    action().or_else(|first| {
        println!("{first}; once more.");
        action()
    })
}

fn is_root() -> bool {
    Run::new("id").arg("-u").ask().is_some_and(|id| id.trim() == "0")
}

pub fn python_has_venv() -> bool {
    Run::new("python3").args(["-c", "import ensurepip, venv"]).ask().is_some()
}

fn library_is_there(package: &str) -> bool {
    let module = match package {
        "libwebkit2gtk-4.1-dev" => "webkit2gtk-4.1",
        "libayatana-appindicator3-dev" => "ayatana-appindicator3-0.1",
        "librsvg2-dev" => "librsvg-2.0",
        "libxdo-dev" => "libxdo",
        "webkit2gtk-driver" => return on_path("WebKitWebDriver"),
        "squid" => return on_path("squid"),
        "dbus-x11" => return on_path("dbus-launch"),
        "fonts-dejavu" => return fonts("DejaVu Sans"),
        "fonts-noto-color-emoji" => return fonts("Noto Color Emoji"),
        _ => return false,
    };
    Run::new("pkg-config").args(["--exists", module]).ask().is_some()
}

fn fonts(family: &str) -> bool {
    Run::new("fc-list").arg(family).ask().is_some_and(|list| !list.trim().is_empty())
}

/// macOS and Windows: the build needs a compiler and Node, the tests that need more are for Linux.
fn programs_only(purposes: &[Purpose]) -> Outcome {
    let mut lacking = Vec::new();
    if cfg!(target_os = "macos") && !on_path("cc") {
        lacking.push("the command line tools (xcode-select --install)");
    }
    let window = purposes.iter().any(|purpose| matches!(purpose, Purpose::Window | Purpose::Test));
    if window && !on_path("node") {
        lacking.push("Node.js 20.19 or newer, with npm");
    }
    if lacking.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("please install {}.", lacking.join(" and "))))
}
