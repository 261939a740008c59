//! One life of the engine: a runtime of its own, so that a crash takes every task with it.

use engine::{Engine, EngineOptions};
use tokio::runtime::{Builder, Runtime};

use crate::Stage;

pub struct Life(Runtime);

impl Life {
    pub async fn begin(stage: &mut Stage) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options: EngineOptions = stage.engine_options();
        let engine = runtime.spawn(Engine::start(options)).await.unwrap();
        stage.engine = Some(engine.expect("the engine starts"));
        Self(runtime)
    }

    /// Nothing is told to stop, nothing more is sent.
    pub async fn crash(self, stage: &mut Stage) {
        self.0.shutdown_background();
        stage.engine = None;
        stage.wait_for_lock().await;
    }

    pub async fn stop(self, stage: &mut Stage) {
        if let Some(engine) = stage.engine.take() {
            self.0.spawn(engine.stop()).await.unwrap();
        }
        self.0.shutdown_background();
    }
}
