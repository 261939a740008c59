//! `cargo xtask`: everything one runs by name in this repository. The names are in CONTRIBUTING.md.

mod bench;
mod bindings;
mod chaos;
mod check;
mod child;
mod command;
mod demo;
mod dist;
mod failure;
mod http;
mod licences;
mod npm;
mod place;
mod planted;
mod setup;
mod windows;

use std::process::ExitCode;

use failure::{Failure, Outcome};
use place::Place;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  setup [--for demo|test|bench|all] [--dry-run]
                     installs what this system lacks
  demo [PATH…]       starts the demo library and uploads PATH (default: the sample shoot) to it;
                     with a display in Ferry's window, without one through the command line
  test [NAME…] [--keep-going]
                     everything CI runs, or only the steps named; `test --list` names them
  bench [NAME…]      benchmarks beside peers: upload, verify, hash, limits, control, enqueue, memory
  chaos [--seeds N] [--minutes M] [--seed S]
                     plays N seeds of files, faults, commands and crashes, from S on; stops at one that breaks
  planted            bugs on purpose, each of which the suite has to find
  bindings           writes ui/src/ipc/bindings.ts
  dist               installers that this system can make, into target/dist
  windows            compiles engine and command line for Windows, without linking (Debian, nightly cargo)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(Failure::new(USAGE));
    };
    let place = Place::find()?;
    match command.as_str() {
        "setup" => setup::command(&place, rest),
        "demo" => demo::command(&place, rest),
        "test" => check::command(&place, rest),
        "bench" => bench::command(&place, rest),
        "chaos" => chaos::command(&place, rest),
        "planted" => planted::command(&place, rest),
        "bindings" => bindings::command(&place, rest),
        "dist" => dist::command(&place, rest),
        "windows" => windows::command(&place, rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::new(format!("there is no command \"{other}\".\n\n{USAGE}"))),
    }
}
