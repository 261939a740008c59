//! The sink as the benchmark sees it: a process that ends when this is dropped.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::State;
use crate::outcome::{Outcome, because};
use crate::process::Server;

/// How a sink behaves.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Manner {
    /// Added to each answer, milliseconds.
    #[arg(long, default_value_t = 0)]
    pub delay_ms: u64,
    /// Offers uploads in parts.
    #[arg(long)]
    pub parts: bool,
    /// All connections together take so many bytes of files a second; as many as come without it.
    #[arg(long)]
    pub bytes_a_second: Option<u64>,
    /// Where it listens; 127.0.0.1 without it.
    #[arg(long)]
    pub address: Option<Ipv4Addr>,
}

impl Manner {
    /// As any server would: no delay, forms only.
    pub fn is_plain(&self) -> bool {
        self.delay_ms == 0 && !self.parts && self.bytes_a_second.is_none()
    }
}

/// Asked with this byte, the sink forgets the first bytes that it tells.
pub const ANEW: u8 = b'a';
const AS_IT_IS: u8 = b'i';

/// What the sink has seen.
#[derive(Default)]
pub struct Counters {
    pub connections: AtomicU64,
    pub requests: AtomicU64,
    pub bytes: AtomicU64,
    /// When the last word went out that a file is stored.
    pub said_stored: AtomicU64,
}

impl Counters {
    pub fn add(counter: &AtomicU64, number: u64) {
        counter.fetch_add(number, Ordering::Relaxed);
    }
}

/// What a running sink tells about what has come. Times are Unix microseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Heard {
    pub connections: u64,
    pub requests: u64,
    pub bytes: u64,
    /// Of files so far, whatever became of them.
    pub taken: u64,
    /// When the last byte of any file came.
    pub last_byte: u64,
    /// When the last word went out that a file is stored.
    pub said_stored: u64,
    /// When each file's first byte came.
    pub first_bytes: BTreeMap<String, u64>,
    /// Bytes of parts whose uploads are not ended.
    pub parts_bytes: u64,
}

/// In the sink: what it tells.
pub fn heard(state: &State, anew: bool) -> String {
    let Counters { connections, requests, bytes, said_stored } = &state.figures;
    let [connections, requests, bytes, said_stored] =
        [connections, requests, bytes, said_stored].map(|counter| counter.load(Ordering::Relaxed));
    let heard = Heard {
        connections,
        requests,
        bytes,
        taken: state.line.taken(),
        last_byte: state.line.last_byte(),
        said_stored,
        first_bytes: state.line.first_bytes(anew),
        parts_bytes: state.parts.as_ref().map_or(0, |open| open.bytes()),
    };
    serde_json::to_string(&heard).unwrap_or_default()
}

/// What the sink itself needed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Figures {
    pub cpu_seconds: f64,
}

/// Where a sink tells its figures: on a way that is not the one that is measured, nor bound to a network.
pub fn figures(authority: &Path) -> PathBuf {
    authority.with_file_name("figures.sock")
}

/// A running sink.
pub struct Sink {
    server: Server,
    pub url: String,
    pub authority: PathBuf,
}

impl Sink {
    /// Starts one in `folder`, which takes its certificate authority.
    pub fn start(table: &Path, folder: &Path, manner: Manner) -> Outcome<Self> {
        let program = std::env::current_exe().map_err(because("this program can't be found"))?;
        let authority = folder.join("authority.pem");
        let mut command = Command::new(program);
        command.arg("sink").arg("--table").arg(table).arg("--authority").arg(&authority);
        command.args(["--delay-ms", &manner.delay_ms.to_string()]);
        if manner.parts {
            command.arg("--parts");
        }
        if let Some(rate) = manner.bytes_a_second {
            command.args(["--bytes-a-second", &rate.to_string()]);
        }
        if let Some(address) = manner.address {
            command.args(["--address", &address.to_string()]);
        }
        let (server, url) = Server::start(command, "the sink")?;
        Ok(Self { server, url, authority })
    }

    /// What has come until now; `anew`: the first bytes that come from now on are told the next time.
    pub fn heard(&self, anew: bool) -> Outcome<Heard> {
        let place = figures(&self.authority);
        let ask = || -> std::io::Result<String> {
            let mut stream = UnixStream::connect(&place)?;
            stream.write_all(&[if anew { ANEW } else { AS_IT_IS }])?;
            let mut text = String::new();
            stream.read_to_string(&mut text)?;
            Ok(text)
        };
        let text = ask().map_err(because("the sink does not answer"))?;
        serde_json::from_str(&text).map_err(because("the sink's figures can't be read"))
    }

    pub fn stop(self) -> Outcome<Figures> {
        Ok(Figures { cpu_seconds: self.server.stop()? })
    }
}
