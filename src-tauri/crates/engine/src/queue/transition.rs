//! The life of a job: the one function that changes its state. Every state names every event, so that nobody forgets one.

use super::event::{Effect, JobEvent, Refused, Transition};
use super::state::{Attempt, Held, JobState, Sent, Wish};
use crate::error::{Failure, FailureClass};
use crate::model::WaitingFor;

fn to(state: JobState, effect: Effect) -> Result<Transition, Refused> {
    Ok(Transition { state, effect })
}

/// Where a job goes on that stood still.
fn go_on(held: Held) -> Result<Transition, Refused> {
    match held {
        Held::Nothing => to(JobState::Queued, Effect::Ready),
        Held::Unsure(attempt) => to(JobState::Checking { attempt, wish: Wish::GoOn }, Effect::Await),
        Held::Sent(sent) => to(JobState::Finishing { sent }, Effect::Await),
    }
}

/// Cancels what stands still; what is already with the tenant can't be taken back.
fn drop_held(held: Held) -> Result<Transition, Refused> {
    match held {
        Held::Nothing => to(JobState::Cancelled, Effect::None),
        Held::Unsure(attempt) => to(JobState::Checking { attempt, wish: Wish::Cancel }, Effect::Await),
        Held::Sent(_) => Err(Refused),
    }
}

/// After an attempt that surely stored nothing: what the user asked for meanwhile comes first.
fn unless_wished(wish: Wish, otherwise: JobState, effect: Effect) -> Result<Transition, Refused> {
    match wish {
        Wish::GoOn => to(otherwise, effect),
        Wish::Pause => to(JobState::Paused { held: Held::Nothing }, Effect::None),
        Wish::Cancel => to(JobState::Cancelled, Effect::None),
    }
}

/// The tenant made no asset of it, so it has to be sent again: once somebody has acted, where that is the matter.
fn not_taken(failure: Failure) -> Result<Transition, Refused> {
    match failure.code.class() {
        FailureClass::NeedsSomeone => to(JobState::Blocked { failure, held: Held::Nothing }, Effect::None),
        FailureClass::Temporary | FailureClass::Permanent => to(JobState::Failed { failure }, Effect::None),
    }
}

/// What can become of a file that the object store has confirmed, whether the tenant lists it yet or not.
fn after_sending(sent: Sent, event: JobEvent) -> Result<Transition, Refused> {
    use JobEvent as E;
    use JobState as S;
    match event {
        E::Confirmed(proof) => to(S::Done { proof }, Effect::None),
        E::IngestFailed { failure } => not_taken(failure),
        E::GaveUp { failure } => to(S::Failed { failure }, Effect::None),
        E::Held { failure } => to(S::Blocked { failure, held: Held::Sent(sent) }, Effect::None),
        E::MustWait { on, failure } => {
            to(S::Waiting { on, ready_at: None, failure, held: Held::Sent(sent) }, Effect::None)
        }
        E::ArrivedDamaged { failure, ready_at } => {
            let (on, ready_at) = (WaitingFor::Retry, Some(ready_at));
            let again = S::Waiting { on, ready_at, failure: Some(failure), held: Held::Nothing };
            unless_wished(sent.wish, again, Effect::None)
        }
        E::Claimed(_)
        | E::Cleared
        | E::FoundDuplicate { .. }
        | E::Stored(_)
        | E::AnswerLost
        | E::TriedInVain { .. }
        | E::Stopped { .. }
        | E::Listed
        | E::NotArrived
        | E::Freed
        | E::Restarted
        | E::Pause
        | E::Resume
        | E::Cancel
        | E::Retry => Err(Refused),
    }
}

/// After a look-up that found nothing out: a wish outlives it, for what blocks or waits has no place for one.
fn unless_wished_of_unsure(attempt: Attempt, wish: Wish, otherwise: JobState) -> Result<Transition, Refused> {
    match wish {
        Wish::GoOn => to(otherwise, Effect::None),
        Wish::Pause => to(JobState::Paused { held: Held::Unsure(attempt) }, Effect::None),
        Wish::Cancel => to(JobState::Checking { attempt, wish }, Effect::Await),
    }
}

/// The one place where a job's state changes.
pub fn next_state(state: JobState, event: JobEvent) -> Result<Transition, Refused> {
    use JobEvent as E;
    use JobState as S;
    match state {
        S::Queued => match event {
            E::Claimed(attempt) => to(S::Uploading { attempt, wish: Wish::GoOn }, Effect::None),
            E::GaveUp { failure } => to(S::Failed { failure }, Effect::None),
            E::Held { failure } => to(S::Blocked { failure, held: Held::Nothing }, Effect::None),
            E::MustWait { on, failure } => {
                to(S::Waiting { on, ready_at: None, failure, held: Held::Nothing }, Effect::None)
            }
            E::Cleared => to(S::Queued, Effect::Ready),
            E::FoundDuplicate { failure } => to(S::Skipped { failure }, Effect::None),
            // The library could not be looked through.
            E::TriedInVain { failure, ready_at } => {
                let (on, ready_at) = (WaitingFor::Retry, Some(ready_at));
                let waiting = S::Waiting { on, ready_at, failure: Some(failure), held: Held::Nothing };
                to(waiting, Effect::None)
            }
            E::Pause => to(S::Paused { held: Held::Nothing }, Effect::None),
            E::Cancel => to(S::Cancelled, Effect::None),
            E::Restarted => to(S::Queued, Effect::Ready),
            E::ArrivedDamaged { .. }
            | E::Stored(_)
            | E::AnswerLost
            | E::Stopped { .. }
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. }
            | E::Freed
            | E::Resume
            | E::Retry => Err(Refused),
        },
        S::Uploading { attempt, wish } => match event {
            E::Stored(sent) => to(S::Finishing { sent: Sent { wish, ..sent } }, Effect::Await),
            E::AnswerLost => to(S::Checking { attempt, wish }, Effect::Await),
            E::TriedInVain { failure, ready_at } => {
                let waiting = S::Waiting {
                    on: WaitingFor::Retry,
                    ready_at: Some(ready_at),
                    failure: Some(failure),
                    held: Held::Nothing,
                };
                unless_wished(wish, waiting, Effect::None)
            }
            E::GaveUp { failure } => unless_wished(wish, S::Failed { failure }, Effect::None),
            E::Held { failure } => {
                unless_wished(wish, S::Blocked { failure, held: Held::Nothing }, Effect::None)
            }
            E::MustWait { on, failure } => {
                let waiting = S::Waiting { on, ready_at: None, failure, held: Held::Nothing };
                unless_wished(wish, waiting, Effect::None)
            }
            E::Stopped { unsure: false } => unless_wished(wish, S::Queued, Effect::Ready),
            E::Stopped { unsure: true } => match wish {
                Wish::Pause => to(S::Paused { held: Held::Unsure(attempt) }, Effect::None),
                Wish::GoOn | Wish::Cancel => to(S::Checking { attempt, wish }, Effect::Await),
            },
            E::Restarted => to(S::Checking { attempt, wish }, Effect::Await),
            // *Pause all* and *Resume all* don't take a cancel back that is under way.
            E::Pause | E::Resume if wish == Wish::Cancel => Err(Refused),
            E::Pause => to(S::Uploading { attempt, wish: Wish::Pause }, Effect::StopTransfer),
            E::Cancel => to(S::Uploading { attempt, wish: Wish::Cancel }, Effect::StopTransfer),
            E::Resume | E::Retry => match wish {
                Wish::Pause | Wish::Cancel => to(S::Uploading { attempt, wish: Wish::GoOn }, Effect::None),
                Wish::GoOn => Err(Refused),
            },
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::FoundDuplicate { .. }
            | E::Claimed(_)
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. }
            | E::Freed => Err(Refused),
        },
        S::Checking { attempt, wish } => match event {
            E::Confirmed(proof) => to(S::Done { proof }, Effect::None),
            E::NotArrived => unless_wished(wish, S::Queued, Effect::Ready),
            E::IngestFailed { failure } => not_taken(failure),
            E::GaveUp { failure } => to(S::Failed { failure }, Effect::None),
            E::Held { failure } => {
                let held = Held::Unsure(attempt.clone());
                unless_wished_of_unsure(attempt, wish, S::Blocked { failure, held })
            }
            E::MustWait { on, failure } => {
                let held = Held::Unsure(attempt.clone());
                unless_wished_of_unsure(attempt, wish, S::Waiting { on, ready_at: None, failure, held })
            }
            E::Restarted => to(S::Checking { attempt, wish }, Effect::Await),
            E::Pause | E::Resume if wish == Wish::Cancel => Err(Refused),
            E::Pause => to(S::Checking { attempt, wish: Wish::Pause }, Effect::None),
            E::Cancel => to(S::Checking { attempt, wish: Wish::Cancel }, Effect::None),
            E::Resume | E::Retry => match wish {
                Wish::Pause | Wish::Cancel => to(S::Checking { attempt, wish: Wish::GoOn }, Effect::None),
                Wish::GoOn => Err(Refused),
            },
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::FoundDuplicate { .. }
            | E::Claimed(_)
            | E::Stored(_)
            | E::AnswerLost
            | E::TriedInVain { .. }
            | E::Stopped { .. }
            | E::Listed
            | E::Freed => Err(Refused),
        },
        S::Finishing { sent } => match event {
            E::Listed => to(S::Processing { sent }, Effect::None),
            E::Restarted => to(S::Finishing { sent }, Effect::Await),
            other => after_sending(sent, other),
        },
        S::Processing { sent } => match event {
            E::Restarted => to(S::Processing { sent }, Effect::Await),
            other => after_sending(sent, other),
        },
        S::Paused { held } => match event {
            E::Resume | E::Retry => go_on(held),
            E::Cancel => drop_held(held),
            E::Restarted => to(S::Paused { held }, Effect::None),
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::FoundDuplicate { .. }
            | E::Claimed(_)
            | E::Stored(_)
            | E::AnswerLost
            | E::TriedInVain { .. }
            | E::GaveUp { .. }
            | E::Held { .. }
            | E::MustWait { .. }
            | E::Stopped { .. }
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. }
            | E::Freed
            | E::Pause => Err(Refused),
        },
        S::Waiting { on, ready_at, failure, held } => match event {
            E::Freed | E::Resume | E::Retry => go_on(held),
            E::Pause => match held {
                Held::Sent(_) => Err(Refused),
                Held::Nothing | Held::Unsure(_) => to(S::Paused { held }, Effect::None),
            },
            E::Cancel => drop_held(held),
            E::Restarted => match on {
                WaitingFor::Network | WaitingFor::Volume | WaitingFor::Quiet => go_on(held),
                WaitingFor::SignIn | WaitingFor::Schedule | WaitingFor::Retry => {
                    to(S::Waiting { on, ready_at, failure, held }, Effect::None)
                }
            },
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::FoundDuplicate { .. }
            | E::Claimed(_)
            | E::Stored(_)
            | E::AnswerLost
            | E::TriedInVain { .. }
            | E::GaveUp { .. }
            | E::Held { .. }
            | E::MustWait { .. }
            | E::Stopped { .. }
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. } => Err(Refused),
        },
        S::Blocked { failure, held } => match event {
            E::Resume | E::Retry | E::Freed => go_on(held),
            // What was sent and never seen again is the user's to give up.
            E::Cancel if matches!(held, Held::Sent(_)) => to(S::Cancelled, Effect::None),
            E::Cancel => drop_held(held),
            // What somebody decided who was asked; of what may be in the library already there is nothing to decide.
            E::FoundDuplicate { failure } if held == Held::Nothing => {
                to(S::Skipped { failure }, Effect::None)
            }
            E::FoundDuplicate { .. } => Err(Refused),
            E::Restarted => to(S::Blocked { failure, held }, Effect::None),
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::Claimed(_)
            | E::Stored(_)
            | E::AnswerLost
            | E::TriedInVain { .. }
            | E::GaveUp { .. }
            | E::Held { .. }
            | E::MustWait { .. }
            | E::Stopped { .. }
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. }
            | E::Pause => Err(Refused),
        },
        S::Failed { failure } => match event {
            E::Retry => to(S::Queued, Effect::Ready),
            E::Cancel => to(S::Cancelled, Effect::None),
            E::Restarted => to(S::Failed { failure }, Effect::None),
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::FoundDuplicate { .. }
            | E::Claimed(_)
            | E::Stored(_)
            | E::AnswerLost
            | E::TriedInVain { .. }
            | E::GaveUp { .. }
            | E::Held { .. }
            | E::MustWait { .. }
            | E::Stopped { .. }
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. }
            | E::Freed
            | E::Pause
            | E::Resume => Err(Refused),
        },
        S::Cancelled | S::Skipped { .. } => match event {
            E::Retry => to(S::Queued, Effect::Ready),
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::FoundDuplicate { .. }
            | E::Claimed(_)
            | E::Stored(_)
            | E::AnswerLost
            | E::TriedInVain { .. }
            | E::GaveUp { .. }
            | E::Held { .. }
            | E::MustWait { .. }
            | E::Stopped { .. }
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. }
            | E::Freed
            | E::Restarted
            | E::Pause
            | E::Resume
            | E::Cancel => Err(Refused),
        },
        S::Done { .. } => match event {
            E::ArrivedDamaged { .. }
            | E::Cleared
            | E::FoundDuplicate { .. }
            | E::Claimed(_)
            | E::Stored(_)
            | E::AnswerLost
            | E::TriedInVain { .. }
            | E::GaveUp { .. }
            | E::Held { .. }
            | E::MustWait { .. }
            | E::Stopped { .. }
            | E::Listed
            | E::Confirmed(_)
            | E::NotArrived
            | E::IngestFailed { .. }
            | E::Freed
            | E::Restarted
            | E::Pause
            | E::Resume
            | E::Cancel
            | E::Retry => Err(Refused),
        },
    }
}

#[cfg(test)]
#[path = "transition_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "transition_properties.rs"]
mod properties;
