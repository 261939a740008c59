//! Receipts, saved where the user says.

use std::fs::{self, File};
use std::io::BufWriter;

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
    let file = File::create(&path).map_err(|error| unwritable(&path, &error))?;
    let written = engine.receipt(batch, kind, BufWriter::new(file)).await;
    if written.is_err() {
        // Half a receipt proves nothing.
        drop(fs::remove_file(&path));
    }
    written.map(|_seal| Some(shown(&path)))
}
