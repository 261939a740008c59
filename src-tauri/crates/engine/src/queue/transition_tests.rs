//! Every state against every event: what is allowed, and that nothing that was sent is ever forgotten.

use super::*;
use crate::error::{ErrorCode, Failure};
use crate::model::{AssetId, JobStateKind, Verification};
use crate::queue::state::Proof;

fn attempt() -> Attempt {
    Attempt { key_tail: "key".into(), started_at: 1 }
}

fn sent() -> Sent {
    Sent { attempt: attempt(), md5: [1; 16], etag_matched: true, sent_at: 2, wish: Wish::GoOn }
}

fn proof() -> Proof {
    Proof {
        asset: AssetId { scheme: "image".into(), id: "a".into() },
        asset_url: None,
        verification: Verification::EtagAndMd5,
        md5: [1; 16],
        at: 3,
    }
}

fn failure() -> Failure {
    Failure::new(ErrorCode::TenantBusy)
}

fn helds() -> Vec<Held> {
    vec![Held::Nothing, Held::Unsure(attempt()), Held::Sent(sent())]
}

fn states() -> Vec<JobState> {
    let mut states = vec![
        JobState::Queued,
        JobState::Finishing { sent: sent() },
        JobState::Processing { sent: sent() },
        JobState::Done { proof: proof() },
        JobState::Skipped { failure: failure() },
        JobState::Cancelled,
        JobState::Failed { failure: failure() },
    ];
    for wish in [Wish::GoOn, Wish::Pause, Wish::Cancel] {
        states.push(JobState::Uploading { attempt: attempt(), wish });
        states.push(JobState::Checking { attempt: attempt(), wish });
    }
    for held in helds() {
        states.push(JobState::Paused { held: held.clone() });
        states.push(JobState::Blocked { failure: failure(), held: held.clone() });
        for on in WaitingFor::ALL {
            states.push(JobState::Waiting { on, ready_at: None, failure: None, held: held.clone() });
        }
    }
    states
}

fn events() -> Vec<JobEvent> {
    vec![
        JobEvent::Claimed(attempt()),
        JobEvent::Stored(sent()),
        JobEvent::AnswerLost,
        JobEvent::TriedInVain { failure: failure(), ready_at: 9 },
        JobEvent::GaveUp { failure: failure() },
        JobEvent::Held { failure: failure() },
        JobEvent::MustWait { on: WaitingFor::Network, failure: None },
        JobEvent::Stopped { unsure: false },
        JobEvent::Stopped { unsure: true },
        JobEvent::Listed,
        JobEvent::Confirmed(proof()),
        JobEvent::NotArrived,
        JobEvent::IngestFailed { failure: failure() },
        JobEvent::ArrivedDamaged { failure: failure(), ready_at: 9 },
        JobEvent::Cleared,
        JobEvent::FoundDuplicate { failure: failure() },
        JobEvent::Freed,
        JobEvent::Restarted,
        JobEvent::Pause,
        JobEvent::Resume,
        JobEvent::Cancel,
        JobEvent::Retry,
    ]
}

/// What the server may hold of a job in this state: 0 nothing, 1 perhaps, 2 surely.
fn on_server(state: &JobState) -> u8 {
    let held = |held: &Held| match held {
        Held::Nothing => 0,
        Held::Unsure(_) => 1,
        Held::Sent(_) => 2,
    };
    match state {
        JobState::Uploading { .. } | JobState::Checking { .. } => 1,
        JobState::Finishing { .. } | JobState::Processing { .. } | JobState::Done { .. } => 2,
        JobState::Paused { held: h }
        | JobState::Waiting { held: h, .. }
        | JobState::Blocked { held: h, .. } => held(h),
        JobState::Queued | JobState::Skipped { .. } | JobState::Cancelled | JobState::Failed { .. } => 0,
    }
}

/// Findings that tell for sure that nothing, or nothing usable, is there.
fn clears(event: &JobEvent) -> bool {
    matches!(
        event,
        JobEvent::TriedInVain { .. }
            | JobEvent::GaveUp { .. }
            | JobEvent::Held { .. }
            | JobEvent::MustWait { .. }
            | JobEvent::Stopped { unsure: false }
            | JobEvent::NotArrived
            | JobEvent::IngestFailed { .. }
            | JobEvent::ArrivedDamaged { .. }
    )
}

#[test]
fn what_may_be_with_the_server_is_never_forgotten() {
    for state in states() {
        for event in events() {
            let Ok(next) = next_state(state.clone(), event.clone()) else { continue };
            // The user gives up what nobody has seen for a day: asked for, and said so.
            let given_up =
                event == JobEvent::Cancel && matches!(state, JobState::Blocked { held: Held::Sent(_), .. });
            if !clears(&event) && !given_up {
                assert!(on_server(&next.state) >= on_server(&state), "{state:?} + {event:?} = {next:?}");
            }
            // Only an attempt that may have been stored is looked up, and it always is.
            let looked_up = matches!(
                next.state,
                JobState::Checking { .. } | JobState::Finishing { .. } | JobState::Processing { .. }
            );
            let came_new = std::mem::discriminant(&next.state) != std::mem::discriminant(&state);
            if looked_up
                && (came_new || event == JobEvent::Restarted)
                && next.state.kind() != JobStateKind::Processing
            {
                assert_eq!(next.effect, Effect::Await, "{state:?} + {event:?} = {next:?}");
            }
        }
    }
}

#[test]
fn only_a_confirmation_makes_a_job_done_and_nothing_undoes_it() {
    for state in states() {
        for event in events() {
            let next = next_state(state.clone(), event.clone());
            if let Ok(next) = &next
                && next.state.kind() == JobStateKind::Done
            {
                assert!(matches!(event, JobEvent::Confirmed(_)), "{state:?} + {event:?}");
            }
            if state.kind() == JobStateKind::Done {
                assert_eq!(next, Err(Refused), "done + {event:?}");
            }
        }
    }
}

#[test]
fn what_was_sent_is_not_sent_again_without_a_look() {
    for state in states() {
        if on_server(&state) == 0 {
            continue;
        }
        for event in events() {
            if let Ok(next) = next_state(state.clone(), event.clone())
                && next.state == JobState::Queued
            {
                assert!(clears(&event), "{state:?} + {event:?} goes back to the queue");
            }
        }
    }
}

#[test]
fn a_wish_is_obeyed_as_soon_as_it_can_be() {
    for (action, after) in
        [(JobEvent::Pause, JobStateKind::Paused), (JobEvent::Cancel, JobStateKind::Cancelled)]
    {
        let uploading = JobState::Uploading { attempt: attempt(), wish: Wish::GoOn };
        let stopping = next_state(uploading, action).unwrap();
        assert_eq!(stopping.effect, Effect::StopTransfer);
        let stopped = next_state(stopping.state.clone(), JobEvent::Stopped { unsure: false }).unwrap();
        assert_eq!(stopped.state.kind(), after);
        let failed =
            next_state(stopping.state, JobEvent::TriedInVain { failure: failure(), ready_at: 9 }).unwrap();
        assert_eq!(failed.state.kind(), after);
    }
}

#[test]
fn a_cancelled_job_that_arrived_after_all_is_told_as_it_is() {
    let unsure = JobState::Uploading { attempt: attempt(), wish: Wish::Cancel };
    let checking = next_state(unsure, JobEvent::Stopped { unsure: true }).unwrap();
    assert_eq!(checking.state, JobState::Checking { attempt: attempt(), wish: Wish::Cancel });
    let arrived = next_state(checking.state.clone(), JobEvent::Confirmed(proof())).unwrap();
    assert_eq!(arrived.state.kind(), JobStateKind::Done);
    let not = next_state(checking.state, JobEvent::NotArrived).unwrap();
    assert_eq!(not.state.kind(), JobStateKind::Cancelled);
}

/// A look-up that can't be made now made a cancelled job go on, and be sent again, once it could.
#[test]
fn a_wish_outlives_a_look_up_that_found_nothing_out() {
    for event in
        [JobEvent::Held { failure: failure() }, JobEvent::MustWait { on: WaitingFor::Network, failure: None }]
    {
        let checking = |wish| JobState::Checking { attempt: attempt(), wish };
        let cancelling = next_state(checking(Wish::Cancel), event.clone()).unwrap();
        assert_eq!((cancelling.state, cancelling.effect), (checking(Wish::Cancel), Effect::Await));
        let paused = next_state(checking(Wish::Pause), event).unwrap();
        assert_eq!(paused.state, JobState::Paused { held: Held::Unsure(attempt()) });
    }
}

#[test]
fn everything_that_stands_still_can_be_moved_by_someone() {
    for state in states() {
        let settled = matches!(
            state.kind(),
            JobStateKind::Failed
                | JobStateKind::Blocked
                | JobStateKind::Paused
                | JobStateKind::Waiting
                | JobStateKind::Cancelled
                | JobStateKind::Skipped
        );
        if settled {
            assert!(next_state(state.clone(), JobEvent::Retry).is_ok(), "{state:?}");
        }
    }
}

/// A file was cancelled while it was looked for, and *Resume all* sent it all the same.
#[test]
fn only_a_retry_takes_a_cancel_back_that_is_under_way() {
    let uploading = |wish| JobState::Uploading { attempt: attempt(), wish };
    let checking = |wish| JobState::Checking { attempt: attempt(), wish };
    for state in [uploading(Wish::Cancel), checking(Wish::Cancel)] {
        assert!(next_state(state.clone(), JobEvent::Pause).is_err());
        assert!(next_state(state, JobEvent::Resume).is_err());
    }
    let retried = next_state(checking(Wish::Cancel), JobEvent::Retry).unwrap();
    assert_eq!(retried.state, checking(Wish::GoOn));
    let resumed = next_state(checking(Wish::Pause), JobEvent::Resume).unwrap();
    assert_eq!(resumed.state, checking(Wish::GoOn));
}

#[test]
fn what_the_library_has_is_skipped_before_it_is_sent_and_only_then() {
    for state in states() {
        let next = next_state(state.clone(), JobEvent::FoundDuplicate { failure: failure() });
        let still_here = matches!(state, JobState::Queued | JobState::Blocked { held: Held::Nothing, .. });
        match next {
            Ok(next) => {
                assert!(still_here, "{state:?}");
                assert_eq!(next.state, JobState::Skipped { failure: failure() });
            }
            Err(Refused) => assert!(!still_here, "{state:?}"),
        }
        let cleared = next_state(state.clone(), JobEvent::Cleared);
        assert_eq!(cleared.is_ok(), state == JobState::Queued, "{state:?}");
    }
    let skipped = JobState::Skipped { failure: failure() };
    let again = next_state(skipped, JobEvent::Retry).unwrap();
    assert_eq!((again.state, again.effect), (JobState::Queued, Effect::Ready));
}

#[test]
fn a_library_that_can_not_be_looked_through_is_asked_again() {
    let waits =
        next_state(JobState::Queued, JobEvent::TriedInVain { failure: failure(), ready_at: 9 }).unwrap();
    let JobState::Waiting { on: WaitingFor::Retry, ready_at: Some(9), held: Held::Nothing, .. } =
        &waits.state
    else {
        panic!("{waits:?}");
    };
    assert_eq!(next_state(waits.state, JobEvent::Freed).unwrap().state, JobState::Queued);
}
