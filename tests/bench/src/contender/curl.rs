//! curl, which puts each file as it is.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::rclone::Bucket;
use crate::outcome::{Outcome, Trouble, because};
use crate::process::{Cost, measure};
use crate::sources::Sources;

/// The first line of `curl --version`.
pub fn version() -> Outcome<String> {
    let mut command = Command::new("curl");
    command.arg("--version");
    let (_, text) = measure(command, "curl --version")?;
    Ok(text.split(" (").next().unwrap_or_default().to_owned())
}

/// Puts the sources; the list of files and addresses is written into `folder` first.
pub fn run(sources: &Sources, bucket: &Bucket, folder: &Path, flags: &[&str]) -> Outcome<Cost> {
    let mut list = String::new();
    for entry in walkdir::WalkDir::new(&sources.folder) {
        let entry = entry.map_err(because("the sources can't be listed"))?;
        if entry.file_type().is_file() {
            let name = entry.file_name().to_string_lossy();
            let (path, endpoint) = (entry.path().display(), &bucket.endpoint);
            let written = writeln!(
                list,
                "upload-file = \"{path}\"\nurl = \"{endpoint}/{}/curl/{name}\"",
                bucket.bucket
            );
            written.map_err(because("no list for curl"))?;
        }
    }
    let config = folder.join("curl.config");
    std::fs::write(&config, list).map_err(because("curl's list can't be written"))?;
    let Some(authority) = &bucket.authority else {
        return Err(Trouble::new("curl needs the sink's authority"));
    };
    let mut command = Command::new("curl");
    command.args(["--disable", "--silent", "--show-error", "--fail", "--http1.1", "--cacert"]).arg(authority);
    command.args(flags).arg("--config").arg(config);
    measure(command, "curl").map(|(cost, _)| cost)
}
