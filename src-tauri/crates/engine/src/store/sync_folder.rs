//! Where collections are mirrored to.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Result, params};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncFolderRow {
    pub path: PathBuf,
    /// What the file in it holds that tells that it is ours.
    pub marker: String,
    /// The volume that it is on, by its identity and by its name.
    pub volume: Option<String>,
    pub volume_name: Option<String>,
    /// Below that volume's mount.
    pub below: Option<PathBuf>,
    pub moving_to: Option<PathBuf>,
}

pub fn get(db: &Connection) -> Result<Option<SyncFolderRow>> {
    db.prepare_cached("SELECT path, marker, volume, volume_name, below, moving_to FROM sync_folder")?
        .query_row([], |row| {
            let path = |text: String| PathBuf::from(text);
            Ok(SyncFolderRow {
                path: path(row.get(0)?),
                marker: row.get(1)?,
                volume: row.get(2)?,
                volume_name: row.get(3)?,
                below: row.get::<_, Option<String>>(4)?.map(path),
                moving_to: row.get::<_, Option<String>>(5)?.map(path),
            })
        })
        .optional()
}

/// The paths are text: whoever chooses a folder looks at that.
pub fn put(db: &Connection, row: &SyncFolderRow) -> Result<()> {
    let text = |path: &PathBuf| path.to_string_lossy().into_owned();
    db.execute(
        "INSERT OR REPLACE INTO sync_folder (id, path, marker, volume, volume_name, below, moving_to)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            text(&row.path),
            row.marker,
            row.volume,
            row.volume_name,
            row.below.as_ref().map(text),
            row.moving_to.as_ref().map(text)
        ],
    )
    .map(drop)
}
