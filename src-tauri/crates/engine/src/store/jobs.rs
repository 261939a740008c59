//! The job table.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::views::elsewhere;
use super::{job_state, names};
use crate::clock::Millis;
use crate::error::Failure;
use crate::model::{AccountId, BatchId, Elsewhere, FolderId, JobId, JobStateKind, WaitingFor};
use crate::queue::state::JobState;

/// Files up to this size share the many permits of the small lane, bytes.
pub const SMALL_FILE: u64 = 1024 * 1024;

/// The lane of jobs that are still to be looked for in the library: no transfer claims from it.
pub const LOOK_LANE: i64 = 2;
/// And of those that wait for what becomes of an equal file.
pub const TWIN_LANE: i64 = 3;

/// A job as the queue's owner sees it.
#[derive(Clone, Debug)]
pub struct JobRow {
    pub id: JobId,
    pub batch: BatchId,
    pub folder: FolderId,
    pub name: String,
    pub size: u64,
    pub modified_ns: i64,
    pub failures: u32,
    pub state: JobState,
    /// Where it goes, if not with its batch.
    pub elsewhere: Option<Elsewhere>,
    /// 0 small, 1 large, [`LOOK_LANE`], [`TWIN_LANE`].
    pub lane: i64,
}

/// A file that a scan found.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub folder: FolderId,
    pub name: String,
    pub size: u64,
    pub modified_ns: i64,
    /// Set when it is known already that the file can't be sent.
    pub failure: Option<Failure>,
    /// What is set once it is there; known to the queue alone.
    pub values: Option<i64>,
}

/// The state's columns first, as `job_state::read` wants them.
const COLUMNS: &str = "state, waiting_for, ready_at, wish, key_tail, started_at, sent_at, md5, etag_matched, failure,
    asset_scheme, asset_id, asset_url, verification, done_at, id, batch_id, folder_id, name, size, modified_ns, failures,
    lane, elsewhere";

fn lane(size: u64) -> i64 {
    i64::from(size > SMALL_FILE)
}

/// Adds jobs found by a scan; returns jobs and bytes that are queued, and those that failed at once.
/// `looked_for`: none of them is sent before it was looked for in the library.
pub fn insert(
    db: &Connection,
    batch: BatchId,
    position: i64,
    jobs: &[NewJob],
    looked_for: bool,
) -> Result<Vec<(JobStateKind, u64, u64)>> {
    let (mut queued, mut failed) = ((JobStateKind::Queued, 0, 0), (JobStateKind::Failed, 0, 0));
    for jobs in jobs.chunks(ROWS_AT_ONCE) {
        let mut statement = db.prepare_cached(&insert_sql(jobs.len()))?;
        let mut at = 0;
        for job in jobs {
            let tally = if job.failure.is_some() { &mut failed } else { &mut queued };
            tally.1 += 1;
            tally.2 += job.size;
            let failure = job.failure.as_ref().map(job_state::failure_json);
            let values: [&dyn rusqlite::ToSql; 10] = [
                &batch.0,
                &job.folder.0,
                &job.name,
                &(job.size as i64),
                &job.modified_ns,
                &(if looked_for { LOOK_LANE } else { lane(job.size) }),
                &position,
                &tally.0.as_str(),
                &failure,
                &job.values,
            ];
            for value in values {
                at += 1;
                statement.raw_bind_parameter(at, value)?;
            }
        }
        statement.raw_execute()?;
    }
    names::insert(db, batch, jobs)?;
    Ok(vec![queued, failed])
}

/// A statement costs as much as some rows.
const ROWS_AT_ONCE: usize = 50;

fn insert_sql(rows: usize) -> String {
    let values = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
    format!(
        "INSERT INTO job (batch_id, folder_id, name, size, modified_ns, lane, position, state, failure,
         values_id)
         VALUES {values}"
    )
}

/// The first queued jobs of a lane, in order, but for the accounts that can't send now.
pub fn ready(db: &Connection, large: bool, limit: usize, held_accounts: &str) -> Result<Vec<JobRow>> {
    let sql = if held_accounts.is_empty() {
        format!(
            "SELECT {COLUMNS} FROM job WHERE state = 'queued' AND lane = ?1 ORDER BY position, id LIMIT ?2"
        )
    } else {
        format!(
            "SELECT {COLUMNS} FROM job WHERE state = 'queued' AND lane = ?1 AND batch_id NOT IN
             (SELECT id FROM batch WHERE account_id IN ({held_accounts})) ORDER BY position, id LIMIT ?2"
        )
    };
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_map(params![i64::from(large), limit as i64], read)?.collect()
}

/// Ids go up: the next jobs follow it.
pub fn highest(db: &Connection) -> Result<JobId> {
    db.prepare_cached("SELECT coalesce(max(id), 0) FROM job")?.query_row([], |row| row.get(0).map(JobId))
}

pub fn get(db: &Connection, id: JobId) -> Result<Option<JobRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"))?;
    statement.query_row([id.0], read).optional()
}

/// Unsettled jobs of one state, a page at a time, without a walk over the others.
pub fn unsettled(db: &Connection, state: JobStateKind, after: JobId, limit: usize) -> Result<Vec<JobRow>> {
    // The word stands in the text: only then the partial index is used.
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM job WHERE state = '{}' AND id > ?1 ORDER BY id LIMIT ?2",
        state.as_str()
    ))?;
    statement.query_map(params![after.0, limit as i64], read)?.collect()
}

/// Jobs of the given states in the order of their ids, a page at a time: a walk over all jobs.
fn in_states(db: &Connection, states: &[JobStateKind], after: JobId, limit: usize) -> Result<Vec<JobRow>> {
    let words = states.iter().map(|state| format!("'{}'", state.as_str())).collect::<Vec<_>>().join(", ");
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM job WHERE +state IN ({words}) AND id > ?1 ORDER BY id LIMIT ?2"
    ))?;
    statement.query_map(params![after.0, limit as i64], read)?.collect()
}

/// Jobs of a batch (or of all) in the given states, a page at a time.
pub fn of_batch(
    db: &Connection,
    batch: Option<BatchId>,
    states: &[JobStateKind],
    after: JobId,
    limit: usize,
) -> Result<Vec<JobRow>> {
    let Some(batch) = batch else { return in_states(db, states, after, limit) };
    let words = states.iter().map(|state| format!("'{}'", state.as_str())).collect::<Vec<_>>().join(", ");
    let mut statement = db.prepare(&format!(
        "SELECT {COLUMNS} FROM job WHERE batch_id = ?1 AND +state IN ({words}) AND id > ?2 ORDER BY id LIMIT ?3"
    ))?;
    statement.query_map(params![batch.0, after.0, limit as i64], read)?.collect()
}

/// Jobs after one up to another, by their ids, in the given states.
pub fn of_run(
    db: &Connection,
    after: JobId,
    last: JobId,
    states: &[JobStateKind],
    limit: usize,
) -> Result<Vec<JobRow>> {
    let words = states.iter().map(|state| format!("'{}'", state.as_str())).collect::<Vec<_>>().join(", ");
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM job WHERE +state IN ({words}) AND id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3"
    ))?;
    statement.query_map(params![after.0, last.0, limit as i64], read)?.collect()
}

/// Jobs that wait for something that may have come: their back-off is over, or the thing is there.
pub fn waiting(db: &Connection, on: WaitingFor, until: Option<Millis>, limit: usize) -> Result<Vec<JobRow>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM job WHERE state = 'waiting' AND waiting_for = ?1
         AND (?2 IS NULL OR ready_at <= ?2) LIMIT ?3"
    ))?;
    statement.query_map(params![on.as_str(), until, limit as i64], read)?.collect()
}

const NEXT_RETRY: &str =
    "SELECT ready_at FROM job WHERE state = 'waiting' AND waiting_for = 'retry' ORDER BY ready_at LIMIT 1";

/// Back-offs end then at the latest.
pub fn end_retries_by(db: &Connection, at: Millis) -> Result<()> {
    db.execute(
        "UPDATE job SET ready_at = ?1 WHERE state = 'waiting' AND waiting_for = 'retry' AND ready_at > ?1",
        [at],
    )
    .map(drop)
}

const TAKEN: &str = "SELECT 1 FROM job JOIN batch ON batch.id = job.batch_id
    WHERE job.asset_id = ?1 AND batch.account_id = ?2 LIMIT 1";

/// When the next back-off ends.
pub fn next_retry(db: &Connection) -> Result<Option<Millis>> {
    db.prepare_cached(NEXT_RETRY)?.query_row([], |row| row.get(0)).optional().map(Option::flatten)
}

/// Back-offs end so much later, milliseconds; or earlier, where it is negative.
pub fn move_retries(db: &Connection, by: Millis) -> Result<()> {
    db.execute(
        "UPDATE job SET ready_at = ready_at + ?1 WHERE state = 'waiting' AND waiting_for = 'retry'",
        [by],
    )
    .map(drop)
}

pub fn set_position(db: &Connection, id: JobId, position: i64) -> Result<()> {
    db.prepare_cached("UPDATE job SET position = ?2 WHERE id = ?1")?
        .execute(params![id.0, position])
        .map(drop)
}

pub fn set_elsewhere(db: &Connection, id: JobId, to: Option<&Elsewhere>) -> Result<()> {
    let text = to.and_then(|to| serde_json::to_string(to).ok());
    db.prepare_cached("UPDATE job SET elsewhere = ?2 WHERE id = ?1")?.execute(params![id.0, text]).map(drop)
}

/// Whether every file of a batch that may still be sent goes to this one other place.
pub fn all_go(db: &Connection, batch: BatchId, to: &Elsewhere) -> Result<bool> {
    let text = serde_json::to_string(to).unwrap_or_default();
    let others = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM job WHERE batch_id = ?1 AND elsewhere IS NOT ?2
         AND state NOT IN ('cancelled', 'skipped'))",
        params![batch.0, text],
        |row| row.get::<_, bool>(0),
    )?;
    Ok(!others)
}

pub fn forget_elsewhere(db: &Connection, batch: BatchId) -> Result<()> {
    db.execute("UPDATE job SET elsewhere = NULL WHERE batch_id = ?1 AND elsewhere IS NOT NULL", [batch.0])
        .map(drop)
}

/// Size and time as they were when the file was opened.
pub fn set_source(db: &Connection, id: JobId, size: u64, modified_ns: i64) -> Result<()> {
    let known: Option<i64> = db
        .prepare_cached("SELECT size FROM job WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    if known != Some(size as i64) {
        names::size_changed(db, id)?;
    }
    db.prepare_cached(
        "UPDATE job SET size = ?2, modified_ns = ?3, lane = CASE WHEN lane < 2 THEN ?4 ELSE lane END WHERE id = ?1",
    )?
    .execute(params![id.0, size as i64, modified_ns, lane(size)])
    .map(drop)
}

/// The lane that its transfers claim it from, however large it is.
pub fn transfer_lane(row: &JobRow) -> i64 {
    lane(row.size)
}

pub fn set_lane(db: &Connection, id: JobId, lane: i64) -> Result<()> {
    db.prepare_cached("UPDATE job SET lane = ?2 WHERE id = ?1")?.execute(params![id.0, lane]).map(drop)
}

/// The first jobs that are still to be looked for, in order, but for some accounts.
pub fn to_look_for(db: &Connection, limit: usize, held_accounts: &str) -> Result<Vec<JobRow>> {
    let of = if held_accounts.is_empty() {
        String::new()
    } else {
        format!("AND batch_id NOT IN (SELECT id FROM batch WHERE account_id IN ({held_accounts}))")
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM job WHERE state = 'queued' AND lane = 2 {of} ORDER BY position, id LIMIT ?1"
    ))?;
    statement.query_map([limit as i64], read)?.collect()
}

/// How many there are, of all accounts.
pub fn count_to_look_for(db: &Connection) -> Result<u64> {
    db.prepare_cached("SELECT count(*) FROM job WHERE state = 'queued' AND lane = 2")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

/// Which of an account's assets are already the proof of a job; another tenant may have one of the same id.
pub fn taken(db: &Connection, account: AccountId, assets: &[String]) -> Result<HashSet<String>> {
    let mut statement = db.prepare_cached(TAKEN)?;
    let mut taken = HashSet::new();
    for asset in assets {
        if statement.exists(params![asset, account.0])? {
            taken.insert(asset.clone());
        }
    }
    Ok(taken)
}

/// Jobs of files of a size that go to an album, or nobody knows yet where, and have no asset. With their names, and whether that
/// album is known to be theirs. A walk for rare questions.
pub fn unproven_in_album(
    db: &Connection,
    account: AccountId,
    album: &str,
    size: u64,
) -> Result<Vec<(JobId, String, bool)>> {
    let mut statement = db.prepare_cached(
        "SELECT job.id, job.name, CASE WHEN job.elsewhere IS NOT NULL THEN job.elsewhere ->> 'album' IS NOT NULL
             ELSE batch.dest_kind = 'album' OR source_folder.remote_album IS NOT NULL END
         FROM batch JOIN job ON job.batch_id = batch.id
         JOIN source_folder ON source_folder.id = job.folder_id
         WHERE batch.account_id = ?1 AND job.size = ?3 AND job.asset_id IS NULL
         AND coalesce(CASE WHEN job.elsewhere IS NOT NULL THEN job.elsewhere ->> 'album'
             WHEN batch.dest_kind = 'album' THEN batch.dest_id ELSE source_folder.remote_album END, ?2) = ?2",
    )?;
    let rows = statement.query_map(params![account.0, album, size.cast_signed()], |row| {
        Ok((JobId(row.get(0)?), row.get(1)?, row.get(2)?))
    });
    rows?.collect()
}

pub fn delete_queued(db: &Connection, batch: BatchId) -> Result<()> {
    // What the server holds parts of keeps its job.
    db.execute(
        "DELETE FROM checked WHERE job_id IN (SELECT id FROM job WHERE batch_id = ?1 AND state = 'queued'
         AND id NOT IN (SELECT job_id FROM parts_upload))",
        [batch.0],
    )?;
    db.execute(
        "DELETE FROM job WHERE batch_id = ?1 AND state = 'queued' AND id NOT IN (SELECT job_id FROM parts_upload)",
        [batch.0],
    )
    .map(drop)
}

/// Which files of a batch are jobs already.
pub fn names(db: &Connection, batch: BatchId) -> Result<Vec<(FolderId, String)>> {
    let mut statement = db.prepare("SELECT folder_id, name FROM job WHERE batch_id = ?1")?;
    statement.query_map([batch.0], |row| Ok((FolderId(row.get(0)?), row.get(1)?)))?.collect()
}

fn read(row: &Row<'_>) -> Result<JobRow> {
    let size: i64 = row.get(19)?;
    Ok(JobRow {
        id: JobId(row.get(15)?),
        batch: BatchId(row.get(16)?),
        folder: FolderId(row.get(17)?),
        name: row.get(18)?,
        size: size as u64,
        modified_ns: row.get(20)?,
        failures: row.get(21)?,
        lane: row.get(22)?,
        state: job_state::read(row)?,
        elsewhere: elsewhere(row, 23)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// What runs with every commit must not walk over a million rows.
    #[test]
    fn hot_queries_use_their_indexes() {
        let dir = tempfile::tempdir().unwrap();
        let db = Store::open(dir.path()).unwrap().connection;
        let texts = [
            NEXT_RETRY.to_owned(),
            "SELECT id FROM job WHERE state = 'queued' AND lane = 0 ORDER BY position, id LIMIT 9".to_owned(),
            "SELECT id FROM job WHERE state = 'queued' AND lane = 2 ORDER BY position, id LIMIT 9".to_owned(),
            crate::store::delivered::by_md5_query(),
            crate::store::delivered::by_picture_query(),
            "SELECT id FROM job WHERE state = 'uploading' AND id > 5 ORDER BY id LIMIT 9".to_owned(),
            "SELECT id FROM job WHERE state = 'waiting' AND waiting_for = ?1 AND (?2 IS NULL OR ready_at <= ?2)".to_owned(),
            TAKEN.to_owned(),
        ];
        for text in texts {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
            let parameters = statement.parameter_count();
            let plan: Vec<String> = statement
                .query_map(rusqlite::params_from_iter(vec![1; parameters]), |row| row.get(3))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{text}: {plan:?}");
        }
    }
}
