//! Which volume the folders of a batch were on.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::model::{FolderId, JobId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeRow {
    pub folder: FolderId,
    pub volume: String,
    pub name: String,
    pub mount: PathBuf,
}

pub fn put(db: &Connection, row: &VolumeRow) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO source_volume (folder_id, volume_id, name, mount) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?
    .execute(params![row.folder.0, row.volume, row.name, row.mount.to_string_lossy()])
    .map(drop)
}

/// Of the topmost folder above (or at) a folder.
pub fn of_folder(db: &Connection, folder: FolderId) -> Result<Option<VolumeRow>> {
    let mut root = folder;
    while let Some(parent) = super::folders::get(db, root)?.and_then(|row| row.parent) {
        root = parent;
    }
    db.prepare_cached("SELECT folder_id, volume_id, name, mount FROM source_volume WHERE folder_id = ?1")?
        .query_row([root.0], read)
        .optional()
}

/// Every volume that jobs wait for.
pub fn awaited(db: &Connection) -> Result<Vec<VolumeRow>> {
    // A batch has few roots; jobs of one batch that wait mean that one of its volumes may be away.
    let mut statement = db.prepare_cached(
        "SELECT folder_id, volume_id, name, mount FROM source_volume WHERE (folder_id >> 32) IN
         (SELECT DISTINCT batch_id FROM job WHERE state = 'waiting' AND waiting_for = 'volume')",
    )?;
    statement.query_map([], read)?.collect()
}

/// Files that are waited for to be quiet: job, folder, name, size and time as they were.
pub fn unquiet(db: &Connection, limit: usize) -> Result<Vec<(JobId, FolderId, String)>> {
    let mut statement = db.prepare_cached(
        "SELECT id, folder_id, name FROM job WHERE state = 'waiting' AND waiting_for = 'quiet' LIMIT ?1",
    )?;
    let rows = statement
        .query_map([limit as i64], |row| Ok((JobId(row.get(0)?), FolderId(row.get(1)?), row.get(2)?)))?;
    rows.collect()
}

pub fn forget(db: &Connection, folder: FolderId) -> Result<()> {
    db.execute("DELETE FROM source_volume WHERE folder_id = ?1", [folder.0]).map(drop)
}

/// The volume is mounted elsewhere now: the paths on it begin anew.
pub fn set_mount(db: &Connection, folder: FolderId, mount: &Path, path: &Path) -> Result<()> {
    db.execute(
        "UPDATE source_volume SET mount = ?2 WHERE folder_id = ?1",
        params![folder.0, mount.to_string_lossy()],
    )?;
    super::folders::set_name(db, folder, &path.to_string_lossy())
}

fn read(row: &Row<'_>) -> Result<VolumeRow> {
    let mount: String = row.get(3)?;
    Ok(VolumeRow {
        folder: FolderId(row.get(0)?),
        volume: row.get(1)?,
        name: row.get(2)?,
        mount: mount.into(),
    })
}
