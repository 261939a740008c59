//! `ferry folders`: watched folders.

use std::time::Duration;

use engine::error::{ErrorCode, Failure};
use engine::model::{
    Destination, DestinationKind, NodeKind, SignInState, SyncPreview, WatchFolder, WatchedChange,
    WatchedFolder, Watching,
};

use crate::args::{FolderName, FoldersCommand, Global, NewFolder, Patterns};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::{Output, bytes, counted, plain};
use crate::session::{Need, Session};
use crate::{account, place, text};

const LOOK: Duration = Duration::from_millis(200);

pub async fn run(global: &Global, command: FoldersCommand, out: &Output) -> Ended {
    let change = |change: WatchedChange| move |_: &WatchedFolder| change.clone();
    match command {
        FoldersCommand::List => {
            Session::with(global, Need::Queue, async |session| {
                for folder in session.handle().watched_folders().await? {
                    show(&folder, out)?;
                }
                Ok(Exit::Well)
            })
            .await
        }
        FoldersCommand::Add(new) => add(global, new, out).await,
        FoldersCommand::On(name) => {
            control(global, &name, change(WatchedChange::On), "switched on", out).await
        }
        FoldersCommand::Off(name) => {
            control(global, &name, change(WatchedChange::Off), "switched off", out).await
        }
        FoldersCommand::Patterns(Patterns { folder, include, exclude }) => {
            let change = change(WatchedChange::Patterns { include, exclude });
            control(global, &folder, change, "looked through with these patterns", out).await
        }
        FoldersCommand::Remove(name) => {
            let change = change(WatchedChange::Remove);
            control(global, &name, change, "watched no more; the library keeps what it has", out).await
        }
        FoldersCommand::Preview { folder } => {
            Session::with(global, Need::Queue, async |session| {
                for folder in chosen(session, folder.as_deref()).await? {
                    let preview = session.handle().preview_sync(folder.id).await?;
                    tell_preview(&folder, &preview, out)?;
                }
                Ok(Exit::Well)
            })
            .await
        }
        FoldersCommand::Sync { folder } => {
            let ended = Session::with(global, Need::Transfers, async |session| {
                sync(session, folder.as_deref(), out).await
            });
            let ended = Box::pin(ended).await;
            if matches!(ended, Err(Problem::Interrupted)) {
                out.note(
                    "Interrupted. The queue stays; it goes on with `ferry run`, the next sync or the app.",
                );
            }
            ended
        }
    }
}

async fn add(global: &Global, new: NewFolder, out: &Output) -> Ended {
    let path = std::path::absolute(&new.path)?;
    if !path.is_dir() {
        return Err(Problem::usage(format!("there is no folder {}.", plain(&path.to_string_lossy()))));
    }
    let top = new.to.trim_matches('/').is_empty();
    Session::with(global, if top { Need::Queue } else { Need::Tenant }, async |session| {
        let account = session.account().await?;
        let destination = if top {
            Destination { kind: DestinationKind::Library, id: String::new(), path: String::new() }
        } else {
            place::find(session.handle(), account.id, &new.to, NodeKind::Folder, new.create).await?
        };
        let folder = WatchFolder {
            account: account.id,
            path: path.clone(),
            destination,
            include: new.include.clone(),
            exclude: new.exclude.clone(),
        };
        let id = session.handle().watch_folder(folder).await?;
        let folder = session.handle().watched_folder(id).await?;
        show(&folder, out)?;
        // How Canto restricts it is its own to say; this is what it does with synchronized folders.
        out.note("In the library, administrators and you see it; others do not, unless it is opened to them there.");
        if !session.runs_elsewhere().await? {
            out.note(format!("It is watched while `ferry run` or the app runs; `ferry folders sync {id}` looks once."));
        }
        Ok(Exit::Well)
    })
    .await
}

async fn control(
    global: &Global,
    name: &FolderName,
    change: impl Fn(&WatchedFolder) -> WatchedChange,
    past: &str,
    out: &Output,
) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        for folder in chosen(session, Some(&name.folder)).await? {
            let change = change(&folder);
            let removed = change == WatchedChange::Remove;
            session.handle().change_watched(folder.id, change).await?;
            if removed {
                out.line(&Line::FolderRemoved { folder: folder.id })?;
            } else {
                out.line(&Line::Folder { folder: &session.handle().watched_folder(folder.id).await? })?;
            }
            out.say(format!("{} is {past}.", plain(&folder.path)))?;
        }
        Ok(Exit::Well)
    })
    .await
}

/// The folder of a number, path or name; without one, all.
async fn chosen(session: &Session, name: Option<&str>) -> Result<Vec<WatchedFolder>, Problem> {
    let all = session.handle().watched_folders().await?;
    let Some(name) = name else { return Ok(all) };
    let path = std::path::absolute(name)?;
    let is_meant = |folder: &WatchedFolder| {
        folder.id.to_string() == name || std::path::Path::new(&folder.path) == path || folder.name == name
    };
    let meant: Vec<WatchedFolder> = all.into_iter().filter(is_meant).collect();
    match meant.len() {
        0 => Err(Failure::new(ErrorCode::FolderMissing).with("folder", plain(name)).into()),
        1 => Ok(meant),
        _ => Err(Problem::usage(format!(
            "{} is more than one watched folder. Name it by its number.",
            plain(name)
        ))),
    }
}

/// Looks through folders now, and waits until what was found there has arrived.
async fn sync(session: &mut Session, name: Option<&str>, out: &Output) -> Ended {
    let folders = chosen(session, name).await?;
    let folders: Vec<WatchedFolder> =
        folders.into_iter().filter(|folder| name.is_some() || folder.on).collect();
    for folder in &folders {
        session.handle().change_watched(folder.id, WatchedChange::Sync).await?;
    }
    let mut exit = Exit::Well;
    for before in folders {
        let folder = loop {
            let folder = session.handle().watched_folder(before.id).await?;
            if !folder.looking && (folder.open == 0 || is_paused(session, &folder).await?) {
                break folder;
            }
            let accounts = session.handle().accounts().await?;
            let account = accounts.iter().find(|account| account.id == folder.account);
            if !folder.looking && account.is_some_and(|account| account.state != SignInState::SignedIn) {
                out.note(format!("{} stay in the queue.", counted(folder.open, "file", "files")));
                return Err(account::what_is_needed(&accounts, folder.account).into());
            }
            session.take_over().await?;
            tokio::time::sleep(LOOK).await;
        };
        let sent = folder.done.saturating_sub(before.done);
        let problems = folder.problems;
        out.line(&Line::FolderSynced { folder: &folder, sent })?;
        let mut words = format!(
            "{}: {}, {} sent",
            plain(&folder.path),
            counted(folder.files, "file", "files"),
            indicatif::HumanCount(sent)
        );
        if problems > 0 {
            words.push_str(&format!(", {}", counted(problems, "problem", "problems")));
        }
        out.say(format!("{words}."))?;
        if let Some(failure) = &folder.failure {
            let told = text::words(failure);
            out.warn(format!("{} {}", told.sentence, told.next));
        }
        if problems > 0 || folder.failure.is_some() {
            exit = Exit::SomeFailed;
        }
    }
    Ok(exit)
}

/// Somebody has paused all that is left.
async fn is_paused(session: &Session, folder: &WatchedFolder) -> Result<bool, Problem> {
    let batches = session.handle().list_batches(0, 1_000, Some(false)).await?;
    let mut open = batches.iter().filter(|batch| batch.watched == Some(folder.id)).peekable();
    Ok(open.peek().is_some() && open.all(|batch| batch.totals.is_paused()))
}

pub fn show(folder: &WatchedFolder, out: &Output) -> Result<(), Problem> {
    out.line(&Line::Folder { folder })?;
    let how = match (folder.on, folder.looking, folder.watching) {
        (false, _, _) => "off",
        (true, true, _) => "a look is asked for or under way",
        (true, false, Watching::Watching) => "watching",
        (true, false, Watching::Polling) => "looked through again and again",
        (true, false, Watching::Not) => "not watched at present",
    };
    out.say(format!("{}  {} → {}", folder.id, plain(&folder.path), plain(&folder.place)))?;
    let mut words = format!("    {how}; {}", counted(folder.files, "file", "files"));
    for (count, what) in
        [(folder.open, "on their way"), (folder.done, "done"), (folder.problems, "with problems")]
    {
        if count > 0 {
            words.push_str(&format!(", {} {what}", indicatif::HumanCount(count)));
        }
    }
    out.say(words)?;
    if let Some(failure) = &folder.failure {
        let told = text::words(failure);
        out.say(format!("    {} {}", told.sentence, told.next))?;
    }
    Ok(())
}

fn tell_preview(folder: &WatchedFolder, preview: &SyncPreview, out: &Output) -> Result<(), Problem> {
    out.line(&Line::SyncPreview { folder: folder.id, preview })?;
    out.say(format!(
        "{}: {}; {} new, {} changed, {} moved, {} left out; {} to send.",
        plain(&folder.path),
        counted(preview.files, "file", "files"),
        preview.new,
        preview.changed,
        preview.moved,
        preview.left_out,
        bytes(preview.bytes)
    ))?;
    if preview.unstable > 0 {
        out.say(format!("{} still being written.", counted(preview.unstable, "file is", "files are")))?;
    }
    for path in &preview.paths {
        out.say(format!("    {}", plain(path)))?;
    }
    for problem in &preview.problems {
        out.say(format!("    {}: {}", plain(&problem.path), text::words(&problem.failure).sentence))?;
    }
    Ok(())
}
