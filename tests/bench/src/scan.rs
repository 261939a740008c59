//! `bench scan`: a watched folder of a million files that are as they were, looked through and compared with what is known of
//! them, beside `find` and `rclone lsf`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use engine::model::{Destination, DestinationKind, WatchFolder, WatchedId};
use serde::{Deserialize, Serialize};

use crate::contender::ferry;
use crate::contender::session::until;
use crate::enqueue::{FILES, contender, million};
use crate::outcome::{Outcome, Trouble, because};
use crate::process::{Cost, load, measure};
use crate::sink::{Manner, Sink};
use crate::sources::{bench_folder, check_room};
use crate::table::{MEMORY, median, verdict};
use crate::upload::RunFolder;

/// Ferry's time as a share of `find`'s and of rclone's.
const WANTED_OF_FIND: f64 = 1.0;
const WANTED_OF_RCLONE: f64 = 0.5;
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug, clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// The contender's own command line.
#[derive(Debug, clap::Args)]
pub struct Contender {
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    source: PathBuf,
    /// Watches the folder for the first time: everything is new.
    #[arg(long)]
    first: bool,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Said {
    /// From the wish to its answer.
    seconds: f64,
    peak_memory: u64,
}

pub fn command(options: &Options) -> Outcome {
    let folder = bench_folder()?;
    let source = million(&folder)?;
    let run = RunFolder::new(&folder)?;
    check_room(&folder, 1024 * 1024 * 1024)?;
    let first: Said = contender("scanning", run.path(), &source, Some("--first"))?;
    println!("{FILES} files, queued at first sight in {:.1} s", first.seconds);
    let (mut ours, mut finds, mut rclones) = (Vec::<Said>::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds.max(1) {
        ours.push(contender("scanning", run.path(), &source, None)?);
        finds.push(listed(Command::new("find").arg(&source).args(["-printf", "%s\n"]), "find")?);
        rclones.push(listed(Command::new("rclone").args(["lsf", "-R"]).arg(&source), "rclone")?);
    }
    let seconds = median(ours.iter().map(|said| said.seconds).collect());
    let of = |costs: &[Cost]| median(costs.iter().map(|cost| cost.wall_seconds).collect());
    let (find, rclone) = (of(&finds), of(&rclones));
    let memory = median(ours.iter().map(|said| said.peak_memory as f64).collect());
    println!("Looked through again, nothing changed, from the caches (load {:.1})", load());
    println!("  ferry {seconds:.2} s, find {find:.2} s, rclone {rclone:.2} s");
    println!("  beside find   {}", verdict(seconds / find.max(1e-9), "×", WANTED_OF_FIND, false));
    println!("  beside rclone {}", verdict(seconds / rclone.max(1e-9), "×", WANTED_OF_RCLONE, false));
    let mebibytes = |bytes: f64| bytes / 1024.0 / 1024.0;
    println!("  peak memory   {}", verdict(mebibytes(memory), "MiB", mebibytes(MEMORY), false));
    let report = serde_json::json!({ "first": first, "ferry": ours, "find": finds, "rclone": rclones, "load": load() });
    fs::write(folder.join("scan.json"), format!("{report:#}")).map_err(because("the report can't be written"))
}

fn listed(command: &mut Command, name: &str) -> Outcome<Cost> {
    let command = std::mem::replace(command, Command::new(name));
    measure(command, name).map(|(cost, _)| cost)
}

/// The contender itself.
pub fn contend(options: &Contender) -> Outcome {
    let said = ferry::runtime()?
        .block_on(async { if options.first { first(options).await } else { again(options).await } })?;
    println!("{}", serde_json::to_string(&said).map_err(because("no report"))?);
    Ok(())
}

async fn first(options: &Contender) -> Outcome<Said> {
    let table = options.data.join("empty.table");
    fs::write(&table, "").map_err(because("no table"))?;
    let sink = Sink::start(&table, &options.data, Manner::default())?;
    let engine = ferry::start(&options.data.join("data"), Some(&sink.authority)).await?;
    let handle = engine.handle();
    let settings = ferry::Options::for_sink(&sink, options.data.clone(), &options.source);
    let account = ferry::sign_in(&handle, &settings).await?;
    // Nobody answers: what is queued stays so.
    sink.stop()?;
    let destination = Destination { kind: DestinationKind::Folder, id: "BENCH".into(), path: "Bench".into() };
    let path = options.source.clone();
    let folder = WatchFolder { account, path, destination, include: Vec::new(), exclude: Vec::new() };
    let started = Instant::now();
    let watched = handle.watch_folder(folder).await.map_err(because("the folder can't be watched"))?;
    until(LOOK, "not everything is queued", async || {
        let view = handle.watched_folder(watched).await.map_err(because("the folder can't be read"))?;
        Ok((!view.looking && view.last_run.is_some()).then_some(()))
    })
    .await?;
    let seconds = started.elapsed().as_secs_f64();
    // What is measured then is asked for: nothing looks through it by itself.
    handle.switch_sync(false).await.map_err(because("synchronization can't be switched off"))?;
    engine.stop().await;
    Ok(Said { seconds, peak_memory: ferry::peak_memory() })
}

async fn again(options: &Contender) -> Outcome<Said> {
    let engine = ferry::start(&options.data.join("data"), None).await?;
    let handle = engine.handle();
    let folders = handle.watched_folders().await.map_err(because("the folders can't be read"))?;
    let watched = folders.first().map(|folder| folder.id).unwrap_or(WatchedId(0));
    let started = Instant::now();
    let found = handle.preview_sync(watched).await.map_err(because("the folder can't be looked through"))?;
    let seconds = started.elapsed().as_secs_f64();
    engine.stop().await;
    if (found.files, found.new + found.changed + found.moved) != (FILES, 0) {
        return Err(Trouble::new(format!("{} files, {} of them new", found.files, found.new)));
    }
    Ok(Said { seconds, peak_memory: ferry::peak_memory() })
}
