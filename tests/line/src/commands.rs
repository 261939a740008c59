//! `ip`, `tc` and `nft`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::Outcome;

/// Whether a program is found; `ip` and its like are where not every shell looks.
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let known = ["/usr/sbin", "/sbin"].map(std::path::PathBuf::from);
    std::env::split_paths(&path).chain(known).any(|folder| folder.join(program).is_file())
}

pub fn run(words: &[&str]) -> Outcome {
    fed(words, "")
}

/// With something on its standard input.
pub fn fed(words: &[&str], input: &str) -> Outcome {
    let told = words.join(" ");
    let failed = |why: &dyn std::fmt::Display| format!("{told}: {why}");
    let (program, rest) = words.split_first().ok_or_else(|| failed(&"nothing to run"))?;
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(program);
    command.args(rest).env("PATH", path).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes()).map_err(|error| failed(&error))?;
    }
    let ended = child.wait_with_output().map_err(|error| failed(&error))?;
    if ended.status.success() { Ok(()) } else { Err(failed(&String::from_utf8_lossy(&ended.stderr).trim())) }
}
