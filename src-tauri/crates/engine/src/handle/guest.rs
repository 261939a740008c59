//! Asks the engine of another program on the same data directory, through the database.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use serde::de::DeserializeOwned;

use super::EngineHandle;
use super::start::StandIn;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::queue::guests::{Request, read_answer};
use crate::store::{database_path, failure_of, requests};

const LOOK: Duration = Duration::from_millis(50);
/// A running engine answers within a second; a large *cancel all* may take some.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked whether anybody runs the engine at all.
const STAND_IN_LOOKS: u32 = 20;

impl EngineHandle {
    /// # Errors
    /// The engine's own; `DataDirInUse` when nobody answers.
    pub(super) async fn request<T: DeserializeOwned + Send + 'static>(&self, request: Request) -> Outcome<T> {
        let path = database_path(self.data_dir());
        let now = self.inner.world.now();
        let body = serde_json::to_string(&request)
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        let asked = tokio::task::spawn_blocking(move || {
            let db = Connection::open(path).map_err(failure_of)?;
            db.busy_timeout(Duration::from_secs(10)).map_err(failure_of)?;
            let id = requests::add(&db, &body, now).map_err(failure_of)?;
            Ok::<_, Failure>((db, id))
        });
        let (mut db, id) =
            asked.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))??;
        let mut stand_in: Option<StandIn> = None;
        let mut looks = 0;
        let until = tokio::time::Instant::now() + PATIENCE;
        let answer = loop {
            if stand_in.is_none() && looks % STAND_IN_LOOKS == 0 {
                let path = self.data_dir().to_path_buf();
                stand_in = StandIn::start(path, Arc::clone(&self.inner.world)).await?;
            }
            looks += 1;
            let look = tokio::task::spawn_blocking(move || {
                let answer = requests::answer_of(&db, id);
                if let Ok(Some(_)) = &answer {
                    // It was for this program alone.
                    drop(requests::remove(&db, id));
                }
                (db, answer)
            });
            let (back, answer) =
                look.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
            db = back;
            match answer.map_err(failure_of) {
                Ok(None) => {}
                Ok(Some(answer)) => break read_answer(&answer),
                Err(failure) => break Err(failure),
            }
            if tokio::time::Instant::now() >= until {
                drop(tokio::task::spawn_blocking(move || requests::remove(&db, id)).await);
                break Err(Failure::new(ErrorCode::DataDirInUse).with("path", self.data_dir().display()));
            }
            tokio::time::sleep(LOOK).await;
        };
        if let Some(stand_in) = stand_in {
            stand_in.stop().await;
        }
        answer
    }
}
