//! A demo library, a data directory, a folder of files, and `ferry` on them.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use ferry_tenant::{Options, StoredAsset, Switches, Tenant};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::support;

/// Nothing here takes longer; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub struct Stage {
    pub tenant: Tenant,
    pub data: TempDir,
    pub files: TempDir,
}

impl Stage {
    pub async fn new() -> Self {
        let switches = Switches { ingest_delay_ms: 20, ..Switches::default() };
        let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
        Self { tenant, data: TempDir::new().unwrap(), files: TempDir::new().unwrap() }
    }

    /// Signed in with client credentials, which is an administrator here.
    pub async fn signed_in() -> Self {
        let stage = Self::new().await;
        stage.ferry(&["login", stage.tenant.url(), "--client-credentials"]).await.expect_code(0);
        stage
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = support::ferry(&self.tenant, self.data.path(), self.files.path(), words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs `ferry` to its end.
    pub async fn ferry(&self, words: &[&str]) -> Ran {
        ended(&mut self.command(words)).await
    }

    /// `ferry upload` of paths to a place that is made, with JSON lines.
    pub async fn upload(&self, to: &str, paths: &[&str]) -> Ran {
        self.ferry(&[&["--json", "upload", "--create", "--to", to], paths].concat()).await
    }

    /// Starts `ferry`, to be read line by line.
    pub fn start(&self, words: &[&str]) -> Running {
        Running::of(self.command(words))
    }

    /// `ferry run`, once it runs.
    pub async fn engine(&self) -> Running {
        let running = self.start(&["run"]);
        for _ in 0..400 {
            let status = self.ferry(&["--json", "status"]).await;
            if status.lines()[0]["running"] == true {
                return running;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the engine does not run");
    }

    /// Waits until so many jobs are in a state.
    pub async fn wait_for(&self, state: &str, count: usize) -> Vec<Value> {
        let mut jobs = Vec::new();
        for _ in 0..400 {
            jobs = self.ferry(&["--json", "jobs", "--state", state]).await.jobs();
            if jobs.len() == count {
                return jobs;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} of {count} jobs are {state}", jobs.len());
    }

    pub fn file(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.files.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn asset(&self, name: &str) -> StoredAsset {
        let found = self.tenant.assets().into_iter().find(|asset| asset.name == name);
        found.unwrap_or_else(|| panic!("the library has no {name:?}"))
    }

    pub fn bytes_of(&self, name: &str) -> Vec<u8> {
        let asset = self.asset(name);
        self.tenant.asset_bytes(asset.scheme, &asset.id).unwrap()
    }

    pub fn database(&self) -> PathBuf {
        self.data.path().join("ferry.db")
    }
}

pub async fn ended(command: &mut Command) -> Ran {
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("ferry does not end").unwrap();
    Ran::from(output)
}

/// A `ferry` that has ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Standard output, where each line has to be JSON.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{self:#?}")))
            .collect()
    }

    #[track_caller]
    pub fn last(&self) -> Value {
        self.lines().pop().unwrap_or_else(|| panic!("{self:#?}"))
    }

    /// The lines about jobs.
    #[track_caller]
    pub fn jobs(&self) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["event"] == "job").collect()
    }

    /// The line about the job of a file.
    #[track_caller]
    pub fn job(&self, name: &str) -> Value {
        let of = |job: &Value| Path::new(job["path"].as_str().unwrap()).file_name().unwrap() == name;
        self.jobs().into_iter().find(of).unwrap_or_else(|| panic!("no job of {name:?}: {self:#?}"))
    }
}

/// A `ferry` that runs.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub fn of(mut command: Command) -> Self {
        Self::logging(command.stderr(Stdio::null()))
    }

    /// Says to standard error what the command has chosen.
    pub fn logging(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line of standard output.
    pub async fn line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("nothing is said");
        line.unwrap().expect("ferry ended")
    }

    pub async fn json(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// Reads to the end. The code, and the last line that was read.
    pub async fn end(mut self) -> (Option<i32>, Option<Value>) {
        let mut last = None;
        let rest = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                last = serde_json::from_str(&line).ok();
            }
            self.child.wait().await.unwrap().code()
        };
        let code = tokio::time::timeout(PATIENCE, rest).await.expect("ferry does not end");
        (code, last)
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let id = self.child.id().expect("it has ended").to_string();
        let status = std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(status.success());
    }
}
