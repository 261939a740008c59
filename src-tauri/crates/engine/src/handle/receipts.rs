//! Receipts.

use std::io::Write;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{BatchId, JobId};
use crate::receipt::{ReceiptFormat, ReceiptLine, ReceiptWriter};
use crate::store::{accounts, batches, views};

const PAGE: u32 = 1_000;

impl EngineHandle {
    /// Writes a batch's receipt; `out` is written on a blocking thread.
    ///
    /// # Errors
    /// `BatchMissing`; `DiskFull` or `Internal` when `out` can't be written.
    pub async fn receipt(
        &self,
        batch: BatchId,
        format: ReceiptFormat,
        out: impl Write + Send + 'static,
    ) -> Outcome<()> {
        let readers = self.inner.readers.clone();
        let write = move || {
            let view = readers.read_now(|db| batches::get(db, batch))?;
            let view = view.ok_or_else(|| Failure::new(ErrorCode::BatchMissing).with("batch", batch))?;
            let account = readers.read_now(|db| accounts::get(db, view.account))?;
            let (tenant, user) = account.map(|row| (row.view().tenant, row.user_name)).unwrap_or_default();
            let mut writer = ReceiptWriter::start(out, format, &view, &tenant, &user).map_err(unwritable)?;
            let mut after = JobId(0);
            loop {
                let page = readers.read_now(|db| views::receipt_page(db, batch, after, PAGE))?;
                let Some((last, _)) = page.last() else { break };
                after = last.id;
                for (job, verification) in page {
                    writer.line(&ReceiptLine::new(job, verification)).map_err(unwritable)?;
                }
            }
            writer.end().map_err(unwritable)
        };
        tokio::task::spawn_blocking(write)
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }
}

fn unwritable(error: std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::Internal,
    };
    Failure::new(code).because(error)
}
