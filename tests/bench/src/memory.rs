//! `bench memory`: the engine's peak memory over 100,000 uploads to the sink.

use std::fs;

use crate::contender::ferry;
use crate::outcome::{Outcome, because};
use crate::sink::{Manner, Sink};
use crate::sources::{MEMORY, bench_folder, prepare};
use crate::table::{MEMORY as WANTED, verdict};
use crate::upload::{RunFolder, to_sink};

pub fn command() -> Outcome {
    let folder = bench_folder()?;
    let sources = prepare(MEMORY)?;
    let run = RunFolder::new(&folder)?;
    let sink = Sink::start(&sources.table, run.path(), Manner::default())?;
    let (cost, said) = ferry::run(&to_sink(&sink, &run, &sources))?;
    let server = sink.stop()?.cpu_seconds;
    let megabytes = cost.peak_memory as f64 / 1024.0 / 1024.0;
    println!("{} files of {} bytes to the sink", said.done, MEMORY.size);
    println!(
        "  wall {:.1} s, CPU {:.1} s (server's CPU {server:.1} s, load {:.1})",
        cost.wall_seconds,
        cost.cpu_seconds(),
        cost.load
    );
    println!("  peak memory {}", verdict(megabytes, "MiB", WANTED / 1024.0 / 1024.0, false));
    let report = serde_json::json!({ "files": said.done, "cost": cost, "said": said });
    fs::write(folder.join("memory.json"), format!("{report:#}"))
        .map_err(because("the report can't be written"))
}
