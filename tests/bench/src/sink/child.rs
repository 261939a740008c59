//! The sink as the benchmark sees it: a process that ends when this is dropped.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::outcome::{Outcome, because};
use crate::process::Server;

/// What the sink has seen.
#[derive(Default)]
pub struct Counters {
    pub connections: AtomicU64,
    pub requests: AtomicU64,
    pub bytes: AtomicU64,
}

impl Counters {
    pub fn add(counter: &AtomicU64, number: u64) {
        counter.fetch_add(number, Ordering::Relaxed);
    }

    pub fn json(&self) -> String {
        let [connections, requests, bytes] =
            [&self.connections, &self.requests, &self.bytes].map(|counter| counter.load(Ordering::Relaxed));
        serde_json::json!({"connections": connections, "requests": requests, "bytes": bytes}).to_string()
    }
}

/// What the sink itself needed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Figures {
    pub cpu_seconds: f64,
}

/// A running sink.
pub struct Sink {
    server: Server,
    pub url: String,
    pub authority: PathBuf,
}

impl Sink {
    /// Starts one in `folder`, which takes its certificate authority.
    pub fn start(table: &Path, folder: &Path, delay_ms: u64) -> Outcome<Self> {
        let program = std::env::current_exe().map_err(because("this program can't be found"))?;
        let authority = folder.join("authority.pem");
        let mut command = Command::new(program);
        command.arg("sink").arg("--table").arg(table).arg("--authority").arg(&authority);
        command.args(["--delay-ms", &delay_ms.to_string()]);
        let (server, url) = Server::start(command, "the sink")?;
        Ok(Self { server, url, authority })
    }

    pub fn stop(self) -> Outcome<Figures> {
        Ok(Figures { cpu_seconds: self.server.stop()? })
    }
}
