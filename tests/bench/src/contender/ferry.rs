//! Ferry, as a shell runs it: the engine on a real disk, its events listened to. In a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use engine::event::EngineEvent;
use engine::handle::Subscription;
use engine::model::{
    AccountId, BatchId, BatchView, Destination, Enqueue, JobStateKind, MetadataOrder, SignInRequest,
};
use engine::{Engine, EngineHandle, EngineOptions};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use super::vault::MemoryVault;
use crate::outcome::{Outcome, Trouble, because};
use crate::process::{Cost, measure};
use crate::sink::{self, Sink};

/// The album that everything goes to.
const ALBUM: &str = "Bench";
/// As many as the desktop app has on two cores.
const WORKERS: usize = 2;

/// The contender's own command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    #[arg(long)]
    pub tenant: String,
    #[arg(long, default_value = "bench")]
    pub app_id: String,
    #[arg(long, default_value = "bench")]
    pub app_secret: String,
    #[arg(long)]
    pub authority: Option<PathBuf>,
    /// A fresh one.
    #[arg(long)]
    pub data: PathBuf,
    #[arg(long)]
    pub source: PathBuf,
}

impl Options {
    /// For a sink of this program's own, which trusts anyone.
    pub fn for_sink(sink: &Sink, data: PathBuf, source: &Path) -> Self {
        let bench = || "bench".to_owned();
        let (tenant, source) = (sink.url.clone(), source.to_path_buf());
        Self { tenant, app_id: bench(), app_secret: bench(), authority: None, data, source }
    }
}

/// What the contender says about itself.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// Unix microseconds.
    pub wished_at: u64,
    /// From the wish to the last job *done*.
    pub seconds: f64,
    /// From the wish to the last byte stored, as the events tell it, which come ten times a second; what follows is waiting
    /// for the tenant's word.
    pub stored_seconds: f64,
    /// From the wish to the first byte of a file that the sink took, and to the last one; as far as it was asked.
    #[serde(default)]
    pub first_byte_seconds: f64,
    #[serde(default)]
    pub last_byte_seconds: f64,
    pub done: u64,
    pub bytes: u64,
    pub events: u64,
    pub frames: u64,
    /// The kernel's high-water mark of this process alone, bytes; 0 where the system doesn't tell.
    pub peak_memory: u64,
}

/// Runs the contender in its own process.
pub fn run(options: &Options) -> Outcome<(Cost, Said)> {
    let program = std::env::current_exe().map_err(because("this program can't be found"))?;
    let mut command = Command::new(program);
    command.arg("ferry").args(["--tenant", &options.tenant, "--app-id", &options.app_id]);
    command.args(["--app-secret", &options.app_secret]);
    command.arg("--data").arg(&options.data).arg("--source").arg(&options.source);
    if let Some(authority) = &options.authority {
        command.arg("--authority").arg(authority);
    }
    let (mut cost, text) = measure(command, "ferry")?;
    let said: Said = serde_json::from_str(&text).map_err(because("ferry said nothing that can be read"))?;
    if said.peak_memory > 0 {
        // `ru_maxrss` starts with what the parent had when it forked.
        cost.peak_memory = said.peak_memory;
    }
    Ok((cost, said))
}

/// The contender itself.
pub fn contend(options: &Options) -> Outcome {
    let said = runtime()?.block_on(upload(options))?;
    let text = serde_json::to_string(&said).map_err(because("no report"))?;
    println!("{text}");
    Ok(())
}

pub fn runtime() -> Outcome<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(because("the runtime did not start"))
}

/// An engine on a data directory, as the desktop app starts it.
pub async fn start(data: &Path, authority: Option<&Path>) -> Outcome<Engine> {
    let options = EngineOptions {
        vault: Some(Arc::new(MemoryVault::default())),
        authorities: authority.map(Path::to_path_buf),
        ..EngineOptions::new(data)
    };
    Engine::start(options).await.map_err(because("the engine did not start"))
}

pub async fn sign_in(handle: &EngineHandle, options: &Options) -> Outcome<AccountId> {
    let request = SignInRequest {
        tenant: options.tenant.clone(),
        app_id: Some(options.app_id.clone()),
        app_secret: Some(options.app_secret.as_str().into()),
        ..SignInRequest::default()
    };
    let account = handle.sign_in_with_credentials(request).await;
    account.map(|account| account.id).map_err(because("the sign-in failed"))
}

pub fn request(account: AccountId, source: &Path, destination: Destination) -> Enqueue {
    Enqueue {
        account,
        paths: vec![source.to_path_buf()],
        destination,
        tags: Vec::new(),
        include: Vec::new(),
        exclude: Vec::new(),
        priority: 0,
        choices: Default::default(),
        duplicates: None,
        metadata: MetadataOrder::default(),
    }
}

async fn upload(options: &Options) -> Outcome<Said> {
    let engine = start(&options.data, options.authority.as_deref()).await?;
    let handle = engine.handle();
    let account = sign_in(&handle, options).await?;
    handle.expect_upload(account);
    let album = handle.resolve_destination(account, ALBUM, false, true).await;
    let album = album.map_err(because("the album can't be made"))?;
    let subscription = handle.subscribe().await.map_err(because("no events"))?;
    let (started, wished_at) = (Instant::now(), sink::now());
    let batch = handle.enqueue(request(account, &options.source, album)).await;
    let batch = batch.map_err(because("the files can't be added"))?;
    let (view, mut said) = listen(&handle, subscription, batch, started).await?;
    engine.stop().await;
    said.wished_at = wished_at;
    said.done = view.totals.count(JobStateKind::Done);
    said.bytes = view.totals.all_bytes();
    said.peak_memory = peak_memory();
    if said.done != view.totals.all() || said.done == 0 {
        return Err(Trouble::new(format!("not everything is done: {:?}", view.totals.jobs)));
    }
    Ok(said)
}

async fn listen(
    handle: &EngineHandle,
    mut subscription: Subscription,
    batch: BatchId,
    started: Instant,
) -> Outcome<(BatchView, Said)> {
    let mut said = Said::default();
    loop {
        let event = match subscription.events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => {
                subscription = handle.subscribe().await.map_err(because("no events"))?;
                continue;
            }
            Err(RecvError::Closed) => return Err(Trouble::new("the engine went away")),
        };
        said.events += 1;
        match &*event {
            EngineEvent::JobsChanged { totals, .. } => {
                let unsent = [JobStateKind::Queued, JobStateKind::Uploading, JobStateKind::Waiting];
                let unsent: u64 = unsent.into_iter().map(|state| totals.count(state)).sum();
                if unsent == 0 && said.stored_seconds == 0.0 {
                    said.stored_seconds = started.elapsed().as_secs_f64();
                } else if unsent > 0 {
                    said.stored_seconds = 0.0;
                }
            }
            EngineEvent::Progress { .. } => said.frames += 1,
            EngineEvent::BatchFinished { batch: view } if view.id == batch => {
                said.seconds = started.elapsed().as_secs_f64();
                return Ok((view.clone(), said));
            }
            _ => {}
        }
    }
}

/// `VmHWM` of this process, bytes.
pub fn peak_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
