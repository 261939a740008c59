//! The demo library with SeaweedFS behind it, in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use ferry_tenant::stores::Store;
use ferry_tenant::{Switches, Tenant};
use serde_json::{Value, json};

use crate::contender::ferry;
use crate::contender::rclone::Bucket;
use crate::outcome::{Outcome, because};
use crate::process::{Server, wait_for_the_end};

/// The library's own command line.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[arg(long)]
    data: PathBuf,
}

/// Serves until its standard input closes, and ends SeaweedFS with itself.
pub fn run(options: &Options) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(because("the runtime did not start"))?;
    runtime.block_on(async {
        let store = Store::seaweedfs().await.map_err(because("SeaweedFS did not start"))?;
        let settings = ferry_tenant::Options {
            data: Some(options.data.clone()),
            object_store: store.object_store(),
            switches: Switches { ingest_delay_ms: 0, ..Switches::default() },
            ..ferry_tenant::Options::default()
        };
        let tenant = Tenant::start(settings).await.map_err(because("the library did not start"))?;
        let line = json!({ "url": tenant.url(), "app_id": tenant.app_id(), "app_secret": tenant.app_secret(),
            "endpoint": store.url, "access_key": store.access_key, "secret_key": store.secret_key });
        println!("{line}");
        let ended = tokio::task::spawn_blocking(wait_for_the_end).await;
        tenant.stop().await;
        drop(store);
        ended.map_err(because("the library broke off"))
    })
}

/// A running library.
pub struct Library {
    server: Server,
    url: String,
}

impl Library {
    pub fn start(data: &Path) -> Outcome<Self> {
        let program = std::env::current_exe().map_err(because("this program can't be found"))?;
        let mut command = Command::new(program);
        command.arg("library").arg("--data").arg(data);
        let (server, url) = Server::start(command, "the library")?;
        Ok(Self { server, url })
    }

    fn word(&self, name: &str) -> String {
        self.server.first_line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub fn ferry(&self, data: &Path, source: &Path) -> ferry::Options {
        ferry::Options {
            tenant: self.url.clone(),
            app_id: self.word("app_id"),
            app_secret: self.word("app_secret"),
            authority: None,
            data: data.to_path_buf(),
            source: source.to_path_buf(),
        }
    }

    pub fn bucket(&self) -> Bucket {
        Bucket {
            endpoint: self.word("endpoint"),
            authority: None,
            bucket: "ferry-upload".into(),
            access_key: self.word("access_key"),
            secret_key: self.word("secret_key"),
        }
    }

    /// Ends it and says what it and SeaweedFS needed, seconds of CPU.
    pub fn stop(self) -> Outcome<f64> {
        self.server.stop()
    }
}
