//! Ferry, going on with a large file that is almost sent: what does it cost to see that all of it is still right?

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::event::EngineEvent;
use engine::handle::Subscription;
use engine::model::{BatchId, JobAction, JobSelection, JobStateKind};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use super::ferry;
use super::session::{Session, until};
use crate::outcome::{Outcome, Trouble, because};
use crate::process::cpu_seconds;
use crate::sink::{Manner, now};
use crate::sources::Table;

/// Fast enough that a round is short, slow enough to stop where it is wanted.
const LINE: u64 = 400_000_000;
const LOOK: Duration = Duration::from_millis(5);
/// The kernel tells CPU time no finer than this.
const SAMPLE: Duration = Duration::from_millis(10);

/// The contender's own command line.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A fresh folder.
    #[arg(long)]
    pub data: PathBuf,
    /// Holds one file.
    #[arg(long)]
    pub source: PathBuf,
    #[arg(long)]
    pub table: PathBuf,
}

/// From the wish to go on to the first new byte that reaches the other end.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// With the server at the pause.
    pub kept: u64,
    pub size: u64,
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
    /// From the wish to the last frame that said *verifying*, of five a second; 0 where none said so.
    pub seen_seconds: f64,
}

/// The contender itself.
pub fn contend(options: &Options) -> Outcome {
    let said = ferry::runtime()?.block_on(go_on(options))?;
    println!("{}", serde_json::to_string(&said).map_err(because("no report"))?);
    Ok(())
}

async fn go_on(options: &Options) -> Outcome<Said> {
    let table = Table::read(&options.table)?;
    let size = table.row(0).map(|(_, file)| file.size).ok_or_else(|| Trouble::new("no file is known"))?;
    let manner = Manner { parts: true, bytes_a_second: Some(LINE), ..Manner::default() };
    let session = Session::start(&options.data, &options.table, manner).await?;
    let batch = session.add(&options.source).await?;
    let selection = JobSelection::Batch { batch };
    until(LOOK, "the file is not sent in time", async || {
        Ok((session.sink.heard(false)?.parts_bytes >= size / 10 * 9).then_some(()))
    })
    .await?;
    session.control(selection.clone(), JobAction::Pause).await?;
    session.silence().await?;
    let kept = session.sink.heard(true)?.parts_bytes;
    if kept == 0 || kept >= size {
        return Err(Trouble::new(format!("paused too late: {kept} of {size} bytes are sent")));
    }
    let subscription = session.handle.subscribe().await.map_err(because("no events"))?;
    let sampler = Sampler::start();
    let wished = now();
    let watching = tokio::spawn(watch(subscription, batch, wished));
    session.control(selection, JobAction::Resume).await?;
    let seen_seconds = watching.await.map_err(because("nobody watched"))??;
    let samples = sampler.stop();
    let first = session.sink.heard(false)?.first_bytes.into_values().min();
    let first = first.ok_or_else(|| Trouble::new("nothing was sent after the pause"))?;
    session.stop().await?;
    let cpu_at = |time: u64| samples.iter().find(|(at, _)| *at >= time).map_or(0.0, |(_, cpu)| *cpu);
    Ok(Said {
        kept,
        size,
        wall_seconds: (first - wished) as f64 / 1e6,
        cpu_seconds: cpu_at(first) - cpu_at(wished),
        seen_seconds,
    })
}

/// Listens as a shell does, until all is done.
async fn watch(mut subscription: Subscription, batch: BatchId, wished: u64) -> Outcome<f64> {
    let mut seen = 0.0;
    loop {
        let event = match subscription.events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return Err(Trouble::new("the engine went away")),
        };
        match &*event {
            EngineEvent::Progress { frame } if frame.jobs.iter().any(|job| job.verifying) => {
                seen = (now() - wished) as f64 / 1e6;
            }
            EngineEvent::BatchFinished { batch: view } if view.id == batch => {
                return if view.totals.count(JobStateKind::Done) == 1 {
                    Ok(seen)
                } else {
                    Err(Trouble::new(format!("the file is not done: {:?}", view.totals.jobs)))
                };
            }
            _ => {}
        }
    }
}

/// Takes down the process's CPU time, since the moment that counts is only known afterwards.
struct Sampler {
    ended: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Vec<(u64, f64)>>,
}

impl Sampler {
    fn start() -> Self {
        let ended = Arc::<AtomicBool>::default();
        let over = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let mut samples = Vec::new();
            while !over.load(Ordering::Relaxed) {
                samples.push((now(), cpu_seconds()));
                std::thread::sleep(SAMPLE);
            }
            samples
        });
        Self { ended, thread }
    }

    fn stop(self) -> Vec<(u64, f64)> {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}
