//! Where the columns of sheets went before, for each destination.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::model::{AccountId, ColumnTarget, Destination};

/// By the names of the columns.
pub type Columns = BTreeMap<String, ColumnTarget>;

fn key_of(destination: &Destination) -> String {
    format!("{}:{}", destination.kind.as_str(), destination.id)
}

pub fn get(db: &Connection, account: AccountId, destination: &Destination) -> Result<Columns> {
    let body: Option<String> = db
        .prepare_cached("SELECT body FROM sheet_columns WHERE account_id = ?1 AND destination = ?2")?
        .query_row(params![account.0, key_of(destination)], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default())
}

pub fn put(db: &Connection, account: AccountId, destination: &Destination, columns: &Columns) -> Result<()> {
    let body = serde_json::to_string(columns).unwrap_or_default();
    db.execute(
        "INSERT OR REPLACE INTO sheet_columns (account_id, destination, body) VALUES (?1, ?2, ?3)",
        params![account.0, key_of(destination), body],
    )
    .map(drop)
}
