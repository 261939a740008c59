//! Ferry's benchmarks, beside peers in the same run: `cargo xtask bench upload|line|durability|verify|hash|limits|control|enqueue|scan|views|memory`.

mod contender;
mod control;
mod durability;
mod enqueue;
mod hash;
mod limits;
mod line;
mod memory;
mod outcome;
mod process;
mod scan;
mod seaweed;
mod sink;
mod sources;
mod table;
mod upload;
mod verify;
mod views;

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
    /// Ferry beside curl and rclone on a slow, lossy line, and stopped on it.
    Line(line::Options),
    /// The queue on disk beside one in memory.
    Durability(durability::Options),
    /// A resume's look at what was sent, beside md5sum.
    Verify(verify::Options),
    /// The sums of files, beside md5sum on one core.
    Hash(hash::Options),
    /// How close to a limit files are sent.
    Limits,
    /// From a pause or cancel to silence on the line.
    Control(control::Options),
    /// A million files added, and shown after a restart.
    Enqueue(enqueue::Options),
    /// A watched folder of a million files looked through again, beside find and rclone.
    Scan(scan::Options),
    /// Windows, searches and moves in a queue of a million files.
    Views,
    /// The engine's memory over 100,000 uploads.
    Memory,
    /// A million jobs in a database, for the window's measurement.
    #[command(hide = true)]
    Fill(views::Fill),
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
    /// Ferry, looking through a watched folder.
    #[command(hide = true)]
    Scanning(scan::Contender),
    /// Ferry, going on with a large file.
    #[command(hide = true)]
    Verifying(contender::verifying::Options),
    /// Ferry, hashing files.
    #[command(hide = true)]
    Hashing(hash::Contender),
    /// Ferry, paused and cancelled.
    #[command(hide = true)]
    Controlling(contender::controlling::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().name {
        Name::Upload(options) => upload::command(&options),
        Name::Line(options) => line::command(&options),
        Name::Durability(options) => durability::command(&options),
        Name::Verify(options) => verify::command(&options),
        Name::Hash(options) => hash::command(&options),
        Name::Hashing(options) => hash::contend(&options),
        Name::Limits => limits::command(),
        Name::Control(options) => control::command(&options),
        Name::Enqueue(options) => enqueue::command(&options),
        Name::Scan(options) => scan::command(&options),
        Name::Views => views::command(),
        Name::Fill(options) => views::fill(&options),
        Name::Memory => memory::command(),
        Name::Sink(options) => sink::run(&options),
        Name::Ferry(options) => contender::ferry::contend(&options),
        Name::Library(options) => seaweed::run(&options),
        Name::Adding(options) => enqueue::contend(&options),
        Name::Scanning(options) => scan::contend(&options),
        Name::Verifying(options) => contender::verifying::contend(&options),
        Name::Controlling(options) => contender::controlling::contend(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}
