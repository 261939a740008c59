//! Missing rights as data: which call is refused, in which form, at which moment. Every cell ends blocked with what is
//! missing and who can give it, costs few calls however many files there are, and goes on when the right was given, without
//! anything being sent twice. `FERRY_CELL=words` plays only the cells whose names have these words.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

mod before;
mod calls;
mod elsewhere;
mod tenant;

use engine::error::{Failure, Who};
use engine::model::{BatchView, JobStateKind, JobView, SignInState};
use engine_tests::Stage;

/// What is said of a file that can't go on.
#[track_caller]
fn says(job: &JobView, code: engine::error::ErrorCode, right: &str) {
    let Some(failure) = &job.failure else { panic!("nothing is said: {job:#?}") };
    let said = (job.state, failure.code, failure.params.get("right").map_or("", String::as_str));
    assert_eq!(said, (JobStateKind::Blocked, code, right), "{failure:?}");
    assert_eq!(failure.who, Who::Admin, "{failure:?}");
}

fn right_of(failure: &Failure) -> &str {
    failure.params.get("right").map_or("", String::as_str)
}

/// Nobody is asked to sign in: the sign-in is good.
async fn nobody_is_asked_to_sign_in(stage: &Stage) {
    let accounts = stage.handle().accounts().await.unwrap();
    assert!(accounts.iter().all(|account| account.state == SignInState::SignedIn), "{accounts:#?}");
    assert!(!stage.handle().snapshot().await.unwrap().condition.sign_in_required);
}

fn done(view: &BatchView) -> u64 {
    view.totals.count(JobStateKind::Done)
}
