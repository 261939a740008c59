//! `bench enqueue`: a million files added while the tenant can't be reached, and shown after a restart.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use engine::model::{BatchState, Destination, DestinationKind, JobQuery};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::contender::ferry;
use crate::contender::session::until;
use crate::outcome::{Outcome, Trouble, because};
use crate::process::measure;
use crate::sink::{Manner, Sink};
use crate::sources::{bench_folder, check_room};
use crate::table::verdict;
use crate::upload::RunFolder;

const FOLDERS: u32 = 100_000;
const FILES_EACH: u32 = 10;
pub const FILES: u64 = FOLDERS as u64 * FILES_EACH as u64;
/// Between two looks at the batch.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 1)]
    rounds: u32,
}

/// The contender's own command line.
#[derive(Debug, clap::Args)]
pub struct Contender {
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    source: PathBuf,
    /// On the data directory of an earlier one: only looks at the first page.
    #[arg(long)]
    again: bool,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Said {
    jobs: u64,
    /// The walk alone, with the size of each file.
    walk_seconds: f64,
    /// From the wish to the last file's row.
    add_seconds: f64,
    /// From the start to the first hundred rows.
    first_page_seconds: f64,
    peak_memory: u64,
}

pub fn command(options: &Options) -> Outcome {
    let folder = bench_folder()?;
    let source = million(&folder)?;
    let mut rounds = Vec::new();
    for _ in 0..options.rounds.max(1) {
        let run = RunFolder::new(&folder)?;
        check_room(&folder, 1024 * 1024 * 1024)?;
        let added: Said = contender("adding", run.path(), &source, None)?;
        let again: Said = contender("adding", run.path(), &source, Some("--again"))?;
        let own = added.add_seconds - added.walk_seconds;
        let megabytes = added.peak_memory as f64 / 1024.0 / 1024.0;
        println!("{} files in {FOLDERS} folders", added.jobs);
        println!("  walk alone {:.2} s, added {:.2} s", added.walk_seconds, added.add_seconds);
        println!("  beyond the walk {}", verdict(own, "s", 5.0, false));
        println!("  peak memory     {}", verdict(megabytes, "MiB", 80.0, false));
        println!(
            "  after a restart, first rows {}",
            verdict(again.first_page_seconds * 1e3, "ms", 500.0, false)
        );
        println!("  memory then     {:.1} MiB", again.peak_memory as f64 / 1024.0 / 1024.0);
        rounds.push(serde_json::json!({ "added": added, "again": again }));
    }
    let report = serde_json::json!({ "rounds": rounds });
    fs::write(folder.join("enqueue.json"), format!("{report:#}"))
        .map_err(because("the report can't be written"))
}

/// This program as a contender of that name, on a data directory; what it says of itself.
pub fn contender<T: DeserializeOwned>(
    name: &str,
    run: &Path,
    source: &Path,
    flag: Option<&str>,
) -> Outcome<T> {
    let program = std::env::current_exe().map_err(because("this program can't be found"))?;
    let mut command = Command::new(program);
    command.arg(name).arg("--data").arg(run).arg("--source").arg(source).args(flag);
    let (_, text) = measure(command, "ferry")?;
    serde_json::from_str(&text).map_err(because("ferry said nothing that can be read"))
}

/// Empty files: it is their number that is measured. The mark says that all are there.
pub fn million(folder: &Path) -> Outcome<PathBuf> {
    let root = folder.join("sources/million");
    let mark = folder.join("sources/million.made");
    if !mark.is_file() {
        eprintln!("making a million empty files …");
        let make = || -> std::io::Result<()> {
            for number in 0..FOLDERS {
                let folder = root.join(format!("{:03}/{:03}", number / 1_000, number % 1_000));
                fs::create_dir_all(&folder)?;
                for file in 0..FILES_EACH {
                    fs::File::create(folder.join(format!("photo-{number:06}-{file}.jpg")))?;
                }
            }
            fs::write(&mark, "")
        };
        make().map_err(because("the files can't be made"))?;
    }
    Ok(root)
}

/// The contender itself.
pub fn contend(options: &Contender) -> Outcome {
    let said = ferry::runtime()?
        .block_on(async { if options.again { first_page(options).await } else { add(options).await } })?;
    println!("{}", serde_json::to_string(&said).map_err(because("no report"))?);
    Ok(())
}

async fn add(options: &Contender) -> Outcome<Said> {
    // Twice, the second counts: the first fills the caches of the file system.
    walk(&options.source)?;
    let walk_seconds = walk(&options.source)?;
    let table = options.data.join("empty.table");
    fs::write(&table, "").map_err(because("no table"))?;
    let sink = Sink::start(&table, &options.data, Manner::default())?;
    let engine = ferry::start(&options.data.join("data"), Some(&sink.authority)).await?;
    let handle = engine.handle();
    let settings = ferry::Options::for_sink(&sink, options.data.clone(), &options.source);
    let account = ferry::sign_in(&handle, &settings).await?;
    // From here on nobody answers: what is measured is the adding.
    sink.stop()?;
    let album = Destination { kind: DestinationKind::Album, id: "BENCH".into(), path: "Bench".into() };
    let mut events = handle.subscribe().await.map_err(because("no events"))?.events;
    let listening = tokio::spawn(async move {
        while !matches!(events.recv().await, Err(tokio::sync::broadcast::error::RecvError::Closed)) {}
    });
    let started = Instant::now();
    let batch = handle.enqueue(ferry::request(account, &options.source, album)).await;
    let batch = batch.map_err(because("the files can't be added"))?;
    let jobs = until(LOOK, "still scanning", async || {
        let view = handle.batch(batch).await.map_err(because("the batch can't be read"))?;
        Ok((view.state != BatchState::Scanning).then(|| view.totals.all()))
    })
    .await?;
    let add_seconds = started.elapsed().as_secs_f64();
    engine.stop().await;
    listening.abort();
    let peak_memory = ferry::peak_memory();
    if jobs != FILES {
        return Err(Trouble::new(format!("{jobs} jobs of a million files")));
    }
    Ok(Said { jobs, walk_seconds, add_seconds, peak_memory, ..Said::default() })
}

async fn first_page(options: &Contender) -> Outcome<Said> {
    let started = Instant::now();
    let engine = ferry::start(&options.data.join("data"), None).await?;
    let page = engine.handle().list_jobs(JobQuery::default()).await;
    let page = page.map_err(because("the jobs can't be listed"))?;
    let first_page_seconds = started.elapsed().as_secs_f64();
    let said = Said { jobs: page.jobs.len() as u64, first_page_seconds, ..Said::default() };
    engine.stop().await;
    Ok(Said { peak_memory: ferry::peak_memory(), ..said })
}

fn walk(root: &Path) -> Outcome<f64> {
    let started = Instant::now();
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.map_err(because("the files can't be walked"))?;
        if entry.file_type().is_file() {
            bytes += entry.metadata().map_err(because("a file can't be looked at"))?.len();
        }
    }
    std::hint::black_box(bytes);
    Ok(started.elapsed().as_secs_f64())
}
