//! One cell: a film of three parts is sent, something happens, and the end is judged.

use std::sync::Arc;

use engine::error::ErrorCode;
use engine::model::{BatchId, JobStateKind};
use engine_tests::relay::Relay;
use engine_tests::{Stage, md5_of, noise};
use ferry_tenant::{Options, Switches};
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

/// Side by side, since most of a cell is waiting.
const AT_ONCE: usize = 6;
const MIB: usize = 1024 * 1024;
pub const FILM: usize = 17 * MIB + 3;
/// As the engine cuts it.
pub const PARTS: usize = 3;

/// How the film travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Form,
    Parts,
}

pub const WAYS: [Way; 2] = [Way::Form, Way::Parts];

/// The one right end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Done with the bytes that it had in the beginning.
    Done,
    /// Done with the bytes that it was given meanwhile.
    DoneAnew,
    Cancelled,
    /// A cancel and the last byte crossed: cancelled and not there, or there and done.
    AsTheLibrarySays,
    /// Stands still with this cause, and goes on to `Done` when it is tried again.
    Held(JobStateKind, ErrorCode),
}

pub type Happening = dyn for<'a> FnOnce(&'a mut Scene) -> BoxFuture<'a, ()> + Send;

pub struct Cell {
    pub name: String,
    pub way: Way,
    pub end: End,
    /// Forms or parts that may be sent at most.
    pub most: usize,
    /// Assets with other bytes that the library keeps beside it, at most.
    pub damaged: usize,
    /// Uploads in parts that stay with the server, at most.
    pub orphans: usize,
    /// How long the tenant works on what it got.
    pub ingest_delay_ms: u64,
    /// Makes it happen, from the moment on at which the film was handed over.
    pub happens: Box<Happening>,
    /// Before the film is handed over.
    pub prepares: Box<dyn FnOnce(&Scene) + Send>,
}

pub struct Scene {
    pub stage: Stage,
    pub relay: Relay,
    pub way: Way,
    pub batch: BatchId,
}

impl Scene {
    /// Forms, or parts, that the store was sent.
    fn sent(&self) -> usize {
        match self.way {
            Way::Form => self.stage.posts(),
            Way::Parts => self.stage.tenant.requests().iter().filter(|call| call.method == "PUT").count(),
        }
    }
}

pub fn old() -> Vec<u8> {
    noise(1, FILM)
}

async fn play(cell: Cell) {
    let Cell { name, way, end, most, damaged, orphans, ingest_delay_ms, happens, prepares } = cell;
    let switches = Switches { ingest_delay_ms, ..Switches::default() };
    let options = Options { parts: way == Way::Parts, switches, ..Options::default() };
    let (stage, relay) = Stage::relayed(options).await;
    let film = stage.file("Shoot/film.mov", &old());
    let mut scene = Scene { stage, relay, way, batch: BatchId(0) };
    prepares(&scene);
    scene.batch = scene.stage.enqueue(vec![scene.stage.path("Shoot")], scene.stage.top()).await;
    happens(&mut scene).await;
    let mut view = scene.stage.settled(scene.batch).await;
    let job = scene.stage.job(scene.batch, "film.mov").await;
    let is = (job.state, job.failure.as_ref().map(|failure| failure.code));
    let right = match end {
        End::Done | End::DoneAnew => is.0 == JobStateKind::Done,
        End::Cancelled => is.0 == JobStateKind::Cancelled,
        End::AsTheLibrarySays => matches!(is.0, JobStateKind::Done | JobStateKind::Cancelled),
        End::Held(state, code) => is == (state, Some(code)),
    };
    assert!(right, "{name}: {end:?} was wanted, and it is {job:#?}");
    if let End::Held(..) = end {
        scene.stage.tenant.set_faults(Default::default());
        let action = engine::model::JobAction::Retry;
        scene.stage.control(engine::model::JobSelection::Batch { batch: scene.batch }, action).await;
        view = scene.stage.settled(scene.batch).await;
    }
    let is_done = view.totals.count(JobStateKind::Done) == 1;
    assert_eq!(is_done, !matches!(is.0, JobStateKind::Cancelled), "{name}: {view:#?}");
    let bytes = if end == End::DoneAnew { std::fs::read(film).unwrap() } else { old() };
    let wanted = if is_done { vec![md5_of(&bytes)] } else { vec![] };
    let sums = scene.stage.tenant.assets().into_iter().map(|asset| asset.md5);
    let (right, wrong): (Vec<String>, Vec<String>) = sums.partition(|sum| wanted.contains(sum));
    assert_eq!(right, wanted, "{name}: the library has what is said, once");
    assert!(wrong.len() <= damaged, "{name}: {} assets have other bytes", wrong.len());
    let sent = scene.sent();
    assert!(sent <= most, "{name}: sent {sent} times, {most} at most are needed");
    scene.stage.until(|| scene.stage.tenant.open_uploads() <= orphans).await;
    scene.stage.stop().await;
}

/// Plays all cells; every one that does not hold is told.
pub async fn all_hold(cells: Vec<Cell>) {
    let only = std::env::var("FERRY_CELL").unwrap_or_default();
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut playing = Vec::new();
    for cell in cells.into_iter().filter(|cell| cell.name.contains(&only)) {
        let (permits, name) = (Arc::clone(&permits), cell.name.clone());
        let task = tokio::spawn(async move {
            let _permit = permits.acquire_owned().await;
            play(cell).await;
        });
        playing.push((name, task));
    }
    let mut broken = Vec::new();
    let played = playing.len();
    for (name, task) in playing {
        if let Err(panic) = task.await {
            let said = panic.into_panic();
            let said = said.downcast_ref::<String>().cloned().unwrap_or_default();
            broken.push(format!("── {name}\n{said}"));
        }
    }
    println!("{played} cells, {} broken", broken.len());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
