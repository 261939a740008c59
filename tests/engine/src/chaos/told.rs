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
            for call in calls.iter().rev().take(60).rev() {
                let _ = write!(
                    text,
                    "\ncall {} {} {} {} {:?} {} ms, {} faults",
                    call.at_ms, call.method, call.path, call.query, call.status, call.millis, call.faults
                );
            }
            let said = ears::said();
            let tail: Vec<&str> = said.lines().rev().take(60).collect();
            for line in tail.into_iter().rev() {
                let _ = write!(text, "\nlog {line}");
            }
        }
        (text, figures)
    }

    fn stage_faults(&self) -> usize {
        self.stage.tenant.requests().iter().map(|call| call.faults).sum()
    }
}
