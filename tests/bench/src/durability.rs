//! `bench durability`: what a queue costs that survives a power cut, beside the same run with its database in memory.

use std::fs;
use std::path::Path;

use crate::contender::ferry::{self, Said};
use crate::outcome::{Outcome, Trouble, because};
use crate::process::{Cost, load};
use crate::sink::{Manner, Sink};
use crate::sources::{MANY, Sources, bench_folder, prepare};
use crate::table::{median, verdict};
use crate::upload::{RunFolder, to_sink};

/// measurements.md P12.
const WANTED: f64 = 1.2;
/// A file system without a disk: nothing waits for one, and nothing survives.
const IN_MEMORY: &str = "/dev/shm";

#[derive(Debug, clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

pub fn command(options: &Options) -> Outcome {
    let folder = bench_folder()?;
    let memory = Path::new(IN_MEMORY);
    if !memory.is_dir() {
        return Err(Trouble::new(format!("no {IN_MEMORY} here to keep a database in memory")));
    }
    let sources = prepare(MANY)?;
    let (mut durable, mut light) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds.max(1) {
        durable.push(round(&folder, &sources)?);
        light.push(round(memory, &sources)?);
    }
    let middle = |rounds: &[(Cost, Said)]| {
        let of = |value: &dyn Fn(&(Cost, Said)) -> f64| median(rounds.iter().map(value).collect());
        (of(&|(_, said)| said.seconds), of(&|(cost, _)| cost.cpu_seconds()))
    };
    let ((on_disk, disk_cpu), (in_memory, memory_cpu)) = (middle(&durable), middle(&light));
    println!("10,000 × 10 KiB to the sink, from the wish to the last job done (load {:.1})", load());
    println!("  on disk    {on_disk:.2} s   CPU {disk_cpu:.2} s");
    println!("  in memory  {in_memory:.2} s   CPU {memory_cpu:.2} s");
    println!("  cost       {}", verdict(on_disk / in_memory.max(1e-9), "×", WANTED, false));
    let report = serde_json::json!({ "on_disk": durable, "in_memory": light, "load": load() });
    fs::write(folder.join("durability.json"), format!("{report:#}"))
        .map_err(because("the report can't be written"))
}

fn round(folder: &Path, sources: &Sources) -> Outcome<(Cost, Said)> {
    let run = RunFolder::new(folder)?;
    let sink = Sink::start(&sources.table, run.path(), Manner::default())?;
    let result = ferry::run(&to_sink(&sink, &run, sources))?;
    sink.stop()?;
    Ok(result)
}
