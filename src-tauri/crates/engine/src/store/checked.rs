//! What the duplicate check has found out about jobs that go on, or wait for another one.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::jobs::{JobRow, LOOK_LANE, TWIN_LANE};
use crate::model::{AccountId, AssetId, JobId, JobStateKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRow {
    pub job: JobId,
    pub account: AccountId,
    pub name_key: String,
    pub md5: Option<[u8; 16]>,
    pub twin_of: Option<JobId>,
    pub version: Option<VersionOf>,
}

/// The asset that a file becomes a new version of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionOf {
    pub asset: AssetId,
    /// So many versions it had before.
    pub before: u32,
}

pub fn put(db: &Connection, row: &CheckedRow) -> Result<()> {
    let version = row.version.as_ref();
    db.prepare_cached(
        "INSERT OR REPLACE INTO checked (job_id, account_id, name_key, md5, twin_of, version_scheme, version_asset,
         versions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        row.job.0,
        row.account.0,
        row.name_key,
        row.md5,
        row.twin_of.map(|job| job.0),
        version.map(|version| &version.asset.scheme),
        version.map(|version| &version.asset.id),
        version.map(|version| version.before),
    ])
    .map(drop)
}

pub fn remove(db: &Connection, job: JobId) -> Result<()> {
    db.prepare_cached("DELETE FROM checked WHERE job_id = ?1")?.execute([job.0]).map(drop)
}

/// What a transfer has to know of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub version: Option<VersionOf>,
    pub md5: Option<[u8; 16]>,
}

pub fn of_job(db: &Connection, job: JobId) -> Result<Option<Found>> {
    db.prepare_cached("SELECT version_scheme, version_asset, versions, md5 FROM checked WHERE job_id = ?1")?
        .query_row([job.0], |row| {
            let version = match (row.get(0)?, row.get(1)?, row.get(2)?) {
                (Some(scheme), Some(id), Some(before)) => {
                    Some(VersionOf { asset: AssetId { scheme, id }, before })
                }
                _ => None,
            };
            Ok(Found { version, md5: row.get(3)? })
        })
        .optional()
}

/// The earliest other job of an account with these bytes, or this name, that is on its way to the library.
pub fn under_way(
    db: &Connection,
    account: AccountId,
    job: JobId,
    name_key: &str,
    md5: Option<[u8; 16]>,
) -> Result<Option<JobId>> {
    const OPEN: &str =
        "checked.twin_of IS NULL AND checked.account_id = ?1 AND checked.job_id <> ?2 AND job.state IN
        ('queued', 'checking', 'uploading', 'finishing', 'processing', 'paused', 'waiting')
        AND job.lane < 2 ORDER BY job.id LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| row.get(0).map(JobId);
    match md5 {
        Some(md5) => db
            .prepare_cached(&format!(
                "SELECT job.id FROM checked JOIN job ON job.id = checked.job_id WHERE checked.md5 = ?3 AND {OPEN}"
            ))?
            .query_row(params![account.0, job.0, md5], read),
        None => db
            .prepare_cached(&format!(
                "SELECT job.id FROM checked JOIN job ON job.id = checked.job_id WHERE checked.name_key = ?3 AND {OPEN}"
            ))?
            .query_row(params![account.0, job.0, name_key], read),
    }
    .optional()
}

/// After a start.
pub fn free_all_twins(db: &Connection) -> Result<()> {
    db.execute(
        "UPDATE job SET lane = ?1 WHERE lane = ?2 AND id IN (SELECT job_id FROM checked WHERE twin_of IS NOT NULL)",
        [LOOK_LANE, TWIN_LANE],
    )?;
    db.execute("DELETE FROM checked WHERE twin_of IS NOT NULL", []).map(drop)
}

/// Has those that wait for a job looked for again; tells how many they are.
pub fn free_twins(db: &Connection, of: JobId) -> Result<usize> {
    let freed = db
        .prepare_cached(
            "UPDATE job SET lane = ?2 WHERE lane = ?3 AND id IN (SELECT job_id FROM checked WHERE twin_of = ?1)",
        )?
        .execute(params![of.0, LOOK_LANE, TWIN_LANE])?;
    db.prepare_cached("DELETE FROM checked WHERE twin_of = ?1")?.execute([of.0])?;
    Ok(freed)
}

/// Jobs of an account on their way that the check knows nothing of: no rule was in force for their batches.
pub fn unchecked_under_way(db: &Connection, account: AccountId) -> Result<Vec<JobRow>> {
    let mut rows = Vec::new();
    for state in
        [JobStateKind::Uploading, JobStateKind::Checking, JobStateKind::Finishing, JobStateKind::Processing]
    {
        let all = super::jobs::unsettled(db, state, JobId(0), usize::MAX >> 1)?;
        for row in all {
            if super::batches::account_of(db, row.batch)? == Some(account) && of_job(db, row.id)?.is_none() {
                rows.push(row);
            }
        }
    }
    Ok(rows)
}
