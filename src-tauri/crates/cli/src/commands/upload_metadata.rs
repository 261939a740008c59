//! `ferry upload --keyword … --set … --metadata …`: what the assets are told.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::error::Failure;
use engine::model::{
    AccountView, BatchView, Destination, MetadataForm, MetadataOpen, MetadataOrder, MetadataValues,
    SheetChoice, SheetPreview, SheetQuery, SignInState,
};

use crate::account;
use crate::args::Upload;
use crate::exit::Problem;
use crate::output::{Output, counted, plain};
use crate::session::Session;

const EXAMPLES: usize = 5;
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// What was asked for, checked; says what a sheet would do.
pub async fn order(
    session: &Session,
    upload: &Upload,
    account: &AccountView,
    paths: &[PathBuf],
    destination: Option<&Destination>,
    out: &Output,
) -> Result<MetadataOrder, Problem> {
    let incomplete = upload.without_required;
    if upload.keywords.is_empty() && upload.fields.is_empty() && upload.metadata.is_none() {
        return Ok(MetadataOrder { incomplete, ..MetadataOrder::default() });
    }
    let mut values = MetadataValues { keywords: upload.keywords.clone(), ..MetadataValues::default() };
    if !upload.fields.is_empty() {
        let form = session.handle().metadata_form(account.id).await?;
        for given in &upload.fields {
            set(&mut values, given, &form)?;
        }
    }
    check(session, account, &values).await?;
    let sheet = match &upload.metadata {
        Some(path) => Some(sheet(session, path, account, paths, destination, out).await?),
        None => None,
    };
    Ok(MetadataOrder { values, files: Vec::new(), sheet, incomplete })
}

pub fn set(values: &mut MetadataValues, given: &str, form: &MetadataForm) -> Result<(), Problem> {
    let Some((name, value)) = given.split_once('=') else {
        return Err(Problem::usage(format!("--set wants FIELD=VALUE, not '{given}'.")));
    };
    match form.field(name) {
        Some(field) => values.fields.entry(field.id.clone()).or_default().push(value.to_owned()),
        None if name.trim().eq_ignore_ascii_case("description") => {
            values.description = Some(value.to_owned());
        }
        None => {
            let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
            return Err(Problem::usage(format!(
                "the library has no field '{}'. Its fields are: {}.",
                name.trim(),
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            )));
        }
    }
    Ok(())
}

/// Values that don't fit, said before a sheet is looked at. What is required is looked at with it.
async fn check(session: &Session, account: &AccountView, values: &MetadataValues) -> Result<(), Problem> {
    // Words alone need no look at the tenant's fields.
    if values.fields.is_empty() {
        return Ok(());
    }
    let refusals = session.handle().check_metadata(account.id, values.clone()).await?;
    let is_wrong = |failure: &Failure| failure.params.get("reason").is_none_or(|reason| reason != "required");
    match refusals.into_iter().map(|refusal| refusal.failure).find(is_wrong) {
        Some(failure) => Err(failure.into()),
        None => Ok(()),
    }
}

async fn sheet(
    session: &Session,
    path: &Path,
    account: &AccountView,
    paths: &[PathBuf],
    destination: Option<&Destination>,
    out: &Output,
) -> Result<SheetChoice, Problem> {
    let path = std::path::absolute(path)?;
    let query = SheetQuery {
        account: account.id,
        path: path.clone(),
        columns: None,
        take_near: true,
        paths: paths.to_vec(),
        destination: destination.cloned(),
    };
    let preview = session.handle().read_sheet(query).await?;
    tell(&preview, out);
    match preview.refusals.into_iter().next() {
        Some(refusal) => Err(refusal.failure.into()),
        None => Ok(SheetChoice { path, columns: preview.columns, take_near: true }),
    }
}

fn tell(preview: &SheetPreview, out: &Output) {
    out.note(format!(
        "The sheet has {}: {} fit a file by name, {} nearly, {} no file.",
        counted(preview.rows, "row", "rows"),
        preview.matched,
        preview.near_count,
        preview.unmatched_count
    ));
    for near in preview.near.iter().take(EXAMPLES) {
        out.warn(format!("  row {}: '{}' is taken for {}", near.row, plain(&near.name), plain(&near.file)));
    }
    for row in preview.unmatched.iter().take(EXAMPLES) {
        out.warn(format!("  row {}: there is no file '{}'", row.row, plain(&row.name)));
    }
    for doubled in preview.doubled.iter().filter(|doubled| doubled.rows.len() > 1).take(EXAMPLES) {
        let rows: Vec<String> = doubled.rows.iter().map(ToString::to_string).collect();
        out.warn(format!(
            "  rows {}: all name {}, which gets nothing from the sheet unless they say the same",
            rows.join(", "),
            plain(&doubled.name)
        ));
    }
    if preview.files_without_row > 0 {
        let files = counted(preview.files_without_row, "file has", "files have");
        out.warn(format!("  {files} no row"));
    }
}

/// Waits until what was asked for is set, or refused.
pub async fn settled(
    session: &mut Session,
    account: &AccountView,
    batch: &BatchView,
    out: &Output,
) -> Result<MetadataOpen, Problem> {
    let mut delay = FIRST_LOOK;
    let began = Instant::now();
    let mut is_told = false;
    loop {
        let open = session.handle().metadata_open(batch.id).await?;
        if open.waiting == 0 {
            return Ok(open);
        }
        let accounts = session.handle().accounts().await?;
        let held = |known: &&AccountView| known.id == account.id && known.state != SignInState::SignedIn;
        if accounts.iter().any(|known| held(&known)) {
            return Err(account::what_is_needed(&accounts, account.id).into());
        }
        if !is_told && began.elapsed() > LONGEST_LOOK * 2 {
            is_told = true;
            out.note(format!("Metadata of {} is still to be set.", counted(open.waiting, "file", "files")));
        }
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(LONGEST_LOOK);
        session.take_over().await?;
    }
}

/// Says which files the tenant did not take the values for.
pub async fn tell_refused(
    session: &Session,
    batch: &BatchView,
    refused: u64,
    out: &Output,
) -> Result<(), Problem> {
    if refused == 0 || out.json {
        return Ok(());
    }
    out.warn(format!(
        "{}: uploaded, but the library did not take all metadata.",
        counted(refused, "file", "files")
    ));
    for (name, failure) in session.handle().metadata_refused(batch.id, EXAMPLES).await? {
        out.warn(format!("    {}: {}", plain(&name), engine::words::sentence(&failure)));
    }
    if refused > EXAMPLES as u64 {
        out.warn("    …");
    }
    Ok(())
}
