//! What the owner does when the database can't be written.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use super::message::{ToOwner, ToTransfers};
use super::owner::Owner;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::pace::Pace;
use crate::store::damage_mark;
use crate::store::totals::Tally;

impl Owner {
    /// The database can't be written: everything stops, and once it can, the engine goes on as after a crash.
    pub(super) fn survive(&mut self, inbox: &Receiver<ToOwner>, failure: Failure, pace: Pace) -> Option<()> {
        tracing::error!(%failure, "the database can't be written");
        if failure.code == ErrorCode::DatabaseDamaged
            && let Some(data_dir) = self.db.path().and_then(|path| Path::new(path).parent())
        {
            // The next start sets it aside and keeps what can be read.
            drop(std::fs::write(damage_mark(data_dir), ""));
        }
        let mut trouble = failure;
        let mut answers = Vec::new();
        loop {
            drop(self.db.execute_batch("ROLLBACK"));
            self.in_transaction = false;
            self.forget_everything();
            drop(self.links.transfers.send(ToTransfers::Halt));
            for answer in std::mem::take(&mut self.after_commit) {
                answer(Err(&trouble));
            }
            self.publisher.trouble(Some(trouble.clone()));
            let until = Instant::now() + pace.database;
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                match inbox.recv_timeout(left) {
                    // Its program waits for it, and nothing says it twice.
                    Ok(ToOwner::AnswerRequest { id, answer }) => answers.push((id, answer)),
                    Ok(message) => {
                        if refuse(message, &trouble) {
                            return None;
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return None,
                }
            }
            match self.go_on_after(&answers) {
                Ok(()) => {
                    self.publisher.trouble(None);
                    drop(self.links.transfers.send(ToTransfers::Ready));
                    return Some(());
                }
                Err(again) => trouble = again,
            }
        }
    }

    fn go_on_after(&mut self, answers: &[(i64, String)]) -> Outcome<()> {
        self.recover()?;
        for (id, answer) in answers {
            self.answer_request(*id, answer)?;
        }
        self.commit()
    }

    fn forget_everything(&mut self) {
        self.running.clear();
        self.claimed = false;
        self.batches.clear();
        self.folders.clear();
        self.tally = Tally::default();
        self.effects.clear();
        self.bulks.clear();
        self.twins.clear();
        self.publisher.forget();
        self.rows = 0;
    }
}

/// The database itself is in trouble, not the request.
pub(super) fn is_trouble(failure: &Failure) -> bool {
    use crate::error::ErrorCode as Code;
    matches!(failure.code, Code::DiskFull | Code::DatabaseDamaged | Code::DatabaseUnusable)
}

/// Answers a message that can't be carried out now. `true`: it was the wish to stop.
fn refuse(message: ToOwner, failure: &Failure) -> bool {
    match message {
        ToOwner::Enqueue { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::ScanFound { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Decided { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Decide { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::ValuesSettled { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::CorrectValues { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Template { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Relocate { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Control { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Retarget { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Move { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::PutAccount { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::DropAccount { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::PutSetting { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::AddWatched { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::ChangeWatched { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::BeginSync { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::SyncFound { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Mirror { reply, .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Parts { reply: Some(reply), .. } => drop(reply.send(Err(failure.clone()))),
        ToOwner::Stop { reply } => {
            reply.send(()).unwrap_or_default();
            return true;
        }
        // A report that is lost here is found out again: recovery looks every open attempt up.
        ToOwner::ScanEnded { .. }
        | ToOwner::Claim { .. }
        | ToOwner::Report(..)
        | ToOwner::Reports(_)
        | ToOwner::Parts { reply: None, .. }
        | ToOwner::KeepAbort { .. }
        | ToOwner::Aborted { .. }
        | ToOwner::VolumeBack { .. }
        | ToOwner::WatchedStands { .. }
        | ToOwner::WatchedIsAt { .. }
        | ToOwner::SourceQuiet { .. }
        | ToOwner::SourceSeen { .. }
        | ToOwner::Placed { .. }
        | ToOwner::PlacedElsewhere { .. }
        | ToOwner::ForgetPlaces { .. }
        | ToOwner::SignInRequired { .. }
        | ToOwner::VaultOpened
        | ToOwner::RightsSeen { .. }
        | ToOwner::ListingDelay { .. }
        | ToOwner::ClockSet { .. }
        | ToOwner::KeepForm { .. }
        | ToOwner::AnswerRequest { .. }
        | ToOwner::Rest { .. }
        | ToOwner::Connection { .. } => {}
    }
    false
}
