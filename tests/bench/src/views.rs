//! `bench views`: how long windows of a queue of a million files take, as the page asks for them.

use std::path::PathBuf;
use std::time::Instant;

use engine::model::{BatchId, JobId, JobOrder, JobQuery, JobSelection, JobStateKind, QueueSpot};
use engine::{Engine, EngineHandle};

use crate::contender::ferry;
use crate::outcome::{Outcome, because};
use crate::sources::{bench_folder, check_room};
use crate::table::verdict;
use crate::upload::RunFolder;

/// Looks at one window; the median counts.
const LOOKS: usize = 5;
const WAITING: [JobStateKind; 3] = [JobStateKind::Queued, JobStateKind::Waiting, JobStateKind::Paused];
const DONE: [JobStateKind; 2] = [JobStateKind::Done, JobStateKind::Skipped];

/// A batch of 880,000 that wait, 119,900 that are done and 100 that failed, after what is there already.
const FILLED: &str = "
    INSERT OR IGNORE INTO account (id, tenant_url, user_id, user_name, email, app_id, kind, rights, created_at)
        VALUES (1, 'https://127.0.0.1:9/', 'u', 'U', 'u@a', 'x', 'browser', '[]', 0);
    INSERT INTO batch (account_id, label, dest_kind, dest_id, dest_path, request, state, created_at)
        VALUES (1, 'Archive', 'album', 'A', 'Archive', '{}', 'open', 0);
    CREATE TEMP TABLE made AS SELECT
        (SELECT max(id) FROM batch) AS batch, (SELECT coalesce(max(id), 0) FROM job) AS before;
    INSERT INTO source_folder (id, name, arrives) SELECT (batch << 32) + 1, '/archive', 0 FROM made;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
    INSERT INTO job (id, batch_id, folder_id, name, size, modified_ns, lane, position, state)
        SELECT before + i, batch, (batch << 32) + 1, printf('%06d_packshot-%d.tif', (i * 7919) % 1000000, i % 7),
            1000 + i % 5000, 0, 1, 0,
            CASE WHEN i % 10000 = 0 THEN 'failed' WHEN i <= 120000 THEN 'done' ELSE 'paused' END
        FROM n JOIN made;
    INSERT INTO batch_total (batch_id, state, jobs, bytes)
        SELECT batch_id, state, count(*), sum(size) FROM job JOIN made ON batch_id = batch GROUP BY state;
    INSERT INTO name_block (first_id, last_id, batch_id, names, by_line)
        SELECT min(id), max(id), batch, group_concat(lower(name), char(10) ORDER BY id), 1
        FROM job JOIN made ON batch_id = batch GROUP BY id / 1000;
    INSERT INTO size_block (first_id, sizes)
        SELECT min(id), unhex(group_concat(printf('%016x', size), '' ORDER BY id))
        FROM job JOIN made ON batch_id = batch GROUP BY id / 1000;
    DROP TABLE made;";

/// `fill`: the database of a data directory that nobody uses, as the window's measurement wants it.
#[derive(Debug, clap::Args)]
pub struct Fill {
    #[arg(long)]
    data: PathBuf,
}

pub fn fill(options: &Fill) -> Outcome {
    let db = rusqlite::Connection::open(options.data.join("ferry.db")).map_err(because("no database"))?;
    db.execute_batch("BEGIN").map_err(because("the database is in use"))?;
    db.execute_batch(FILLED).map_err(because("the jobs can't be written"))?;
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").map_err(because("the jobs can't be written"))
}

pub fn command() -> Outcome {
    let folder = bench_folder()?;
    check_room(&folder, 1024 * 1024 * 1024)?;
    let run = RunFolder::new(&folder)?;
    let data = run.path().join("data");
    ferry::runtime()?.block_on(async {
        // Makes the tables.
        ferry::start(&data, None).await?.stop().await;
        fill(&Fill { data: data.clone() })?;
        let engine: Engine = ferry::start(&data, None).await?;
        let said = look(&engine.handle()).await;
        engine.stop().await;
        said
    })
}

async fn look(handle: &EngineHandle) -> Outcome {
    let batch = JobQuery { batch: Some(BatchId(1)), order: JobOrder::Queue, ..JobQuery::default() };
    let waiting = JobQuery { states: WAITING.to_vec(), ..batch.clone() };
    let find = |text: &str| JobQuery { batch: None, search: Some(text.into()), ..batch.clone() };
    let windows = [
        ("first rows", waiting.clone()),
        ("in the middle", JobQuery { offset: 440_000, ..waiting.clone() }),
        ("at the end", JobQuery { offset: 879_800, ..waiting.clone() }),
        ("filter: done", JobQuery { states: DONE.to_vec(), offset: 60_000, ..batch.clone() }),
        (
            "filter: problems",
            JobQuery { states: vec![JobStateKind::Failed, JobStateKind::Blocked], ..batch.clone() },
        ),
        ("a name that many have", find("packshot")),
        ("a name that one has", find("123456_")),
        ("a name that none has", find("no such name")),
        ("found, newest first", JobQuery { order: JobOrder::Newest, ..find("1234") }),
        ("found among the done", JobQuery { states: DONE.to_vec(), ..find("99_pack") }),
        ("by name, first rows", JobQuery { order: JobOrder::Name, ..waiting.clone() }),
        ("by name, in the middle", JobQuery { order: JobOrder::Name, offset: 440_000, ..waiting.clone() }),
        ("by name, the done", JobQuery { order: JobOrder::Name, states: DONE.to_vec(), ..batch.clone() }),
        ("by size, first rows", JobQuery { order: JobOrder::Size, ..waiting.clone() }),
        ("by size, in the middle", JobQuery { order: JobOrder::Size, offset: 440_000, ..waiting.clone() }),
        ("newest, in the middle", JobQuery { order: JobOrder::Newest, offset: 440_000, ..waiting.clone() }),
    ];
    for (what, query) in windows {
        let mut times = Vec::new();
        for _ in 0..LOOKS {
            let started = Instant::now();
            handle.list_jobs(query.clone()).await.map_err(because("no rows"))?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        // The first may sort what the others find sorted.
        let first = times.first().copied().unwrap_or_default();
        times.sort_by(f64::total_cmp);
        let median = times.get(LOOKS / 2).copied().unwrap_or_default();
        println!("  {what:<24} {}   first {first:.1}", verdict(median, "ms", 150.0, false));
    }
    let started = Instant::now();
    let runs = handle.select_jobs(waiting).await.map_err(because("no ids"))?;
    println!("  all ids, {} runs: {:.0} ms", runs.len(), started.elapsed().as_secs_f64() * 1e3);
    for (what, beside) in [("near the top", 120_500), ("in the middle", 560_001), ("at the end", 999_901)] {
        let started = Instant::now();
        let moved = JobSelection::Runs { runs: vec![(JobId(130_001), JobId(130_014))] };
        let spot = QueueSpot { job: JobId(beside), after: false };
        handle.move_jobs(moved, spot).await.map_err(because("nothing was moved"))?;
        println!("  14 files moved {what}: {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}
