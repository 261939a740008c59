//! The tray's menu as plain data, made from the picture.

use engine::model::{BatchId, JobAction};

use crate::picture::{Mood, Picture};
use crate::text::{Language, Word};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Says something, does nothing.
    Line(String),
    Action(Action, String),
    /// On or off.
    Check(Action, String, bool),
    Separator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Open,
    All(JobAction),
    /// Nothing is sent for so many hours.
    Rest(u64),
    /// All that is kept in step is looked through now.
    SyncNow,
    /// The one switch.
    Sync(bool),
    Problems,
    Batch(BatchId),
    Quit,
}

impl Action {
    pub fn id(self) -> String {
        match self {
            Self::Open => "open".into(),
            Self::All(JobAction::Pause) => "pause".into(),
            Self::All(_) => "resume".into(),
            Self::Rest(hours) => format!("rest-{hours}"),
            Self::SyncNow => "sync-now".into(),
            Self::Sync(on) => format!("sync-{}", if on { "on" } else { "off" }),
            Self::Problems => "problems".into(),
            Self::Batch(batch) => format!("batch-{batch}"),
            Self::Quit => "quit".into(),
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        match id {
            "open" => Some(Self::Open),
            "pause" => Some(Self::All(JobAction::Pause)),
            "resume" => Some(Self::All(JobAction::Resume)),
            "sync-now" => Some(Self::SyncNow),
            "sync-on" => Some(Self::Sync(true)),
            "sync-off" => Some(Self::Sync(false)),
            "problems" => Some(Self::Problems),
            "quit" => Some(Self::Quit),
            other => {
                let rest = other.strip_prefix("rest-").and_then(|hours| hours.parse().ok()).map(Self::Rest);
                let batch = || other.strip_prefix("batch-")?.parse().ok().map(Self::Batch);
                rest.or_else(batch)
            }
        }
    }
}

/// Hours that everything can be paused for.
const RESTS: [u64; 3] = [1, 2, 8];

pub fn items(picture: &Picture, language: Language) -> Vec<Item> {
    let mut items = vec![Item::Line(status(picture, language))];
    items.extend(progress(picture, language).map(Item::Line));
    if picture.mood() != Mood::NotStarted {
        items.push(Item::Separator);
        if picture.mood() == Mood::Paused || picture.condition.rest.is_some() {
            items.push(Item::Action(Action::All(JobAction::Resume), language.say(Word::ResumeAll)));
        } else {
            items.push(Item::Action(Action::All(JobAction::Pause), language.say(Word::PauseAll)));
            let rests =
                RESTS.map(|hours| Item::Action(Action::Rest(hours), language.count(Word::PauseHours, hours)));
            items.extend(rests);
        }
        items.extend(synchronization(picture, language));
    }
    if !picture.recent.is_empty() {
        items.push(Item::Separator);
        items.push(Item::Line(language.say(Word::Recent)));
        items.extend(picture.recent.iter().map(|batch| {
            let label = format!("{} · {}", short(&batch.label), language.count(Word::Files, batch.files));
            Item::Action(Action::Batch(batch.batch), label)
        }));
    }
    items.push(Item::Separator);
    if picture.problems() > 0 {
        items.push(Item::Action(Action::Problems, language.count(Word::Problems, picture.problems())));
    }
    items.push(Item::Action(Action::Open, language.say(Word::Open)));
    items.push(Item::Action(Action::Quit, language.say(Word::Quit)));
    items
}

/// Nothing where nothing is kept in step.
fn synchronization(picture: &Picture, language: Language) -> Vec<Item> {
    let Some(on) = picture.sync else { return Vec::new() };
    let mut items = vec![Item::Separator];
    if on {
        items.push(Item::Action(Action::SyncNow, language.say(Word::SyncNow)));
    }
    items.push(Item::Check(Action::Sync(!on), language.say(Word::Sync), on));
    items
}

/// What is going on, in one line; the icon's tooltip too.
pub fn status(picture: &Picture, language: Language) -> String {
    let word = match picture.mood() {
        Mood::NotStarted => Word::NotStarted,
        Mood::SignInRequired => Word::SignIn,
        Mood::Offline => Word::Offline,
        Mood::Paused => Word::Paused,
        Mood::Working => Word::Working,
        Mood::Waiting => Word::Waiting,
        Mood::Resting => Word::Resting,
    };
    if let (Word::Paused, Some(until)) = (word, picture.condition.rest.and_then(|rest| rest.until)) {
        return format!("{} {}", language.say(Word::PausedUntil), time_of(until));
    }
    let number = if word == Word::Paused { picture.totals.open() } else { picture.moving() };
    language.count(word, number)
}

/// Hour and minute; the day too where it is another one.
fn time_of(millis: i64) -> String {
    let zone = jiff::tz::TimeZone::system();
    let until = jiff::Timestamp::from_millisecond(millis).unwrap_or_default().to_zoned(zone.clone());
    let today = jiff::Timestamp::now().to_zoned(zone).date();
    until.strftime(if until.date() == today { "%H:%M" } else { "%d.%m. %H:%M" }).to_string()
}

fn progress(picture: &Picture, language: Language) -> Option<String> {
    if picture.mood() != Mood::Working || picture.frame.speed == 0 {
        return None;
    }
    let speed = language.speed(picture.frame.speed);
    Some(match picture.frame.seconds_left {
        Some(seconds) => format!("{speed} · {}", language.duration(seconds)),
        None => speed,
    })
}

/// Menus are as wide as their longest line.
fn short(label: &str) -> String {
    const MOST: usize = 40;
    if label.chars().count() <= MOST {
        return label.to_owned();
    }
    label.chars().take(MOST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use engine::error::ErrorCode;
    use engine::model::JobStateKind::{Blocked, Paused, Queued, Uploading};
    use engine::model::{Rest, RestFor};

    use super::*;
    use crate::picture::tests::with;

    fn words(picture: &Picture) -> Vec<String> {
        let word = |item| match item {
            Item::Line(word) | Item::Action(_, word) => word,
            Item::Check(_, word, on) => format!("{word}: {on}"),
            Item::Separator => "-".into(),
        };
        items(picture, Language::English).into_iter().map(word).collect()
    }

    #[test]
    fn a_working_queue() {
        let mut picture = with(&[(Queued, 1_200), (Uploading, 4), (Blocked, 3)]);
        picture.frame.speed = 51_000_000;
        picture.frame.seconds_left = Some(750);
        assert_eq!(
            words(&picture),
            [
                "Uploading 1,204 files",
                "51 MB/s · about 13 min",
                "-",
                "Pause all",
                "Pause for 1 hour",
                "Pause for 2 hours",
                "Pause for 8 hours",
                "-",
                "Problems (3)",
                "Open Ferry",
                "Quit Ferry"
            ]
        );
    }

    #[test]
    fn a_paused_queue_can_be_resumed() {
        let words = words(&with(&[(Paused, 7)]));
        assert_eq!(words[..3], ["Paused; 7 files to go", "-", "Resume all"]);
    }

    #[test]
    fn a_rest_says_until_when_and_can_be_ended() {
        let mut picture = with(&[(Queued, 7)]);
        let until = jiff::civil::date(2099, 7, 1).at(14, 30, 0, 0).to_zoned(jiff::tz::TimeZone::system());
        let until = until.unwrap().timestamp().as_millisecond();
        picture.condition.rest = Some(Rest { reason: RestFor::User, until: Some(until) });
        assert_eq!(words(&picture)[..3], ["Paused until 01.07. 14:30", "-", "Resume all"]);
        picture.condition.rest = Some(Rest { reason: RestFor::Battery, until: None });
        assert_eq!(words(&picture)[..3], ["Paused; 7 files to go", "-", "Resume all"]);
    }

    #[test]
    fn what_is_kept_in_step_can_be_asked_for_and_switched() {
        let mut picture = with(&[]);
        assert!(!words(&picture).contains(&"Sync now".into()));
        picture.sync = Some(true);
        assert_eq!(words(&picture)[6..10], ["-", "Sync now", "Synchronization: true", "-"]);
        assert!(items(&picture, Language::German).contains(&Item::Check(
            Action::Sync(false),
            "Synchronisierung".into(),
            true
        )));
        picture.sync = Some(false);
        assert_eq!(words(&picture)[6..9], ["-", "Synchronization: false", "-"]);
    }

    #[test]
    fn an_engine_that_did_not_start_can_not_be_paused() {
        let picture = Picture { not_started: Some(ErrorCode::DiskFull.into()), ..Picture::default() };
        assert_eq!(words(&picture), ["Ferry could not start", "-", "Open Ferry", "Quit Ferry"]);
    }

    #[test]
    fn actions_are_known_by_their_ids() {
        let actions = [
            Action::Open,
            Action::All(JobAction::Pause),
            Action::All(JobAction::Resume),
            Action::Rest(8),
            Action::SyncNow,
            Action::Sync(true),
            Action::Sync(false),
            Action::Problems,
            Action::Batch(BatchId(12)),
            Action::Quit,
        ];
        for action in actions {
            assert_eq!(Action::parse(&action.id()), Some(action));
        }
        assert_eq!(Action::parse("batch-x"), None);
    }
}
