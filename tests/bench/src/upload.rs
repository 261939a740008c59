//! `bench upload`: Ferry's full path beside rclone, rounds interleaved, medians.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::contender::ferry::{self, Said};
use crate::contender::rclone::{self, Bucket};
use crate::outcome::{Outcome, because};
use crate::process::{Cost, load};
use crate::seaweed::Library;
use crate::sink::{Manner, Sink};
use crate::sources::{FAR, LARGE, MANY, Shape, Sources, bench_folder, check_room, prepare};
use crate::table::{self, Wanted};

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// `sink` or `seaweed`; both without it.
    #[arg(long)]
    only: Option<String>,
    /// `a`, `b`, `c`, `p`, `k`; all without it. May be given more than once.
    #[arg(long = "case")]
    cases: Vec<String>,
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Only Ferry, for profiling.
    #[arg(long)]
    alone: bool,
}

/// One comparison.
pub struct Case {
    name: &'static str,
    pub shape: Shape,
    pub title: &'static str,
    manner: Manner,
    rclone: &'static [&'static str],
    pub wanted: Wanted,
    /// Ferry has sent the files once before, to another server: it knows their sums.
    known: bool,
}

/// No HEAD after each file, no look at the destination: what someone who knows rclone would say.
pub const TUNED: [&str; 3] = ["--s3-no-check-bucket", "--s3-no-head", "--no-check-dest"];

/// Answers at once, takes forms.
const QUICK: Manner = Manner { delay_ms: 0, parts: false, bytes_a_second: None, address: None };

const CASES: [Case; 5] = [
    Case {
        name: "a",
        shape: MANY,
        title: "10,000 × 10 KiB; rclone: 16 transfers, no HEAD",
        manner: QUICK,
        rclone: &["--transfers=16", TUNED[0], TUNED[1], TUNED[2]],
        wanted: Wanted { times_faster: 2.0, cpu_share: Some(1.0 / 3.0) },
        known: false,
    },
    Case {
        name: "b",
        shape: LARGE,
        title: "8 × 512 MiB; rclone: defaults",
        manner: QUICK,
        rclone: &[],
        wanted: Wanted { times_faster: 1.5, cpu_share: None },
        known: false,
    },
    Case {
        name: "c",
        shape: FAR,
        title: "2,000 × 10 KiB, 50 ms added to each answer; rclone: 32 transfers, no HEAD",
        manner: Manner { delay_ms: 50, ..QUICK },
        rclone: &["--transfers=32", TUNED[0], TUNED[1], TUNED[2]],
        wanted: Wanted { times_faster: 1.5, cpu_share: None },
        known: false,
    },
    Case {
        name: "p",
        shape: LARGE,
        title: "8 × 512 MiB in parts; rclone: defaults",
        manner: Manner { parts: true, ..QUICK },
        rclone: &[],
        wanted: Wanted { times_faster: 1.5, cpu_share: Some(0.5) },
        known: false,
    },
    Case {
        name: "k",
        shape: LARGE,
        title: "8 × 512 MiB in parts, sums known; rclone: defaults",
        manner: Manner { parts: true, ..QUICK },
        rclone: &[],
        wanted: Wanted { times_faster: 3.0, cpu_share: Some(0.5) },
        known: true,
    },
];

/// One round of one contender.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Round {
    pub cost: Cost,
    /// What the server needed meanwhile, seconds of CPU.
    pub server_cpu: f64,
    /// What Ferry says about itself.
    pub said: Option<Said>,
}

/// All rounds of one case.
#[derive(Debug, Serialize)]
pub struct Comparison {
    pub server: &'static str,
    pub case: &'static str,
    pub title: &'static str,
    pub ferry: Vec<Round>,
    pub rclone: Vec<Round>,
}

impl Options {
    fn takes(&self, case: &Case) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|name| name == case.name)
    }
}

pub fn command(options: &Options) -> Outcome {
    let folder = bench_folder()?;
    let version = rclone::version()?;
    println!("ferry {} · {version} · load {:.1}", env!("CARGO_PKG_VERSION"), load());
    let mut results = Vec::new();
    if options.only.as_deref() != Some("seaweed") {
        for case in CASES.iter().filter(|case| options.takes(case)) {
            let result = against_sink(case, options, &folder)?;
            table::print(&result, Some(case.wanted));
            results.push(result);
        }
    }
    if options.only.as_deref() != Some("sink") {
        // What a server that works for its living leaves of it; nothing is wanted here.
        for case in CASES.iter().filter(|case| case.manner.is_plain() && options.takes(case)) {
            let result = against_seaweed(case, options, &folder)?;
            table::print(&result, None);
            results.push(result);
        }
    }
    let report = serde_json::json!({ "rclone": version, "results": results });
    let path = folder.join("upload.json");
    fs::write(&path, format!("{report:#}")).map_err(because("the report can't be written"))?;
    println!("\n{}", path.display());
    Ok(())
}

fn against_sink(case: &Case, options: &Options, folder: &Path) -> Outcome<Comparison> {
    let sources = prepare(case.shape)?;
    let mut result =
        Comparison { server: "sink", case: case.name, title: case.title, ferry: vec![], rclone: vec![] };
    for _ in 0..options.rounds.max(1) {
        let run = RunFolder::new(folder)?;
        if case.known {
            let before = Sink::start(&sources.table, run.path(), case.manner)?;
            ferry::run(&to_sink(&before, &run, &sources))?;
            before.stop()?;
        }
        let sink = Sink::start(&sources.table, run.path(), case.manner)?;
        let (cost, said) = ferry::run(&to_sink(&sink, &run, &sources))?;
        result.ferry.push(Round { cost, server_cpu: sink.stop()?.cpu_seconds, said: Some(said) });
        if options.alone {
            continue;
        }
        let sink = Sink::start(&sources.table, run.path(), case.manner)?;
        let bucket = Bucket::of_sink(&sink.url, &sink.authority);
        let cost = rclone::run(&sources, &bucket, case.rclone)?;
        result.rclone.push(Round { cost, server_cpu: sink.stop()?.cpu_seconds, said: None });
    }
    Ok(result)
}

/// A fresh server for each run: what one leaves behind is no burden of the next one.
fn against_seaweed(case: &Case, options: &Options, folder: &Path) -> Outcome<Comparison> {
    let sources = prepare(case.shape)?;
    let bytes = u64::from(case.shape.files) * case.shape.size;
    let title = case.title;
    let mut result = Comparison { server: "seaweed", case: case.name, title, ferry: vec![], rclone: vec![] };
    for _ in 0..options.rounds.max(1) {
        check_room(folder, 3 * bytes)?;
        let run = RunFolder::new(folder)?;
        let library = Library::start(&run.path().join("library"))?;
        let (cost, said) = ferry::run(&library.ferry(&run.path().join("data"), &sources.folder))?;
        result.ferry.push(Round { cost, server_cpu: library.stop()?, said: Some(said) });
        if options.alone {
            continue;
        }
        let run = RunFolder::new(folder)?;
        let library = Library::start(&run.path().join("library"))?;
        let cost = rclone::run(&sources, &library.bucket(), case.rclone)?;
        result.rclone.push(Round { cost, server_cpu: library.stop()?, said: None });
    }
    Ok(result)
}

pub fn to_sink(sink: &Sink, run: &RunFolder, sources: &Sources) -> ferry::Options {
    ferry::Options {
        tenant: sink.url.clone(),
        app_id: "bench".into(),
        app_secret: "bench".into(),
        authority: Some(sink.authority.clone()),
        data: run.path().join("data"),
        source: sources.folder.clone(),
    }
}

/// A folder for one round, on the disk of the build, gone afterwards.
pub struct RunFolder(tempfile::TempDir);

impl RunFolder {
    pub fn new(parent: &Path) -> Outcome<Self> {
        check_room(parent, 0)?;
        let made = tempfile::Builder::new().prefix("run-").tempdir_in(parent);
        made.map(Self).map_err(because("no folder for a round"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
