//! From a part that is whole to the file under its name, and the word of it: many at once, with one sync of the folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use canto_api::CantoTime;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, oneshot};

use super::apply::{rename_to_free, row_of};
use super::local::seen;
use super::location::{Location, md5_of, sync_dir};
use super::plan::{RemoteAsset, is_as_written};
use super::run::{MirrorContext, off_the_workers};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::MirrorId;
use crate::store::mirror_changes::MirrorChange;
use crate::store::mirrored_files::{CheckedBy, Present, WrittenFile};
use crate::transfer::download::{Fetched, write_failure};

/// Files under one sync.
const GROUP: usize = 64;

pub struct Finished {
    pub mirror: MirrorId,
    pub remote: RemoteAsset,
    /// Its present name, and the one that it gets.
    pub part: String,
    pub path: String,
    /// What is there, and makes room.
    pub over: Option<Present>,
    pub fetched: Fetched,
    pub way: CheckedBy,
    pub happened: MirrorChange,
}

type Taken = (Finished, oneshot::Sender<Outcome<()>>);

pub struct Finisher(mpsc::Sender<Taken>);

impl Finisher {
    /// With the work, which ends when nobody finishes anything any more.
    pub fn new(
        context: MirrorContext,
        location: Location,
        folder: PathBuf,
    ) -> (Self, impl Future<Output = Outcome<()>>) {
        let (give, inbox) = mpsc::channel(GROUP);
        (Self(give), work(context, location, folder, inbox))
    }

    /// When this returns, the file is there, and known to be.
    pub async fn take(&self, finished: Finished) -> Outcome<()> {
        let ended = || Failure::new(ErrorCode::Internal).because("files can't be finished");
        let (reply, answer) = oneshot::channel();
        self.0.send((finished, reply)).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

async fn work(
    context: MirrorContext,
    location: Location,
    folder: PathBuf,
    mut inbox: mpsc::Receiver<Taken>,
) -> Outcome<()> {
    let mut group: Vec<Taken> = Vec::new();
    while inbox.recv_many(&mut group, GROUP).await > 0 {
        let taken = std::mem::take(&mut group);
        let (location, folder) = (location.clone(), folder.clone());
        let named = off_the_workers(move || Ok(name_all(&location, &folder, taken))).await?;
        let (mut changes, mut replies) = (Vec::new(), Vec::new());
        for (outcome, reply) in named {
            match outcome {
                Ok(of_file) => {
                    changes.extend(of_file);
                    replies.push(reply);
                }
                Err(failure) => drop(reply.send(Err(failure))),
            }
        }
        let recorded = context.record(changes).await;
        for reply in replies {
            drop(reply.send(recorded.clone()));
        }
    }
    Ok(())
}

type Named = (Outcome<Vec<MirrorChange>>, oneshot::Sender<Outcome<()>>);

fn name_all(location: &Location, folder: &Path, taken: Vec<Taken>) -> Vec<Named> {
    let mut named: Vec<Named> =
        taken.into_iter().map(|(finished, reply)| (name_one(location, folder, finished), reply)).collect();
    // Before anybody says that they are there.
    if let Err(error) = sync_dir(folder) {
        let failure = write_failure(&error, folder);
        named.iter_mut().for_each(|(outcome, _)| *outcome = Err(failure.clone()));
    }
    named
}

fn name_one(location: &Location, folder: &Path, finished: Finished) -> Outcome<Vec<MirrorChange>> {
    let Finished { mirror, remote, part, path, over, fetched, way, happened } = finished;
    location.check()?;
    let (part, target) = (folder.join(part), folder.join(&path));
    let put = || -> io::Result<i64> {
        if let Some(uploaded) = remote.said.uploaded.and_then(CantoTime::from_digits).and_then(moment) {
            fs::File::options().write(true).open(&part)?.set_modified(uploaded)?;
        }
        match &over {
            // Still as Ferry has written it, to the last byte.
            Some(present) if seen(&target)?.is_some_and(|seen| is_as_written(seen, present)) => {
                if md5_of(&target)? != present.file.md5 {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                fs::rename(&part, &target)?;
            }
            _ => rename_to_free(&part, &target)?,
        }
        Ok(seen(&target)?.map_or(0, |seen| seen.modified_ns))
    };
    match put() {
        Ok(modified_ns) => {
            let file = WrittenFile { size: fetched.size, modified_ns, md5: fetched.md5 };
            let present = Present { said: remote.said.clone(), file, checked_by: way };
            let row = Box::new(row_of(&remote, path, Some(present), None));
            Ok(vec![MirrorChange::PutFile { mirror, row }, happened])
        }
        // Somebody has put something there meanwhile: the next run plans anew.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Failure::new(ErrorCode::SourceChanged).with("name", path).because(error))
        }
        Err(error) => Err(write_failure(&error, folder)),
    }
}

/// The zone of a tenant's dates is not known [ND]; this computer's is a guess.
fn moment(time: CantoTime) -> Option<std::time::SystemTime> {
    let text = time.to_string();
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", text.get(..14)?).ok()?;
    Some(time.to_zoned(TimeZone::system()).ok()?.timestamp().into())
}
