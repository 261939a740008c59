//! `cargo xtask bench [NAME]`: the benchmarks, beside peers, in release.

use crate::command::Run;
use crate::failure::Outcome;
use crate::place::Place;
use crate::setup::{self, Mode, Purpose};

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    setup::ensure(place, &[Purpose::Bench], Mode::Install)?;
    Run::cargo()
        .args(["run", "--release", "--package", "ferry-bench", "--"])
        .args(arguments)
        .in_folder(&place.root)
        .env("FERRY_TOOLS", &place.tools)
        .env("PATH", place.path_with_tools()?)
        .run()
}
