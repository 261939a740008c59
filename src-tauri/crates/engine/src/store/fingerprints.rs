//! Sums of large files that were made before.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::parts::PartRow;
use crate::clock::Millis;
use crate::model::JobId;

/// MD5 and quick sum of one part in the blob.
const PART_BYTES: usize = 24;

/// The sums of a file, whole and in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub md5: [u8; 16],
    pub part_size: u64,
    parts: Vec<u8>,
}

impl Fingerprint {
    /// A part, counted from 1, as it would be before it is sent.
    pub fn part(&self, number: u32) -> Option<PartRow> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        let bytes = self.parts.chunks_exact(PART_BYTES).nth(at)?;
        let (md5, quick) = bytes.split_first_chunk::<16>()?;
        let quick = u64::from_le_bytes(quick.try_into().ok()?);
        Some(PartRow { number, md5: *md5, etag: String::new(), quick, md5_until: None })
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.parts.len() / PART_BYTES).unwrap_or(0)
    }
}

/// Of a file that is still as it was then.
pub fn of_file(db: &Connection, file: &str, size: u64, modified_ns: i64) -> Result<Option<Fingerprint>> {
    db.prepare_cached(
        "SELECT md5, part_size, parts FROM fingerprint WHERE file_id = ?1 AND size = ?2 AND modified_ns = ?3",
    )?
    .query_row(params![file, size.cast_signed(), modified_ns], |row| {
        let part_size: i64 = row.get(1)?;
        Ok(Fingerprint { md5: row.get(0)?, part_size: part_size.cast_unsigned(), parts: row.get(2)? })
    })
    .optional()
}

/// Keeps the sums of a job's upload, all parts of which are recorded.
pub fn remember(db: &Connection, job: JobId, md5: [u8; 16], now: Millis) -> Result<()> {
    let mut parts = Vec::new();
    let mut statement = db.prepare_cached("SELECT md5, quick FROM part WHERE job_id = ?1 ORDER BY number")?;
    let mut rows = statement.query([job.0])?;
    while let Some(row) = rows.next()? {
        parts.extend_from_slice(&row.get::<_, [u8; 16]>(0)?);
        parts.extend_from_slice(&row.get::<_, i64>(1)?.to_le_bytes());
    }
    let count = (parts.len() / PART_BYTES) as i64;
    db.prepare_cached(
        "INSERT OR REPLACE INTO fingerprint (file_id, size, modified_ns, md5, part_size, parts, made_at)
         SELECT file_id, size, modified_ns, ?2, part_size, ?3, ?4 FROM parts_upload
         WHERE job_id = ?1 AND file_id <> '' AND (size + part_size - 1) / part_size = ?5",
    )?
    .execute(params![job.0, md5, parts, now, count])
    .map(drop)
}

/// The file of a job's upload has other bytes than its sums say.
pub fn forget(db: &Connection, job: JobId) -> Result<()> {
    db.execute(
        "DELETE FROM fingerprint WHERE file_id = (SELECT file_id FROM parts_upload WHERE job_id = ?1)",
        [job.0],
    )
    .map(drop)
}
