//! Opens the database in a data directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode as SqliteCode, OpenFlags};

use super::{salvage, schema};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::planted::{Bug, is_planted};

/// The writing connection.
#[derive(Debug)]
pub struct Store {
    pub connection: Connection,
}

pub fn database_path(data_dir: &Path) -> PathBuf {
    data_dir.join("ferry.db")
}

/// Where a running engine notes that it met damage: the next start sets the database aside.
pub fn damage_mark(data_dir: &Path) -> PathBuf {
    data_dir.join("ferry.db-damaged")
}

impl Store {
    /// Opens (and where needed makes) the database. A damaged one is set aside under another name, never deleted, and
    /// what can be read of it becomes the new one.
    ///
    /// # Errors
    /// `DatabaseTooNew`, `DatabaseDamaged` (told once, with the number of jobs that were kept; the next start goes on with
    /// them), `DiskFull`, `DatabaseUnusable`.
    pub fn open(data_dir: &Path) -> Outcome<Self> {
        fs::create_dir_all(data_dir).map_err(|error| {
            Failure::new(ErrorCode::DatabaseUnusable).with("path", data_dir.display()).because(error)
        })?;
        let path = database_path(data_dir);
        let mark = damage_mark(data_dir);
        let opened = if mark.exists() && path.exists() {
            Err(Failure::new(ErrorCode::DatabaseDamaged).because("damage was met while Ferry ran"))
        } else {
            Self::open_file(&path)
        };
        match opened {
            Err(failure) if failure.code == ErrorCode::DatabaseDamaged => {
                let aside = set_aside(&path)?;
                let jobs = salvaged(&aside, &path)?;
                // What is left of the mark would set the new database aside as well.
                drop(fs::remove_file(&mark));
                Err(failure.with("path", aside.display()).with("jobs", jobs))
            }
            other => other.map_err(|failure| failure.with("path", path.display())),
        }
    }

    fn open_file(path: &Path) -> Outcome<Self> {
        let mut connection = Connection::open(path).map_err(failure_of)?;
        configure(&connection)?;
        schema::migrate(&mut connection)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection })
    }
}

/// Settings of every connection. FULL, since WAL with NORMAL loses acknowledged rows in a power cut
/// (measurements.md B5); fullfsync, since macOS keeps a plain fsync in the drive's cache.
fn configure(connection: &Connection) -> Outcome<()> {
    connection.busy_timeout(Duration::from_secs(10)).map_err(failure_of)?;
    // Without it SQLite (built with STAT4) parses a statement anew when a parameter changes that its plan looked at.
    connection
        .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(failure_of)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1;
             PRAGMA checkpoint_fullfsync = 1; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;
             PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = ON;",
        )
        .map_err(failure_of)?;
    super::names::teach(connection).map_err(failure_of)?;
    if is_planted(Bug::NormalSync) {
        connection.execute_batch("PRAGMA synchronous = NORMAL;").map_err(failure_of)?;
    }
    Ok(())
}

/// A connection that can't write.
pub fn open_reader(path: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failure_of)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(failure_of)?;
    connection.execute_batch("PRAGMA cache_size = -2000;").map_err(failure_of)?;
    super::names::teach(&connection).map_err(failure_of)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Makes the new database complete under another name first: a crash in between loses nothing.
fn salvaged(aside: &Path, path: &Path) -> Outcome<u64> {
    let making = path.with_extension("salvage");
    for ending in ["salvage", "salvage-wal", "salvage-shm"] {
        drop(fs::remove_file(path.with_extension(ending)));
    }
    let mut store = Store::open_file(&making)?;
    let jobs = salvage::take_over(aside, &mut store.connection).map_err(failure_of)?;
    store.connection.close().map_err(|(_, error)| failure_of(error))?;
    fs::rename(&making, path).map_err(|error| {
        Failure::new(ErrorCode::DatabaseUnusable).with("path", path.display()).because(error)
    })?;
    Ok(jobs)
}

fn set_aside(path: &Path) -> Outcome<PathBuf> {
    let trouble =
        |error| Failure::new(ErrorCode::DatabaseUnusable).with("path", path.display()).because(error);
    let stamp = jiff::Timestamp::now().as_second();
    let aside = path.with_extension(format!("damaged-{stamp}.db"));
    fs::rename(path, &aside).map_err(trouble)?;
    for ending in ["db-wal", "db-shm"] {
        let companion = path.with_extension(ending);
        if companion.exists() {
            fs::rename(&companion, aside.with_extension(ending)).map_err(trouble)?;
        }
    }
    Ok(aside)
}

/// What a database error means for a user.
pub fn failure_of(error: rusqlite::Error) -> Failure {
    let code = match error.sqlite_error_code() {
        Some(SqliteCode::DiskFull) => ErrorCode::DiskFull,
        Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase) => ErrorCode::DatabaseDamaged,
        _ => ErrorCode::DatabaseUnusable,
    };
    Failure::new(code).because(error)
}
