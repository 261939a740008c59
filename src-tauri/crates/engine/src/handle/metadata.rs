//! What is said about assets: forms, sheets, templates, corrections.

use std::sync::Arc;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::metadata::{order, preview, required, validate};
use crate::model::{
    AccountId, BatchId, Enqueue, JobId, JobSelection, MetadataForm, MetadataOpen, MetadataTemplate,
    MetadataValues, MissingField, SheetPreview, SheetQuery, ValueRefusal, WordList,
};
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::queue::values::TemplateChange;
use crate::store::new_values::NewValues;
use crate::store::value_sets::ValueSet;
use crate::store::{accounts, batches, sheet_columns, templates, value_sets, words_used};

impl EngineHandle {
    /// What can be said about assets at this tenant.
    ///
    /// # Errors
    /// Those of the connection, where nothing is known from before.
    pub async fn metadata_form(&self, account: AccountId) -> Outcome<MetadataForm> {
        self.inner.forms.get(account).await.map(|form| MetadataForm::clone(&form))
    }

    /// The same as it was when the tenant last told, without asking; nothing, if it never did.
    pub async fn known_form(&self, account: AccountId) -> Outcome<MetadataForm> {
        let known = self.inner.forms.before(account).await?;
        Ok(known.map(|form| MetadataForm::clone(&form)).unwrap_or_default())
    }

    /// What does not fit, with the required fields that are empty.
    pub async fn check_metadata(
        &self,
        account: AccountId,
        values: MetadataValues,
    ) -> Outcome<Vec<ValueRefusal>> {
        let form = self.inner.forms.get(account).await?;
        let checked = validate::check(&form, &values, None);
        let mut refusals = checked.refusals;
        // A value that does not fit is no empty field.
        let missing = validate::missing(&form, &checked.values);
        let known: Vec<String> = refusals.iter().map(|refusal| refusal.field.clone()).collect();
        refusals.extend(missing.into_iter().filter(|refusal| !known.contains(&refusal.field)));
        Ok(refusals)
    }

    /// The required fields that files of an upload would be left without; empty where it could begin as it is. The same
    /// rule by which `enqueue` decides, whatever the request says about being incomplete.
    ///
    /// # Errors
    /// `MetadataRefused` for a value that does not fit, those of the connection where nothing is known from before.
    pub async fn missing_metadata(&self, mut request: Enqueue) -> Outcome<Vec<MissingField>> {
        request.choices = self.with_setting(request.choices).await?;
        let form = self.form_of(&request).await?;
        blocking(move || order::unfilled(request, &form)).await
    }

    /// As `enqueue` would refuse a request for want of required values, before anything is made for it.
    ///
    /// # Errors
    /// `MetadataRefused`, and those of `missing_metadata`.
    pub async fn refuse_unfilled(&self, request: Enqueue) -> Outcome<()> {
        if request.metadata.incomplete {
            return Ok(());
        }
        required::refuse(&self.missing_metadata(request).await?)
    }

    /// What a sheet would do with the staged files.
    ///
    /// # Errors
    /// `MetadataRefused` where it can't be read.
    pub async fn read_sheet(&self, query: SheetQuery) -> Outcome<SheetPreview> {
        let form = self.inner.forms.get(query.account).await?;
        let before = match query.destination.clone() {
            Some(destination) => {
                let account = query.account;
                self.inner.readers.read(move |db| sheet_columns::get(db, account, &destination)).await?
            }
            None => sheet_columns::Columns::new(),
        };
        blocking(move || preview(&query, &form, &before)).await
    }

    pub async fn list_templates(&self, account: AccountId) -> Outcome<Vec<MetadataTemplate>> {
        self.inner.readers.read(move |db| templates::all(db, account)).await
    }

    /// Keeps values under a name; one of the same name is replaced.
    ///
    /// # Errors
    /// `NameRefused` without a name.
    pub async fn save_template(&self, account: AccountId, template: MetadataTemplate) -> Outcome<()> {
        let name = template.name.trim().to_owned();
        if name.is_empty() {
            return Err(Failure::new(ErrorCode::NameRefused).with("reason", "empty"));
        }
        let template = MetadataTemplate { name, ..template };
        if self.is_owner() {
            let change = TemplateChange::Save(template);
            self.ask(|reply| ToOwner::Template { account, change, reply }).await
        } else {
            self.request(Request::SaveTemplate { account, template }).await
        }
    }

    pub async fn delete_template(&self, account: AccountId, name: &str) -> Outcome<()> {
        let name = name.to_owned();
        if self.is_owner() {
            let change = TemplateChange::Delete(name);
            self.ask(|reply| ToOwner::Template { account, change, reply }).await
        } else {
            self.request(Request::DeleteTemplate { account, name }).await
        }
    }

    /// Words that were used for this account before and hold a text; at most 20.
    pub async fn known_words(&self, account: AccountId, list: WordList, text: &str) -> Outcome<Vec<String>> {
        let text = text.to_owned();
        self.inner.readers.read(move |db| words_used::like(db, account, list, &text)).await
    }

    /// Gives other values to jobs whose values were refused, or are not set yet, and sets them. Nothing is uploaded.
    /// Returns how many jobs there were.
    ///
    /// # Errors
    /// `MetadataRefused` with the first value that does not fit.
    pub async fn correct_metadata(&self, selection: JobSelection, values: MetadataValues) -> Outcome<u64> {
        let Some(account) = self.account_of(&selection).await? else { return Ok(0) };
        let order = crate::model::MetadataOrder { values, ..Default::default() };
        let form = self.form_for(account, order::needs_form(&order)).await?;
        let values = Box::new(order::corrected(&order.values, &form)?);
        if self.is_owner() {
            self.ask(|reply| ToOwner::CorrectValues { account, selection, values, reply }).await
        } else {
            self.request(Request::CorrectValues { account, selection, values }).await
        }
    }

    /// How many jobs of a batch have arrived without their values.
    pub async fn metadata_open(&self, batch: BatchId) -> Outcome<MetadataOpen> {
        self.inner.readers.read(move |db| value_sets::open(db, batch)).await
    }

    /// The first jobs of a batch whose values were refused: name and reason.
    pub async fn metadata_refused(&self, batch: BatchId, limit: usize) -> Outcome<Vec<(String, Failure)>> {
        self.inner.readers.read(move |db| value_sets::refused(db, batch, limit)).await
    }

    /// What a new batch brings along, checked.
    pub(super) async fn prepare_values(&self, request: Enqueue) -> Outcome<(Enqueue, NewValues)> {
        // Then nothing that the tenant could say matters.
        if request.metadata.is_empty() && request.metadata.incomplete {
            let tags = MetadataValues { tags: validate::words(&request.tags), ..MetadataValues::default() };
            let all = ValueSet { sent: tags.tags.clone(), values: tags };
            return Ok((request, NewValues { all, ..NewValues::default() }));
        }
        let form = self.form_of(&request).await?;
        blocking(move || order::prepare(request, &form)).await
    }

    /// What is not known to be required is not: an upload that says nothing of fields never waits for a tenant that does
    /// not answer.
    async fn form_of(&self, request: &Enqueue) -> Outcome<Arc<MetadataForm>> {
        if order::needs_form(&request.metadata) {
            return self.inner.forms.get(request.account).await;
        }
        let patience = self.inner.pace.form;
        match tokio::time::timeout(patience, self.inner.forms.get(request.account)).await {
            Ok(form) => Ok(form.unwrap_or_default()),
            Err(_) => self.inner.forms.before(request.account).await.map(Option::unwrap_or_default),
        }
    }

    /// Where the tenant can't be asked, words and a description go without a form.
    async fn form_for(&self, account: AccountId, is_needed: bool) -> Outcome<Arc<MetadataForm>> {
        match self.inner.forms.get(account).await {
            Err(failure) if is_needed => Err(failure),
            form => Ok(form.unwrap_or_default()),
        }
    }

    /// Fields are those of one tenant: the first one's, where several are meant.
    async fn account_of(&self, selection: &JobSelection) -> Outcome<Option<AccountId>> {
        let selection = selection.clone();
        let find = move |db: &rusqlite::Connection| match selection {
            JobSelection::Jobs { jobs } => {
                batch_of_first(db, &jobs)?.map_or(Ok(None), |batch| of_batch(db, batch))
            }
            JobSelection::Runs { runs } => {
                let first: Vec<JobId> = runs.first().map(|(first, _)| *first).into_iter().collect();
                batch_of_first(db, &first)?.map_or(Ok(None), |batch| of_batch(db, batch))
            }
            JobSelection::Batch { batch } => of_batch(db, batch),
            JobSelection::Account { account } => Ok(Some(account)),
            JobSelection::All => Ok(accounts::all(db)?.first().map(|row| row.id)),
        };
        self.inner.readers.read(find).await
    }
}

fn batch_of_first(db: &rusqlite::Connection, jobs: &[JobId]) -> rusqlite::Result<Option<BatchId>> {
    let first = jobs.first().map(|job| crate::store::jobs::get(db, *job)).transpose()?.flatten();
    Ok(first.map(|row| row.batch))
}

fn of_batch(db: &rusqlite::Connection, batch: BatchId) -> rusqlite::Result<Option<AccountId>> {
    Ok(batches::get(db, batch)?.map(|view| view.account))
}

async fn blocking<T: Send + 'static>(action: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(action)
        .await
        .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
}
