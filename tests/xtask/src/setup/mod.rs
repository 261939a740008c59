//! `cargo xtask setup`: installs what this system lacks, and only what the purpose at hand needs.

mod packages;
mod system;
mod tools;

pub use packages::CHROMIUM;

use crate::failure::{Failure, Outcome};
use crate::npm;
use crate::place::Place;

/// What one is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Build and run the command line and the demo library.
    CommandLine,
    /// Also build and run the window.
    Window,
    /// Everything CI runs.
    Test,
    /// Measure beside peers.
    Bench,
    /// Compile for Windows, without linking.
    Windows,
}

const ALL: [Purpose; 4] = [Purpose::CommandLine, Purpose::Window, Purpose::Test, Purpose::Bench];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Install,
    /// Say what would be done.
    DryRun,
}

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    let mut purposes = ALL.to_vec();
    let mut mode = Mode::Install;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), rest.as_slice().first().map(String::as_str)) {
            ("--dry-run", _) => mode = Mode::DryRun,
            ("--for", Some(value)) => {
                purposes = purposes_of(value)?;
                rest.next();
            }
            (other, _) => return Err(Failure::new(format!("setup does not know \"{other}\""))),
        }
    }
    ensure(place, &purposes, mode)?;
    if mode == Mode::Install {
        println!("Everything is there.");
    }
    Ok(())
}

fn purposes_of(value: &str) -> Outcome<Vec<Purpose>> {
    match value {
        "demo" if crate::place::has_display() => Ok(vec![Purpose::Window]),
        "demo" => Ok(vec![Purpose::CommandLine]),
        "test" => Ok(vec![Purpose::Test]),
        "bench" => Ok(vec![Purpose::Bench]),
        "all" => Ok(ALL.to_vec()),
        other => Err(Failure::new(format!("--for takes demo, test, bench or all, not \"{other}\""))),
    }
}

/// Quick when nothing is missing.
pub fn ensure(place: &Place, purposes: &[Purpose], mode: Mode) -> Outcome {
    let wanted = |any: &[Purpose]| purposes.iter().any(|purpose| any.contains(purpose));
    system::ensure(purposes, mode)?;
    if wanted(&[Purpose::Window, Purpose::Test]) {
        npm::check_version()?;
        npm::install(place, "ui", mode)?;
    }
    if wanted(&[Purpose::Test]) {
        npm::install(place, "tests/ui", mode)?;
        npm::install(place, "tests/e2e", mode)?;
        npm::install(place, "tests/companion", mode)?;
        tools::cargo_install(place, &tools::TAURI_DRIVER, mode)?;
    }
    if wanted(&[Purpose::Test, Purpose::Bench]) {
        tools::cargo_install(place, &tools::S3S_FS, mode)?;
        tools::python_tools(place, mode)?;
    }
    Ok(())
}
