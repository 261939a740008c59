//! Ferry's benchmarks, beside peers in the same run: `cargo xtask bench upload|enqueue|memory`.

mod contender;
mod outcome;
mod process;
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
    /// A server that answers just enough.
    #[command(hide = true)]
    Sink(sink::Options),
    /// Ferry, uploading.
    #[command(hide = true)]
    Ferry(contender::ferry::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().name {
        Name::Upload(options) => upload::command(&options),
        Name::Sink(options) => sink::run(&options),
        Name::Ferry(options) => contender::ferry::contend(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}
