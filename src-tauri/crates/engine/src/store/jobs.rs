//! The job table.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::clock::Millis;
use crate::error::{ErrorCode, Failure};
use crate::model::{AssetId, BatchId, FolderId, JobId, JobStateKind, Verification, WaitingFor};
use crate::queue::state::{Attempt, Held, JobState, Proof, Sent, Wish};

/// Files up to this size share the many permits of the small lane, bytes.
pub const SMALL_FILE: u64 = 1024 * 1024;

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
}

const COLUMNS: &str = "id, batch_id, folder_id, name, size, modified_ns, failures, state, waiting_for, ready_at, wish,
    key_tail, started_at, sent_at, md5, etag_matched, failure, asset_scheme, asset_id, asset_url, verification, done_at";

fn lane(size: u64) -> i64 {
    i64::from(size > SMALL_FILE)
}

/// Adds jobs found by a scan; returns jobs and bytes that are queued, and those that failed at once.
pub fn insert(
    db: &Connection,
    batch: BatchId,
    position: i64,
    jobs: &[NewJob],
) -> Result<Vec<(JobStateKind, u64, u64)>> {
    let (mut queued, mut failed) = ((JobStateKind::Queued, 0, 0), (JobStateKind::Failed, 0, 0));
    for jobs in jobs.chunks(ROWS_AT_ONCE) {
        let mut statement = db.prepare_cached(&insert_sql(jobs.len()))?;
        let mut at = 0;
        for job in jobs {
            let tally = if job.failure.is_some() { &mut failed } else { &mut queued };
            tally.1 += 1;
            tally.2 += job.size;
            let failure = job.failure.as_ref().map(json);
            let values: [&dyn rusqlite::ToSql; 9] = [
                &batch.0,
                &job.folder.0,
                &job.name,
                &(job.size as i64),
                &job.modified_ns,
                &lane(job.size),
                &position,
                &tally.0.as_str(),
                &failure,
            ];
            for value in values {
                at += 1;
                statement.raw_bind_parameter(at, value)?;
            }
        }
        statement.raw_execute()?;
    }
    Ok(vec![queued, failed])
}

/// A statement costs as much as some rows.
const ROWS_AT_ONCE: usize = 50;

fn insert_sql(rows: usize) -> String {
    let values = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
    format!(
        "INSERT INTO job (batch_id, folder_id, name, size, modified_ns, lane, position, state, failure)
         VALUES {values}"
    )
}

fn json(failure: &Failure) -> String {
    serde_json::to_string(failure).unwrap_or_default()
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

/// When the next back-off ends.
pub fn next_retry(db: &Connection) -> Result<Option<Millis>> {
    db.prepare_cached(NEXT_RETRY)?.query_row([], |row| row.get(0)).optional().map(Option::flatten)
}

pub fn set_position(db: &Connection, id: JobId, position: i64) -> Result<()> {
    db.prepare_cached("UPDATE job SET position = ?2 WHERE id = ?1")?
        .execute(params![id.0, position])
        .map(drop)
}

/// A position before everything that is queued.
pub fn front(db: &Connection) -> Result<i64> {
    let mut first = 0;
    for lane in [0, 1] {
        let lowest: Option<i64> = db
            .prepare_cached(
                "SELECT position FROM job WHERE state = 'queued' AND lane = ?1 ORDER BY position LIMIT 1",
            )?
            .query_row([lane], |row| row.get(0))
            .optional()?;
        first = first.min(lowest.unwrap_or(0));
    }
    Ok(first - 1)
}

/// Size and time as they were when the file was opened.
pub fn set_source(db: &Connection, id: JobId, size: u64, modified_ns: i64) -> Result<()> {
    db.prepare_cached("UPDATE job SET size = ?2, modified_ns = ?3, lane = ?4 WHERE id = ?1")?
        .execute(params![id.0, size as i64, modified_ns, lane(size)])
        .map(drop)
}

/// Which of these assets are already the proof of a job.
pub fn taken(db: &Connection, assets: &[String]) -> Result<HashSet<String>> {
    let mut statement = db.prepare_cached("SELECT 1 FROM job WHERE asset_id = ?1 LIMIT 1")?;
    let mut taken = HashSet::new();
    for asset in assets {
        if statement.exists([asset])? {
            taken.insert(asset.clone());
        }
    }
    Ok(taken)
}

pub fn delete_queued(db: &Connection, batch: BatchId) -> Result<()> {
    // What the server holds parts of keeps its job.
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

/// Writes a state with everything that belongs to it, and clears what doesn't.
pub fn set_state(db: &Connection, id: JobId, failures: u32, state: &JobState) -> Result<()> {
    let flat = Flat::of(state);
    db.prepare_cached(
        "UPDATE job SET failures = ?2, state = ?3, waiting_for = ?4, ready_at = ?5, wish = ?6, key_tail = ?7,
         started_at = ?8, sent_at = ?9, md5 = ?10, etag_matched = ?11, failure = ?12, asset_scheme = ?13,
         asset_id = ?14, asset_url = ?15, verification = ?16, done_at = ?17 WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        failures,
        state.kind().as_str(),
        flat.on.map(WaitingFor::as_str),
        flat.ready_at,
        match flat.wish {
            Wish::GoOn => None,
            Wish::Pause => Some("pause"),
            Wish::Cancel => Some("cancel"),
        },
        flat.attempt.map(|attempt| &attempt.key_tail),
        flat.attempt.map(|attempt| attempt.started_at),
        flat.sent.map(|sent| sent.sent_at),
        flat.sent.map(|sent| sent.md5.as_slice()).or(flat.proof.map(|proof| proof.md5.as_slice())),
        flat.sent.map(|sent| sent.etag_matched),
        flat.failure.map(json),
        flat.proof.map(|proof| &proof.asset.scheme),
        flat.proof.map(|proof| &proof.asset.id),
        flat.proof.and_then(|proof| proof.asset_url.as_deref()),
        flat.proof.map(|proof| proof.verification.as_str()),
        flat.proof.map(|proof| proof.at),
    ])
    .map(drop)
}

#[derive(Default)]
struct Flat<'a> {
    on: Option<WaitingFor>,
    ready_at: Option<Millis>,
    wish: Wish,
    attempt: Option<&'a Attempt>,
    sent: Option<&'a Sent>,
    failure: Option<&'a Failure>,
    proof: Option<&'a Proof>,
}

impl<'a> Flat<'a> {
    fn of(state: &'a JobState) -> Self {
        let flat = Self::default();
        match state {
            JobState::Queued | JobState::Cancelled => flat,
            JobState::Uploading { attempt, wish } | JobState::Checking { attempt, wish } => {
                Self { attempt: Some(attempt), wish: *wish, ..flat }
            }
            JobState::Finishing { sent } | JobState::Processing { sent } => flat.sent(sent),
            JobState::Done { proof } => Self { proof: Some(proof), ..flat },
            JobState::Paused { held } => flat.held(held),
            JobState::Waiting { on, ready_at, failure, held } => {
                Self { on: Some(*on), ready_at: *ready_at, failure: failure.as_ref(), ..flat.held(held) }
            }
            JobState::Blocked { failure, held } => Self { failure: Some(failure), ..flat.held(held) },
            JobState::Skipped { failure } | JobState::Failed { failure } => {
                Self { failure: Some(failure), ..flat }
            }
        }
    }

    fn sent(self, sent: &'a Sent) -> Self {
        Self { attempt: Some(&sent.attempt), sent: Some(sent), ..self }
    }

    fn held(self, held: &'a Held) -> Self {
        match held {
            Held::Nothing => self,
            Held::Unsure(attempt) => Self { attempt: Some(attempt), ..self },
            Held::Sent(sent) => self.sent(sent),
        }
    }
}

fn read(row: &Row<'_>) -> Result<JobRow> {
    let size: i64 = row.get(4)?;
    Ok(JobRow {
        id: JobId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        folder: FolderId(row.get(2)?),
        name: row.get(3)?,
        size: size as u64,
        modified_ns: row.get(5)?,
        failures: row.get(6)?,
        state: read_state(row)?,
    })
}

pub fn parse_failure(text: Option<String>) -> Failure {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_else(|| Failure::new(ErrorCode::Internal))
}

fn md5_of(row: &Row<'_>) -> Result<[u8; 16]> {
    let bytes: Option<Vec<u8>> = row.get(14)?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default())
}

/// Reads back what `set_state` wrote. A row that fits no state (written by hand) becomes a failed job, never a lost one.
fn read_state(row: &Row<'_>) -> Result<JobState> {
    let word: String = row.get(7)?;
    let Some(kind) = JobStateKind::parse(&word) else { return Ok(broken(&word)) };
    if kind == JobStateKind::Queued {
        return Ok(JobState::Queued);
    }
    let wish = match row.get::<_, Option<String>>(10)?.as_deref() {
        Some("pause") => Wish::Pause,
        Some("cancel") => Wish::Cancel,
        _ => Wish::GoOn,
    };
    let attempt = match (row.get::<_, Option<String>>(11)?, row.get::<_, Option<i64>>(12)?) {
        (Some(key_tail), Some(started_at)) => Some(Attempt { key_tail, started_at }),
        _ => None,
    };
    let sent = match (&attempt, row.get::<_, Option<i64>>(13)?) {
        (Some(attempt), Some(sent_at)) => Some(Sent {
            attempt: attempt.clone(),
            md5: md5_of(row)?,
            etag_matched: row.get::<_, Option<bool>>(15)?.unwrap_or(false),
            sent_at,
        }),
        _ => None,
    };
    let failure_text: Option<String> = row.get(16)?;
    let held = match (sent.clone(), attempt.clone()) {
        (Some(sent), _) => Held::Sent(sent),
        (None, Some(attempt)) => Held::Unsure(attempt),
        (None, None) => Held::Nothing,
    };
    Ok(match kind {
        JobStateKind::Queued => JobState::Queued,
        JobStateKind::Uploading => {
            attempt.map_or_else(|| broken(&word), |attempt| JobState::Uploading { attempt, wish })
        }
        JobStateKind::Checking => {
            attempt.map_or_else(|| broken(&word), |attempt| JobState::Checking { attempt, wish })
        }
        JobStateKind::Finishing => sent.map_or_else(|| broken(&word), |sent| JobState::Finishing { sent }),
        JobStateKind::Processing => sent.map_or_else(|| broken(&word), |sent| JobState::Processing { sent }),
        JobStateKind::Done => match (row.get::<_, Option<String>>(17)?, row.get::<_, Option<String>>(18)?) {
            (Some(scheme), Some(id)) => JobState::Done {
                proof: Proof {
                    asset: AssetId { scheme, id },
                    asset_url: row.get(19)?,
                    verification: row
                        .get::<_, Option<String>>(20)?
                        .and_then(|word| Verification::parse(&word))
                        .unwrap_or(Verification::Size),
                    md5: md5_of(row)?,
                    at: row.get::<_, Option<i64>>(21)?.unwrap_or_default(),
                },
            },
            _ => broken(&word),
        },
        JobStateKind::Paused => JobState::Paused { held },
        JobStateKind::Waiting => JobState::Waiting {
            on: row
                .get::<_, Option<String>>(8)?
                .and_then(|word| WaitingFor::parse(&word))
                .unwrap_or(WaitingFor::Network),
            ready_at: row.get(9)?,
            failure: failure_text.and_then(|text| serde_json::from_str(&text).ok()),
            held,
        },
        JobStateKind::Blocked => JobState::Blocked { failure: parse_failure(failure_text), held },
        JobStateKind::Skipped => JobState::Skipped { failure: parse_failure(failure_text) },
        JobStateKind::Cancelled => JobState::Cancelled,
        JobStateKind::Failed => JobState::Failed { failure: parse_failure(failure_text) },
    })
}

fn broken(word: &str) -> JobState {
    JobState::Failed {
        failure: Failure::new(ErrorCode::Internal).because(format!("row without the data of '{word}'")),
    }
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
            "SELECT id FROM job WHERE state = 'uploading' AND id > 5 ORDER BY id LIMIT 9".to_owned(),
            "SELECT id FROM job WHERE state = 'waiting' AND waiting_for = ?1 AND (?2 IS NULL OR ready_at <= ?2)".to_owned(),
            "SELECT 1 FROM job WHERE asset_id = ?1".to_owned(),
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
