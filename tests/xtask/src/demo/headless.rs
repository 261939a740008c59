//! The demo without a display: through the command line, as a script would do it.

use serde_json::Value;

use super::{DESTINATION, Demo};
use crate::command::Run;
use crate::failure::{Failure, Outcome, While};

pub fn run(demo: &Demo<'_>) -> Outcome {
    let secret = format!("{}\n", demo.library.app_secret);
    let code = ferry(demo)
        .args(["login", &demo.library.url, "--client-credentials"])
        .args(["--app-id", &demo.library.app_id, "--app-secret-stdin"])
        .run_reading(Some(&secret), |line| println!("{line}"))?;
    if code != 0 {
        return Err(Failure::new(format!("signing in ended with exit code {code}")));
    }

    let mut last = None;
    let mut problems = Vec::new();
    let code = ferry(demo)
        .args(["--json", "upload"])
        .args(&demo.paths)
        .args(["--to", DESTINATION, "--create", "--duplicates", "off"])
        .run_reading(None, |line| match serde_json::from_str::<Value>(line) {
            Ok(event) if event["event"] == "batch_finished" => last = Some(event),
            Ok(event) if event["event"] == "job" => {
                println!("{:>12}  {}", text(&event["state"]), text(&event["path"]));
                if !ended_well(&event) {
                    problems.push(event);
                }
            }
            Ok(_) => {}
            Err(_) => problems.push(Value::from(format!("not JSON: {line}"))),
        })?;

    let summary = last.when("`ferry upload` printed no batch_finished line")?;
    println!();
    ferry(demo).args(["receipt", &text(&summary["batch"])]).run()?;
    for problem in &problems {
        println!("problem: {problem}");
    }
    let open = ["failed", "blocked", "cancelled"].iter().any(|state| summary[*state].as_u64() != Some(0));
    if code != 0 || open || !problems.is_empty() {
        return Err(Failure::new(format!("the upload ended with exit code {code}: {summary}")));
    }
    Ok(())
}

fn ferry(demo: &Demo<'_>) -> Run {
    Run::new(demo.place.built("ferry"))
        .arg("--data-dir")
        .arg(&demo.data)
        .env("FERRY_PASSPHRASE", &demo.passphrase)
        .in_folder(&demo.place.root)
}

fn ended_well(job: &Value) -> bool {
    matches!(job["state"].as_str(), Some("done" | "skipped"))
}

/// Names and numbers alike, without quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What became of every job in the data directory, while Ferry's window is open on it: those not done yet.
pub fn unfinished_jobs(demo: &Demo<'_>) -> Outcome<Vec<String>> {
    let listed = ferry(demo).args(["--json", "jobs", "--limit", "100000"]).output()?;
    let jobs: Vec<Value> = listed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["state"].is_string())
        .collect();
    if jobs.is_empty() {
        return Err(Failure::new("`ferry jobs` lists no job of the window's upload."));
    }
    Ok(jobs
        .iter()
        .filter(|job| !ended_well(job))
        .map(|job| format!("{} is {}", text(&job["path"]), text(&job["state"])))
        .collect())
}
