//! The faults are over: what a user would do until nothing is left to do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use engine::error::ErrorCode;
use engine::model::{JobAction, JobSelection, JobStateKind, JobView, WaitingFor};
use ferry_tenant::{Action, Faults};

use super::life::Life;
use super::play::Play;

/// Every job has ended by then.
const BOUND: Duration = Duration::from_secs(60);
/// Time that is skipped in all: longer than any back-off, shorter than what is waited for an asset that nobody sees.
const ROUND: Duration = Duration::from_secs(25);

impl Play {
    /// Ends the faults and waits until everything has ended. Returns what has not.
    pub async fn settle(&mut self) -> Vec<String> {
        self.tell("the faults are over");
        self.rules = self.stage.tenant.faults().rules;
        self.stage.tenant.set_faults(Faults::default());
        self.relay.set_script(Vec::new());
        self.relay.come_back().await;
        self.local.bring_most_back();
        if self.life.is_none() {
            self.life = Some(Life::begin(&mut self.stage).await);
        }
        let started = Instant::now();
        let mut tries: BTreeMap<String, u32> = BTreeMap::new();
        loop {
            self.note_objects();
            let open: Vec<JobView> =
                self.jobs().await.into_iter().filter(|job| !self.has_ended(job)).collect();
            let scanned = self.all_scanned().await;
            if open.is_empty() && scanned {
                return Vec::new();
            }
            if started.elapsed() > BOUND {
                let open = open.iter().map(|job| {
                    format!("(2) {} has not ended: {:?} {:?}", self.path_of(job), job.state, job.failure)
                });
                return open.chain((!scanned).then(|| "(2) a scan has not ended".to_owned())).collect();
            }
            self.as_a_user(&open, &mut tries).await;
            self.wait(Duration::from_millis(250)).await;
            let unseen = !open.is_empty() && open.iter().all(|job| self.waits_for_the_unseen(job));
            self.skip(if unseen { Duration::from_secs(25 * 3_600) } else { ROUND }).await;
        }
    }

    async fn skip(&mut self, by: Duration) {
        let before = self.trace.len();
        self.pass_time(by).await;
        // Of no interest, unless it is long.
        if by == ROUND {
            self.trace.truncate(before);
        }
    }

    async fn all_scanned(&self) -> bool {
        for batch in &self.batches {
            let view = self.stage.handle().batch(*batch).await.unwrap();
            if view.state == engine::model::BatchState::Scanning {
                return false;
            }
        }
        true
    }

    /// Signs in where that is asked for, goes on with what is paused, tries again what failed.
    async fn as_a_user(&mut self, open: &[JobView], tries: &mut BTreeMap<String, u32>) {
        // Nothing of an account whose sign-in is lost is sent: what was added meanwhile stays queued.
        let asked = self.stage.handle().snapshot().await.unwrap().condition.sign_in_required;
        if asked || open.iter().any(|job| job.waiting_for == Some(WaitingFor::SignIn)) {
            self.tell("signs in");
            self.stage.sign_in().await;
        }
        let of = |states: &[JobStateKind]| -> Vec<_> {
            open.iter().filter(|job| states.contains(&job.state)).map(|job| job.id).collect()
        };
        let paused = of(&[JobStateKind::Paused, JobStateKind::Uploading, JobStateKind::Checking]);
        if !paused.is_empty() {
            self.control(JobSelection::Jobs { jobs: paused }, JobAction::Resume).await;
        }
        let failed = of(&[JobStateKind::Failed, JobStateKind::Blocked]);
        for job in open.iter().filter(|job| failed.contains(&job.id)) {
            let path = self.path_of(job);
            let before = tries.entry(path.clone()).or_default();
            *before += 1;
            if *before < 5 {
                let code = job.failure.as_ref().map(|failure| failure.code);
                self.tell(format!("tries again: {path:?} {code:?}"));
            }
        }
        if !failed.is_empty() {
            self.control(JobSelection::Jobs { jobs: failed }, JobAction::Retry).await;
        }
    }

    /// Settled, or as far as it will ever come, for a reason that is told and true.
    fn has_ended(&self, job: &JobView) -> bool {
        let code = job.failure.as_ref().map(|failure| failure.code);
        let is_there = self.local.files.get(&self.path_of(job)).is_some_and(|file| file.is_there());
        match job.state {
            JobStateKind::Done | JobStateKind::Cancelled => true,
            JobStateKind::Failed => code == Some(ErrorCode::SourceMissing) && !is_there,
            JobStateKind::Blocked => match code {
                Some(ErrorCode::AssetUnseen) => self.may_be_unseen(),
                // It may have arrived: nobody knows without the file.
                Some(ErrorCode::SourceMissing) => !is_there,
                _ => false,
            },
            _ => false,
        }
    }

    /// The store took an upload that never became anything, or whose error has left the status list meanwhile.
    fn may_be_unseen(&self) -> bool {
        self.fired(|action| matches!(action, Action::NeverIngest | Action::IngestError)) > 0
    }

    fn waits_for_the_unseen(&self, job: &JobView) -> bool {
        matches!(job.state, JobStateKind::Finishing | JobStateKind::Processing) && self.may_be_unseen()
    }
}
