//! `ferry upload`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::error::ErrorCode;
use engine::model::{
    AccountView, BatchState, Destination, DestinationKind, DuplicatePreview, Enqueue, MetadataOrder,
    NodeKind, Sidecars, StagingChoices,
};

use super::{summary, upload_metadata};
use crate::args::{Global, SidecarRule, Upload};
use crate::exit::{Ended, Exit, Problem};
use crate::follow::{End, Follow};
use crate::lines::{DryRun, DuplicatesLine, Line};
use crate::output::{Output, bytes, counted, plain};
use crate::session::{Need, Session};
use crate::{account, place, text};

pub async fn run(global: &Global, upload: Upload, out: &Output) -> Ended {
    let paths = absolute(&upload.paths)?;
    let folder = paths.iter().find(|path| path.is_dir());
    let kind = if folder.is_some() { NodeKind::Folder } else { NodeKind::Album };
    let need = match (upload.dry_run, upload.detach) {
        (true, _) => Need::Tenant,
        (_, true) => Need::Intake,
        _ => Need::Transfers,
    };
    let ended = Session::with(global, need, async |session| {
        let account = session.account().await?;
        session.handle().expect_upload(account.id);
        let to = destination_of(&upload, &account)?;
        // What is given to a link goes into its one album, folders as well.
        let takes_all = account.place.as_ref().is_some_and(|place| place.album.is_some());
        let folder = folder.filter(|_| !takes_all);
        let kind = if takes_all { NodeKind::Album } else { kind };
        // Nothing is made in the library for an upload that is refused.
        let known = known(session, &account, &upload, &to, kind).await?;
        let may_be_another = upload.create && !upload.dry_run;
        if let (Some(folder), Some(place), false) = (folder, &known, may_be_another) {
            refuse_folder_in_album(folder, place)?;
        }
        let mut request = request(&upload, paths.clone(), &account);
        request.metadata =
            upload_metadata::order(session, &upload, &account, &paths, known.as_ref(), out).await?;
        if upload.dry_run {
            let exit = dry_run(session, &to, request.clone(), known.as_ref(), out).await?;
            session.handle().refuse_unfilled(request).await?;
            return Ok(exit);
        }
        session.handle().refuse_unfilled(request.clone()).await?;
        let destination = match known {
            Some(place) if !upload.create => place,
            _ => place::find(session.handle(), account.id, &to, kind, upload.create).await?,
        };
        if let Some(folder) = folder {
            refuse_folder_in_album(folder, &destination)?;
        }
        request.destination = destination.clone();
        out.note(format!("To {} in {}.", place::shown(&destination), account::shown(&account)));
        if upload.detach {
            detach(session, request, out).await
        } else {
            send(session, request, account, out).await
        }
    })
    .await;
    if matches!(ended, Err(Problem::Interrupted)) {
        out.note("Interrupted. The queue stays; it goes on with `ferry run`, the next upload or the app.");
    }
    ended
}

/// What was given, or the place that the account shows.
fn destination_of(upload: &Upload, account: &AccountView) -> Result<String, Problem> {
    match (&upload.to, &account.place) {
        (Some(to), _) => Ok(to.clone()),
        (None, Some(place)) => {
            Ok(place.album.as_ref().map_or_else(|| "/".to_owned(), |album| format!("album:{album}")))
        }
        (None, None) => Err(Problem::usage("name a destination with --to DEST.")),
    }
}

/// The album that all of an account's uploads go to, if there is but one.
fn only_album(account: &AccountView) -> Option<(String, String)> {
    let place = account.place.as_ref()?;
    Some((place.album.clone()?, place.name.clone()))
}

fn absolute(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    if let Some(path) = paths.iter().find(|path| path.to_str().is_none()) {
        return Err(Problem::usage(format!(
            "{} is not valid Unicode. Rename it, or name the folder that it is in: the others are then uploaded.",
            path.display()
        )));
    }
    // One that is missing beside others is a failed job, which the receipt tells of.
    if !paths.iter().any(|path| path.symlink_metadata().is_ok()) {
        let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Problem::usage(format!("there is no file or folder {}.", names.join(", "))));
    }
    Ok(paths.iter().map(std::path::absolute).collect::<Result<_, _>>()?)
}

/// `None`: it would be made.
async fn known(
    session: &Session,
    account: &AccountView,
    upload: &Upload,
    to: &str,
    kind: NodeKind,
) -> Result<Option<Destination>, Problem> {
    // A link is where it is, whether it is open or not.
    if let (None, Some((album, path))) = (&upload.to, only_album(account)) {
        return Ok(Some(Destination { kind: DestinationKind::Album, id: album, path }));
    }
    match place::find(session.handle(), account.id, to, kind, false).await {
        Ok(place) => Ok(Some(place)),
        Err(failure) if failure.code == ErrorCode::DestinationMissing && upload.create => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

fn refuse_folder_in_album(folder: &Path, place: &Destination) -> Result<(), Problem> {
    if place.kind != DestinationKind::Album {
        return Ok(());
    }
    Err(Problem::usage(format!(
        "{} is a folder, and {} is an album, which can't hold folders. Name a folder of the library, or the files \
         themselves.",
        folder.display(),
        place.path
    )))
}

fn request(upload: &Upload, paths: Vec<PathBuf>, account: &AccountView) -> Enqueue {
    Enqueue {
        account: account.id,
        paths,
        destination: Destination { kind: DestinationKind::Library, id: String::new(), path: String::new() },
        tags: upload.tags.clone(),
        include: upload.include.clone(),
        exclude: upload.exclude.clone(),
        priority: upload.priority,
        choices: StagingChoices {
            sidecars: upload.sidecars.map(|rule| match rule {
                SidecarRule::Upload => Sidecars::Upload,
                SidecarRule::LeaveOut => Sidecars::LeaveOut,
            }),
            ..StagingChoices::default()
        },
        duplicates: upload.duplicates.map(Into::into),
        metadata: MetadataOrder::default(),
    }
}

async fn dry_run(
    session: &Session,
    to: &str,
    request: Enqueue,
    destination: Option<&Destination>,
    out: &Output,
) -> Ended {
    let staged = session.handle().stage_request(request.clone()).await?;
    let request =
        Enqueue { destination: destination.cloned().unwrap_or(request.destination.clone()), ..request };
    let twice = session.handle().preview_duplicates(request, None).await?;
    out.line(&Line::DryRun(DryRun {
        to,
        destination,
        files: staged.files,
        folders: staged.folders,
        bytes: staged.bytes,
        left_out: staged.left_out,
        kinds: &staged.kinds,
        problems: staged.problems.iter().map(Into::into).collect(),
        problem_count: staged.problem_count,
        duplicates: DuplicatesLine::from(&twice),
    }))?;
    let to = destination.map_or_else(|| format!("{to} (to be made)"), place::shown);
    out.say(format!(
        "{}, {} would go to {to}.",
        counted(staged.files, "file", "files"),
        bytes(staged.bytes)
    ))?;
    for kind in &staged.kinds {
        out.say(format!("  {:<10} {:>10}  {:>11}", kind.kind, kind.files, bytes(kind.bytes)))?;
    }
    if staged.left_out > 0 {
        out.say(format!(
            "{} would be left out (patterns, junk, sidecars, linked folders).",
            staged.left_out
        ))?;
    }
    tell_duplicates(&twice, out)?;
    for problem in &staged.problems {
        let words = text::words(&problem.failure);
        out.say(format!("can't be sent: {}: {}", plain(&problem.path), words.sentence))?;
    }
    Ok(if staged.problem_count > 0 { Exit::SomeFailed } else { Exit::Well })
}

fn tell_duplicates(twice: &DuplicatePreview, out: &Output) -> Result<(), Problem> {
    for (count, what) in [
        (twice.certain, "in the library already"),
        (twice.probably, "probably in the library already"),
        (twice.twins, "here more than once"),
    ] {
        if count > 0 {
            out.say(format!("{} {what}.", counted(count, "file is", "files are")))?;
        }
    }
    for file in &twice.files {
        let another = || "another of these files".to_owned();
        let of = file.of.as_ref().map_or_else(another, text::duplicate);
        out.say(format!("duplicate: {} of {of}", plain(&file.path)))?;
    }
    Ok(())
}

/// Returns when the files are in the queue, or at once where another program finds them.
async fn detach(session: &Session, request: Enqueue, out: &Output) -> Ended {
    let handle = session.handle();
    let batch = handle.enqueue(request).await?;
    let mut view = handle.batch(batch).await?;
    while handle.is_owner() && view.state == BatchState::Scanning {
        tokio::time::sleep(Duration::from_millis(20)).await;
        view = handle.batch(batch).await?;
    }
    let (jobs, sum) = (view.totals.all(), view.totals.all_bytes());
    out.line(&Line::BatchQueued { batch, jobs, bytes: sum, left_out: view.left_out })?;
    if let Some(failure) = view.failure {
        return Err(failure.into());
    }
    if handle.is_owner() {
        out.say(format!(
            "Batch {batch}: {}, {} in the queue. It goes on with the next `ferry run` or the app.",
            counted(jobs, "file", "files"),
            bytes(sum)
        ))?;
    } else {
        out.say(format!("Batch {batch} is in the queue of the program that runs here."))?;
    }
    Ok(Exit::Well)
}

async fn send(session: &mut Session, request: Enqueue, account: AccountView, out: &Output) -> Ended {
    let began = Instant::now();
    let events = session.handle().subscribe().await?.events;
    let batch = session.handle().enqueue(request).await?;
    let end = Follow::new(batch, account.clone(), out).until_end(session, events).await?;
    match end {
        End::Finished(view) => {
            let metadata = upload_metadata::settled(session, &account, &view, out).await?;
            upload_metadata::tell_refused(session, &view, metadata.refused, out).await?;
            summary::finish(session, &view, began.elapsed().as_secs_f64(), metadata.refused, out).await
        }
        End::SignInRequired(view) => {
            let open = counted(view.totals.open(), "file", "files");
            out.note(format!("{open} of batch {} stay in the queue.", view.id));
            Err(account::what_is_needed(&session.handle().accounts().await?, account.id).into())
        }
    }
}
