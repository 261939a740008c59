//! Reading connections, used away from the async workers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::open::{database_path, open_reader};
use super::sorted::Orders;
use crate::error::{ErrorCode, Failure, Outcome};

/// A small pool of reading connections. Clones share it.
#[derive(Clone, Debug)]
pub struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Connection>>>,
    /// A connection to itself, with what is remembered of it. One look at a time: two would make the same order twice.
    sorting: Arc<Mutex<Option<(Connection, Orders)>>>,
}

impl Readers {
    pub fn new(data_dir: &Path) -> Self {
        Self { path: Arc::new(database_path(data_dir)), idle: Arc::default(), sorting: Arc::default() }
    }

    /// Runs a query on a blocking thread.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Outcome<T> {
        let readers = self.clone();
        tokio::task::spawn_blocking(move || readers.read_now(query))
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }

    /// Runs a query that sorts on a blocking thread.
    pub async fn sort<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection, &mut Orders) -> rusqlite::Result<T> + Send + 'static,
    ) -> Outcome<T> {
        let readers = self.clone();
        let look = move || {
            let mut sorting = readers.sorting.lock().unwrap_or_else(PoisonError::into_inner);
            let (connection, mut orders) = match sorting.take() {
                Some(remembered) => remembered,
                None => (open_reader(&readers.path)?, Orders::default()),
            };
            let result = query(&connection, &mut orders).map_err(super::failure_of);
            *sorting = Some((connection, orders));
            result
        };
        tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }

    /// As `read`, on this thread, which must not be an async worker.
    pub fn read_now<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Outcome<T> {
        let pooled = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let result = query(&connection).map_err(super::failure_of);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < 2 {
            idle.push(connection);
        }
        result
    }
}
