//! `bench control`: from a wish to its effect on the line. Ferry sends 8 × 512 MiB on a slow line; everything is paused,
//! everything is cancelled, one job is paused for another. What counts is what arrives at the other end.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::contender::controlling::Said;
use crate::outcome::{Outcome, because};
use crate::process::{load, measure};
use crate::sources::{LARGE, Sources, bench_folder, prepare};
use crate::table::{median, verdict};
use crate::upload::RunFolder;

/// From the wish to the last byte, milliseconds.
const WANTED: f64 = 1_000.0;

#[derive(Debug, clap::Args)]
pub struct Options {
    /// `parts` or `form`; both without it.
    #[arg(long)]
    only: Option<String>,
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// What the line carries a second. May be given more than once.
    #[arg(long, default_value = "100")]
    megabytes: Vec<u64>,
}

pub fn command(options: &Options) -> Outcome {
    let folder = bench_folder()?;
    let sources = prepare(LARGE)?;
    let mut results = Vec::new();
    let ways =
        ["parts", "form"].into_iter().filter(|way| options.only.as_deref().is_none_or(|only| only == *way));
    for (way, rate) in ways.flat_map(|way| options.megabytes.iter().map(move |rate| (way, *rate))) {
        let rounds = options.rounds;
        let rate_said = (rate * 1_000_000).to_string();
        let said = contender(&folder, &sources, way, rounds, &["--bytes-a-second", &rate_said])?;
        println!("\n8 × 512 MiB by {way} on a line of {rate} MB/s, {rounds} rounds (load {:.1})", load());
        print_all(&said);
        results.push(serde_json::json!({ "way": way, "megabytes": rate, "milliseconds": said }));
    }
    let report = serde_json::json!({ "load": load(), "results": results });
    fs::write(folder.join("control.json"), format!("{report:#}"))
        .map_err(because("the report can't be written"))
}

pub fn print_all(said: &Said) {
    print("paused: last byte", &said.paused, Some(WANTED));
    print("cancelled: last byte", &said.cancelled, Some(WANTED));
    print("one paused: next job's first byte", &said.next, None);
    print("the engine's own answer", &said.answered, None);
}

fn print(what: &str, milliseconds: &[f64], wanted: Option<f64>) {
    let worst = milliseconds.iter().copied().fold(0.0, f64::max);
    let worst = match wanted {
        Some(most) => verdict(worst, "ms", most, false),
        None => format!("{worst:.2} ms"),
    };
    println!("  {what:<34} median {:>8.2} ms, worst {worst}", median(milliseconds.to_vec()));
}

/// Runs the contender from where the caller is; `more` words say how its sink behaves.
pub fn contender(folder: &Path, sources: &Sources, way: &str, rounds: u32, more: &[&str]) -> Outcome<Said> {
    let run = RunFolder::new(folder)?;
    let program = std::env::current_exe().map_err(because("this program can't be found"))?;
    let mut command = Command::new(program);
    command.arg("controlling").arg("--data").arg(run.path());
    command.arg("--source").arg(&sources.folder).arg("--table").arg(&sources.table);
    command.args(["--rounds", &rounds.to_string()]).args(more);
    if way == "parts" {
        command.arg("--parts");
    }
    let (_, text) = measure(command, "ferry")?;
    serde_json::from_str(&text).map_err(because("ferry said nothing that can be read"))
}
