//! What the tray shows of the engine, kept true by events.

use engine::error::Failure;
use engine::event::{Condition, EngineEvent, ProgressFrame};
use engine::model::{BatchId, BatchState, BatchView, JobStateKind, Totals};

const RECENT: usize = 5;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    pub totals: Totals,
    pub frame: ProgressFrame,
    pub condition: Condition,
    /// Finished batches, the latest first.
    pub recent: Vec<Recent>,
    /// What is set has to be asked for again.
    pub settings_changed: bool,
    /// And what is kept in step.
    pub synced_changed: bool,
    /// Whether synchronization is on; `None`: nothing is kept in step.
    pub sync: Option<bool>,
    /// Bytes that were settled when the present stretch of work began.
    pub begun_at: Option<u64>,
    /// Why the engine did not start.
    pub not_started: Option<Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    pub batch: BatchId,
    pub label: String,
    pub files: u64,
    finished_at: i64,
}

/// In one word, what is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    NotStarted,
    SignInRequired,
    Offline,
    Paused,
    Working,
    Waiting,
    Resting,
}

impl Picture {
    pub fn apply(&mut self, event: &EngineEvent) {
        match event {
            EngineEvent::JobsChanged { batches, totals, .. } => {
                if self.begun_at.is_none() || self.totals.open() == 0 {
                    self.begun_at = Some(settled_bytes(totals));
                }
                self.totals = totals.clone();
                batches.iter().for_each(|batch| self.keep(batch));
            }
            EngineEvent::Progress { frame } => self.frame = frame.clone(),
            EngineEvent::BatchFinished { batch } => self.keep(batch),
            EngineEvent::ConditionChanged { condition } => self.condition = condition.clone(),
            EngineEvent::SettingsChanged => self.settings_changed = true,
            EngineEvent::CollectionChanged { .. } | EngineEvent::FolderChanged { .. } => {
                self.synced_changed = true;
            }
            EngineEvent::SyncSwitched { on } => self.sync = self.sync.map(|_| *on),
            EngineEvent::AccountsChanged { .. } => {}
        }
    }

    fn keep(&mut self, batch: &BatchView) {
        self.recent.retain(|known| known.batch != batch.id);
        if let (BatchState::Finished, Some(finished_at)) = (batch.state, batch.finished_at) {
            let files = batch.totals.all();
            self.recent.push(Recent { batch: batch.id, label: batch.label.clone(), files, finished_at });
            self.recent.sort_by_key(|known| (-known.finished_at, -known.batch.0));
            self.recent.truncate(RECENT);
        }
    }

    pub fn mood(&self) -> Mood {
        let open = self.totals.open();
        match () {
            () if self.not_started.is_some() => Mood::NotStarted,
            () if self.condition.sign_in_required => Mood::SignInRequired,
            () if open == 0 => Mood::Resting,
            () if self.condition.offline => Mood::Offline,
            () if self.rests()
                || self.condition.paused
                || open == self.totals.count(JobStateKind::Paused) =>
            {
                Mood::Paused
            }
            () if self.running() > 0 => Mood::Working,
            () => Mood::Waiting,
        }
    }

    /// Nothing is sent for a while, and nothing is on its way any more.
    fn rests(&self) -> bool {
        self.condition.rest.is_some() && self.running() == 0
    }

    /// Jobs that the engine is busy with.
    pub fn running(&self) -> u64 {
        JobStateKind::ALL
            .into_iter()
            .filter(|state| state.is_running())
            .map(|state| self.totals.count(state))
            .sum()
    }

    /// How far the present stretch of work is, in so many steps.
    pub fn step_of(&self, steps: u64) -> u64 {
        let settled = settled_bytes(&self.totals).saturating_sub(self.begun_at.unwrap_or(0));
        let sent: u64 = self.frame.jobs.iter().map(|job| job.sent).sum();
        let all = settled.saturating_add(self.totals.all_bytes().saturating_sub(settled_bytes(&self.totals)));
        settled.saturating_add(sent).min(all).saturating_mul(steps).checked_div(all).unwrap_or(0)
    }

    /// Jobs that will go on by themselves.
    pub fn moving(&self) -> u64 {
        self.totals.open().saturating_sub(self.totals.count(JobStateKind::Paused))
    }

    /// Jobs that someone has to look at.
    pub fn problems(&self) -> u64 {
        self.totals.count(JobStateKind::Blocked) + self.totals.count(JobStateKind::Failed)
    }
}

fn settled_bytes(totals: &Totals) -> u64 {
    totals.bytes.iter().filter(|(state, _)| state.is_settled()).map(|(_, bytes)| bytes).sum()
}

#[cfg(test)]
pub mod tests {
    use engine::error::ErrorCode;
    use engine::model::{AccountId, Destination, DestinationKind};

    use super::*;

    pub fn with(jobs: &[(JobStateKind, u64)]) -> Picture {
        let mut picture = Picture::default();
        picture.totals.jobs.extend(jobs.iter().copied());
        picture
    }

    fn batch(id: i64, finished_at: Option<i64>) -> BatchView {
        BatchView {
            id: BatchId(id),
            account: AccountId(1),
            label: format!("Shoot {id}"),
            destination: Destination { kind: DestinationKind::Album, id: "x".into(), path: "x".into() },
            state: if finished_at.is_some() { BatchState::Finished } else { BatchState::Open },
            totals: Totals::default(),
            created_at: 0,
            finished_at,
            left_out: 0,
            duplicates: Default::default(),
            failure: None,
            watched: None,
        }
    }

    #[test]
    fn five_finished_batches_are_kept_the_latest_first() {
        let mut picture = Picture::default();
        for id in 1..=7 {
            picture.apply(&EngineEvent::BatchFinished { batch: batch(id, Some(id * 10)) });
        }
        let ids = |picture: &Picture| picture.recent.iter().map(|known| known.batch.0).collect::<Vec<_>>();
        assert_eq!(ids(&picture), [7, 6, 5, 4, 3]);
        // Retried: it is open again.
        let batches = vec![batch(6, None)];
        picture.apply(&EngineEvent::JobsChanged { changes: vec![], batches, totals: Totals::default() });
        assert_eq!(ids(&picture), [7, 5, 4, 3]);
    }

    #[test]
    fn a_stretch_of_work_begins_when_nothing_was_left() {
        use JobStateKind::{Done, Queued, Uploading};
        let mut picture = Picture::default();
        let tell = |picture: &mut Picture, bytes: &[(JobStateKind, u64)]| {
            let mut totals = Totals::default();
            totals.jobs.extend(bytes.iter().map(|(state, _)| (*state, 1)));
            totals.bytes.extend(bytes.iter().copied());
            picture.apply(&EngineEvent::JobsChanged { changes: vec![], batches: vec![], totals });
        };
        tell(&mut picture, &[(Done, 900)]);
        assert_eq!(picture.step_of(12), 0);
        tell(&mut picture, &[(Done, 900), (Queued, 100)]);
        assert_eq!(picture.step_of(12), 0);
        tell(&mut picture, &[(Done, 950), (Uploading, 50)]);
        assert_eq!(picture.step_of(12), 6);
        tell(&mut picture, &[(Done, 1_000)]);
        tell(&mut picture, &[(Done, 1_000), (Queued, 300)]);
        assert_eq!(picture.step_of(12), 0);
    }

    #[test]
    fn the_mood_is_the_most_pressing_one() {
        use JobStateKind::{Blocked, Done, Paused, Queued, Uploading};
        assert_eq!(with(&[(Done, 5), (Blocked, 1)]).mood(), Mood::Resting);
        assert_eq!(with(&[(Queued, 5), (Uploading, 1)]).mood(), Mood::Working);
        assert_eq!(with(&[(Queued, 5)]).mood(), Mood::Waiting);
        assert_eq!(with(&[(Paused, 5), (Done, 2)]).mood(), Mood::Paused);
        assert_eq!(with(&[(Paused, 5), (Queued, 2)]).mood(), Mood::Waiting);
        let mut offline = with(&[(Queued, 5)]);
        offline.condition.offline = true;
        assert_eq!(offline.mood(), Mood::Offline);
        offline.condition.sign_in_required = true;
        assert_eq!(offline.mood(), Mood::SignInRequired);
        offline.not_started = Some(ErrorCode::DatabaseTooNew.into());
        assert_eq!(offline.mood(), Mood::NotStarted);
    }
}
