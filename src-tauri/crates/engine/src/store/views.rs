//! Rows as the shells show them.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::job_state::parse_failure;
use super::{attempts, folders, parts, value_sets};
use crate::model::{
    AssetId, BatchId, DestinationKind, Elsewhere, FolderId, JobDetails, JobId, JobMetadata, JobStateKind,
    JobView, Verification, WaitingFor,
};

pub(super) const COLUMNS: &str =
    "job.id, job.batch_id, job.name, job.folder_id, job.size, job.state, job.waiting_for, job.failure,
    job.ready_at, job.asset_scheme, job.asset_id, job.md5, job.done_at,
    job.values_id, job.values_state, job.elsewhere";

pub fn details(db: &Connection, id: JobId) -> Result<Option<JobDetails>> {
    let mut places = Places::default();
    let found = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, job.verification, job.asset_url, source_folder.remote_album
             FROM job LEFT JOIN source_folder ON source_folder.id = job.folder_id WHERE job.id = ?1"
        ))?
        .query_row([id.0], |row| {
            let word: Option<String> = row.get(16)?;
            let album = match elsewhere(row, 15)? {
                Some(elsewhere) => elsewhere.album,
                None => row.get(18)?,
            };
            Ok((view(db, row, &mut places)?, word, row.get(17)?, album))
        })
        .optional()?;
    let Some((job, verification, asset_url, album_id)) = found else { return Ok(None) };
    let path = std::path::Path::new(&job.folder).join(&job.name).to_string_lossy().into_owned();
    Ok(Some(JobDetails {
        path,
        verification: verification.and_then(|word| Verification::parse(&word)),
        attempts: attempts::of_job(db, id)?,
        asset_url,
        album_id,
        parts: parts::view(db, id)?,
        metadata: metadata(db, id)?,
        job,
    }))
}

fn metadata(db: &Connection, id: JobId) -> Result<Option<JobMetadata>> {
    let Some((values, state, failure)) = value_sets::of_job(db, id)? else { return Ok(None) };
    let values = value_sets::get(db, values)?.unwrap_or_default().values;
    Ok(Some(JobMetadata { values, state, failure }))
}

/// Jobs of a batch for its receipt, after a job, in order.
pub fn receipt_page(
    db: &Connection,
    batch: BatchId,
    after: JobId,
    limit: u32,
) -> Result<Vec<(JobView, Option<Verification>)>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, job.verification FROM job WHERE batch_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
    ))?;
    let mut places = Places::default();
    let mut rows = statement.query(rusqlite::params![batch.0, after.0, limit])?;
    let mut page = Vec::new();
    while let Some(row) = rows.next()? {
        let word: Option<String> = row.get(16)?;
        page.push((view(db, row, &mut places)?, word.and_then(|word| Verification::parse(&word))));
    }
    Ok(page)
}

/// The last folder looked up: neighbours in a list mostly share it.
#[derive(Default)]
pub(crate) struct Places {
    folder: Option<FolderId>,
    path: String,
    /// Names of what arrives, from the top.
    arrives: Vec<String>,
    place: String,
}

/// Where the row's job goes, if not with its batch.
pub(super) fn elsewhere(row: &Row<'_>, column: usize) -> Result<Option<Elsewhere>> {
    Ok(row.get::<_, Option<String>>(column)?.and_then(|text| serde_json::from_str(&text).ok()))
}

impl Places {
    fn of(&self, elsewhere: Option<Elsewhere>) -> String {
        let Some(Elsewhere { destination, .. }) = elsewhere else { return self.place.clone() };
        let arrives = if destination.kind == DestinationKind::Album { &[][..] } else { &self.arrives };
        let names = [&destination.path].into_iter().filter(|path| !path.is_empty()).chain(arrives);
        names.map(String::as_str).collect::<Vec<_>>().join(" / ")
    }

    /// Where a file of a folder goes in the library, as names with slashes.
    pub fn of_folder(
        &mut self,
        db: &Connection,
        (batch, folder): (BatchId, FolderId),
        elsewhere: Option<Elsewhere>,
    ) -> Result<String> {
        self.look_up(db, batch, folder)?;
        Ok(self.of(elsewhere))
    }

    fn look_up(&mut self, db: &Connection, batch: BatchId, folder: FolderId) -> Result<()> {
        if self.folder == Some(folder) {
            return Ok(());
        }
        self.path = folders::path_of(db, folder)?.to_string_lossy().into_owned();
        let destination: Option<String> = db
            .prepare_cached("SELECT dest_path FROM batch WHERE id = ?1")?
            .query_row([batch.0], |row| row.get(0))
            .optional()?;
        let mut names = Vec::new();
        let mut next = Some(folder);
        while let Some(row) = next.map(|id| folders::get(db, id)).transpose()?.flatten() {
            if row.arrives {
                names.push(row.arrival_name());
                names.extend(row.arrives_in.iter().rev().cloned());
            }
            next = row.parent;
        }
        names.reverse();
        let top = destination.filter(|path| !path.is_empty());
        self.place = top.iter().chain(&names).map(String::as_str).collect::<Vec<_>>().join(" / ");
        self.arrives = names;
        self.folder = Some(folder);
        Ok(())
    }
}

/// The name that a folder arrives under: of a root its last part.
pub fn last_name(name: &str) -> String {
    std::path::Path::new(name).file_name().map_or_else(
        || name.trim_matches(['/', '\\', ':']).to_owned(),
        |last| last.to_string_lossy().into_owned(),
    )
}

pub(crate) fn view(db: &Connection, row: &Row<'_>, places: &mut Places) -> Result<JobView> {
    let (batch, folder) = (BatchId(row.get(1)?), FolderId(row.get(3)?));
    places.look_up(db, batch, folder)?;
    let size: i64 = row.get(4)?;
    let state: String = row.get(5)?;
    let state = JobStateKind::parse(&state).unwrap_or(JobStateKind::Failed);
    let failure: Option<String> = row.get(7)?;
    let asset = match (row.get::<_, Option<String>>(9)?, row.get::<_, Option<String>>(10)?) {
        (Some(scheme), Some(id)) => Some(AssetId { scheme, id }),
        _ => None,
    };
    Ok(JobView {
        id: JobId(row.get(0)?),
        batch,
        name: row.get(2)?,
        folder: places.path.clone(),
        place: places.of(elsewhere(row, 15)?),
        size: size as u64,
        state,
        waiting_for: row.get::<_, Option<String>>(6)?.and_then(|word| WaitingFor::parse(&word)),
        sent: 0,
        failure: failure.map(|text| parse_failure(Some(text))),
        ready_at: row.get(8)?,
        asset,
        md5: row.get::<_, Option<Vec<u8>>>(11)?.map(hex::encode),
        done_at: row.get(12)?,
        metadata: value_sets::state_of(row.get(13)?, row.get::<_, Option<String>>(14)?.as_deref()),
    })
}
