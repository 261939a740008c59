//! `bench verify`: how fast a resume sees that what was sent is still right, beside `md5sum` on the same file.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::contender::verifying::Said;
use crate::outcome::{Outcome, because};
use crate::process::{load, measure};
use crate::sources::{HUGE, Sources, bench_folder, prepare};
use crate::table::{median, verdict};
use crate::upload::RunFolder;

/// GB a second of one core, and times as fast as `md5sum` (measurements.md P9).
const WANTED_PER_CORE: f64 = 3.0;
const WANTED_TIMES: f64 = 4.0;

#[derive(Debug, clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

pub fn command(options: &Options) -> Outcome {
    let folder = bench_folder()?;
    let sources = prepare(HUGE)?;
    let (mut rounds, mut sums) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds.max(1) {
        rounds.push(contender(&folder, &sources)?);
        sums.push(md5sum(&sources)?);
    }
    let of = |value: &dyn Fn(&Said) -> f64| median(rounds.iter().map(value).collect());
    let per_second = of(&|said| said.kept as f64 / said.wall_seconds.max(1e-9) / 1e9);
    let per_core = of(&|said| said.kept as f64 / said.cpu_seconds.max(1e-9) / 1e9);
    let md5sum = median(sums.clone());
    println!("2 GiB in parts, paused near its end and resumed; from the page cache (load {:.1})", load());
    println!(
        "  ferry    {:.2} GB in {:.3} s, CPU {:.3} s; the frames said so for {:.2} s",
        of(&|said| said.kept as f64 / 1e9),
        of(&|said| said.wall_seconds),
        of(&|said| said.cpu_seconds),
        of(&|said| said.seen_seconds)
    );
    println!("  md5sum   {md5sum:.2} GB/s");
    println!("  speed    {per_second:.2} GB/s");
    println!("  per core {}", verdict(per_core, "GB/s", WANTED_PER_CORE, true));
    println!("  faster   {}", verdict(per_second / md5sum.max(1e-9), "× md5sum", WANTED_TIMES, true));
    let report = serde_json::json!({ "rounds": rounds, "md5sum": sums, "load": load() });
    fs::write(folder.join("verify.json"), format!("{report:#}"))
        .map_err(because("the report can't be written"))
}

fn contender(folder: &Path, sources: &Sources) -> Outcome<Said> {
    let run = RunFolder::new(folder)?;
    let program = std::env::current_exe().map_err(because("this program can't be found"))?;
    let mut command = Command::new(program);
    command.arg("verifying").arg("--data").arg(run.path());
    command.arg("--source").arg(&sources.folder).arg("--table").arg(&sources.table);
    let (_, text) = measure(command, "ferry")?;
    serde_json::from_str(&text).map_err(because("ferry said nothing that can be read"))
}

/// GB a second, by the clock.
fn md5sum(sources: &Sources) -> Outcome<f64> {
    let mut command = Command::new("md5sum");
    let files = walkdir::WalkDir::new(&sources.folder).into_iter().filter_map(Result::ok);
    command.args(files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path));
    let (cost, _) = measure(command, "md5sum")?;
    Ok(HUGE.size as f64 / cost.wall_seconds / 1e9)
}
