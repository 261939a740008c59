//! Local folders of a batch, and what became of them in the library.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::views::last_name;
use crate::model::{BatchId, FolderId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderRow {
    pub id: FolderId,
    pub parent: Option<FolderId>,
    /// Of a folder without a parent: its absolute path.
    pub name: String,
    /// It becomes a folder or album of its name.
    pub arrives: bool,
    /// The name it becomes in the library, where that is not its own.
    pub arrives_as: Option<String>,
    /// Of a root: folders of the library that it arrives in, below the destination.
    pub arrives_in: Vec<String>,
    pub remote_folder: Option<String>,
    pub remote_album: Option<String>,
}

impl FolderRow {
    /// The name that it has in the library: of a root the last part of its path.
    pub fn arrival_name(&self) -> String {
        self.arrives_as.clone().unwrap_or_else(|| last_name(&self.name))
    }
}

impl FolderId {
    /// The id of a batch's folder by number.
    pub fn of(batch: BatchId, number: u32) -> Self {
        Self((batch.0 << 32) | i64::from(number))
    }

    pub fn batch(self) -> BatchId {
        BatchId(self.0 >> 32)
    }

    pub fn number(self) -> u32 {
        (self.0 & 0xffff_ffff) as u32
    }
}

pub fn insert(db: &Connection, folders: &[FolderRow]) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO source_folder (id, parent_id, name, arrives, arrives_as, arrives_in)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
    )?;
    for folder in folders {
        statement.execute(params![
            folder.id.0,
            folder.parent.map(|id| id.0),
            folder.name,
            folder.arrives,
            folder.arrives_as,
            names_text(&folder.arrives_in)
        ])?;
    }
    Ok(())
}

pub fn get(db: &Connection, id: FolderId) -> Result<Option<FolderRow>> {
    db.prepare_cached(
        "SELECT id, parent_id, name, arrives, remote_folder, remote_album, arrives_as, arrives_in FROM source_folder WHERE id = ?1",
    )?
    .query_row([id.0], read)
    .optional()
}

/// Folders without a parent, of batches that have something left to do.
pub fn open_roots(db: &Connection) -> Result<Vec<FolderRow>> {
    db.prepare_cached(
        "SELECT id, parent_id, name, arrives, remote_folder, remote_album, arrives_as, arrives_in FROM source_folder
         WHERE parent_id IS NULL AND (id >> 32) IN (SELECT batch_id FROM batch_total WHERE jobs > 0
         AND state NOT IN ('done', 'skipped', 'cancelled') UNION SELECT id FROM batch WHERE state <> 'finished')
         ORDER BY id",
    )?
    .query_map([], read)?
    .collect()
}

pub fn set_name(db: &Connection, id: FolderId, name: &str) -> Result<()> {
    db.execute("UPDATE source_folder SET name = ?2 WHERE id = ?1", params![id.0, name]).map(drop)
}

pub fn of_batch(db: &Connection, batch: BatchId) -> Result<Vec<FolderRow>> {
    db.prepare_cached(
        "SELECT id, parent_id, name, arrives, remote_folder, remote_album, arrives_as, arrives_in FROM source_folder
         WHERE id >= ?1 AND id < ?2 ORDER BY id",
    )?
    .query_map(params![batch.0 << 32, (batch.0 + 1) << 32], read)?
    .collect()
}

fn names_text(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| serde_json::to_string(names).unwrap_or_default())
}

fn read(row: &rusqlite::Row<'_>) -> Result<FolderRow> {
    Ok(FolderRow {
        id: FolderId(row.get(0)?),
        parent: row.get::<_, Option<i64>>(1)?.map(FolderId),
        name: row.get(2)?,
        arrives: row.get(3)?,
        remote_folder: row.get(4)?,
        remote_album: row.get(5)?,
        arrives_as: row.get(6)?,
        arrives_in: row
            .get::<_, Option<String>>(7)?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default(),
    })
}

pub fn set_remote_folder(db: &Connection, id: FolderId, remote: &str) -> Result<()> {
    db.prepare_cached("UPDATE source_folder SET remote_folder = ?2 WHERE id = ?1")?
        .execute(params![id.0, remote])
        .map(drop)
}

pub fn set_remote_album(db: &Connection, id: FolderId, remote: &str) -> Result<()> {
    db.prepare_cached("UPDATE source_folder SET remote_album = ?2 WHERE id = ?1")?
        .execute(params![id.0, remote])
        .map(drop)
}

/// Forgets where a batch's folders went, so that they are looked up again.
pub fn forget_remote(db: &Connection, batch: BatchId) -> Result<()> {
    db.execute(
        "UPDATE source_folder SET remote_folder = NULL, remote_album = NULL WHERE id >= ?1 AND id < ?2",
        params![batch.0 << 32, (batch.0 + 1) << 32],
    )
    .map(drop)
}

/// Path of a folder: the names up to the absolute path at its root.
pub fn path_of(db: &Connection, id: FolderId) -> Result<PathBuf> {
    let mut names = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        let Some(row) = get(db, id)? else { break };
        names.push(row.name);
        next = row.parent;
    }
    Ok(names.into_iter().rev().collect())
}
