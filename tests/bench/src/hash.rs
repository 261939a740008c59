//! `bench hash`: the sums of files as the duplicate check makes them, beside `md5sum`; of many files on one core.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use crate::outcome::{Outcome, Trouble, because};
use crate::process::{Cost, load, measure};
use crate::sources::{HUGE, LARGE, Shape, bench_folder, prepare};
use crate::table::{median, verdict};

/// Times as fast as `md5sum`: of one file, a chain; of eight, side by side in AVX2's lanes (measurements.md B1).
const WANTED_OF_ONE: f64 = 0.9;
const WANTED_OF_MANY: f64 = 2.3;
/// The core that everyone gets where many files are hashed.
const CORE: &str = "1";

#[derive(Debug, clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// The contender's own command line.
#[derive(Debug, clap::Args)]
pub struct Contender {
    files: Vec<PathBuf>,
}

pub fn command(options: &Options) -> Outcome {
    let mut results = Vec::new();
    for (shape, title, wanted) in [(HUGE, "1 × 2 GiB", WANTED_OF_ONE), (LARGE, "8 × 512 MiB", WANTED_OF_MANY)]
    {
        results.push(race(shape, title, wanted, options.rounds.max(1))?);
    }
    let report = serde_json::json!({ "results": results, "load": load() });
    fs::write(bench_folder()?.join("hash.json"), format!("{report:#}"))
        .map_err(because("the report can't be written"))
}

fn race(shape: Shape, title: &str, wanted: f64, rounds: u32) -> Outcome<serde_json::Value> {
    let files = files_of(&prepare(shape)?.folder);
    let program = std::env::current_exe().map_err(because("this program can't be found"))?;
    let ferry = [program.as_os_str().to_owned(), "hashing".into()];
    let md5sum = ["md5sum".into()];
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (cost, sums) = hashed(&ferry, &files)?;
        let (peer, right) = hashed(&md5sum, &files)?;
        if sums != right {
            return Err(Trouble::new("the sums are not md5sum's"));
        }
        ours.push(cost);
        theirs.push(peer);
    }
    let seconds = |costs: &[Cost]| median(costs.iter().map(|cost| cost.wall_seconds).collect());
    let bytes = f64::from(shape.files) * shape.size as f64;
    let speed = |costs: &[Cost]| bytes / seconds(costs).max(1e-9) / 1e9;
    let cores = if files.len() > 1 { "one core" } else { "all cores" };
    println!("{title}, the same sums, {cores}, from the page cache (load {:.1})", load());
    println!("  ferry    {:.2} GB/s", speed(&ours));
    println!("  md5sum   {:.2} GB/s", speed(&theirs));
    println!("  faster   {}", verdict(seconds(&theirs) / seconds(&ours).max(1e-9), "×", wanted, true));
    Ok(serde_json::json!({ "case": title, "ferry": ours, "md5sum": theirs }))
}

/// In their order; the first round brings them into the page cache.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    all.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn hashed(program: &[OsString], files: &[PathBuf]) -> Outcome<(Cost, String)> {
    let pinned: &[OsString] = &["taskset".into(), "-c".into(), CORE.into()];
    let words = if files.len() > 1 { [pinned, program].concat() } else { program.to_vec() };
    let (first, rest) = words.split_first().ok_or_else(|| Trouble::new("nothing is to be run"))?;
    // Once unmeasured, where something else was read meanwhile.
    let mut last = None;
    for _ in 0..2 {
        let mut command = Command::new(first);
        command.args(rest).args(files);
        last = Some(measure(command, &first.to_string_lossy())?);
    }
    last.ok_or_else(|| Trouble::new("nothing was measured"))
}

/// The contender itself: says what `md5sum` says.
pub fn contend(contender: &Contender) -> Outcome {
    let sums = engine::sums_of_files(&contender.files, &AtomicBool::new(false));
    for (path, sum) in contender.files.iter().zip(sums) {
        let sum = sum.map_err(because(&path.display().to_string()))?;
        println!("{}  {}", hex::encode(sum), path.display());
    }
    Ok(())
}
