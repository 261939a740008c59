//! What is told of a run.

use std::fmt::Write;

use super::ears;
use super::play::Play;

impl Play {
    /// The trace, long where something broke, and the figures.
    pub async fn told(&mut self, long: bool) -> (String, String) {
        let calls = self.stage.tenant.requests();
        let figures = format!(
            "{} files, {} calls, {} faults, {} damages, {} interruptions, {} parts, {} of them again",
            self.workload.files.len(),
            calls.len(),
            self.stage_faults(),
            self.relay.done().len(),
            self.interruptions,
            self.parts_sent,
            self.parts_again
        );
        let mut text = self.trace.join("\n");
        if long {
            for job in self.jobs().await {
                let path = self.path_of(&job);
                let _ = write!(
                    text,
                    "\njob {} {path:?} {:?} {:?} {:?}",
                    job.id, job.state, job.waiting_for, job.failure
                );
            }
            for job in self.jobs().await {
                let Ok(details) = self.stage.handle().job_details(job.id).await else { continue };
                for attempt in details.attempts {
                    let what = (attempt.ended_at, attempt.failure.code, attempt.failure.details);
                    let _ = write!(text, "\nattempt of {} {} {what:?}", job.id, job.name);
                }
            }
            for asset in self.stage.tenant.assets() {
                let what = (asset.created, &asset.md5, &asset.upload_key);
                let _ = write!(text, "\nasset {} {what:?}", self.place_of(&asset));
            }
            for done in self.relay.done() {
                let _ = write!(text, "\ndamaged: {done:?}");
            }
            let calls = calls.iter().map(|call| {
                format!(
                    "call {} {} {} {} {:?} {} ms, {} faults",
                    call.at_ms, call.method, call.path, call.query, call.status, call.millis, call.faults
                )
            });
            add_ends(&mut text, calls.collect());
            add_ends(&mut text, ears::said().lines().map(|line| format!("log {line}")).collect());
        }
        (text, figures)
    }

    fn stage_faults(&self) -> usize {
        self.stage.tenant.requests().iter().map(|call| call.faults).sum()
    }
}

/// What began it, and what it came to: the waiting in between says little.
const FIRST: usize = 300;
const LAST: usize = 60;

fn add_ends(text: &mut String, lines: Vec<String>) {
    let left_out = lines.len().saturating_sub(FIRST + LAST);
    for (at, line) in lines.iter().enumerate() {
        if at == FIRST && left_out > 0 {
            let _ = write!(text, "\n… {left_out} more …");
        }
        if at < FIRST || at >= FIRST + left_out {
            let _ = write!(text, "\n{line}");
        }
    }
}
