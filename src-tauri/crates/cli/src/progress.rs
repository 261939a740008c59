//! Progress of a batch: bars on a terminal, otherwise a line now and then.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use engine::EngineHandle;
use engine::event::{JobChange, ProgressFrame};
use engine::model::{BatchId, BatchState, BatchView, JobId, JobStateKind};
use indicatif::{ProgressBar, ProgressStyle};

use crate::output::{Output, bytes, counted, plain};

/// The largest running files that get a bar of their own.
const SHOWN: usize = 4;
const PLAIN_EVERY: Duration = Duration::from_secs(10);

pub struct Progress {
    batch: BatchId,
    out: Output,
    whole: Option<ProgressBar>,
    files: HashMap<JobId, ProgressBar>,
    /// Running jobs of this batch.
    ours: HashMap<JobId, u64>,
    next_plain: Instant,
    speed: u64,
    left: Option<u64>,
}

impl Progress {
    pub fn new(batch: BatchId, out: &Output) -> Self {
        let whole = out.is_terminal().then(|| {
            let bar = out.bars().add(ProgressBar::new(0));
            bar.set_style(style("{spinner} {msg}"));
            bar.set_message("Looking for files");
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Self {
            batch,
            out: out.clone(),
            whole,
            files: HashMap::new(),
            ours: HashMap::new(),
            next_plain: Instant::now() + PLAIN_EVERY,
            speed: 0,
            left: None,
        }
    }

    pub fn changes(&mut self, changes: &[JobChange]) {
        for change in changes.iter().filter(|change| change.batch == self.batch) {
            if change.state == JobStateKind::Uploading {
                self.ours.insert(change.job, 0);
            } else {
                self.ours.remove(&change.job);
            }
        }
    }

    pub async fn frame(&mut self, frame: &ProgressFrame, handle: &EngineHandle) {
        self.speed = frame.speed;
        self.left = frame.seconds_left;
        for job in &frame.jobs {
            if let Some(sent) = self.ours.get_mut(&job.job) {
                *sent = job.sent;
            }
        }
        if self.whole.is_none() {
            return;
        }
        let largest: Vec<_> =
            frame.jobs.iter().filter(|job| self.ours.contains_key(&job.job)).take(SHOWN).collect();
        self.files.retain(|id, bar| {
            let stays = largest.iter().any(|job| job.job == *id);
            if !stays {
                bar.finish_and_clear();
            }
            stays
        });
        for job in largest {
            if let Some(bar) = self.files.get(&job.job) {
                bar.set_position(job.sent);
            } else if let Ok(details) = handle.job_details(job.job).await {
                let bar = self.out.bars().add(ProgressBar::new(job.size));
                bar.set_style(style("  {msg:32!} {bar:24.dim} {bytes}/{total_bytes}"));
                bar.set_message(plain(&details.job.name));
                bar.set_position(job.sent);
                self.files.insert(job.job, bar);
            }
        }
    }

    pub fn batch(&mut self, view: &BatchView) {
        let sent = self.sent(view);
        let totals = &view.totals;
        match &self.whole {
            Some(bar) => {
                if totals.all() > 0 && bar.length() != Some(totals.all_bytes()) {
                    bar.set_style(style("{wide_bar:.green} {bytes}/{total_bytes}  {msg}"));
                }
                bar.set_length(totals.all_bytes());
                bar.set_position(sent);
                bar.set_message(self.words(view));
            }
            None if Instant::now() >= self.next_plain => {
                self.next_plain = Instant::now() + PLAIN_EVERY;
                let all = bytes(totals.all_bytes());
                self.out.note(format!("{} of {all}, {}", bytes(sent), self.words(view)));
            }
            None => {}
        }
    }

    fn words(&self, view: &BatchView) -> String {
        let finished = view.totals.all() - view.totals.open();
        let mut words = format!("{finished} of {}", counted(view.totals.all(), "file", "files"));
        if view.state == BatchState::Scanning {
            words.push_str(" (still looking for files)");
        }
        if self.speed > 0 && view.totals.open() > 0 {
            words.push_str(&format!(", {}/s", bytes(self.speed)));
            if let Some(left) = self.left {
                words.push_str(&format!(", {} left", indicatif::HumanDuration(Duration::from_secs(left))));
            }
        }
        words
    }

    /// Bytes that are with the object store.
    fn sent(&self, view: &BatchView) -> u64 {
        use JobStateKind as S;
        let of = |state: S| view.totals.bytes.get(&state).copied().unwrap_or(0);
        let whole: u64 = [S::Finishing, S::Processing, S::Done, S::Skipped].into_iter().map(of).sum();
        (whole + self.ours.values().sum::<u64>()).min(view.totals.all_bytes())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        for bar in self.files.values().chain(&self.whole) {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    // A template that can't be read would be a mistake here; the plain bar then does.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
