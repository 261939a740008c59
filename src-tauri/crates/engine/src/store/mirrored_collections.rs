//! Collections that are, or were, kept on this computer.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::error::Failure;
use crate::model::{AccountId, MirrorId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MirrorRow {
    pub id: MirrorId,
    pub account: AccountId,
    pub collection: String,
    pub name: String,
    /// Its folder's name below the sync folder.
    pub folder: String,
    pub is_on: bool,
    pub by_user: bool,
    pub marked: Option<bool>,
    pub wanted: bool,
    pub runs: u64,
    pub removals: u64,
    pub confirmed: u64,
    pub listed_at: Option<Millis>,
    pub ran_at: Option<Millis>,
    pub failure: Option<Failure>,
}

/// One that is new here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewMirror {
    pub account: AccountId,
    pub collection: String,
    pub name: String,
    pub folder: String,
    pub folder_key: String,
    pub is_on: bool,
    pub by_user: bool,
    pub marked: Option<bool>,
}

const COLUMNS: &str = "id, account_id, collection, name, folder, is_on, by_user, marked, wanted, runs, removals, confirmed, \
                       listed_at, ran_at, failure";

fn read(row: &Row<'_>) -> Result<MirrorRow> {
    let failure: Option<String> = row.get(14)?;
    Ok(MirrorRow {
        id: MirrorId(row.get(0)?),
        account: AccountId(row.get(1)?),
        collection: row.get(2)?,
        name: row.get(3)?,
        folder: row.get(4)?,
        is_on: row.get(5)?,
        by_user: row.get(6)?,
        marked: row.get(7)?,
        wanted: row.get(8)?,
        runs: row.get::<_, i64>(9)?.cast_unsigned(),
        removals: row.get::<_, i64>(10)?.cast_unsigned(),
        confirmed: row.get::<_, i64>(11)?.cast_unsigned(),
        listed_at: row.get(12)?,
        ran_at: row.get(13)?,
        failure: failure.and_then(|text| serde_json::from_str(&text).ok()),
    })
}

pub fn all(db: &Connection) -> Result<Vec<MirrorRow>> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM mirrored_collection ORDER BY id"))?;
    statement.query_map([], read)?.collect()
}

pub fn get(db: &Connection, id: MirrorId) -> Result<Option<MirrorRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM mirrored_collection WHERE id = ?1"))?
        .query_row([id.0], read)
        .optional()
}

/// Keeps the row of one that is known already; what the user said here goes before a mark of the web.
pub fn add(db: &Connection, new: &NewMirror) -> Result<()> {
    db.execute(
        "INSERT INTO mirrored_collection (account_id, collection, name, folder, folder_key, is_on, by_user, marked, wanted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?6)
         ON CONFLICT (account_id, collection) DO UPDATE SET
           name = ?3, marked = ?8, by_user = max(by_user, ?7),
           is_on = CASE WHEN ?7 OR NOT by_user THEN ?6 ELSE is_on END",
        params![
            new.account.0,
            new.collection,
            new.name,
            new.folder,
            new.folder_key,
            new.is_on,
            new.by_user,
            new.marked
        ],
    )
    .map(drop)
}

pub fn switch(db: &Connection, id: MirrorId, is_on: bool) -> Result<()> {
    db.execute(
        "UPDATE mirrored_collection SET is_on = ?2, by_user = 1, wanted = ?2, failure = NULL WHERE id = ?1",
        params![id.0, is_on],
    )
    .map(drop)
}

/// `None`: all that are on.
pub fn want(db: &Connection, id: Option<MirrorId>) -> Result<()> {
    db.execute(
        "UPDATE mirrored_collection SET wanted = 1 WHERE is_on AND (?1 IS NULL OR id = ?1)",
        [id.map(|id| id.0)],
    )
    .map(drop)
}

/// As many removals as wait are agreed to; a run looks at once.
pub fn confirm(db: &Connection, id: MirrorId) -> Result<()> {
    db.execute("UPDATE mirrored_collection SET confirmed = removals, wanted = 1 WHERE id = ?1", [id.0])
        .map(drop)
}

/// The tenant has told all of it.
pub fn listed(db: &Connection, id: MirrorId, name: Option<&str>, at: Millis) -> Result<()> {
    db.execute(
        "UPDATE mirrored_collection SET listed_at = ?2, name = coalesce(?3, name) WHERE id = ?1",
        params![id.0, at, name],
    )
    .map(drop)
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    pub at: Millis,
    /// Files that wait for somebody to agree.
    pub removals: u64,
    pub failure: Option<Failure>,
}

pub fn ended(db: &Connection, id: MirrorId, end: &RunEnd) -> Result<()> {
    let failure = end.failure.as_ref().and_then(|failure| serde_json::to_string(failure).ok());
    let ran_at = end.failure.is_none().then_some(end.at);
    db.execute(
        "UPDATE mirrored_collection SET runs = runs + 1, wanted = 0, removals = ?2, confirmed = 0,
           ran_at = coalesce(?3, ran_at), failure = ?4 WHERE id = ?1",
        params![id.0, end.removals.cast_signed(), ran_at, failure],
    )
    .map(drop)
}
