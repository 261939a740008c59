//! The fault matrix as data: what happens, at which moment, on which way. Every cell ends in the one right outcome.
//! `FERRY_CELL=words` runs only the cells whose names have these words.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

mod answers;
mod cell;
mod events;

use cell::all_hold;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_at_whatever_moment_has_one_right_end() {
    all_hold(events::cells()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_answer_comes_to_whatever_call_has_one_right_end() {
    all_hold(answers::cells()).await;
}
