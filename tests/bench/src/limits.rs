//! `bench limits`: how close to a limit files are sent, seen at the other end: from five seconds after it was set on, and
//! after another one was set in the middle.

use std::fs;
use std::time::{Duration, Instant};

use engine::model::{JobAction, JobSelection, SettingKey};

use crate::contender::ferry;
use crate::contender::session::Session;
use crate::outcome::{Outcome, because};
use crate::process::load;
use crate::sink::Manner;
use crate::sources::{LARGE, bench_folder, prepare};
use crate::upload::RunFolder;

/// Bytes a second. The last one is half of what this kind of machine can send.
const LIMITS: &[u64] = &[500_000, 20_000_000, 5_000_000, 200_000_000];
/// It may take this long to hold.
const SETTLING: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(8);
const WANTED: std::ops::RangeInclusive<f64> = 0.95..=1.05;

pub fn command() -> Outcome {
    let report = ferry::runtime()?.block_on(measure_all())?;
    fs::write(bench_folder()?.join("limits.json"), format!("{report:#}"))
        .map_err(because("the report can't be written"))
}

async fn measure_all() -> Outcome<serde_json::Value> {
    let sources = prepare(LARGE)?;
    let mut results = Vec::new();
    for way in ["parts", "form"] {
        let run = RunFolder::new(&bench_folder()?)?;
        let manner = Manner { parts: way == "parts", ..Manner::default() };
        let session = Session::start(run.path(), &sources.table, manner).await?;
        println!("\n8 × 512 MiB by {way} under a limit (load {:.1})", load());
        let mut batch = None;
        for limit in LIMITS {
            let text = format!("{} KB/s", limit / 1_000);
            let set = session.handle.set_setting(SettingKey::LimitUp, Some(text)).await;
            set.map_err(because("the limit can't be set"))?;
            if batch.is_none() {
                batch = Some(session.add(&sources.folder).await?);
                session.flow().await?;
            }
            let share = share_of(&session, *limit).await?;
            let verdict = if WANTED.contains(&share) { "ok" } else { "TOO FAR" };
            println!("  {:>8.1} MB/s: {:>6.2} % of it ({verdict})", *limit as f64 / 1e6, share * 100.0);
            results.push(serde_json::json!({ "way": way, "limit": limit, "share": share }));
        }
        if let Some(batch) = batch {
            session.control(JobSelection::Batch { batch }, JobAction::Cancel).await?;
        }
        session.stop().await?;
    }
    Ok(serde_json::json!({ "load": load(), "results": results }))
}

async fn share_of(session: &Session, limit: u64) -> Outcome<f64> {
    tokio::time::sleep(SETTLING).await;
    let (before, began) = (session.sink.heard(false)?.taken, Instant::now());
    tokio::time::sleep(MEASURED).await;
    let taken = session.sink.heard(false)?.taken - before;
    Ok(taken as f64 / began.elapsed().as_secs_f64() / limit as f64)
}
