//! The one thing that commands share: the engine, as far as it runs, and what surrounds it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::error::{ErrorCode, Failure, Outcome};
use engine::model::SignInStarted;
use engine::{Engine, EngineHandle};
use tauri::async_runtime::JoinHandle;
use tokio::sync::watch;

use crate::desktop::Desktop;
use crate::errors::internal;
use crate::one_at_a_time::OneAtATime;
use crate::pieces::PathLists;
use crate::settings::Settings;
use crate::thumbnails::StagedNumbers;

/// How long a quit waits for the engine; what it cuts off is as after a crash, which loses nothing.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

pub type SharedShell = Arc<Shell>;

pub struct Shell {
    pub settings: Settings,
    pub desktop: Box<dyn Desktop>,
    pub staged_numbers: StagedNumbers,
    pub path_lists: PathLists,
    /// What of the staged files the library has already.
    pub preview: OneAtATime,
    /// What a run over a collection would do.
    pub plan: OneAtATime,
    engine: tokio::sync::Mutex<Slot>,
    handles: watch::Sender<Option<EngineHandle>>,
    /// Tells the page what happens; a page that was loaded anew replaces the one before.
    listener: Mutex<Option<JoinHandle<()>>>,
    /// The browser addresses of sign-ins under way.
    sign_ins: Mutex<HashMap<u64, String>>,
}

/// The engine's place: a start that failed is remembered, so that commands say why.
enum Slot {
    NotStarted,
    Failed {
        failure: Failure,
        /// The page has shown it.
        told: bool,
    },
    Running(Engine),
    Stopped,
}

impl Shell {
    pub fn new(settings: Settings, desktop: Box<dyn Desktop>) -> SharedShell {
        Arc::new(Self {
            settings,
            desktop,
            staged_numbers: StagedNumbers::default(),
            path_lists: PathLists::default(),
            preview: OneAtATime::default(),
            plan: OneAtATime::default(),
            engine: tokio::sync::Mutex::new(Slot::NotStarted),
            handles: watch::channel(None).0,
            listener: Mutex::default(),
            sign_ins: Mutex::default(),
        })
    }

    /// For the page: starts the engine unless it runs. A failed start is told once; asked again, it is tried again.
    ///
    /// # Errors
    /// Those of starting the engine.
    pub async fn start(&self) -> Outcome<()> {
        let mut slot = self.engine.lock().await;
        let started = match &mut *slot {
            Slot::Running(_) => Ok(()),
            Slot::Stopped => Err(stopped()),
            // Trying at once could succeed, and nobody would hear of a database that was set aside.
            Slot::Failed { failure, told: false } => Err(failure.clone()),
            Slot::NotStarted | Slot::Failed { told: true, .. } => self.start_in(&mut slot).await.map(drop),
        };
        if let Slot::Failed { told, .. } = &mut *slot {
            *told = true;
        }
        started
    }

    /// The engine's handle, or why there is none.
    ///
    /// # Errors
    /// Those of starting the engine.
    pub async fn engine(&self) -> Outcome<EngineHandle> {
        let mut slot = self.engine.lock().await;
        match &*slot {
            Slot::Running(engine) => Ok(engine.handle()),
            Slot::Failed { failure, .. } => Err(failure.clone()),
            Slot::Stopped => Err(stopped()),
            Slot::NotStarted => self.start_in(&mut slot).await,
        }
    }

    /// Starts anew on a data directory whose engine ran in another program until now.
    pub async fn restart(&self) {
        let mut slot = self.engine.lock().await;
        if matches!(&*slot, Slot::Running(engine) if !engine.handle().is_owner()) {
            // The old handle stays good for those who hold it; only a failure is worth a word.
            if let Err(failure) = self.start_in(&mut slot).await {
                tracing::error!(%failure, "the engine did not start anew");
            }
        }
    }

    async fn start_in(&self, slot: &mut Slot) -> Outcome<EngineHandle> {
        let started = match self.settings.engine_options() {
            Ok(options) => Engine::start(options).await,
            Err(failure) => Err(failure),
        };
        match started {
            Ok(engine) => {
                let handle = engine.handle();
                *slot = Slot::Running(engine);
                self.handles.send_replace(Some(handle.clone()));
                Ok(handle)
            }
            Err(failure) => {
                *slot = Slot::Failed { failure: failure.clone(), told: false };
                Err(failure)
            }
        }
    }

    /// Stops the engine and waits for it, for a while.
    pub async fn stop(&self) {
        let stop = async {
            let slot = std::mem::replace(&mut *self.engine.lock().await, Slot::Stopped);
            if let Slot::Running(engine) = slot {
                engine.stop().await;
            }
        };
        if tokio::time::timeout(STOP_PATIENCE, stop).await.is_err() {
            tracing::warn!("the engine took too long to stop");
        }
    }

    /// The handle, whenever it is another one.
    pub fn handles(&self) -> watch::Receiver<Option<EngineHandle>> {
        self.handles.subscribe()
    }

    pub fn listen(&self, task: JoinHandle<()>) {
        if let Some(before) = lock(&self.listener).replace(task) {
            before.abort();
        }
    }

    /// Nobody is to be told any more.
    pub fn page_is_gone(&self) {
        if let Some(task) = lock(&self.listener).take() {
            task.abort();
        }
    }

    pub fn keep_sign_in(&self, started: &SignInStarted) {
        lock(&self.sign_ins).insert(started.flow, started.url.clone());
    }

    /// # Errors
    /// `SignInCancelled` when there is none of this number.
    pub fn sign_in_page(&self, flow: u64) -> Outcome<String> {
        lock(&self.sign_ins).get(&flow).cloned().ok_or_else(|| ErrorCode::SignInCancelled.into())
    }

    pub fn forget_sign_in(&self, flow: u64) {
        lock(&self.sign_ins).remove(&flow);
    }

    pub fn signs_in(&self) -> bool {
        !lock(&self.sign_ins).is_empty()
    }
}

fn stopped() -> Failure {
    internal("Ferry is quitting")
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
