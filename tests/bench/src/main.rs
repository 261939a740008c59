//! Ferry's benchmarks, beside peers in the same run: `cargo xtask bench upload|enqueue|memory`.

mod contender;
mod enqueue;
mod memory;
mod outcome;
mod process;
mod seaweed;
mod sink;
mod sources;

mod table;
mod upload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(version, about = "Ferry's benchmarks")]
struct Arguments {
    #[command(subcommand)]
    name: Name,
}

#[derive(Subcommand)]
enum Name {
    /// Ferry beside rclone, to a sink and to SeaweedFS.
    Upload(upload::Options),
    /// A million files added, and shown after a restart.
    Enqueue(enqueue::Options),
    /// The engine's memory over 100,000 uploads.
    Memory,
    /// A server that answers just enough.
    #[command(hide = true)]
    Sink(sink::Options),
    /// Ferry, uploading.
    #[command(hide = true)]
    Ferry(contender::ferry::Options),
    /// The demo library on SeaweedFS.
    #[command(hide = true)]
    Library(seaweed::Options),
    /// Ferry, adding a million files.
    #[command(hide = true)]
    Adding(enqueue::Contender),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().name {
        Name::Upload(options) => upload::command(&options),
        Name::Enqueue(options) => enqueue::command(&options),
        Name::Memory => memory::command(),
        Name::Sink(options) => sink::run(&options),
        Name::Ferry(options) => contender::ferry::contend(&options),
        Name::Library(options) => seaweed::run(&options),
        Name::Adding(options) => enqueue::contend(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}
