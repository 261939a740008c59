//! Watched folders.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::error::Failure;
use crate::model::{
    AccountId, BatchId, Destination, DestinationKind, WatchFolder, WatchedFolder, WatchedId, Watching,
    name_key,
};

/// The folder of the library that all that is synchronized is in.
const TOP: &str = "Canto Connect";

/// The disk, card or share that a folder is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeOn {
    pub id: String,
    pub name: String,
    pub mount: PathBuf,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WatchedRow {
    pub id: WatchedId,
    pub account: AccountId,
    pub path: PathBuf,
    pub volume: Option<VolumeOn>,
    pub destination: Destination,
    pub user_name: String,
    pub name: String,
    pub on: bool,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub wanted: i64,
    pub answered: i64,
    pub looking: bool,
    pub watching: Watching,
    pub last_run: Option<Millis>,
    pub next_run: Option<Millis>,
    pub files: u64,
    pub failure: Option<Failure>,
    pub unfinished: u64,
}

impl WatchedRow {
    /// Folders of the library that it is in, below the destination.
    pub fn arrives_in(&self) -> Vec<String> {
        vec![TOP.to_owned(), self.user_name.clone()]
    }

    fn place(&self) -> String {
        let above = Some(self.destination.path.clone()).filter(|path| !path.is_empty());
        let names = above.into_iter().chain(self.arrives_in()).chain([self.name.clone()]);
        names.collect::<Vec<_>>().join(" / ")
    }
}

const COLUMNS: &str =
    "id, account_id, path, volume_id, volume_name, mount, dest_kind, dest_id, dest_path, user_name, name,
    switched_on, include, exclude, wanted, answered, looking, watching, last_run, next_run, files, failure,
    unfinished";

/// `name`: in the library.
pub fn insert(
    db: &Connection,
    folder: &WatchFolder,
    volume: Option<&VolumeOn>,
    user_name: &str,
    name: &str,
    now: Millis,
) -> Result<WatchedId> {
    let to = &folder.destination;
    db.execute(
        "INSERT INTO watched_folder (account_id, path, volume_id, volume_name, mount, dest_kind, dest_id, dest_path,
         user_name, name, include, exclude, wanted, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, ?13)",
        params![
            folder.account.0,
            folder.path.to_string_lossy(),
            volume.map(|on| &on.id),
            volume.map_or("", |on| &on.name),
            volume.map(|on| on.mount.to_string_lossy()).unwrap_or_default(),
            to.kind.as_str(),
            to.id,
            to.path,
            user_name,
            name,
            json(&folder.include),
            json(&folder.exclude),
            now
        ],
    )?;
    Ok(WatchedId(db.last_insert_rowid()))
}

pub fn all(db: &Connection) -> Result<Vec<WatchedRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM watched_folder ORDER BY id"))?;
    statement.query_map([], read)?.collect()
}

pub fn get(db: &Connection, id: WatchedId) -> Result<Option<WatchedRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM watched_folder WHERE id = ?1"))?
        .query_row([id.0], read)
        .optional()
}

/// A name in the library that no other watched folder of the account has at this destination.
pub fn free_name(db: &Connection, account: AccountId, to: &Destination, name: &str) -> Result<String> {
    let rows = all(db)?;
    let taken: Vec<String> = rows
        .iter()
        .filter(|row| row.account == account && row.destination.id == to.id)
        .map(|row| name_key(&row.name))
        .collect();
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name} ({number})")));
    Ok(names.into_iter().find(|name| !taken.contains(&name_key(name))).unwrap_or_default())
}

pub fn set_on(db: &Connection, id: WatchedId, on: bool) -> Result<()> {
    db.execute("UPDATE watched_folder SET switched_on = ?2 WHERE id = ?1", params![id.0, on]).map(drop)
}

pub fn set_patterns(db: &Connection, id: WatchedId, include: &[String], exclude: &[String]) -> Result<()> {
    db.execute(
        "UPDATE watched_folder SET include = ?2, exclude = ?3 WHERE id = ?1",
        params![id.0, json(include), json(exclude)],
    )
    .map(drop)
}

/// Somebody wants it looked through.
pub fn want(db: &Connection, id: WatchedId) -> Result<()> {
    db.execute("UPDATE watched_folder SET wanted = wanted + 1 WHERE id = ?1", [id.0]).map(drop)
}

/// Its disk is mounted elsewhere, or it is known now which one it is on.
pub fn set_volume(db: &Connection, id: WatchedId, path: &std::path::Path, on: &VolumeOn) -> Result<()> {
    db.execute(
        "UPDATE watched_folder SET path = ?2, volume_id = ?3, volume_name = ?4, mount = ?5 WHERE id = ?1",
        params![id.0, path.to_string_lossy(), on.id, on.name, on.mount.to_string_lossy()],
    )
    .map(drop)
}

/// How it stands with a folder: what the watcher and its runs say. `None` leaves what is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    pub looking: Option<bool>,
    pub watching: Option<Watching>,
    /// A whole run has ended then, and found so many files.
    pub ran: Option<(Millis, u64)>,
    pub next_run: Option<Option<Millis>>,
    pub failure: Option<Option<Failure>>,
    /// Requests up to this one are answered.
    pub answered: Option<i64>,
    pub unfinished: Option<u64>,
}

pub fn set_standing(db: &Connection, id: WatchedId, standing: &Standing) -> Result<()> {
    let failure = standing.failure.as_ref();
    let text =
        failure.map(|failure| failure.as_ref().and_then(|failure| serde_json::to_string(failure).ok()));
    db.prepare_cached(
        "UPDATE watched_folder SET looking = coalesce(?2, looking), watching = coalesce(?3, watching),
         last_run = coalesce(?4, last_run), files = coalesce(?5, files),
         next_run = CASE WHEN ?6 THEN ?7 ELSE next_run END, failure = CASE WHEN ?8 THEN ?9 ELSE failure END,
         answered = max(answered, coalesce(?10, answered)), unfinished = coalesce(?11, unfinished) WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        standing.looking,
        standing.watching.map(Watching::as_str),
        standing.ran.map(|(at, _)| at),
        standing.ran.map(|(_, files)| files.cast_signed()),
        standing.next_run.is_some(),
        standing.next_run.flatten(),
        standing.failure.is_some(),
        text.flatten(),
        standing.answered,
        standing.unfinished.map(u64::cast_signed)
    ])
    .map(drop)
}

/// After a start nothing is under way.
pub fn none_is_looked_at(db: &Connection) -> Result<()> {
    db.execute(
        "UPDATE watched_folder SET looking = 0, watching = 'not', unfinished = 0
         WHERE looking <> 0 OR watching <> 'not' OR unfinished <> 0",
        [],
    )
    .map(drop)
}

/// With all that was seen in it; its batches stay.
pub fn remove(db: &Connection, id: WatchedId) -> Result<()> {
    db.execute(
        "DELETE FROM seen_file WHERE folder_id IN (SELECT id FROM seen_folder WHERE watched_id = ?1)",
        [id.0],
    )?;
    db.execute("DELETE FROM seen_folder WHERE watched_id = ?1", [id.0])?;
    db.execute("DELETE FROM watched_folder WHERE id = ?1", [id.0]).map(drop)
}

/// Batches with work left, of one watched folder or of all.
pub fn open_batches(db: &Connection, of: Option<WatchedId>) -> Result<Vec<BatchId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM batch WHERE state <> 'finished' AND watched_id IS NOT NULL AND (?1 IS NULL OR watched_id = ?1)
         ORDER BY id",
    )?;
    statement.query_map([of.map(|id| id.0)], |row| row.get(0).map(BatchId))?.collect()
}

/// As shells see them.
pub fn views(db: &Connection) -> Result<Vec<WatchedFolder>> {
    all(db)?.into_iter().map(|row| view(db, row)).collect()
}

fn view(db: &Connection, row: WatchedRow) -> Result<WatchedFolder> {
    let mut statement = db.prepare_cached(
        "SELECT batch_total.state, sum(jobs) FROM batch_total JOIN batch ON batch.id = batch_id WHERE watched_id = ?1
         GROUP BY batch_total.state",
    )?;
    let mut rows = statement.query([row.id.0])?;
    let (mut open, mut problems, mut done) = (0, 0, 0);
    while let Some(total) = rows.next()? {
        let count = total.get::<_, i64>(1)?.cast_unsigned();
        match total.get::<_, String>(0)?.as_str() {
            "done" => done += count,
            "failed" | "blocked" => problems += count,
            "skipped" | "cancelled" => {}
            _ => open += count,
        }
    }
    Ok(WatchedFolder {
        id: row.id,
        account: row.account,
        path: row.path.to_string_lossy().into_owned(),
        place: row.place(),
        name: row.name,
        on: row.on,
        include: row.include,
        exclude: row.exclude,
        looking: row.looking || row.wanted > row.answered,
        watching: row.watching,
        last_run: row.last_run,
        next_run: row.next_run,
        files: row.files,
        unfinished: row.unfinished,
        open,
        problems,
        done,
        failure: row.failure,
    })
}

fn json(texts: &[String]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

fn read(row: &Row<'_>) -> Result<WatchedRow> {
    let list = |column: usize| -> Result<Vec<String>> {
        Ok(serde_json::from_str(&row.get::<_, String>(column)?).unwrap_or_default())
    };
    let volume = match row.get::<_, Option<String>>(3)? {
        Some(id) => Some(VolumeOn { id, name: row.get(4)?, mount: row.get::<_, String>(5)?.into() }),
        None => None,
    };
    let kind: String = row.get(6)?;
    let failure: Option<String> = row.get(21)?;
    Ok(WatchedRow {
        id: WatchedId(row.get(0)?),
        account: AccountId(row.get(1)?),
        path: row.get::<_, String>(2)?.into(),
        volume,
        destination: Destination {
            kind: DestinationKind::parse(&kind).unwrap_or(DestinationKind::Library),
            id: row.get(7)?,
            path: row.get(8)?,
        },
        user_name: row.get(9)?,
        name: row.get(10)?,
        on: row.get(11)?,
        include: list(12)?,
        exclude: list(13)?,
        wanted: row.get(14)?,
        answered: row.get(15)?,
        looking: row.get(16)?,
        watching: Watching::parse(&row.get::<_, String>(17)?).unwrap_or_default(),
        last_run: row.get(18)?,
        next_run: row.get(19)?,
        files: row.get::<_, i64>(20)?.cast_unsigned(),
        failure: failure.and_then(|text| serde_json::from_str(&text).ok()),
        unfinished: row.get::<_, i64>(22)?.cast_unsigned(),
    })
}
