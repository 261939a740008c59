//! What was seen in watched folders.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::clock::Millis;
use crate::model::{AssetId, JobId, JobStateKind, WatchedId};

/// A folder below a watched one, or itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeenFolderId(pub i64);

/// Of the watched folder itself the parent.
pub const TOP: SeenFolderId = SeenFolderId(0);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFolder {
    pub id: SeenFolderId,
    pub watched: WatchedId,
    pub parent: SeenFolderId,
    /// Empty for the watched folder itself.
    pub name: String,
}

/// What a file is like, as far as a look at its folder tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub size: u64,
    pub modified_ns: i64,
    /// On its volume, where the system tells.
    pub number: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFile {
    pub name: String,
    pub stamp: Stamp,
    pub job: JobId,
    /// When the library first said that its asset is not there; below 0: it said so twice.
    pub missed: Option<Millis>,
}

/// Which of the new jobs of a message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewNumber {
    Job(usize),
    Version(usize),
}

/// A change of what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeenWrite {
    Queued {
        folder: SeenFolderId,
        name: String,
        stamp: Stamp,
        job: NewNumber,
    },
    /// It is another size, time or number, and there is nothing to send.
    Touched {
        folder: SeenFolderId,
        name: String,
        stamp: Stamp,
    },
    Moved {
        from: (SeenFolderId, String),
        to: (SeenFolderId, String),
        stamp: Stamp,
    },
    Missed {
        folder: SeenFolderId,
        name: String,
        at: Option<Millis>,
    },
}

pub fn highest_folder(db: &Connection) -> Result<i64> {
    db.query_row("SELECT coalesce(max(id), 0) FROM seen_folder", [], |row| row.get(0))
}

pub fn folder_named(
    db: &Connection,
    watched: WatchedId,
    parent: SeenFolderId,
    name: &str,
) -> Result<Option<SeenFolderId>> {
    db.prepare_cached("SELECT id FROM seen_folder WHERE watched_id = ?1 AND parent_id = ?2 AND name = ?3")?
        .query_row(params![watched.0, parent.0, name], |row| row.get(0).map(SeenFolderId))
        .optional()
}

pub fn folder(db: &Connection, id: SeenFolderId) -> Result<Option<SeenFolder>> {
    db.prepare_cached("SELECT id, watched_id, parent_id, name FROM seen_folder WHERE id = ?1")?
        .query_row([id.0], |row| {
            Ok(SeenFolder {
                id: SeenFolderId(row.get(0)?),
                watched: WatchedId(row.get(1)?),
                parent: SeenFolderId(row.get(2)?),
                name: row.get(3)?,
            })
        })
        .optional()
}

const FILE: &str = "name, size, modified_ns, number, job_id, missed";

/// In the order of their names' bytes.
pub fn files_in(db: &Connection, folder: SeenFolderId) -> Result<Vec<SeenFile>> {
    db.prepare_cached(&format!("SELECT {FILE} FROM seen_file WHERE folder_id = ?1 ORDER BY name"))?
        .query_map([folder.0], read)?
        .collect()
}

/// Where a file of this number was seen.
pub fn of_number(db: &Connection, number: u64) -> Result<Vec<(SeenFolderId, SeenFile)>> {
    db.prepare_cached(&format!("SELECT {FILE}, folder_id FROM seen_file WHERE number = ?1"))?
        .query_map([number.cast_signed()], |row| Ok((SeenFolderId(row.get(6)?), read(row)?)))?
        .collect()
}

fn read(row: &rusqlite::Row<'_>) -> Result<SeenFile> {
    Ok(SeenFile {
        name: row.get(0)?,
        stamp: Stamp {
            size: row.get::<_, i64>(1)?.cast_unsigned(),
            modified_ns: row.get(2)?,
            number: row.get::<_, Option<i64>>(3)?.map(i64::cast_unsigned),
        },
        job: JobId(row.get(4)?),
        missed: row.get(5)?,
    })
}

/// What became of the job that sent a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    pub state: JobStateKind,
    /// Of the file as it was sent.
    pub size: u64,
    pub modified_ns: i64,
    pub asset: Option<AssetId>,
}

pub fn fate_of(db: &Connection, job: JobId) -> Result<Option<Fate>> {
    db.prepare_cached("SELECT state, size, modified_ns, asset_scheme, asset_id FROM job WHERE id = ?1")?
        .query_row([job.0], |row| {
            let word: String = row.get(0)?;
            let asset = match (row.get(3)?, row.get(4)?) {
                (Some(scheme), Some(id)) => Some(AssetId { scheme, id }),
                _ => None,
            };
            Ok(Fate {
                state: JobStateKind::parse(&word).unwrap_or(JobStateKind::Failed),
                size: row.get::<_, i64>(1)?.cast_unsigned(),
                modified_ns: row.get(2)?,
                asset,
            })
        })
        .optional()
}

pub fn insert_folders(db: &Connection, folders: &[SeenFolder]) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO seen_folder (id, watched_id, parent_id, name) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?;
    for folder in folders {
        statement.execute(params![folder.id.0, folder.watched.0, folder.parent.0, folder.name])?;
    }
    Ok(())
}

/// `job_of`: the ids of new jobs.
pub fn write(db: &Connection, writes: &[SeenWrite], job_of: impl Fn(NewNumber) -> JobId) -> Result<()> {
    for write in writes {
        match write {
            SeenWrite::Queued { folder, name, stamp, job } => {
                db.prepare_cached(
                    "INSERT INTO seen_file (folder_id, name, size, modified_ns, number, job_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET size = ?3, modified_ns = ?4, number = ?5, job_id = ?6, missed = NULL",
                )?
                .execute(params![
                    folder.0,
                    name,
                    stamp.size.cast_signed(),
                    stamp.modified_ns,
                    stamp.number.map(u64::cast_signed),
                    job_of(*job).0
                ])?;
            }
            SeenWrite::Touched { folder, name, stamp } => {
                db.prepare_cached(
                    "UPDATE seen_file SET size = ?3, modified_ns = ?4, number = ?5 WHERE folder_id = ?1 AND name = ?2",
                )?
                .execute(params![
                    folder.0,
                    name,
                    stamp.size.cast_signed(),
                    stamp.modified_ns,
                    stamp.number.map(u64::cast_signed)
                ])?;
            }
            SeenWrite::Moved { from, to, stamp } => {
                db.prepare_cached("DELETE FROM seen_file WHERE folder_id = ?1 AND name = ?2")?
                    .execute(params![to.0.0, to.1])?;
                db.prepare_cached(
                    "UPDATE seen_file SET folder_id = ?3, name = ?4, number = ?5 WHERE folder_id = ?1 AND name = ?2",
                )?
                .execute(params![from.0.0, from.1, to.0.0, to.1, stamp.number.map(u64::cast_signed)])?;
            }
            SeenWrite::Missed { folder, name, at } => {
                db.prepare_cached("UPDATE seen_file SET missed = ?3 WHERE folder_id = ?1 AND name = ?2")?
                    .execute(params![folder.0, name, at])?;
            }
        }
    }
    Ok(())
}
