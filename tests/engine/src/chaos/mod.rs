//! A whole life of a queue by chance: files, faults, commands, changes, crashes, all from one seed. Whatever happens,
//! five things hold in the end (measurements.md D2):
//!
//! 1. What is reported as done is in the library, with the bytes of one version that the local file really had.
//! 2. Every job ends, or waits with a reason that is told, within a bounded time once the faults stop.
//! 3. No asset is there twice for one version of a job's file.
//! 4. Nothing is sent again that the server had already and that was verified.
//! 5. Local files are untouched.
//!
//! And nothing panics, and no secret is in the database or a log.

mod assets;
mod chance;
mod ears;
mod files;
mod life;
mod play;
mod resends;
mod secrets;
mod settle;
mod told;
mod trouble;
mod workload;

use std::time::{Duration, Instant};

use play::Play;

/// How a seed went.
pub struct Verdict {
    pub seed: u64,
    pub took: Duration,
    /// Broken invariants, each in a sentence. Empty: none.
    pub broken: Vec<String>,
    /// What happened, one thing a line.
    pub trace: String,
    /// Figures of the run, in a line.
    pub figures: String,
}

/// Plays one seed from beginning to end. One at a time in a process: the log is everybody's.
pub async fn play(seed: u64) -> Verdict {
    let started = Instant::now();
    ears::listen();
    let mut play = Play::new(seed).await;
    play.act().await;
    let mut broken = play.settle().await;
    broken.extend(play.check().await);
    let (trace, figures) = play.told(!broken.is_empty()).await;
    play.end().await;
    Verdict { seed, took: started.elapsed(), broken, trace, figures }
}

/// For a test: prints the seed first, and everything where something broke.
pub async fn must_hold(seed: u64) {
    println!("seed {seed}");
    let verdict = play(seed).await;
    println!("seed {seed}: {:.1} s, {}", verdict.took.as_secs_f64(), verdict.figures);
    assert!(verdict.broken.is_empty(), "seed {seed}\n{}\n{}", verdict.trace, verdict.broken.join("\n"));
}
