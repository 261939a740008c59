//! `cargo xtask windows`: do the engine and the command line still compile for Windows? For systems with Debian's packages;
//! nothing is linked or run.

use crate::command::Run;
use crate::failure::{Failure, Outcome};
use crate::place::Place;
use crate::setup::{self, Mode, Purpose};

/// Debian's compiler, whose sources lie beside it: the target's standard library is compiled from them.
const RUSTC: &str = "/usr/bin/rustc";
const TARGET: &str = "x86_64-pc-windows-gnu";

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(Failure::new("windows takes no arguments"));
    }
    setup::ensure(place, &[Purpose::Windows], Mode::Install)?;
    Run::new("rustup")
        .args(["run", "nightly", "cargo", "check", "-Zbuild-std=std,panic_abort,panic_unwind"])
        .args(["--target", TARGET, "--package", "engine", "--package", "ferry-cli"])
        .in_folder(&place.root)
        .env("RUSTC", RUSTC)
        // A compiler that is no nightly takes -Z all the same.
        .env("RUSTC_BOOTSTRAP", "1")
        .run()
}
