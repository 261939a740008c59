//! The queue.

use std::path::PathBuf;

use engine::error::Outcome;
use engine::model::{
    AccountId, BatchId, BatchView, ControlResult, Destination, Enqueue, JobAction, JobDetails, JobId,
    JobPage, JobQuery, JobSelection, QueueSpot, StagedPage, StagedQuery, StagingChoices, StagingSummary,
};
use tauri::{State, command};

use crate::state::{SharedShell, Shell};

#[command]
pub async fn list_jobs(shell: State<'_, SharedShell>, query: JobQuery) -> Outcome<JobPage> {
    shell.engine().await?.list_jobs(query).await
}

#[command]
pub async fn list_batches(
    shell: State<'_, SharedShell>,
    offset: u64,
    limit: u32,
    finished: Option<bool>,
) -> Outcome<Vec<BatchView>> {
    shell.engine().await?.list_batches(offset, limit, finished).await
}

#[command]
pub async fn job_details(shell: State<'_, SharedShell>, job: JobId) -> Outcome<JobDetails> {
    shell.engine().await?.job_details(job).await
}

#[command]
pub async fn pause_jobs(shell: State<'_, SharedShell>, selection: JobSelection) -> Outcome<ControlResult> {
    control(&shell, selection, JobAction::Pause).await
}

#[command]
pub async fn resume_jobs(shell: State<'_, SharedShell>, selection: JobSelection) -> Outcome<ControlResult> {
    control(&shell, selection, JobAction::Resume).await
}

#[command]
pub async fn cancel_jobs(shell: State<'_, SharedShell>, selection: JobSelection) -> Outcome<ControlResult> {
    control(&shell, selection, JobAction::Cancel).await
}

#[command]
pub async fn retry_jobs(shell: State<'_, SharedShell>, selection: JobSelection) -> Outcome<ControlResult> {
    control(&shell, selection, JobAction::Retry).await
}

#[command]
pub async fn top_jobs(shell: State<'_, SharedShell>, selection: JobSelection) -> Outcome<ControlResult> {
    control(&shell, selection, JobAction::Top).await
}

/// Ids of the jobs that a query finds, as runs; so a page selects a million rows without loading them.
#[command]
pub async fn select_jobs(shell: State<'_, SharedShell>, query: JobQuery) -> Outcome<Vec<(JobId, JobId)>> {
    shell.engine().await?.select_jobs(query).await
}

#[command]
pub async fn move_jobs(
    shell: State<'_, SharedShell>,
    selection: JobSelection,
    spot: QueueSpot,
) -> Outcome<ControlResult> {
    shell.engine().await?.move_jobs(selection, spot).await
}

/// Another place for files of an account that are not under way.
#[command]
pub async fn retarget_jobs(
    shell: State<'_, SharedShell>,
    account: AccountId,
    selection: JobSelection,
    destination: Destination,
) -> Outcome<ControlResult> {
    shell.engine().await?.retarget(account, selection, destination).await
}

/// Many paths, handed over piece by piece before they are used. The number that `list` is then in other commands.
#[command]
pub async fn keep_paths(
    shell: State<'_, SharedShell>,
    list: Option<u64>,
    paths: Vec<PathBuf>,
) -> Outcome<u64> {
    shell.path_lists.keep(list, paths)
}

#[command]
pub async fn stage_paths(
    shell: State<'_, SharedShell>,
    paths: Vec<PathBuf>,
    list: Option<u64>,
    choices: StagingChoices,
) -> Outcome<StagingSummary> {
    let paths = shell.path_lists.of(list, paths)?;
    shell.engine().await?.stage(paths, choices).await
}

#[command]
pub async fn list_staged(shell: State<'_, SharedShell>, query: StagedQuery) -> Outcome<StagedPage> {
    shell.engine().await?.list_staged(query).await
}

/// For the address of a staged file's thumbnail, which never holds a path.
#[command]
pub async fn number_staged(shell: State<'_, SharedShell>, path: PathBuf) -> Outcome<u64> {
    Ok(shell.staged_numbers.of(path))
}

#[command]
pub async fn enqueue_files(
    shell: State<'_, SharedShell>,
    mut request: Enqueue,
    list: Option<u64>,
) -> Outcome<BatchId> {
    request.paths = shell.path_lists.of(list, request.paths)?;
    shell.engine().await?.enqueue(request).await
}

pub async fn control(shell: &Shell, selection: JobSelection, action: JobAction) -> Outcome<ControlResult> {
    shell.engine().await?.control(selection, action).await
}
