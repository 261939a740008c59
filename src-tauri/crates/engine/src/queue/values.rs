//! Words and values of jobs: who gets which, and what became of them.

use super::owner::Owner;
use super::scan::path_of;
use crate::error::{Failure, Outcome};
use crate::model::{AccountId, BatchId, JobId, JobSelection, JobStateKind, MetadataTemplate, MetadataValues};
use crate::store::jobs::NewJob;
use crate::store::value_sets::ValueSet;
use crate::store::{failure_of, file_values, new_values, templates, value_sets};

/// What became of one job's values.
#[derive(Clone, Debug)]
pub struct SettledValues {
    pub job: JobId,
    pub values: i64,
    /// None: the tenant has them.
    pub failure: Option<Failure>,
}

/// What a user keeps under a name.
#[derive(Clone, Debug)]
pub enum TemplateChange {
    Save(MetadataTemplate),
    Delete(String),
}

impl Owner {
    /// Gives new jobs the values of their batch, or those that their files are named with.
    pub(super) fn give_values(&mut self, batch: BatchId, jobs: &mut [NewJob]) -> Outcome<()> {
        let open = self.open_batch(batch)?;
        let (account, all, by_file) = (open.view.account, open.values, open.by_file);
        for job in jobs {
            job.values = if by_file { self.values_of_file(account, batch, all, job)? } else { all };
        }
        Ok(())
    }

    fn values_of_file(
        &mut self,
        account: AccountId,
        batch: BatchId,
        all: Option<i64>,
        job: &NewJob,
    ) -> Outcome<Option<i64>> {
        let base = file_values::get(&self.db, batch, &job.name).map_err(failure_of)?.or(all);
        let path = path_of(&self.folder_context(job.folder)?.dir, &job.name);
        let Some(over) = file_values::get(&self.db, batch, &path).map_err(failure_of)? else {
            return Ok(base);
        };
        let load = |id: i64| value_sets::get(&self.db, id).map_err(failure_of);
        let base = base.map(load).transpose()?.flatten().unwrap_or_default();
        let over = load(over)?.unwrap_or_default();
        let set = ValueSet { values: base.values.under(&over.values), sent: base.sent };
        if set.is_sent() {
            return Ok(None);
        }
        value_sets::put(&self.db, account, &set).map(Some).map_err(failure_of)
    }

    pub(super) fn values_settled(&mut self, settled: &[SettledValues]) -> Outcome<()> {
        self.begin()?;
        for SettledValues { job, values, failure } in settled {
            let changed =
                value_sets::settle(&self.db, *job, *values, failure.as_ref()).map_err(failure_of)?;
            if let Some(batch) = changed {
                self.rows += 1;
                self.publisher.job_changed(*job, batch, JobStateKind::Done);
            }
        }
        Ok(())
    }

    /// Other values for jobs whose values were refused, or are not set yet. Returns how many there were.
    pub(super) fn correct_values(
        &mut self,
        account: AccountId,
        selection: &JobSelection,
        values: &MetadataValues,
    ) -> Outcome<u64> {
        self.begin()?;
        let now = self.world.now();
        let mut changed = 0;
        for old in value_sets::correctable(&self.db, account, selection).map_err(failure_of)? {
            let sent = value_sets::get(&self.db, old).map_err(failure_of)?.map(|set| set.sent);
            let set = ValueSet { values: values.clone(), sent: sent.unwrap_or_default() };
            new_values::note_words(&self.db, account, &set, now).map_err(failure_of)?;
            let new = if set.is_sent() {
                None
            } else {
                Some(value_sets::put(&self.db, account, &set).map_err(failure_of)?)
            };
            let jobs = value_sets::replace(&self.db, selection, old, new).map_err(failure_of)?;
            changed += jobs.len() as u64;
            for (job, batch, state) in jobs {
                self.publisher.job_changed(job, batch, state);
            }
        }
        self.values_due |= changed > 0;
        Ok(changed)
    }

    pub(super) fn change_template(&mut self, account: AccountId, change: &TemplateChange) -> Outcome<()> {
        self.begin()?;
        match change {
            TemplateChange::Save(template) => templates::put(&self.db, account, template),
            TemplateChange::Delete(name) => templates::remove(&self.db, account, name),
        }
        .map_err(failure_of)
    }
}
