//! Uploads in parts that are under way, and the parts that the store has confirmed.

use std::collections::{BTreeMap, HashMap};

use canto_api::OpenUpload;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::clock::Millis;
use crate::model::{JobId, PartsView};

/// An upload that was begun for a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    pub job: JobId,
    /// Address of the multipart contract.
    pub base: String,
    pub open: OpenUpload,
    pub album: String,
    /// The asset that it becomes a new version of; empty for a new one.
    pub version_of: String,
    /// Of the file that the parts are of.
    pub size: u64,
    pub modified_ns: i64,
    pub file_id: String,
    pub part_size: u64,
    pub begun_at: Millis,
    pub completing: Completing,
}

/// Whether the server was asked to put the parts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completing {
    NotAsked,
    /// It may have done so.
    Asked,
    /// That is long ago, and the asset was looked for since then, in vain.
    LookedForInVain,
}

/// An upload that the server was asked to complete and does not know any more was most likely completed: its asset may
/// take so long to be seen.
const COMPLETED_PATIENCE: Millis = 15 * 60_000;

/// A part that the store has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRow {
    pub number: u32,
    pub md5: [u8; 16],
    /// The store's word for it; empty until it was stored.
    pub etag: String,
    /// CRC-64/NVME of the same bytes.
    pub quick: u64,
    /// Running MD5 of the file up to this part's end.
    pub md5_until: Option<[u8; 24]>,
}

impl PartRow {
    /// The store names the same checksum.
    pub fn etag_is_md5(&self) -> bool {
        self.etag.eq_ignore_ascii_case(&hex::encode(self.md5))
    }
}

pub type Parts = BTreeMap<u32, PartRow>;

pub fn begin(db: &Connection, row: &UploadRow) -> Result<()> {
    db.execute("DELETE FROM part WHERE job_id = ?1", [row.job.0])?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO parts_upload (job_id, base, object_key, upload_id, album_id, size, modified_ns,
         file_id, part_size, begun_at, version_of) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        row.job.0,
        row.base,
        row.open.key,
        row.open.id,
        row.album,
        row.size as i64,
        row.modified_ns,
        row.file_id,
        row.part_size as i64,
        row.begun_at,
        row.version_of
    ])
    .map(drop)
}

/// A job's upload with its confirmed parts.
pub fn of_job(db: &Connection, job: JobId) -> Result<Option<(UploadRow, Parts)>> {
    let upload = db
        .prepare_cached(
            "SELECT job_id, base, object_key, upload_id, album_id, size, modified_ns, file_id, part_size, begun_at,
             completing_at IS NOT NULL, looked_for, version_of FROM parts_upload WHERE job_id = ?1",
        )?
        .query_row([job.0], read)
        .optional()?;
    let Some(upload) = upload else { return Ok(None) };
    let mut statement =
        db.prepare_cached("SELECT number, md5, quick, md5_until, etag FROM part WHERE job_id = ?1")?;
    let parts = statement.query_map([job.0], |row| {
        let number = row.get(0)?;
        let until: Option<Vec<u8>> = row.get(3)?;
        let part = PartRow {
            number,
            md5: row.get(1)?,
            etag: row.get(4)?,
            quick: row.get::<_, i64>(2)?.cast_unsigned(),
            md5_until: until.and_then(|bytes| bytes.try_into().ok()),
        };
        Ok((number, part))
    })?;
    Ok(Some((upload, parts.collect::<Result<_>>()?)))
}

fn read(row: &Row<'_>) -> Result<UploadRow> {
    let completing = match (row.get(10)?, row.get(11)?) {
        (false, _) => Completing::NotAsked,
        (true, false) => Completing::Asked,
        (true, true) => Completing::LookedForInVain,
    };
    Ok(UploadRow {
        job: JobId(row.get(0)?),
        base: row.get(1)?,
        open: OpenUpload { key: row.get(2)?, id: row.get(3)? },
        album: row.get(4)?,
        size: row.get::<_, i64>(5)?.cast_unsigned(),
        modified_ns: row.get(6)?,
        file_id: row.get(7)?,
        part_size: row.get::<_, i64>(8)?.cast_unsigned(),
        begun_at: row.get(9)?,
        completing,
        version_of: row.get(12)?,
    })
}

/// How far a job's upload is; nothing is known here of what is on its way.
pub fn view(db: &Connection, job: JobId) -> Result<Option<PartsView>> {
    let plan: Option<(i64, i64)> = db
        .prepare_cached("SELECT size, part_size FROM parts_upload WHERE job_id = ?1")?
        .query_row([job.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((size, part_size)) = plan.map(|(size, part)| (size.cast_unsigned(), part.cast_unsigned()))
    else {
        return Ok(None);
    };
    let mut statement = db.prepare_cached("SELECT number FROM part WHERE job_id = ?1 ORDER BY number")?;
    let mut stored: Vec<(u32, u32)> = Vec::new();
    for number in statement.query_map([job.0], |row| row.get::<_, u32>(0))? {
        let number = number?;
        match stored.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => stored.push((number, number)),
        }
    }
    let count = u32::try_from(size.div_ceil(part_size.max(1))).unwrap_or(u32::MAX);
    Ok(Some(PartsView { count, size: part_size, stored, sending: Vec::new() }))
}

/// Adds parts of an upload that is still under way.
pub fn add(db: &Connection, job: JobId, part: &PartRow) -> Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO part (job_id, number, md5, quick, md5_until, etag) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![job.0, part.number, part.md5, part.quick.cast_signed(), part.md5_until, part.etag])
    .map(drop)
}

/// Parts that don't fit the local file any more, or that the store has lost.
pub fn remove_part(db: &Connection, job: JobId, number: u32) -> Result<()> {
    db.prepare_cached("DELETE FROM part WHERE job_id = ?1 AND number = ?2")?
        .execute(params![job.0, number])
        .map(drop)
}

pub fn set_completing(db: &Connection, job: JobId, at: Millis, md5: [u8; 16]) -> Result<()> {
    db.prepare_cached(
        "UPDATE parts_upload SET completing_at = coalesce(completing_at, ?2), md5 = ?3, looked_for = 0
         WHERE job_id = ?1",
    )?
    .execute(params![job.0, at, md5])
    .map(drop)
}

/// The asset was looked for in vain. Counts once the server has had its time, also by a clock that was set back since.
pub fn set_looked_for(db: &Connection, job: JobId, now: Millis) -> Result<()> {
    db.prepare_cached(
        "UPDATE parts_upload SET looked_for = 1 WHERE job_id = ?1 AND completing_at IS NOT NULL
         AND NOT (completing_at BETWEEN ?2 - ?3 AND ?2)",
    )?
    .execute(params![job.0, now, COMPLETED_PATIENCE])
    .map(drop)
}

/// When a job's upload was begun, if one is under way.
pub fn begun_at(db: &Connection, job: JobId) -> Result<Option<Millis>> {
    db.prepare_cached("SELECT begun_at FROM parts_upload WHERE job_id = ?1")?
        .query_row([job.0], |row| row.get(0))
        .optional()
}

/// Forgets an upload: it is an object now, or the server has lost it.
pub fn remove(db: &Connection, job: JobId) -> Result<()> {
    db.prepare_cached("DELETE FROM part WHERE job_id = ?1")?.execute([job.0])?;
    db.prepare_cached("DELETE FROM parts_upload WHERE job_id = ?1")?.execute([job.0]).map(drop)
}

/// Every job with an upload under way; `true`: the server was asked to put the parts together.
pub fn under_way(db: &Connection) -> Result<HashMap<JobId, bool>> {
    let mut statement = db.prepare("SELECT job_id, completing_at IS NOT NULL FROM parts_upload")?;
    statement.query_map([], |row| Ok((JobId(row.get(0)?), row.get(1)?)))?.collect()
}
