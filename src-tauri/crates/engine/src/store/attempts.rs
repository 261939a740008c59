//! What each failed try said.

use rusqlite::{Connection, Result, params};

use super::job_state::parse_failure;
use crate::clock::Millis;
use crate::error::Failure;
use crate::model::{AttemptView, JobId};

/// Kept per job; a job that retries for days keeps the last ones.
const KEPT: u32 = 50;

pub fn add(db: &Connection, job: JobId, ended_at: Millis, failure: &Failure) -> Result<()> {
    let number: u32 = db
        .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM attempt WHERE job_id = ?1")?
        .query_row([job.0], |row| row.get(0))?;
    let text = serde_json::to_string(failure).unwrap_or_default();
    db.prepare_cached("INSERT INTO attempt (job_id, number, ended_at, failure) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![job.0, number, ended_at, text])?;
    if number > KEPT {
        db.prepare_cached("DELETE FROM attempt WHERE job_id = ?1 AND number <= ?2")?
            .execute(params![job.0, number - KEPT])?;
    }
    Ok(())
}

pub fn of_job(db: &Connection, job: JobId) -> Result<Vec<AttemptView>> {
    let mut statement =
        db.prepare_cached("SELECT number, ended_at, failure FROM attempt WHERE job_id = ?1 ORDER BY number")?;
    statement
        .query_map([job.0], |row| {
            Ok(AttemptView {
                number: row.get(0)?,
                ended_at: row.get(1)?,
                failure: parse_failure(row.get(2)?),
            })
        })?
        .collect()
}
