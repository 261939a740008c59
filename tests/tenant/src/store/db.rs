//! SQLite behind one writer thread: what waits is written in one transaction, so that thousands of
//! uploads a second cost a few commits.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::{Row, TABLES};
use crate::error::StartError;

const BATCH: usize = 4096;

enum Op {
    Put { table: &'static str, key: String, row: String },
    Delete { table: &'static str, key: String },
    Barrier(oneshot::Sender<()>),
    Stop,
}

pub struct Db {
    ops: Sender<Op>,
    writer: std::sync::Mutex<Option<JoinHandle<()>>>,
}

/// The rows as they were when the tenant was started.
pub struct Loader(Connection);

impl Loader {
    pub fn open(file: &Path) -> Result<Self, StartError> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A killed process loses nothing with NORMAL; a power cut may, which a demo library can bear.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        for table in TABLES {
            connection.execute_batch(&format!(
                "CREATE TABLE IF NOT EXISTS {table} (key TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;"
            ))?;
        }
        Ok(Self(connection))
    }

    pub fn rows<R: Row>(&self) -> Result<Vec<R>, StartError> {
        let mut statement = self.0.prepare(&format!("SELECT row FROM {} ORDER BY key", R::TABLE))?;
        let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
        texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
    }

    pub fn into_writer(self) -> Result<Db, StartError> {
        let (ops, inbox) = channel();
        let writer = std::thread::Builder::new().name("tenant-db".into()).spawn(move || {
            let mut connection = self.0;
            while work(&mut connection, &inbox) {}
        })?;
        Ok(Db { ops, writer: std::sync::Mutex::new(Some(writer)) })
    }
}

/// One batch; false when it is time to stop.
fn work(connection: &mut Connection, inbox: &Receiver<Op>) -> bool {
    let Ok(first) = inbox.recv() else { return false };
    let mut go_on = true;
    let mut waiting = Vec::new();
    let result = (|| -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        for op in std::iter::once(first).chain(inbox.try_iter().take(BATCH)) {
            match op {
                Op::Put { table, key, row } => {
                    let sql = format!(
                        "INSERT INTO {table} (key, row) VALUES (?1, ?2)
                         ON CONFLICT (key) DO UPDATE SET row = excluded.row"
                    );
                    transaction.prepare_cached(&sql)?.execute(params![key, row])?;
                }
                Op::Delete { table, key } => {
                    let sql = format!("DELETE FROM {table} WHERE key = ?1");
                    transaction.prepare_cached(&sql)?.execute(params![key])?;
                }
                Op::Barrier(done) => waiting.push(done),
                Op::Stop => go_on = false,
            }
        }
        transaction.commit()
    })();
    match result {
        Ok(()) => {
            for done in waiting {
                let _ = done.send(());
            }
        }
        // Dropping `waiting` lets those who wait see that nothing was kept.
        Err(error) => tracing::error!(%error, "a batch was not written"),
    }
    go_on
}

impl Db {
    pub fn put<R: Row>(&self, row: &R) {
        match serde_json::to_string(row) {
            Ok(text) => self.send(Op::Put { table: R::TABLE, key: row.key(), row: text }),
            Err(error) => tracing::error!(%error, table = R::TABLE, "a row can't be written as JSON"),
        }
    }

    pub fn delete<R: Row>(&self, key: String) {
        self.send(Op::Delete { table: R::TABLE, key });
    }

    /// Returns when everything sent before is committed; false if it could not be.
    pub async fn barrier(&self) -> bool {
        let (done, wait) = oneshot::channel();
        self.send(Op::Barrier(done));
        wait.await.is_ok()
    }

    pub fn close(&self) {
        self.send(Op::Stop);
        let writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }

    fn send(&self, op: Op) {
        if self.ops.send(op).is_err() {
            tracing::debug!("the database is closed");
        }
    }
}
