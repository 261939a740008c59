//! rclone, as its own process without any configuration file.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::{Outcome, Trouble};
use crate::process::{Cost, measure};
use crate::sources::Sources;

/// Where rclone sends to.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub endpoint: String,
    pub authority: Option<PathBuf>,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: String,
}

impl Bucket {
    /// The sink's; it asks for no keys.
    pub fn of_sink(endpoint: &str, authority: &Path) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            authority: Some(authority.to_path_buf()),
            bucket: "bench".into(),
            access_key: "BENCH".into(),
            secret_key: "bench".into(),
        }
    }
}

/// The program: `$FERRY_TOOLS/venv/bin/rclone`, else `~/.cache/ferry/tools/venv/bin/rclone`.
pub fn program() -> Outcome<PathBuf> {
    let home = std::env::var_os("HOME").unwrap_or_default();
    let tools = std::env::var_os("FERRY_TOOLS")
        .map_or_else(|| PathBuf::from(home).join(".cache/ferry/tools"), PathBuf::from);
    let program = tools.join("venv/bin/rclone");
    if program.is_file() {
        Ok(program)
    } else {
        Err(Trouble::new(format!("rclone is not at {}; cargo xtask setup --for bench", program.display())))
    }
}

/// The first line of `rclone version`.
pub fn version() -> Outcome<String> {
    let mut command = Command::new(program()?);
    command.args(["version", "--config="]);
    let (_, text) = measure(command, "rclone version")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Copies the sources.
pub fn run(sources: &Sources, bucket: &Bucket, flags: &[&str]) -> Outcome<Cost> {
    let mut command = Command::new(program()?);
    command.arg("copy").arg(&sources.folder).arg(format!("bench:{}/rclone", bucket.bucket));
    command.args(["--config=", "--retries=1", "--low-level-retries=1"]).args(flags);
    if let Some(authority) = &bucket.authority {
        command.arg("--ca-cert").arg(authority);
    }
    for (name, value) in [
        ("TYPE", "s3"),
        ("PROVIDER", "Other"),
        ("ENDPOINT", &bucket.endpoint),
        ("ACCESS_KEY_ID", &bucket.access_key),
        ("SECRET_ACCESS_KEY", &bucket.secret_key),
        ("REGION", "us-east-1"),
    ] {
        command.env(format!("RCLONE_CONFIG_BENCH_{name}"), value);
    }
    measure(command, "rclone").map(|(cost, _)| cost)
}
