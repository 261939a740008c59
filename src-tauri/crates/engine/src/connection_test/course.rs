//! The steps of a test as they are taken: every change is told at once.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::error::Failure;
use crate::model::{ConnectionReport, NetworkWay, StepKind, StepState, StepWord, TestStep};

type Tell = dyn Fn(&ConnectionReport) + Send + Sync;

/// Clones are the same course.
#[derive(Clone)]
pub struct Course {
    report: Arc<Mutex<ConnectionReport>>,
    tell: Arc<Tell>,
}

/// What a step found.
#[derive(Debug, Default)]
pub struct Found {
    word: Option<StepWord>,
    values: BTreeMap<String, String>,
    way: Option<NetworkWay>,
}

impl From<StepWord> for Found {
    fn from(word: StepWord) -> Self {
        Self { word: Some(word), ..Self::default() }
    }
}

impl Found {
    pub fn way(way: NetworkWay) -> Self {
        Self { way: Some(way), ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }
}

impl Course {
    pub fn new(report: ConnectionReport, tell: impl Fn(&ConnectionReport) + Send + Sync + 'static) -> Self {
        Self { report: Arc::new(Mutex::new(report)), tell: Arc::new(tell) }
    }

    pub fn report(&self) -> ConnectionReport {
        self.lock().clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut ConnectionReport)) {
        let report = {
            let mut report = self.lock();
            change(&mut report);
            report.clone()
        };
        (self.tell)(&report);
    }

    /// Takes a step. `None`: it failed, and how is in the report.
    pub async fn step<T>(
        &self,
        step: StepKind,
        host: Option<&str>,
        work: impl Future<Output = Result<(T, Found), Failure>>,
    ) -> Option<T> {
        let (at, began) = (self.begin(step, host), Instant::now());
        let ended = work.await;
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (value, found, failure) = match ended {
            Ok((value, found)) => (Some(value), found, None),
            Err(failure) => (None, Found::default(), Some(failure)),
        };
        let state = if failure.is_none() { StepState::Fine } else { StepState::Failed };
        self.end(at, state, millis, found, failure);
        value
    }

    /// A step that is not taken.
    pub fn skip(&self, step: StepKind, host: Option<&str>, why: impl Into<Found>) {
        let at = self.begin(step, host);
        self.end(at, StepState::Skipped, 0, why.into(), None);
    }

    /// Ends a step that goes on beside the others.
    pub fn end(&self, at: usize, state: StepState, millis: u64, found: Found, failure: Option<Failure>) {
        self.change(|report| {
            if let Some(step) = report.steps.get_mut(at) {
                step.state = state;
                step.millis = millis;
                step.word = found.word;
                step.values = found.values;
                step.way = found.way;
                step.failure = failure;
            }
        });
    }

    /// Begins a step; it is ended by its number.
    pub fn begin(&self, step: StepKind, host: Option<&str>) -> usize {
        let mut at = 0;
        self.change(|report| {
            at = report.steps.len();
            report.steps.push(TestStep {
                step,
                host: host.map(str::to_owned),
                state: StepState::Running,
                millis: 0,
                word: None,
                values: BTreeMap::new(),
                way: None,
                failure: None,
            });
        });
        at
    }

    /// The last word, also after the test was cancelled in the middle.
    pub fn finish(&self, cancelled: bool) -> ConnectionReport {
        self.change(|report| {
            for step in &mut report.steps {
                if step.state == StepState::Running {
                    step.state = StepState::Skipped;
                    step.word = Some(StepWord::Cancelled);
                }
            }
            report.cancelled = cancelled;
            report.ended = true;
        });
        self.report()
    }

    fn lock(&self) -> MutexGuard<'_, ConnectionReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
