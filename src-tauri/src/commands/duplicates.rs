//! Files that the library has already.

use engine::error::Outcome;
use engine::model::{
    ControlResult, DecisionPage, DecisionQuery, DuplicateAnswer, DuplicateBasis, DuplicatePreview,
    DuplicateReach, Enqueue, JobId, LocalFacts,
};
use tauri::{State, command};

use crate::state::SharedShell;

/// Those that wait until somebody has decided.
#[command]
pub async fn list_decisions(shell: State<'_, SharedShell>, query: DecisionQuery) -> Outcome<DecisionPage> {
    shell.engine().await?.list_decisions(query).await
}

#[command]
pub async fn decide_duplicates(
    shell: State<'_, SharedShell>,
    answer: DuplicateAnswer,
    reach: DuplicateReach,
) -> Outcome<ControlResult> {
    shell.engine().await?.decide_duplicates(answer, reach).await
}

/// What the local file of a job is like now; with `hash` also its sum, which may take its time.
#[command]
pub async fn local_facts(shell: State<'_, SharedShell>, job: JobId, hash: bool) -> Outcome<LocalFacts> {
    shell.engine().await?.local_facts(job, hash).await
}

/// What of a request is there already. One at a time: whoever asks again gives up the question before.
#[command]
pub async fn preview_duplicates(
    shell: State<'_, SharedShell>,
    mut request: Enqueue,
    list: Option<u64>,
    basis: Option<DuplicateBasis>,
) -> Outcome<DuplicatePreview> {
    request.paths = shell.path_lists.of(list, request.paths)?;
    let engine = shell.engine().await?;
    shell.preview.run(async move { engine.preview_duplicates(request, basis).await }).await
}

#[command]
pub async fn stop_duplicate_preview(shell: State<'_, SharedShell>) -> Outcome<()> {
    shell.preview.stop();
    Ok(())
}

/// The asset that a job's file is a duplicate of, in the browser.
#[command]
pub async fn open_duplicate(shell: State<'_, SharedShell>, job: JobId) -> Outcome<()> {
    let url = shell.engine().await?.duplicate_page(job).await?;
    shell.desktop.open_page(&url)
}
