//! What the system's notifications say, and when: by kind, gathered, never of a single file among many. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::event::EngineEvent;
use engine::model::{JobStateKind, SettingKey, SettingView};

use crate::text::{Language, Word};

/// Nothing more came for so long …
const QUIET: Duration = Duration::from_secs(10);
/// … or the first of it is so old.
const MOST: Duration = Duration::from_secs(60);
/// Between two of one kind.
const APART: Duration = Duration::from_secs(300);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Done,
    Needs,
    Failed,
}

impl Kind {
    fn setting(self) -> SettingKey {
        match self {
            Self::Done => SettingKey::NotifyDone,
            Self::Needs => SettingKey::NotifyNeeds,
            Self::Failed => SettingKey::NotifyFailed,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Uploads are through; the label is the last one's.
    Done {
        uploads: u64,
        files: u64,
        label: String,
    },
    Needs {
        sign_in: bool,
        files: u64,
    },
    Failed {
        stopped: bool,
        files: u64,
    },
}

impl Notice {
    fn kind(&self) -> Kind {
        match self {
            Self::Done { .. } => Kind::Done,
            Self::Needs { .. } => Kind::Needs,
            Self::Failed { .. } => Kind::Failed,
        }
    }

    fn with(self, more: Self) -> Self {
        match (self, more) {
            (Self::Done { uploads, files, .. }, Self::Done { uploads: one, files: of_it, label }) => {
                Self::Done { uploads: uploads + one, files: files + of_it, label }
            }
            (Self::Needs { sign_in, files }, Self::Needs { sign_in: now, files: more }) => {
                Self::Needs { sign_in: sign_in || now, files: files + more }
            }
            (Self::Failed { stopped, files }, Self::Failed { stopped: now, files: more }) => {
                Self::Failed { stopped: stopped || now, files: files + more }
            }
            (_, more) => more,
        }
    }

    /// A title, and what is below it.
    pub fn words(&self, language: Language) -> (String, String) {
        match self {
            Self::Done { uploads: 1, files, label } => (
                language.count(Word::UploadsDone, 1),
                format!("{label} · {}", language.count(Word::Files, *files)),
            ),
            Self::Done { uploads, files, .. } => {
                (language.count(Word::UploadsDone, *uploads), language.count(Word::Files, *files))
            }
            Self::Needs { sign_in: true, .. } => (language.say(Word::SignIn), language.say(Word::SeeWhy)),
            Self::Needs { files, .. } => (language.count(Word::NeedYou, *files), language.say(Word::SeeWhy)),
            Self::Failed { stopped: true, .. } => (language.say(Word::Stopped), language.say(Word::SeeWhy)),
            Self::Failed { files, .. } => {
                (language.count(Word::NotUploaded, *files), language.say(Word::SeeWhy))
            }
        }
    }
}

struct Gathered {
    notice: Notice,
    since: Duration,
    last: Duration,
}

/// Times are those of a clock that is never set.
#[derive(Default)]
pub struct Notices {
    gathered: BTreeMap<Kind, Gathered>,
    told: BTreeMap<Kind, Duration>,
    /// Files that need somebody and that failed, as they were last; unknown at first: those of before are nothing new.
    known: Option<(u64, u64)>,
    sign_in_required: bool,
    stopped: bool,
}

impl Notices {
    pub fn hear(&mut self, event: &EngineEvent, now: Duration) {
        match event {
            EngineEvent::BatchFinished { batch } => {
                let files = batch.totals.count(JobStateKind::Done);
                if files > 0 {
                    self.add(Notice::Done { uploads: 1, files, label: batch.label.clone() }, now);
                }
            }
            EngineEvent::JobsChanged { totals, .. } => {
                let (needing, failed) =
                    (totals.count(JobStateKind::Blocked), totals.count(JobStateKind::Failed));
                let (needed, had_failed) = self.known.replace((needing, failed)).unwrap_or((needing, failed));
                if needing > needed {
                    self.add(Notice::Needs { sign_in: false, files: needing - needed }, now);
                }
                if failed > had_failed {
                    self.add(Notice::Failed { stopped: false, files: failed - had_failed }, now);
                }
            }
            EngineEvent::ConditionChanged { condition } => {
                if condition.sign_in_required && !self.sign_in_required {
                    self.add(Notice::Needs { sign_in: true, files: 0 }, now);
                } else if !condition.sign_in_required && self.sign_in_required {
                    self.forget_the_sign_in();
                }
                if condition.failure.is_some() && !self.stopped {
                    self.add(Notice::Failed { stopped: true, files: 0 }, now);
                }
                self.sign_in_required = condition.sign_in_required;
                self.stopped = condition.failure.is_some();
            }
            _ => {}
        }
    }

    fn add(&mut self, notice: Notice, now: Duration) {
        let kind = notice.kind();
        let (notice, since) = match self.gathered.remove(&kind) {
            Some(before) => (before.notice.with(notice), before.since),
            None => (notice, now),
        };
        self.gathered.insert(kind, Gathered { notice, since, last: now });
    }

    /// Whoever has signed in meanwhile need not be told.
    fn forget_the_sign_in(&mut self) {
        match self.gathered.get_mut(&Kind::Needs).map(|gathered| &mut gathered.notice) {
            Some(Notice::Needs { files: 0, .. }) => drop(self.gathered.remove(&Kind::Needs)),
            Some(Notice::Needs { sign_in, .. }) => *sign_in = false,
            _ => {}
        }
    }

    fn due_at(&self, kind: Kind, gathered: &Gathered) -> Duration {
        let apart = self.told.get(&kind).map_or(Duration::ZERO, |told| *told + APART);
        (gathered.last + QUIET).min(gathered.since + MOST).max(apart)
    }

    /// When something is to be told.
    pub fn next_due(&self) -> Option<Duration> {
        self.gathered.iter().map(|(kind, gathered)| self.due_at(*kind, gathered)).min()
    }

    /// What is to be told now. Who has the window in front sees it there.
    pub fn take_due(&mut self, now: Duration, settings: &[SettingView], in_front: bool) -> Vec<Notice> {
        let due: Vec<Kind> = self
            .gathered
            .iter()
            .filter(|(kind, gathered)| self.due_at(**kind, gathered) <= now)
            .map(|(kind, _)| *kind)
            .collect();
        let is_off = |kind: Kind| settings.iter().any(|one| one.key == kind.setting() && one.value == "off");
        let mut notices = Vec::new();
        for kind in due {
            let Some(gathered) = self.gathered.remove(&kind) else { continue };
            if !in_front && !is_off(kind) {
                self.told.insert(kind, now);
                notices.push(gathered.notice);
            }
        }
        notices
    }
}

#[cfg(test)]
mod tests {
    use engine::error::ErrorCode;
    use engine::event::Condition;
    use engine::model::{AccountId, BatchId, BatchState, BatchView, Destination, DestinationKind, Totals};

    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn finished(label: &str, files: u64) -> EngineEvent {
        let mut totals = Totals::default();
        totals.jobs.insert(JobStateKind::Done, files);
        EngineEvent::BatchFinished {
            batch: BatchView {
                id: BatchId(1),
                account: AccountId(1),
                label: label.into(),
                destination: Destination { kind: DestinationKind::Album, id: "x".into(), path: "x".into() },
                state: BatchState::Finished,
                totals,
                created_at: 0,
                finished_at: Some(1),
                left_out: 0,
                duplicates: Default::default(),
                failure: None,
                watched: None,
            },
        }
    }

    fn jobs(blocked: u64, failed: u64) -> EngineEvent {
        let mut totals = Totals::default();
        totals.jobs.insert(JobStateKind::Blocked, blocked);
        totals.jobs.insert(JobStateKind::Failed, failed);
        EngineEvent::JobsChanged { changes: vec![], batches: vec![], totals }
    }

    fn condition(sign_in_required: bool, failure: Option<ErrorCode>) -> EngineEvent {
        let failure = failure.map(Into::into);
        EngineEvent::ConditionChanged {
            condition: Condition { sign_in_required, failure, ..Condition::default() },
        }
    }

    fn set(key: SettingKey, value: &str) -> Vec<SettingView> {
        vec![SettingView {
            key,
            value: value.into(),
            usual: "on".into(),
            choices: vec![],
            locked_by: None,
            administrators_only: false,
        }]
    }

    #[test]
    fn uploads_that_finish_one_after_the_other_are_one_notice() {
        let mut notices = Notices::default();
        assert_eq!(notices.next_due(), None);
        notices.hear(&finished("Selects", 12), at(0));
        notices.hear(&finished("Packshots", 340), at(8));
        assert_eq!((notices.next_due(), notices.take_due(at(17), &[], false)), (Some(at(18)), vec![]));
        let told = notices.take_due(at(18), &[], false);
        assert_eq!(told, [Notice::Done { uploads: 2, files: 352, label: "Packshots".into() }]);
        assert_eq!(told[0].words(Language::English), ("2 uploads finished".into(), "352 files".into()));
        assert_eq!(notices.next_due(), None);
    }

    #[test]
    fn what_never_rests_is_told_now_and_then() {
        let mut notices = Notices::default();
        let mut told = Vec::new();
        for second in (0..900).step_by(5) {
            notices.hear(&finished("x", 1), at(second));
            told.extend(notices.take_due(at(second), &[], false).into_iter().map(|_| second));
        }
        assert_eq!(told, [60, 360, 660]);
    }

    #[test]
    fn nobody_is_told_of_what_they_see_or_switched_off() {
        let mut notices = Notices::default();
        notices.hear(&finished("x", 1), at(0));
        assert_eq!(notices.take_due(at(10), &[], true), []);
        assert_eq!(notices.take_due(at(900), &[], false), []);
        notices.hear(&finished("x", 1), at(1_000));
        notices.hear(&jobs(0, 0), at(1_000));
        notices.hear(&jobs(0, 2), at(1_000));
        let told = notices.take_due(at(1_010), &set(SettingKey::NotifyDone, "off"), false);
        assert_eq!(told, [Notice::Failed { stopped: false, files: 2 }]);
    }

    #[test]
    fn problems_of_before_are_nothing_new() {
        let mut notices = Notices::default();
        notices.hear(&jobs(3, 4), at(0));
        assert_eq!(notices.next_due(), None);
        notices.hear(&jobs(2, 4), at(1));
        notices.hear(&jobs(4, 5), at(2));
        assert_eq!(
            notices.take_due(at(12), &[], false),
            [Notice::Needs { sign_in: false, files: 2 }, Notice::Failed { stopped: false, files: 1 }]
        );
    }

    #[test]
    fn a_sign_in_that_is_made_meanwhile_is_not_asked_for() {
        let mut notices = Notices::default();
        notices.hear(&condition(true, None), at(0));
        notices.hear(&condition(false, None), at(5));
        assert_eq!(notices.next_due(), None);
        notices.hear(&condition(true, None), at(20));
        notices.hear(&condition(true, Some(ErrorCode::DiskFull)), at(21));
        let told = notices.take_due(at(31), &[], false);
        assert_eq!(
            told,
            [Notice::Needs { sign_in: true, files: 0 }, Notice::Failed { stopped: true, files: 0 }]
        );
        assert_eq!(told[0].words(Language::German).0, "Bitte melden Sie sich neu an");
        // It goes on being so, and is told once.
        notices.hear(&condition(true, Some(ErrorCode::DiskFull)), at(900));
        assert_eq!(notices.next_due(), None);
    }
}
