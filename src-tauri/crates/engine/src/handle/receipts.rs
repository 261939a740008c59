//! Receipts.

use std::io::Write;

use unicode_normalization::UnicodeNormalization;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    BatchId, BatchView, JobId, JobQuery, JobStateKind, JobView, MetadataForm, MetadataState, MetadataValues,
    SettingKey, Verification,
};
use crate::receipt::{
    PROBLEMS, PageLanguage, ReceiptFormat, ReceiptHead, ReceiptLine, ReceiptValue, ReceiptWriter, Told,
};
use crate::store::value_sets::ValueSet;
use crate::store::{Orders, Readers, accounts, batches, forms, value_sets, views, windows};

const PAGE: u32 = 1_000;

impl EngineHandle {
    /// Writes a batch's receipt and gives its seal; `out` is written on a blocking thread. A page speaks the language that
    /// is set; the seal is the same in each.
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
        let language = self.page_language().await?;
        let write = move || {
            let view = readers.read_now(|db| batches::get(db, batch))?;
            let view = view.ok_or_else(|| Failure::new(ErrorCode::BatchMissing).with("batch", batch))?;
            let account = readers.read_now(|db| accounts::get(db, view.account))?;
            let account = account.map(|row| row.view());
            let head = match &account {
                Some(account) => ReceiptHead::new(&view, &account.tenant, &account.user_name, &account.email),
                None => ReceiptHead::new(&view, "", "", ""),
            };
            let writer = ReceiptWriter::start(out, format, language, head).map_err(unwritable)?;
            let mut rows = Rows { values: Values::of(&readers, &view)?, readers: &readers, batch, writer };
            let first = rows.write_problems()?;
            rows.write_others(&first)?;
            rows.writer.end().map_err(unwritable)
        };
        tokio::task::spawn_blocking(write)
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }

    /// As set, or as the system speaks.
    pub(super) async fn page_language(&self) -> Outcome<PageLanguage> {
        let set = self.setting(SettingKey::Language).await?;
        let system = || sys_locale::get_locale().unwrap_or_default();
        Ok(PageLanguage::of_locale(&if set == "system" { system() } else { set }))
    }
}

/// A receipt whose header is written.
struct Rows<'a> {
    readers: &'a Readers,
    batch: BatchId,
    values: Values<'a>,
    writer: ReceiptWriter<'a>,
}

impl Rows<'_> {
    /// Writes the files that somebody has to look at. Which they were is kept, since states go on changing meanwhile, and
    /// every file is to be in the receipt once.
    fn write_problems(&mut self) -> Outcome<Vec<JobId>> {
        let mut written = Vec::new();
        loop {
            let query = JobQuery {
                batch: Some(self.batch),
                states: PROBLEMS.to_vec(),
                after: written.last().copied(),
                limit: PAGE,
                ..JobQuery::default()
            };
            let page = self.readers.read_now(|db| windows::page(db, &mut Orders::default(), &query))?.jobs;
            if page.is_empty() {
                return Ok(written);
            }
            for job in page {
                written.push(job.id);
                self.write(job, None)?;
            }
        }
    }

    /// Writes the files that are not written yet; `written` is in the order of the ids.
    fn write_others(&mut self, written: &[JobId]) -> Outcome<()> {
        let mut after = JobId(0);
        loop {
            let page = self.readers.read_now(|db| views::receipt_page(db, self.batch, after, PAGE))?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = last.id;
            for (job, verification) in page {
                if written.binary_search(&job.id).is_err() {
                    self.write(job, verification)?;
                }
            }
        }
    }

    fn write(&mut self, job: JobView, verification: Option<Verification>) -> Outcome<()> {
        let told = self.values.told(&job)?;
        self.writer.line(ReceiptLine::new(job, verification, told)).map_err(unwritable)
    }
}

/// What the files of a batch are told.
struct Values<'a> {
    readers: &'a Readers,
    form: MetadataForm,
    /// Where nothing is to be set after the upload: its tags.
    tags: Vec<String>,
    /// The set that was read last: most files of a batch have the same.
    last: Option<(i64, ValueSet)>,
}

impl<'a> Values<'a> {
    fn of(readers: &'a Readers, batch: &BatchView) -> Outcome<Self> {
        let form = readers.read_now(|db| forms::get(db, batch.account))?.unwrap_or_default();
        let request = readers.read_now(|db| batches::request(db, batch.id))?;
        let tags = request.map(|request| request.tags.iter().map(|tag| tag.nfc().collect()).collect());
        Ok(Self { readers, form, tags: tags.unwrap_or_default(), last: None })
    }

    fn told(&mut self, job: &JobView) -> Outcome<Vec<ReceiptValue>> {
        let is_done = job.state == JobStateKind::Done;
        let name_of = |field: &str| {
            let known = self.form.fields.iter().find(|known| known.id == field);
            known.map_or_else(|| field.to_owned(), |known| known.name.clone())
        };
        let found = match job.metadata {
            MetadataState::None => None,
            _ => self.readers.read_now(|db| value_sets::of_job(db, job.id))?,
        };
        let Some((id, state, failure)) = found else {
            let values = MetadataValues { tags: self.tags.clone(), ..MetadataValues::default() };
            let state = MetadataState::None;
            let told = Told { values: &values, sent: &self.tags, state, failure: None, is_done };
            return Ok(told.lines(name_of));
        };
        if self.last.as_ref().is_none_or(|(known, _)| *known != id) {
            let set = self.readers.read_now(|db| value_sets::get(db, id))?.unwrap_or_default();
            self.last = Some((id, set));
        }
        let Some((_, set)) = &self.last else { return Ok(Vec::new()) };
        let told = Told { values: &set.values, sent: &set.sent, state, failure: failure.as_ref(), is_done };
        Ok(told.lines(name_of))
    }
}

fn unwritable(error: std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::Internal,
    };
    Failure::new(code).because(error)
}
