//! Tells of every finished job of a batch exactly once, with little memory.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use engine::EngineHandle;
use engine::error::{ErrorCode, Failure};
use engine::event::JobChange;
use engine::model::{BatchId, BatchView, JobId, JobQuery, JobStateKind, JobView};

use crate::exit::Problem;
use crate::lines::{JobLine, Line};
use crate::output::Output;

/// Rows fetched around a job that is known to be finished: its neighbours mostly finish with it.
const AROUND: u32 = 64;
const PAGE: u32 = 1_000;
/// Looking for what was missed may take this share of the time.
const LOOK_SHARE: u32 = 10;

pub struct Finished {
    batch: BatchId,
    told: Bitmap,
    /// Known to be finished, not yet told.
    known: BTreeSet<JobId>,
    /// Every job up to here is told.
    low: JobId,
    /// Changes were not named one by one.
    missed: bool,
    next_look: Instant,
}

impl Finished {
    pub fn new(batch: BatchId) -> Self {
        Self {
            batch,
            told: Bitmap::default(),
            known: BTreeSet::new(),
            low: JobId(0),
            missed: true,
            next_look: Instant::now(),
        }
    }

    /// Takes in what an event says.
    pub fn note(&mut self, changes: &[JobChange]) {
        self.missed |= changes.is_empty();
        let settled = changes.iter().filter(|change| change.batch == self.batch && change.state.is_settled());
        self.known.extend(settled.map(|change| change.job));
    }

    /// Something was not heard of.
    pub fn note_gap(&mut self) {
        self.missed = true;
    }

    /// Tells of what is known to be finished; of what was missed, now and then.
    pub async fn tell(&mut self, handle: &EngineHandle, out: &Output) -> Result<(), Problem> {
        while let Some(job) = self.known.pop_first() {
            if !self.told.has(job) {
                let page = self.page(handle, JobId(job.0 - 1), settled(), AROUND).await?;
                self.print(&page, out)?;
            }
        }
        if self.missed && Instant::now() >= self.next_look {
            let began = Instant::now();
            self.catch_up(handle, out).await?;
            self.next_look = Instant::now() + (began.elapsed() * LOOK_SHARE).max(Duration::from_millis(500));
        }
        Ok(())
    }

    /// At the end: whatever has not been told.
    pub async fn tell_all(&mut self, handle: &EngineHandle, out: &Output) -> Result<(), Problem> {
        self.catch_up(handle, out).await
    }

    async fn catch_up(&mut self, handle: &EngineHandle, out: &Output) -> Result<(), Problem> {
        self.missed = false;
        // Looked up first: what is below the oldest open job is finished by the time its rows are read.
        let oldest_open = self.page(handle, self.low, unsettled(), 1).await?;
        let mut after = self.low;
        loop {
            let page = self.page(handle, after, settled(), PAGE).await?;
            self.print(&page, out)?;
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after = last.id,
                Some(last) => after = last.id.max(after),
                None => {}
            }
            if page.len() < PAGE as usize {
                break;
            }
        }
        if let Some(open) = oldest_open.first() {
            self.low = JobId(open.id.0 - 1);
            self.told.forget_up_to(self.low);
        }
        Ok(())
    }

    async fn page(
        &self,
        handle: &EngineHandle,
        after: JobId,
        states: Vec<JobStateKind>,
        limit: u32,
    ) -> Result<Vec<JobView>, Problem> {
        let query =
            JobQuery { batch: Some(self.batch), after: Some(after), states, limit, ..JobQuery::default() };
        Ok(handle.list_jobs(query).await?.jobs)
    }

    fn print(&mut self, page: &[JobView], out: &Output) -> Result<(), Problem> {
        for job in page {
            if job.id > self.low && self.told.add(job.id) {
                out.line(&Line::Job(JobLine::from(job)))?;
            }
        }
        Ok(())
    }
}

fn settled() -> Vec<JobStateKind> {
    JobStateKind::ALL.into_iter().filter(|state| state.is_settled()).collect()
}

fn unsettled() -> Vec<JobStateKind> {
    JobStateKind::ALL.into_iter().filter(|state| !state.is_settled()).collect()
}

/// Failed or blocked jobs of a batch, grouped by cause: how many, and the first few.
pub async fn causes(handle: &EngineHandle, batch: &BatchView) -> Result<Vec<Cause>, Problem> {
    const EXAMPLES: usize = 5;
    let mut causes: BTreeMap<(ErrorCode, Option<String>), Cause> = BTreeMap::new();
    let states = vec![JobStateKind::Failed, JobStateKind::Blocked];
    let mut after = JobId(0);
    loop {
        let query = JobQuery {
            batch: Some(batch.id),
            states: states.clone(),
            after: Some(after),
            limit: PAGE,
            ..JobQuery::default()
        };
        let jobs = handle.list_jobs(query).await?.jobs;
        let Some(last) = jobs.last() else { break };
        after = last.id;
        for job in jobs {
            let path = crate::lines::path_of(&job);
            let Some(failure) = job.failure else { continue };
            let cause = causes
                .entry((failure.code, failure.params.get("reason").cloned()))
                .or_insert_with(|| Cause { failure, count: 0, paths: Vec::new() });
            cause.count += 1;
            if cause.paths.len() < EXAMPLES {
                cause.paths.push(path);
            }
        }
    }
    Ok(causes.into_values().collect())
}

pub struct Cause {
    pub failure: Failure,
    pub count: u64,
    pub paths: Vec<String>,
}

/// A set of ids that lie close together.
#[derive(Default)]
struct Bitmap {
    words: BTreeMap<i64, u64>,
}

impl Bitmap {
    fn place(job: JobId) -> (i64, u64) {
        (job.0 >> 6, 1 << (job.0 & 63))
    }

    fn has(&self, job: JobId) -> bool {
        let (word, bit) = Self::place(job);
        self.words.get(&word).is_some_and(|bits| bits & bit != 0)
    }

    /// `false`: it was there.
    fn add(&mut self, job: JobId) -> bool {
        let (word, bit) = Self::place(job);
        let bits = self.words.entry(word).or_default();
        let new = *bits & bit == 0;
        *bits |= bit;
        new
    }

    fn forget_up_to(&mut self, job: JobId) {
        self.words = self.words.split_off(&(job.0 >> 6));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bitmap_counts_each_once_and_forgets_what_lies_behind() {
        let mut map = Bitmap::default();
        assert!((1..=100_000).all(|id| map.add(JobId(id))));
        assert!((1..=100_000).all(|id| !map.add(JobId(id)) && map.has(JobId(id))));
        assert!(!map.has(JobId(100_001)));
        assert!(map.words.len() < 1_600);
        map.forget_up_to(JobId(99_999));
        assert!(map.has(JobId(100_000)) && map.words.len() == 1);
    }
}
