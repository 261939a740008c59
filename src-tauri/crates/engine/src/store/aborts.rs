//! Uploads in parts that were given up, until the server has removed them.

use canto_api::OpenUpload;
use rusqlite::{Connection, Result, params};

use crate::clock::Millis;
use crate::model::{AccountId, JobId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbortRow {
    pub id: i64,
    pub account: AccountId,
    pub base: String,
    pub open: OpenUpload,
    pub given_up_at: Millis,
}

/// Takes a job's upload over, if it has one. `true`: it had.
pub fn take_over(db: &Connection, job: JobId, now: Millis) -> Result<bool> {
    let taken = db
        .prepare_cached(
            "INSERT INTO abort (account_id, base, object_key, upload_id, given_up_at)
             SELECT batch.account_id, base, object_key, upload_id, ?2 FROM parts_upload
             JOIN job ON job.id = parts_upload.job_id JOIN batch ON batch.id = job.batch_id WHERE job_id = ?1",
        )?
        .execute(params![job.0, now])?;
    super::parts::remove(db, job)?;
    Ok(taken > 0)
}

/// One that belongs to no job.
pub fn add(db: &Connection, account: AccountId, base: &str, open: &OpenUpload, now: Millis) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO abort (account_id, base, object_key, upload_id, given_up_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![account.0, base, open.key, open.id, now])
    .map(drop)
}

/// The oldest ones.
pub fn first(db: &Connection, limit: usize) -> Result<Vec<AbortRow>> {
    let mut statement = db.prepare_cached(
        "SELECT id, account_id, base, object_key, upload_id, given_up_at FROM abort ORDER BY id LIMIT ?1",
    )?;
    let rows = statement.query_map([limit as i64], |row| {
        Ok(AbortRow {
            id: row.get(0)?,
            account: AccountId(row.get(1)?),
            base: row.get(2)?,
            open: OpenUpload { key: row.get(3)?, id: row.get(4)? },
            given_up_at: row.get(5)?,
        })
    })?;
    rows.collect()
}

pub fn remove(db: &Connection, id: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM abort WHERE id = ?1")?.execute([id]).map(drop)
}
