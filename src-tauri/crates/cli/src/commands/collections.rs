//! `ferry collections`: what is kept on this computer of the library's collections.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use engine::EngineHandle;
use engine::error::{ErrorCode, Failure};
use engine::model::{
    AccountId, CollectionState, CollectionView, HeldId, MirrorId, MirrorPlan, MirrorStep, SyncFolderView,
};

use crate::args::{CollectionSync, Collections, CollectionsCommand, Global};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::{Output, bytes, counted, plain};
use crate::session::{Need, Session};
use crate::text;

/// Between two looks at a run, which may be another program's.
const LOOK: Duration = Duration::from_millis(200);
/// Steps that a person reads of a plan.
const SHOWN: usize = 20;

pub async fn run(global: &Global, collections: Collections, out: &Output) -> Ended {
    let need = match &collections.command {
        CollectionsCommand::Sync(sync) if !sync.dry_run => Need::Transfers,
        CollectionsCommand::Location { dir: Some(_) } => Need::Transfers,
        CollectionsCommand::Location { dir: None } | CollectionsCommand::Held => Need::Queue,
        CollectionsCommand::Restore { .. } | CollectionsCommand::Off { .. } => Need::Queue,
        _ => Need::Tenant,
    };
    Session::with(global, need, async |session| {
        let handle = session.handle();
        match collections.command {
            CollectionsCommand::List => list(handle, session.account().await?.id, out).await,
            CollectionsCommand::Add { collection } => {
                let view = handle.add_collection(session.account().await?.id, &collection).await?;
                show(&view, out)?;
                folder_note(handle, out).await?;
                Ok(Exit::Well)
            }
            CollectionsCommand::On { collection } => {
                let view = named(handle, Some(session.account().await?.id), &collection).await?;
                let view = match view.id {
                    Some(mirror) => {
                        handle.switch_collection(mirror, true).await?;
                        named(handle, None, &mirror.to_string()).await?
                    }
                    None => handle.add_collection(view.account, &view.collection).await?,
                };
                show(&view, out)?;
                folder_note(handle, out).await?;
                Ok(Exit::Well)
            }
            CollectionsCommand::Off { collection } => {
                let mirror = mirror_of(&named(handle, None, &collection).await?)?;
                handle.switch_collection(mirror, false).await?;
                show(&named(handle, None, &mirror.to_string()).await?, out)?;
                out.note("Its files stay where they are.");
                Ok(Exit::Well)
            }
            CollectionsCommand::Sync(sync) if sync.dry_run => plans(handle, &sync, out).await,
            CollectionsCommand::Sync(sync) => sync_now(handle, &sync, out).await,
            CollectionsCommand::Location { dir } => location(handle, dir, out).await,
            CollectionsCommand::Held => held(handle, out).await,
            CollectionsCommand::Restore { held } => restore(handle, held, out).await,
        }
    })
    .await
}

async fn list(handle: &EngineHandle, account: AccountId, out: &Output) -> Ended {
    let shown = handle.collections(account).await?;
    for view in &shown.collections {
        show(view, out)?;
    }
    if !shown.listed && shown.failure.is_none() {
        out.note(
            "This library does not list its collections: `ferry collections add ADDRESS` keeps one here.",
        );
    }
    if let Some(failure) = shown.failure {
        return Err(failure.into());
    }
    Ok(Exit::Well)
}

/// By its number here, the library's id, or its name.
async fn named(
    handle: &EngineHandle,
    account: Option<AccountId>,
    word: &str,
) -> Result<CollectionView, Problem> {
    let fits = |view: &CollectionView| {
        view.id.is_some_and(|id| id.to_string() == word)
            || view.collection == word
            || view.name.eq_ignore_ascii_case(word)
    };
    let mut known: Vec<CollectionView> =
        handle.kept_collections().await?.into_iter().filter(|view| fits(view)).collect();
    if known.is_empty()
        && let Some(account) = account
    {
        known =
            handle.collections(account).await?.collections.into_iter().filter(|view| fits(view)).collect();
    }
    match (known.pop(), known.is_empty()) {
        (Some(view), true) => Ok(view),
        (Some(_), false) => Err(Problem::usage(format!(
            "several collections fit '{word}'. Name one by its number (`ferry collections list`)."
        ))),
        (None, _) => Err(Failure::new(ErrorCode::CollectionMissing).with("collection", word).into()),
    }
}

fn mirror_of(view: &CollectionView) -> Result<MirrorId, Problem> {
    let never = || Failure::new(ErrorCode::CollectionMissing).with("collection", &view.name);
    view.id.ok_or_else(|| never().into())
}

fn show(view: &CollectionView, out: &Output) -> Result<(), Problem> {
    out.line(&Line::Collection { collection: view })?;
    let state = match view.state {
        CollectionState::Off => "off",
        CollectionState::Waiting => "on, not here yet",
        CollectionState::Running => "running",
        CollectionState::UpToDate => "up to date",
        CollectionState::ConfirmRemovals => "waits for you",
        CollectionState::Stopped => "stopped",
    };
    let number = view.id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let mark = if view.marked == Some(true) { " · marked in the web" } else { "" };
    let here = format!("{}, {}", counted(view.files, "file", "files"), bytes(view.bytes));
    out.say(format!("{number}  {}  [{}]  {state} · {here}{mark}", plain(&view.name), view.collection))?;
    if view.unverified > 0 {
        let files = counted(view.unverified, "file is", "files are");
        out.say(format!(
            "    {files} here whole, but can't be verified: the library's own sum is of another form."
        ))?;
    }
    if view.state == CollectionState::ConfirmRemovals {
        let files = counted(view.removals, "file", "files");
        out.say(format!(
            "    {files} left the collection: `ferry collections sync {number} --confirm` removes them here."
        ))?;
    }
    if let Some(failure) = &view.failure {
        let words = text::words(failure);
        out.say(format!("    {} {}", words.sentence, words.next))?;
    }
    Ok(())
}

async fn folder_note(handle: &EngineHandle, out: &Output) -> Result<(), Problem> {
    if handle.sync_folder().await?.is_none() {
        out.note("Choose where it is kept: `ferry collections location DIR`.");
    }
    Ok(())
}

/// The one that is named, or all that are on.
async fn chosen(handle: &EngineHandle, word: Option<&str>) -> Result<Vec<CollectionView>, Problem> {
    match word {
        Some(word) => {
            let view = named(handle, None, word).await?;
            if view.on {
                Ok(vec![view])
            } else {
                Err(Problem::usage(format!(
                    "'{}' is off. `ferry collections on {word}` keeps it here.",
                    view.name
                )))
            }
        }
        None => Ok(handle.kept_collections().await?.into_iter().filter(|view| view.on).collect()),
    }
}

async fn plans(handle: &EngineHandle, sync: &CollectionSync, out: &Output) -> Ended {
    for view in chosen(handle, sync.collection.as_deref()).await? {
        let plan = handle.plan_collection(mirror_of(&view)?).await?;
        out.line(&Line::CollectionPlan { plan: &plan })?;
        say_plan(&view, &plan, out)?;
    }
    Ok(Exit::Well)
}

fn say_plan(view: &CollectionView, plan: &MirrorPlan, out: &Output) -> Result<(), Problem> {
    let mut counts: BTreeMap<MirrorStep, u64> = BTreeMap::new();
    for step in &plan.steps {
        *counts.entry(step.step).or_default() += 1;
    }
    let said: Vec<String> =
        counts.iter().map(|(step, count)| format!("{} {count}", word_of(*step))).collect();
    let said = if said.is_empty() { "nothing to do".to_owned() } else { said.join(", ") };
    out.say(format!("{}: {said}; {} to fetch", plain(&view.name), bytes(plan.bytes)))?;
    for step in plan.steps.iter().take(SHOWN) {
        let to = step.to.as_deref().map(|to| format!(" -> {}", plain(to))).unwrap_or_default();
        out.say(format!("    {} {}{to}", word_of(step.step), plain(&step.path)))?;
    }
    if plan.steps.len() > SHOWN {
        out.say(format!("    … and {} more", plan.steps.len() - SHOWN))?;
    }
    for (count, what) in [
        (plan.missing, "not in the list, kept until that is certain"),
        (plan.deleted_here, "deleted here, stay away"),
        (plan.changed_here, "changed here, left alone"),
    ] {
        if count > 0 {
            out.say(format!("    {count} {what}"))?;
        }
    }
    if plan.confirm {
        out.say("    The removals wait for --confirm.")?;
    }
    Ok(())
}

fn word_of(step: MirrorStep) -> &'static str {
    match step {
        MirrorStep::Download => "download",
        MirrorStep::Replace => "replace",
        MirrorStep::Rename => "rename",
        MirrorStep::MoveAside => "keep aside",
        MirrorStep::Remove => "remove",
    }
}

async fn sync_now(handle: &EngineHandle, sync: &CollectionSync, out: &Output) -> Ended {
    let views = chosen(handle, sync.collection.as_deref()).await?;
    if views.is_empty() {
        out.note("No collection is kept here: `ferry collections add ADDRESS`.");
    }
    if handle.synchronization_rests().await? {
        handle.sync_collections(None).await?;
        return Err(Problem::usage("synchronization rests at present; it runs as soon as that is over."));
    }
    let mut exit = Exit::Well;
    for view in views {
        let mirror = mirror_of(&view)?;
        let mut view = once(handle, mirror, async || handle.sync_collections(Some(mirror)).await).await?;
        if view.state == CollectionState::ConfirmRemovals && sync.confirm {
            view = once(handle, mirror, async || handle.confirm_removals(mirror).await).await?;
        }
        show(&view, out)?;
        if let Some(failure) = &view.failure {
            exit = Exit::of(failure.code);
        } else if view.state == CollectionState::ConfirmRemovals {
            exit = Exit::NeedsSomeone;
        }
    }
    Ok(exit)
}

/// Waits for the end of the run that is asked for; another program's engine may do it.
async fn once(
    handle: &EngineHandle,
    mirror: MirrorId,
    ask: impl AsyncFnOnce() -> Result<(), Failure>,
) -> Result<CollectionView, Problem> {
    let word = mirror.to_string();
    let before = named(handle, None, &word).await?.runs;
    ask().await?;
    loop {
        let view = named(handle, None, &word).await?;
        if (view.runs > before && !view.wanted && view.state != CollectionState::Running) || !view.on {
            return Ok(view);
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn location(handle: &EngineHandle, dir: Option<PathBuf>, out: &Output) -> Ended {
    let Some(dir) = dir else {
        let known = handle.sync_folder().await?;
        let none = || Failure::new(ErrorCode::SyncFolderMissing).with("reason", "none");
        let folder = known.ok_or_else(none)?;
        say_folder(&folder, out)?;
        return match folder.failure {
            Some(failure) => Err(failure.into()),
            None => Ok(Exit::Well),
        };
    };
    let dir = std::path::absolute(dir)?;
    let mut folder = handle.set_sync_folder(dir.clone()).await?;
    while folder.moving_to.is_some() {
        tokio::time::sleep(LOOK).await;
        folder = handle.sync_folder().await?.ok_or(ErrorCode::Internal).map_err(Failure::from)?;
    }
    if let Some(failure) = folder.move_failure {
        return Err(failure.into());
    }
    if !folder.path.starts_with(&dir) {
        let failure = Failure::new(ErrorCode::PathUnusable).with("path", dir.display());
        return Err(failure.into());
    }
    say_folder(&folder, out)?;
    Ok(Exit::Well)
}

fn say_folder(folder: &SyncFolderView, out: &Output) -> Result<(), Problem> {
    out.line(&Line::SyncFolder { folder })?;
    let free = folder.free.map(|free| format!(" ({} free)", bytes(free))).unwrap_or_default();
    out.say(format!("{}{free}", plain(&folder.path.to_string_lossy())))
}

async fn held(handle: &EngineHandle, out: &Output) -> Ended {
    for file in handle.held_files().await? {
        out.line(&Line::HeldFile { file: &file })?;
        let days = counted(u64::from(file.days_left), "day", "days");
        out.say(format!("{}  {}  {} · {days} left", file.id, plain(&file.path), bytes(file.size)))?;
    }
    Ok(Exit::Well)
}

async fn restore(handle: &EngineHandle, held: Vec<HeldId>, out: &Output) -> Ended {
    for held in held {
        let path = handle.restore_held(held).await?;
        out.line(&Line::Restored { held, path: &path })?;
        out.say(plain(&path.to_string_lossy()))?;
    }
    Ok(Exit::Well)
}
