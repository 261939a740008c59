//! Real S3-compatible servers on free loopback ports, for tests: s3s-fs and SeaweedFS.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::ids;
use crate::object_store::s3::S3;
use crate::options::ObjectStore;

/// A port may be taken by another program between being found free and being used.
const TRIES: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{0} is not installed (looked for {1})")]
    Missing(&'static str, String),
    #[error("the object store could not be started: {0}")]
    Io(#[from] std::io::Error),
    #[error("the object store did not answer: {0}")]
    Silent(String),
}

/// A store of its own process; ended, and its directory removed, on drop.
pub struct Store {
    child: Child,
    directory: PathBuf,
    pub url: String,
    pub access_key: String,
    pub secret_key: String,
}

/// `$FERRY_TOOLS`, else `~/.cache/ferry/tools`.
fn tool(name: &'static str, places: &[&str]) -> Result<PathBuf, StoreError> {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).unwrap_or_default();
    let tools = std::env::var_os("FERRY_TOOLS")
        .map_or_else(|| PathBuf::from(home).join(".cache/ferry/tools"), PathBuf::from);
    let found = places.iter().map(|place| tools.join(place)).find(|path| path.is_file());
    found.ok_or_else(|| StoreError::Missing(name, tools.join(places[0]).display().to_string()))
}

/// So many free ports, no two the same.
fn free_ports<const N: usize>() -> std::io::Result<[u16; N]> {
    let mut ports = [0; N];
    let mut held = Vec::with_capacity(N);
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// Keys of one store's own, so that nobody takes another one's store on a port of the same number for it.
struct Keys {
    access: String,
    secret: String,
}

impl Keys {
    fn new() -> Self {
        let word = ids::blob().replace('-', "");
        Self { access: format!("AKIA{}", word[..16].to_uppercase()), secret: format!("ferry-tests-{word}") }
    }
}

impl Store {
    pub async fn s3s_fs() -> Result<Self, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::one_s3s_fs().await {
                Err(StoreError::Silent(_)) if tries < TRIES => {}
                store => return store,
            }
        }
    }

    async fn one_s3s_fs() -> Result<Self, StoreError> {
        let program = tool("s3s-fs", &["bin/s3s-fs"])?;
        let (directory, [port], keys) = (fresh_directory()?, free_ports()?, Keys::new());
        let mut command = Command::new(program);
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--access-key", &keys.access, "--secret-key", &keys.secret]).arg(&directory);
        Self::run(command, directory, port, keys).await
    }

    /// Telemetry is on by default in SeaweedFS, so it is switched off.
    pub async fn seaweedfs() -> Result<Self, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::one_seaweedfs().await {
                Err(StoreError::Silent(_)) if tries < TRIES => {}
                store => return store,
            }
        }
    }

    async fn one_seaweedfs() -> Result<Self, StoreError> {
        let program = tool("weed", &["venv/bin/weed", "bin/weed"])?;
        let (directory, keys) = (fresh_directory()?, Keys::new());
        let ports: [u16; 8] = free_ports()?;
        let config = directory.join("s3.json");
        let known = serde_json::json!({ "identities": [{ "name": "ferry",
            "credentials": [{ "accessKey": keys.access, "secretKey": keys.secret }],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"] }] });
        std::fs::write(&config, known.to_string())?;
        let mut command = Command::new(program);
        command.arg("server").arg(format!("-dir={}", directory.display()));
        command.args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-filer", "-master.telemetry=false"]);
        // Catalogues on fixed ports, for which a second server on this machine would end.
        command.args(["-s3.port.iceberg=0", "-s3.port.lance=0"]);
        command.arg("-volume.max=8").arg("-master.volumeSizeLimitMB=1024");
        // Else it takes nothing once less than a hundredth of the disk is free, which may be gigabytes.
        command.arg("-volume.minFreeSpace=1MiB");
        for (part, [own, grpc]) in
            ["s3", "master", "volume", "filer"].into_iter().zip(ports.as_chunks::<2>().0)
        {
            command.arg(format!("-{part}.port={own}")).arg(format!("-{part}.port.grpc={grpc}"));
        }
        command.arg(format!("-s3.config={}", config.display()));
        Self::run(command, directory, ports[0], keys).await
    }

    async fn run(
        mut command: Command,
        directory: PathBuf,
        port: u16,
        keys: Keys,
    ) -> Result<Self, StoreError> {
        let log = std::fs::File::create(directory.with_extension("log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn()?;
        let url = format!("http://127.0.0.1:{port}");
        let mut store = Self { child, directory, url, access_key: keys.access, secret_key: keys.secret };
        store.ready().await?;
        Ok(store)
    }

    /// Ready means: the bucket is there.
    async fn ready(&mut self) -> Result<(), StoreError> {
        let s3 = S3::new(&self.url, &self.access_key, &self.secret_key)
            .map_err(|error| StoreError::Silent(error.to_string()))?;
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let error = match s3.create_bucket().await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if Instant::now() > end || self.child.try_wait()?.is_some() {
                let log = std::fs::read_to_string(self.directory.with_extension("log")).unwrap_or_default();
                let tail: String = log.lines().rev().take(5).collect::<Vec<_>>().join(" | ");
                return Err(StoreError::Silent(format!("{error}; {tail}")));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn object_store(&self) -> ObjectStore {
        ObjectStore::S3 {
            url: self.url.clone(),
            access_key: self.access_key.clone(),
            secret_key: self.secret_key.clone(),
        }
    }
}

fn fresh_directory() -> std::io::Result<PathBuf> {
    let directory = std::env::temp_dir().join(format!("ferry-store-{}", ids::blob()));
    std::fs::create_dir_all(&directory)?;
    Ok(directory)
}

impl Drop for Store {
    fn drop(&mut self) {
        // Exactly this child, by its handle.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
        let _ = std::fs::remove_file(self.directory.with_extension("log"));
    }
}
