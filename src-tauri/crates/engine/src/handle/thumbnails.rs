//! Small pictures of local files.

use std::path::PathBuf;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::JobId;
use crate::store::{folders, jobs};
use crate::thumbnails::Thumbnail;

impl EngineHandle {
    /// Of a job's file, as it is now; `None` where none can be made, for whatever reason.
    ///
    /// # Errors
    /// `JobMissing`.
    pub async fn thumbnail(&self, job: JobId) -> Outcome<Option<Thumbnail>> {
        let path = self.inner.readers.read(move |db| {
            let Some(row) = jobs::get(db, job)? else { return Ok(None) };
            Ok(Some(folders::path_of(db, row.folder)?.join(row.name)))
        });
        let path = path.await?.ok_or_else(|| Failure::new(ErrorCode::JobMissing).with("job", job))?;
        Ok(self.thumbnail_of_file(path).await)
    }

    /// Of a file that is not in the queue.
    pub async fn thumbnail_of_file(&self, path: PathBuf) -> Option<Thumbnail> {
        self.inner.thumbnails.of_file(path).await
    }
}
