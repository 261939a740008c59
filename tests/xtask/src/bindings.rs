//! `cargo xtask bindings`: the TypeScript types that the UI shares with the engine, generated and committed.

use crate::command::Run;
use crate::failure::{Failure, Outcome};
use crate::place::Place;

const BINDINGS: &str = "ui/src/ipc/bindings.ts";

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(Failure::new("bindings takes no arguments"));
    }
    Run::cargo()
        .args(["run", "--quiet", "--package", "engine", "--features", "bindings"])
        .args(["--example", "write_bindings", "--", BINDINGS])
        .in_folder(&place.root)
        .run()
}
