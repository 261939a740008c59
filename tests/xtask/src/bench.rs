//! `cargo xtask bench [NAME]`: the benchmarks, beside peers, in release; `window` is the built app under a screen.

use crate::check::window;
use crate::command::Run;
use crate::failure::Outcome;
use crate::place::Place;
use crate::setup::{self, Mode, Purpose};

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    if arguments == ["window"] {
        setup::ensure(place, &[Purpose::Test], Mode::Install)?;
        return window::measure(place);
    }
    setup::ensure(place, &[Purpose::Bench], Mode::Install)?;
    Run::cargo()
        .args(["run", "--release", "--package", "ferry-bench", "--"])
        .args(arguments)
        .in_folder(&place.root)
        .env("FERRY_TOOLS", &place.tools)
        .env("PATH", place.path_with_tools()?)
        .run()
}
