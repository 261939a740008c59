//! The batch table.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::totals;
use crate::clock::Millis;
use crate::error::Failure;
use crate::model::{
    AccountId, BatchId, BatchState, BatchView, Destination, DestinationKind, DuplicateRule, Enqueue,
    WatchedId,
};

const COLUMNS: &str =
    "id, account_id, label, dest_kind, dest_id, dest_path, state, left_out, failure, created_at, finished_at,
    duplicates, watched_id";

pub fn insert(db: &Connection, request: &Enqueue, label: &str, now: Millis) -> Result<BatchId> {
    let body = serde_json::to_string(request).unwrap_or_default();
    let destination = &request.destination;
    db.execute(
        "INSERT INTO batch (account_id, label, dest_kind, dest_id, dest_path, request, state, created_at,
         duplicates) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'scanning', ?7, ?8)",
        params![
            request.account.0,
            label,
            destination.kind.as_str(),
            destination.id,
            destination.path,
            body,
            now,
            request.duplicates.unwrap_or_default().as_str()
        ],
    )?;
    Ok(BatchId(db.last_insert_rowid()))
}

/// Its files are from a watched folder.
pub fn set_watched(db: &Connection, id: BatchId, watched: WatchedId) -> Result<()> {
    db.execute("UPDATE batch SET watched_id = ?2 WHERE id = ?1", params![id.0, watched.0]).map(drop)
}

pub fn account_of(db: &Connection, id: BatchId) -> Result<Option<AccountId>> {
    db.prepare_cached("SELECT account_id FROM batch WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0).map(AccountId))
        .optional()
}

pub fn of_account(db: &Connection, account: AccountId) -> Result<Vec<BatchId>> {
    let mut statement = db.prepare_cached("SELECT id FROM batch WHERE account_id = ?1 ORDER BY id")?;
    statement.query_map([account.0], |row| row.get(0).map(BatchId))?.collect()
}

/// What becomes of its files that the library has, from now on.
pub fn set_rule(db: &Connection, id: BatchId, rule: DuplicateRule) -> Result<()> {
    db.execute("UPDATE batch SET duplicates = ?2 WHERE id = ?1", params![id.0, rule.as_str()]).map(drop)
}

/// Whether files that are to be looked for may still be found.
pub fn is_any_scanned_for_duplicates(db: &Connection) -> Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM batch WHERE state <> 'finished' AND state = 'scanning' AND duplicates <> 'off'",
    )?
    .exists([])
}

pub fn set_state(db: &Connection, id: BatchId, state: BatchState, finished_at: Option<Millis>) -> Result<()> {
    db.prepare_cached("UPDATE batch SET state = ?2, finished_at = ?3 WHERE id = ?1")?
        .execute(params![id.0, state.as_str(), finished_at])
        .map(drop)
}

pub fn set_left_out(db: &Connection, id: BatchId, left_out: u64) -> Result<()> {
    db.execute("UPDATE batch SET left_out = ?2 WHERE id = ?1", params![id.0, left_out as i64]).map(drop)
}

pub fn set_failure(db: &Connection, id: BatchId, failure: Option<&Failure>) -> Result<()> {
    let text = failure.and_then(|failure| serde_json::to_string(failure).ok());
    db.execute("UPDATE batch SET failure = ?2 WHERE id = ?1", params![id.0, text]).map(drop)
}

/// What was asked for.
pub fn request(db: &Connection, id: BatchId) -> Result<Option<Enqueue>> {
    let text: Option<String> = db
        .prepare_cached("SELECT request FROM batch WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

pub fn set_request(db: &Connection, id: BatchId, request: &Enqueue) -> Result<()> {
    let text = serde_json::to_string(request).unwrap_or_default();
    db.execute("UPDATE batch SET request = ?2 WHERE id = ?1", params![id.0, text]).map(drop)
}

/// Also of what was asked for, so that a scan that goes on goes there.
pub fn set_destination(db: &Connection, id: BatchId, to: &Destination) -> Result<()> {
    db.execute(
        "UPDATE batch SET dest_kind = ?2, dest_id = ?3, dest_path = ?4 WHERE id = ?1",
        params![id.0, to.kind.as_str(), to.id, to.path],
    )?;
    if let Some(request) = request(db, id)? {
        set_request(db, id, &Enqueue { destination: to.clone(), ..request })?;
    }
    Ok(())
}

pub fn get(db: &Connection, id: BatchId) -> Result<Option<BatchView>> {
    let view = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM batch WHERE id = ?1"))?
        .query_row([id.0], read)
        .optional()?;
    view.map(|view| with_totals(db, view)).transpose()
}

/// Newest first. `finished`: only those, or only the others.
pub fn list(db: &Connection, offset: u64, limit: u32, finished: Option<bool>) -> Result<Vec<BatchView>> {
    let filter = match finished {
        None => "",
        Some(true) => "WHERE state = 'finished'",
        Some(false) => "WHERE state <> 'finished'",
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM batch {filter} ORDER BY id DESC LIMIT ?1 OFFSET ?2"
    ))?;
    let views: Vec<BatchView> =
        statement.query_map(params![limit, offset as i64], read)?.collect::<Result<_>>()?;
    views.into_iter().map(|view| with_totals(db, view)).collect()
}

/// Batches with work left.
pub fn unfinished(db: &Connection) -> Result<Vec<BatchView>> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM batch WHERE state <> 'finished' ORDER BY id"))?;
    let views: Vec<BatchView> = statement.query_map([], read)?.collect::<Result<_>>()?;
    views.into_iter().map(|view| with_totals(db, view)).collect()
}

fn with_totals(db: &Connection, mut view: BatchView) -> Result<BatchView> {
    view.totals = totals::of_batch(db, view.id)?;
    Ok(view)
}

fn read(row: &Row<'_>) -> Result<BatchView> {
    let kind: String = row.get(3)?;
    let state: String = row.get(6)?;
    let left_out: i64 = row.get(7)?;
    let failure: Option<String> = row.get(8)?;
    let rule: String = row.get(11)?;
    Ok(BatchView {
        id: BatchId(row.get(0)?),
        account: AccountId(row.get(1)?),
        label: row.get(2)?,
        destination: Destination {
            kind: DestinationKind::parse(&kind).unwrap_or(DestinationKind::Library),
            id: row.get(4)?,
            path: row.get(5)?,
        },
        state: BatchState::parse(&state).unwrap_or(BatchState::Open),
        totals: Default::default(),
        created_at: row.get(9)?,
        finished_at: row.get(10)?,
        left_out: left_out as u64,
        failure: failure.and_then(|text| serde_json::from_str(&text).ok()),
        duplicates: DuplicateRule::parse(&rule).unwrap_or_default(),
        watched: row.get::<_, Option<i64>>(12)?.map(WatchedId),
    })
}
