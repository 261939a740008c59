//! Any sequence of events, told by any order of transfers, confirmer and user: what holds for a job all its life.

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::error::{ErrorCode, Failure};
use crate::model::{AssetId, JobStateKind as Kind, Verification};
use crate::properties::{Checked, Steps, hold};
use crate::queue::state::Proof;

/// What truly happened to a job, beside its state.
#[derive(Default)]
struct Truth {
    attempts: i64,
    /// The last attempt may have been stored, and nobody has found out.
    unsure: bool,
    /// The store has it, and nobody has found it damaged or unusable, or given it up.
    sent: bool,
    /// The user's last word.
    word: Wish,
}

fn failure() -> Failure {
    Failure::new(ErrorCode::TenantBusy)
}

fn md5_of(attempt: i64) -> [u8; 16] {
    u128::from(attempt.unsigned_abs()).to_le_bytes()
}

fn event(code: u8, truth: &Truth) -> JobEvent {
    let attempt = |number: i64| Attempt { key_tail: number.to_string(), started_at: number };
    let (failure, ready_at) = (failure(), 9);
    let on = WaitingFor::ALL[usize::from(code / 22) % WaitingFor::ALL.len()];
    match code % 22 {
        0 => JobEvent::Claimed(attempt(truth.attempts + 1)),
        1 => JobEvent::Stored(Sent {
            attempt: attempt(truth.attempts),
            md5: md5_of(truth.attempts),
            etag_matched: true,
            sent_at: 2,
            wish: Wish::GoOn,
        }),
        2 => JobEvent::AnswerLost,
        3 => JobEvent::TriedInVain { failure, ready_at },
        4 => JobEvent::GaveUp { failure },
        5 => JobEvent::Held { failure },
        6 => JobEvent::MustWait { on, failure: Some(failure) },
        7 => JobEvent::Stopped { unsure: false },
        8 => JobEvent::Stopped { unsure: true },
        9 => JobEvent::Listed,
        10 => JobEvent::Confirmed(Proof {
            asset: AssetId { scheme: "image".into(), id: "a".into() },
            asset_url: None,
            verification: Verification::EtagAndMd5,
            md5: md5_of(truth.attempts),
            at: 3,
        }),
        11 => JobEvent::NotArrived,
        12 => JobEvent::IngestFailed { failure },
        13 => JobEvent::ArrivedDamaged { failure, ready_at },
        14 => JobEvent::Freed,
        15 => JobEvent::Restarted,
        16 => JobEvent::Pause,
        17 => JobEvent::Resume,
        18 => JobEvent::Cancel,
        20 => JobEvent::Cleared,
        21 => JobEvent::FoundDuplicate { failure },
        _ => JobEvent::Retry,
    }
}

fn learn(truth: &mut Truth, before: &JobState, event: &JobEvent, after: &JobState) {
    let (before, after) = (before.kind(), after.kind());
    match event {
        JobEvent::Claimed(_) => {
            truth.attempts += 1;
            truth.unsure = true;
        }
        // It came through all the same; a wish counts again should it have to be sent once more.
        JobEvent::Stored(_) => (truth.sent, truth.unsure) = (true, false),
        JobEvent::TriedInVain { .. } | JobEvent::NotArrived | JobEvent::Stopped { unsure: false } => {
            truth.unsure = false;
        }
        // Of a transfer they mean that nothing was stored; of a look-up, that nothing was found out.
        JobEvent::Held { .. } | JobEvent::MustWait { .. } => truth.unsure &= before != Kind::Uploading,
        // Nothing usable is there, or nobody will ever know: the user is told.
        JobEvent::GaveUp { .. } | JobEvent::IngestFailed { .. } | JobEvent::ArrivedDamaged { .. } => {
            (truth.sent, truth.unsure) = (false, false);
        }
        JobEvent::Confirmed(_) => (truth.sent, truth.unsure) = (true, false),
        JobEvent::Pause => truth.word = Wish::Pause,
        JobEvent::Cancel => {
            truth.word = Wish::Cancel;
            truth.sent &= after != Kind::Cancelled;
        }
        JobEvent::Resume | JobEvent::Retry => truth.word = Wish::GoOn,
        JobEvent::AnswerLost
        | JobEvent::Stopped { unsure: true }
        | JobEvent::Listed
        | JobEvent::Cleared
        | JobEvent::FoundDuplicate { .. }
        | JobEvent::Freed
        | JobEvent::Restarted => {}
    }
}

/// What a state says of the last attempt: whether it may be, or surely is, with the server.
fn said(state: &JobState) -> (Option<&Attempt>, Option<&Sent>) {
    match state {
        JobState::Uploading { attempt, .. } | JobState::Checking { attempt, .. } => (Some(attempt), None),
        JobState::Finishing { sent } | JobState::Processing { sent } => (None, Some(sent)),
        JobState::Paused { held } | JobState::Waiting { held, .. } | JobState::Blocked { held, .. } => {
            match held {
                Held::Nothing => (None, None),
                Held::Unsure(attempt) => (Some(attempt), None),
                Held::Sent(sent) => (None, Some(sent)),
            }
        }
        JobState::Queued
        | JobState::Done { .. }
        | JobState::Skipped { .. }
        | JobState::Cancelled
        | JobState::Failed { .. } => (None, None),
    }
}

fn one_step(
    state: JobState,
    code: u8,
    truth: &mut Truth,
) -> Result<JobState, proptest::test_runner::TestCaseError> {
    let event = event(code, truth);
    let Ok(next) = next_state(state.clone(), event.clone()) else { return Ok(state) };
    let (before, after) = (state.kind(), next.state.kind());
    prop_assert!(before != Kind::Done, "done is left by {:?}", event);
    if matches!(event, JobEvent::Claimed(_)) {
        prop_assert!(!truth.sent, "what was sent is sent again");
        prop_assert!(!truth.unsure, "an attempt of unknown fate is sent again");
        prop_assert_eq!(truth.word, Wish::GoOn, "the user's word was lost");
    }
    if after == Kind::Done {
        prop_assert!(matches!(event, JobEvent::Confirmed(_)) && truth.attempts > 0, "{:?}", state);
    }
    learn(truth, &state, &event, &next.state);
    if after != Kind::Done {
        let (unsure, sent) = said(&next.state);
        prop_assert_eq!(unsure.map(|attempt| attempt.started_at), truth.unsure.then_some(truth.attempts));
        let told = sent.map(|sent| (sent.attempt.started_at, sent.md5));
        prop_assert_eq!(told, truth.sent.then(|| (truth.attempts, md5_of(truth.attempts))), "{:?}", event);
    }
    let wanted = match after {
        Kind::Queued => Effect::Ready,
        Kind::Checking | Kind::Finishing => Effect::Await,
        _ => next.effect,
    };
    prop_assert!(before == after || next.effect == wanted, "{:?} + {:?}: {:?}", state, event, next.effect);
    // A start in the middle of a start is one.
    if event == JobEvent::Restarted
        && let Ok(again) = next_state(next.state.clone(), JobEvent::Restarted)
    {
        prop_assert_eq!(&again.state, &next.state);
    }
    Ok(next.state)
}

/// Whatever happened, the way to the end is open.
fn can_be_finished(state: JobState, truth: &Truth) -> Checked {
    let (retry, claimed, stored, confirmed) = (19, 0, 1, 10);
    let mut state = state;
    let mut truth = Truth { attempts: truth.attempts, ..Truth::default() };
    for code in [retry, claimed, stored, confirmed] {
        let event = event(code, &truth);
        truth.attempts += i64::from(matches!(event, JobEvent::Claimed(_)));
        if let Ok(next) = next_state(state.clone(), event) {
            state = next.state;
        }
    }
    prop_assert_eq!(state.kind(), Kind::Done);
    Ok(())
}

#[test]
fn a_life_of_any_events_keeps_its_promises() {
    let life = |codes: Vec<u8>, steps: &Steps| {
        let (mut state, mut truth) = (JobState::Queued, Truth::default());
        for code in &codes {
            state = one_step(state, *code, &mut truth)?;
        }
        steps.add(codes.len() as u64);
        can_be_finished(state, &truth)
    };
    hold("transitions", file!(), 40_000, vec(any::<u8>(), 0..120), life);
}
