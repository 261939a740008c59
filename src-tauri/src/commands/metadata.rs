//! What is said about assets.

use engine::error::Outcome;
use engine::model::{
    AccountId, Enqueue, JobSelection, MetadataForm, MetadataTemplate, MetadataValues, MissingField,
    SheetPreview, SheetQuery, ValueRefusal, WordList,
};
use tauri::{State, command};

use crate::desktop::{Pick, shown};
use crate::state::SharedShell;

#[command]
pub async fn metadata_form(shell: State<'_, SharedShell>, account: AccountId) -> Outcome<MetadataForm> {
    let engine = shell.engine().await?;
    let form = engine.metadata_form(account).await;
    // Whoever looks at it has files to send.
    engine.expect_upload(account);
    form
}

#[command]
pub async fn check_metadata(
    shell: State<'_, SharedShell>,
    account: AccountId,
    values: MetadataValues,
) -> Outcome<Vec<ValueRefusal>> {
    shell.engine().await?.check_metadata(account, values).await
}

#[command]
pub async fn missing_metadata(
    shell: State<'_, SharedShell>,
    mut request: Enqueue,
    list: Option<u64>,
) -> Outcome<Vec<MissingField>> {
    request.paths = shell.path_lists.of(list, request.paths)?;
    shell.engine().await?.missing_metadata(request).await
}

#[command]
pub async fn read_sheet(
    shell: State<'_, SharedShell>,
    mut query: SheetQuery,
    list: Option<u64>,
) -> Outcome<SheetPreview> {
    query.paths = shell.path_lists.of(list, query.paths)?;
    shell.engine().await?.read_sheet(query).await
}

#[command]
pub async fn pick_sheet(shell: State<'_, SharedShell>) -> Outcome<Option<String>> {
    Ok(shell.desktop.pick(Pick::Sheet).await.first().map(|path| shown(path)))
}

#[command]
pub async fn list_templates(
    shell: State<'_, SharedShell>,
    account: AccountId,
) -> Outcome<Vec<MetadataTemplate>> {
    shell.engine().await?.list_templates(account).await
}

#[command]
pub async fn save_template(
    shell: State<'_, SharedShell>,
    account: AccountId,
    template: MetadataTemplate,
) -> Outcome<()> {
    shell.engine().await?.save_template(account, template).await
}

#[command]
pub async fn delete_template(shell: State<'_, SharedShell>, account: AccountId, name: String) -> Outcome<()> {
    shell.engine().await?.delete_template(account, &name).await
}

#[command]
pub async fn known_words(
    shell: State<'_, SharedShell>,
    account: AccountId,
    list: WordList,
    text: String,
) -> Outcome<Vec<String>> {
    shell.engine().await?.known_words(account, list, &text).await
}

#[command]
pub async fn correct_metadata(
    shell: State<'_, SharedShell>,
    selection: JobSelection,
    values: MetadataValues,
) -> Outcome<u64> {
    shell.engine().await?.correct_metadata(selection, values).await
}
