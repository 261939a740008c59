//! Ferry, told to pause and to cancel while it sends: when does the line fall silent?

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use engine::model::{BatchId, JobAction, JobQuery, JobSelection, JobStateKind};
use ferry_line::Side;
use serde::{Deserialize, Serialize};

use super::ferry;
use super::session::{Session, until};
use crate::outcome::{Outcome, Trouble, because};
use crate::sink::{Manner, Sink, now};

const LOOK: Duration = Duration::from_millis(5);

/// The contender's own command line.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A fresh folder.
    #[arg(long)]
    pub data: PathBuf,
    #[arg(long)]
    pub source: PathBuf,
    #[arg(long)]
    pub table: PathBuf,
    #[arg(long, default_value_t = 10)]
    pub rounds: u32,
    /// The network namespace of the sink; this one without it.
    #[arg(long)]
    pub far: Option<String>,
    #[command(flatten)]
    pub manner: Manner,
}

/// Milliseconds since the wish, one for each round.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// Until the last byte, after everything was paused.
    pub paused: Vec<f64>,
    /// Until the last byte, after everything was cancelled.
    pub cancelled: Vec<f64>,
    /// Until a job that waited sends its first byte, after one that was sending is paused.
    pub next: Vec<f64>,
    /// Until the engine says that a wish is durable.
    pub answered: Vec<f64>,
}

/// The contender itself.
pub fn contend(options: &Options) -> Outcome {
    let said = ferry::runtime()?.block_on(wish(options))?;
    println!("{}", serde_json::to_string(&said).map_err(because("no report"))?);
    Ok(())
}

async fn wish(options: &Options) -> Outcome<Said> {
    let Options { data, table, manner, far, .. } = options;
    let session = match far {
        Some(far) => {
            let address = manner.address.map(|address| address.to_string()).unwrap_or_default();
            let far = Side { name: far.clone(), address };
            let sink = far.inside(|| Sink::start(table, data, *manner)).map_err(Trouble::new)??;
            Session::with(sink, data).await?
        }
        None => Session::start(data, table, *manner).await?,
    };
    let mut said = Said::default();
    let batch = session.add(&options.source).await?;
    for _ in 0..options.rounds {
        session.flow().await?;
        let silent = silenced(&session, batch, JobAction::Pause, &mut said.answered).await?;
        said.paused.push(silent);
        session.control(JobSelection::Batch { batch }, JobAction::Resume).await?;
    }
    session.flow().await?;
    silenced(&session, batch, JobAction::Cancel, &mut said.answered).await?;
    for _ in 0..options.rounds {
        let batch = session.add(&options.source).await?;
        session.flow().await?;
        said.next.push(next_after_a_pause(&session, batch).await?);
        session.flow().await?;
        let silent = silenced(&session, batch, JobAction::Cancel, &mut said.answered).await?;
        said.cancelled.push(silent);
    }
    session.stop().await?;
    Ok(said)
}

fn milliseconds(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 / 1e3
}

async fn silenced(
    session: &Session,
    batch: BatchId,
    action: JobAction,
    answered: &mut Vec<f64>,
) -> Outcome<f64> {
    let wished = now();
    session.control(JobSelection::Batch { batch }, action).await?;
    answered.push(milliseconds(wished, now()));
    Ok(milliseconds(wished, session.silence().await?))
}

/// Pauses one job that is sending; others of the batch wait for its place.
async fn next_after_a_pause(session: &Session, batch: BatchId) -> Outcome<f64> {
    let query = JobQuery {
        batch: Some(batch),
        states: vec![JobStateKind::Uploading],
        limit: 100,
        ..JobQuery::default()
    };
    let sending = session.handle.list_jobs(query).await.map_err(because("the jobs can't be listed"))?.jobs;
    let first = sending.first().ok_or_else(|| Trouble::new("nothing is being sent"))?.id;
    let names: BTreeSet<String> = sending.into_iter().map(|job| job.name).collect();
    session.sink.heard(true)?;
    let wished = now();
    session.control(JobSelection::Jobs { jobs: vec![first] }, JobAction::Pause).await?;
    until(LOOK, "no other job has begun to send", async || {
        let heard = session.sink.heard(false)?;
        let others = heard.first_bytes.iter().filter(|(name, _)| !names.contains(*name));
        Ok(others.map(|(_, came)| milliseconds(wished, *came)).min_by(f64::total_cmp))
    })
    .await
}
