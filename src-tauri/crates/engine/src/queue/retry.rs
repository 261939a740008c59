//! When a failed job is tried again.

use std::time::Duration;

use super::event::JobEvent;
use crate::clock::{Millis, World, jittered};
use crate::error::{ErrorCode, Failure, FailureClass};
use crate::model::WaitingFor;

/// After this many temporary failures in a row a job fails, unless only the network is to blame.
const MOST_FAILURES: u32 = 10;
const MOST_DAMAGED: u32 = 3;
/// A file that changes while it is sent is begun anew so often in a row.
const MOST_CHANGES: u32 = 3;
const FIRST_DELAY: Duration = Duration::from_secs(1);
pub const LONGEST_DELAY: Duration = Duration::from_secs(300);

/// What a failure means for a job that nothing was stored of.
pub fn after_failure(
    world: &dyn World,
    failures: u32,
    failure: Failure,
    retry_after: Option<Duration>,
) -> (u32, JobEvent) {
    if concerns_the_way(failure.code) {
        return (failures, JobEvent::MustWait { on: WaitingFor::Network, failure: Some(failure) });
    }
    // A passphrase that is not typed yet is like a sign-in, and so is a place that lets nobody in.
    if failure.code.is_of_place()
        || matches!(
            failure.code,
            ErrorCode::SignInRequired | ErrorCode::KeychainUnavailable | ErrorCode::PassphraseWrong
        )
    {
        return (failures, JobEvent::MustWait { on: WaitingFor::SignIn, failure: Some(failure) });
    }
    // In use, or changing again and again: it is left alone until it has come to rest.
    let restless = failure.code == ErrorCode::SourceChanged && failures + 1 >= MOST_CHANGES;
    if restless || failure.code == ErrorCode::SourceLocked {
        return (0, JobEvent::MustWait { on: WaitingFor::Quiet, failure: Some(failure) });
    }
    match failure.code.class() {
        FailureClass::Permanent => (failures + 1, JobEvent::GaveUp { failure }),
        FailureClass::NeedsSomeone => (failures + 1, JobEvent::Held { failure }),
        FailureClass::Temporary if failures + 1 >= MOST_FAILURES => {
            (failures + 1, JobEvent::GaveUp { failure })
        }
        FailureClass::Temporary => {
            let delay = jittered(world, delay(failures)).max(retry_after.unwrap_or_default());
            let ready_at = after(world, delay);
            (failures + 1, JobEvent::TriedInVain { failure, ready_at })
        }
    }
}

/// The bytes arrived, but not as they were: sent again a few times, each of which leaves a damaged asset behind.
pub fn after_damage(world: &dyn World, failures: u32, failure: Failure) -> (u32, JobEvent) {
    if failures + 1 >= MOST_DAMAGED {
        return (failures + 1, JobEvent::IngestFailed { failure });
    }
    let ready_at = after(world, jittered(world, delay(failures)));
    (failures + 1, JobEvent::ArrivedDamaged { failure, ready_at })
}

/// Failures that would meet every job alike: the queue waits, no job is charged for it.
pub fn concerns_the_way(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NetworkOffline
            | ErrorCode::ProxyAuthRequired
            | ErrorCode::ProxyUnreachable
            | ErrorCode::ProxyRefused
            | ErrorCode::PacUnusable
            | ErrorCode::TlsRefused
    )
}

/// However far away: `Retry-After` may be any number.
fn after(world: &dyn World, delay: Duration) -> Millis {
    world.now().saturating_add(Millis::try_from(delay.as_millis()).unwrap_or(Millis::MAX))
}

fn delay(failures: u32) -> Duration {
    FIRST_DELAY.saturating_mul(2u32.saturating_pow(failures.min(16))).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemWorld;

    #[test]
    fn waits_longer_each_time_and_gives_up_in_the_end() {
        let mut failures = 0;
        let mut last = 0;
        loop {
            let failure = Failure::new(ErrorCode::TenantBusy);
            let (next, event) = after_failure(&SystemWorld, failures, failure, None);
            failures = next;
            match event {
                JobEvent::TriedInVain { ready_at, .. } => {
                    assert!(ready_at >= last, "the next try is never earlier");
                    last = ready_at;
                }
                JobEvent::GaveUp { failure } => {
                    assert_eq!(failure.code, ErrorCode::TenantBusy);
                    break;
                }
                other => panic!("unexpected {other:?}"),
            }
        }
        assert_eq!(failures, MOST_FAILURES);
    }

    #[test]
    fn a_file_that_never_rests_is_waited_for() {
        let mut failures = 0;
        for _ in 0..2 {
            let (next, event) =
                after_failure(&SystemWorld, failures, Failure::new(ErrorCode::SourceChanged), None);
            assert!(matches!(event, JobEvent::TriedInVain { .. }));
            failures = next;
        }
        let (failures, event) =
            after_failure(&SystemWorld, failures, Failure::new(ErrorCode::SourceChanged), None);
        assert_eq!(failures, 0);
        assert!(matches!(event, JobEvent::MustWait { on: WaitingFor::Quiet, .. }));
    }

    #[test]
    fn the_servers_wish_is_a_lower_limit() {
        let wish = Duration::from_secs(3_600);
        let (_, event) = after_failure(&SystemWorld, 0, Failure::new(ErrorCode::TenantBusy), Some(wish));
        let JobEvent::TriedInVain { ready_at, .. } = event else { panic!("not retried") };
        assert!(ready_at >= SystemWorld.now() + 3_590_000);
    }

    #[test]
    fn a_dead_line_costs_no_job_a_try() {
        let (failures, event) = after_failure(&SystemWorld, 3, Failure::new(ErrorCode::NetworkOffline), None);
        assert_eq!(failures, 3);
        assert!(matches!(event, JobEvent::MustWait { on: WaitingFor::Network, .. }));
    }
}

#[cfg(test)]
#[path = "retry_properties.rs"]
mod properties;
