//! Other processes, and what they cost.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;
use wait4::Wait4;

use crate::outcome::{Outcome, Trouble, because};

/// Variables that would lead requests to 127.0.0.1 elsewhere.
const PROXIES: [&str; 6] =
    ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// What a finished process has cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    pub wall_seconds: f64,
    pub user_seconds: f64,
    pub system_seconds: f64,
    /// The kernel's `ru_maxrss`, bytes.
    pub peak_memory: u64,
    /// Load of the computer over the last minute when it ended.
    pub load: f64,
}

impl Cost {
    pub fn cpu_seconds(&self) -> f64 {
        self.user_seconds + self.system_seconds
    }
}

/// Runs a process to its end. Its standard output comes back; a failure holds the end of its standard error.
pub fn measure(mut command: Command, name: &str) -> Outcome<(Cost, String)> {
    plain(&mut command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().map_err(because(&format!("{name} can't be started")))?;
    let errors = child.stderr.take().map(|mut pipe| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            drop(pipe.read_to_end(&mut text));
            text
        })
    });
    let mut output = String::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut output).map_err(because(&format!("{name} can't be heard")))?;
    }
    let used = child.wait4().map_err(because(&format!("{name} can't be waited for")))?;
    let wall_seconds = started.elapsed().as_secs_f64();
    let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
    if !used.status.success() {
        let text = String::from_utf8_lossy(&errors);
        let tail: Vec<&str> = text.lines().rev().take(12).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        return Err(Trouble::new(format!("{name} ended with {}:\n{}", used.status, tail.join("\n"))));
    }
    let cost = Cost {
        wall_seconds,
        user_seconds: used.rusage.utime.as_secs_f64(),
        system_seconds: used.rusage.stime.as_secs_f64(),
        peak_memory: used.rusage.maxrss,
        load: load(),
    };
    Ok((cost, output))
}

/// Without proxies and input.
fn plain(command: &mut Command) {
    for name in PROXIES {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
}

/// The one-minute load; 0 where the system doesn't tell.
pub fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0)
}

/// What this process has used of the CPU, in hundredths of a second; 0 where the system doesn't tell.
pub fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, in brackets, may hold anything; user and system time are the 12th and 13th word behind it.
    let after = text.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<u64>().ok());
    ticks.sum::<u64>() as f64 / 100.0
}

/// A process that serves until its standard input closes, so that none outlives the benchmark; its first line is JSON
/// with its `url`.
pub struct Server {
    child: Option<Child>,
    pub first_line: Value,
}

impl Server {
    pub fn start(mut command: Command, name: &str) -> Outcome<(Self, String)> {
        plain(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(because(&format!("{name} can't be started")))?;
        let mut line = String::new();
        if let Some(pipe) = child.stdout.take() {
            // Nothing more is said after the first line.
            drop(BufReader::new(pipe).read_line(&mut line));
        }
        let server = Self { child: Some(child), first_line: serde_json::from_str(&line).unwrap_or_default() };
        match server.first_line.get("url").and_then(Value::as_str).map(str::to_owned) {
            Some(url) => Ok((server, url)),
            None => Err(Trouble::new(format!("{name} did not say where it is"))),
        }
    }

    /// Ends it, and says how much CPU it and its children used, seconds.
    pub fn stop(mut self) -> Outcome<f64> {
        let Some(mut child) = self.child.take() else { return Ok(0.0) };
        drop(child.stdin.take());
        let used = child.wait4().map_err(because("a server can't be waited for"))?;
        Ok((used.rusage.utime + used.rusage.stime).as_secs_f64())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.stdin.take());
            // It ends by itself, having ended its own children.
            drop(child.wait());
        }
    }
}

/// In a server: returns when whoever started it has closed its standard input, or is gone.
pub fn wait_for_the_end() {
    drop(std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
}
