//! An engine with a sink of its own to send to, told what to do through its handle and watched from the sink's side.

use std::path::Path;
use std::time::Duration;

use engine::model::{AccountId, BatchId, Destination, JobAction, JobSelection};
use engine::{Engine, EngineHandle};

use super::ferry;
use crate::outcome::{Outcome, Trouble, because};
use crate::sink::{Manner, Sink, now};

const ALBUM: &str = "Bench";
/// Nobody has sent for so long: nobody will.
const SILENCE_US: u64 = 1_500_000;
/// Bytes come at least so often while they flow.
const FLOW_US: u64 = 100_000;
/// They flow for so long before anything is asked.
const SETTLED_US: u64 = 1_000_000;
/// What takes longer has failed.
const PATIENCE_US: u64 = 180_000_000;
const LOOK: Duration = Duration::from_millis(20);

/// Looks again and again: what is measured is seen from outside, where nothing tells of it.
///
/// # Errors
/// `late`, when it takes longer than anything here should.
pub async fn until<T>(
    every: Duration,
    late: &str,
    mut look: impl AsyncFnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let started = now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if now() - started > PATIENCE_US {
            return Err(Trouble::new(late));
        }
        tokio::time::sleep(every).await;
    }
}

pub struct Session {
    engine: Engine,
    pub handle: EngineHandle,
    pub sink: Sink,
    account: AccountId,
    album: Destination,
}

impl Session {
    /// In a fresh folder.
    pub async fn start(folder: &Path, table: &Path, manner: Manner) -> Outcome<Self> {
        Self::with(Sink::start(table, folder, manner)?, folder).await
    }

    /// On a sink that runs already.
    pub async fn with(sink: Sink, folder: &Path) -> Outcome<Self> {
        let data = folder.join("data");
        let engine = ferry::start(&data, Some(&sink.authority)).await?;
        let handle = engine.handle();
        let account = ferry::sign_in(&handle, &ferry::Options::for_sink(&sink, data, folder)).await?;
        let album = handle.resolve_destination(account, ALBUM, false, true).await;
        let album = album.map_err(because("the album can't be made"))?;
        Ok(Self { engine, handle, sink, account, album })
    }

    pub async fn add(&self, source: &Path) -> Outcome<BatchId> {
        let batch = self.handle.enqueue(ferry::request(self.account, source, self.album.clone())).await;
        batch.map_err(because("the files can't be added"))
    }

    pub async fn control(&self, selection: JobSelection, action: JobAction) -> Outcome {
        let result = self.handle.control(selection, action).await.map_err(because("the wish failed"))?;
        if result.changed == 0 {
            return Err(Trouble::new(format!("{action:?} has changed nothing")));
        }
        Ok(())
    }

    /// Waits until nothing more comes; when the last byte came.
    pub async fn silence(&self) -> Outcome<u64> {
        let started = now();
        until(LOOK, "bytes come and come", async || {
            let asked = now();
            let last = self.sink.heard(false)?.last_byte;
            Ok((asked.saturating_sub(last.max(started)) > SILENCE_US).then_some(last))
        })
        .await
    }

    /// Waits until bytes have come for a while without a gap.
    pub async fn flow(&self) -> Outcome {
        let mut since = None;
        until(LOOK, "no steady flow of bytes", async || {
            let heard = self.sink.heard(false)?;
            let asked = now();
            if asked.saturating_sub(heard.last_byte) > FLOW_US {
                since = None;
                return Ok(None);
            }
            Ok((asked - *since.get_or_insert(asked) > SETTLED_US).then_some(()))
        })
        .await
    }

    pub async fn stop(self) -> Outcome {
        self.engine.stop().await;
        self.sink.stop().map(drop)
    }
}
