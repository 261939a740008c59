//! Receipts, saved where the user says, or opened to be read and printed.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use engine::EngineHandle;
use engine::error::Outcome;
use engine::model::BatchId;
use engine::receipt::ReceiptFormat;
use tauri::{State, command};

use crate::desktop::{file_name, shown};
use crate::errors::{invalid, unwritable};
use crate::state::SharedShell;

/// The path it was saved at, or nothing if the dialog was closed.
#[command]
pub async fn save_receipt(
    shell: State<'_, SharedShell>,
    batch: BatchId,
    format: String,
) -> Outcome<Option<String>> {
    let engine = shell.engine().await?;
    let kind =
        ReceiptFormat::parse(&format).ok_or_else(|| invalid("no such format").with("format", &format))?;
    let label = engine.batch(batch).await?.label;
    let suggested = file_name(&format!("Ferry receipt {label}"), &format);
    let Some(path) = shell.desktop.pick_target(&suggested).await else { return Ok(None) };
    write(&engine, batch, kind, &path).await?;
    Ok(Some(shown(&path)))
}

/// As a page in the browser, which can print it on every system; webviews can't.
#[command]
pub async fn open_receipt(shell: State<'_, SharedShell>, batch: BatchId) -> Outcome<()> {
    let engine = shell.engine().await?;
    let label = engine.batch(batch).await?.label;
    let folder = engine.data_dir().join("receipts");
    fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
    let path = folder.join(file_name(&format!("Ferry receipt {batch} {label}"), "html"));
    write(&engine, batch, ReceiptFormat::Html, &path).await?;
    shell.desktop.open_file(&path)
}

async fn write(engine: &EngineHandle, batch: BatchId, format: ReceiptFormat, path: &Path) -> Outcome<()> {
    let file = File::create(path).map_err(|error| unwritable(path, &error))?;
    let written = engine.receipt(batch, format, BufWriter::new(file)).await;
    if written.is_err() {
        // Half a receipt proves nothing.
        drop(fs::remove_file(path));
    }
    written.map(drop)
}
