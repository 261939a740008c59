//! Receipts.

use std::io::Write;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{BatchId, JobId, JobQuery};
use crate::receipt::{PROBLEMS, ReceiptFormat, ReceiptHead, ReceiptLine, ReceiptWriter};
use crate::store::{Readers, accounts, batches, views};

const PAGE: u32 = 1_000;

impl EngineHandle {
    /// Writes a batch's receipt and gives its seal; `out` is written on a blocking thread.
    ///
    /// # Errors
    /// `BatchMissing`; `DiskFull` or `Internal` when `out` can't be written.
    pub async fn receipt(
        &self,
        batch: BatchId,
        format: ReceiptFormat,
        out: impl Write + Send + 'static,
    ) -> Outcome<String> {
        let readers = self.inner.readers.clone();
        let write = move || {
            let view = readers.read_now(|db| batches::get(db, batch))?;
            let view = view.ok_or_else(|| Failure::new(ErrorCode::BatchMissing).with("batch", batch))?;
            let account = readers.read_now(|db| accounts::get(db, view.account))?;
            let account = account.map(|row| row.view());
            let head = match &account {
                Some(account) => ReceiptHead::new(&view, &account.tenant, &account.user_name, &account.email),
                None => ReceiptHead::new(&view, "", "", ""),
            };
            let mut writer = ReceiptWriter::start(out, format, head).map_err(unwritable)?;
            let first = write_problems(&readers, batch, &mut writer)?;
            write_others(&readers, batch, &first, &mut writer)?;
            writer.end().map_err(unwritable)
        };
        tokio::task::spawn_blocking(write)
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }
}

/// Writes the files that somebody has to look at. Which they were is kept, since states go on changing meanwhile, and
/// every file is to be in the receipt once.
fn write_problems(readers: &Readers, batch: BatchId, writer: &mut ReceiptWriter<'_>) -> Outcome<Vec<JobId>> {
    let mut written = Vec::new();
    loop {
        let query = JobQuery {
            batch: Some(batch),
            states: PROBLEMS.to_vec(),
            after: written.last().copied(),
            limit: PAGE,
            ..JobQuery::default()
        };
        let page = readers.read_now(|db| views::page(db, &query))?.jobs;
        if page.is_empty() {
            return Ok(written);
        }
        for job in page {
            written.push(job.id);
            writer.line(ReceiptLine::new(job, None)).map_err(unwritable)?;
        }
    }
}

/// Writes the files that are not written yet; `written` is in the order of the ids.
fn write_others(
    readers: &Readers,
    batch: BatchId,
    written: &[JobId],
    writer: &mut ReceiptWriter<'_>,
) -> Outcome<()> {
    let mut after = JobId(0);
    loop {
        let page = readers.read_now(|db| views::receipt_page(db, batch, after, PAGE))?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = last.id;
        for (job, verification) in page {
            if written.binary_search(&job.id).is_err() {
                writer.line(ReceiptLine::new(job, verification)).map_err(unwritable)?;
            }
        }
    }
}

fn unwritable(error: std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::Internal,
    };
    Failure::new(code).because(error)
}
