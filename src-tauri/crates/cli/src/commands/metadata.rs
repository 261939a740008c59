//! `ferry metadata`: what the library did not take, or was not told yet, and other values for it. Nothing is uploaded.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use engine::error::{ErrorCode, Failure};
use engine::model::{
    AccountView, BatchId, JobId, JobMetadata, JobQuery, JobSelection, JobView, MetadataForm, MetadataOpen,
    MetadataState, MetadataValues,
};

use super::upload_metadata::{self, settled, tell_refused};
use crate::args::{Global, Metadata};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::{Line, MetadataLine, path_of};
use crate::output::{Output, counted, plain};
use crate::session::{Need, Session};

const PAGE: u32 = 1_000;

type Open = Vec<(JobView, JobMetadata)>;

pub async fn run(global: &Global, metadata: Metadata, out: &Output) -> Ended {
    let need = match (metadata.changes(), metadata.detach) {
        (false, _) => Need::Queue,
        (true, true) => Need::Intake,
        (true, false) => Need::Transfers,
    };
    Session::with(global, need, async |session| {
        let open = open(session, metadata.selection.clone().meant()).await?;
        if metadata.changes() {
            correct(session, &metadata, open, out).await
        } else {
            list(session, &open, out).await
        }
    })
    .await
}

/// The jobs that are meant and whose values are not set.
async fn open(session: &Session, selection: JobSelection) -> Result<Open, Problem> {
    let handle = session.handle();
    let is_open = |job: &JobView| matches!(job.metadata, MetadataState::Waiting | MetadataState::Refused);
    let mut ids: Vec<JobId> = Vec::new();
    if let JobSelection::Jobs { jobs } = selection {
        ids = jobs;
    } else {
        let batch = match selection {
            JobSelection::Batch { batch } => Some(handle.batch(batch).await?.id),
            _ => None,
        };
        let mut after = None;
        loop {
            let query = JobQuery { batch, after, limit: PAGE, ..JobQuery::default() };
            let page = handle.list_jobs(query).await?.jobs;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            ids.extend(page.iter().filter(|job| is_open(job)).map(|job| job.id));
        }
    }
    let mut open = Vec::new();
    for id in ids {
        let details = handle.job_details(id).await?;
        if let Some(metadata) = details.metadata.filter(|_| is_open(&details.job)) {
            open.push((details.job, metadata));
        }
    }
    Ok(open)
}

async fn list(session: &Session, open: &Open, out: &Output) -> Ended {
    let mut forms: BTreeMap<BatchId, MetadataForm> = BTreeMap::new();
    for (job, metadata) in open {
        out.line(&Line::Metadata(MetadataLine {
            job: job.id,
            batch: job.batch,
            path: path_of(job),
            metadata,
        }))?;
        if out.json {
            continue;
        }
        let form = match forms.entry(job.batch) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let account = session.handle().batch(job.batch).await?.account;
                new.insert(session.handle().known_form(account).await?)
            }
        };
        let word = if metadata.state == MetadataState::Refused { "refused" } else { "waiting" };
        out.say(format!("{:>7}  {word:<8}  {}", job.id, plain(&path_of(job))))?;
        for line in said(&metadata.values, form) {
            out.say(format!("         {}", plain(&line)))?;
        }
        if let Some(failure) = &metadata.failure {
            out.say(format!("         {}", engine::words::sentence(failure)))?;
        }
    }
    if open.is_empty() {
        out.say("All metadata is set.")?;
    }
    Ok(Exit::Well)
}

fn said(values: &MetadataValues, form: &MetadataForm) -> Vec<String> {
    let MetadataValues { tags, keywords, description, fields } = values;
    let mut lines = Vec::new();
    for (name, words) in [("tags", tags), ("keywords", keywords)] {
        if !words.is_empty() {
            lines.push(format!("{name}: {}", words.join(", ")));
        }
    }
    lines.extend(description.iter().map(|text| format!("description: {text}")));
    for (id, values) in fields {
        let name = form.field(id).map_or(id, |field| &field.name);
        lines.push(format!("{name}: {}", values.join(", ")));
    }
    lines
}

async fn correct(session: &mut Session, metadata: &Metadata, open: Open, out: &Output) -> Ended {
    let batches: BTreeSet<BatchId> = open.iter().map(|(job, _)| job.batch).collect();
    let Some(account) = account_of(session, &batches).await? else {
        out.line(&Line::MetadataCorrected { jobs: 0, open: MetadataOpen::default() })?;
        out.say("Nothing to correct: all metadata is set.")?;
        return Ok(Exit::Well);
    };
    let given = given(session, metadata, &account).await?;
    // Each file keeps what it had, but for what is given now; those that come to the same go together.
    let mut alike: Vec<(MetadataValues, Vec<JobId>)> = Vec::new();
    for (job, known) in open {
        let values = given.over(&known.values);
        match alike.iter_mut().find(|(other, _)| *other == values) {
            Some((_, jobs)) => jobs.push(job.id),
            None => alike.push((values, vec![job.id])),
        }
    }
    let mut jobs = 0;
    for (values, ids) in alike {
        jobs += session.handle().correct_metadata(JobSelection::Jobs { jobs: ids }, values).await?;
    }
    let mut left = MetadataOpen::default();
    if !metadata.detach {
        for batch in batches {
            let view = session.handle().batch(batch).await?;
            let open = settled(session, &account, &view, out).await?;
            left.refused += open.refused;
            tell_refused(session, &view, open.refused, out).await?;
        }
    }
    out.line(&Line::MetadataCorrected { jobs, open: left })?;
    out.say(format!("Metadata of {} corrected.", counted(jobs, "file", "files")))?;
    Ok(if left.refused > 0 { Exit::NeedsSomeone } else { Exit::Well })
}

/// Fields are those of one tenant.
async fn account_of(session: &Session, batches: &BTreeSet<BatchId>) -> Result<Option<AccountView>, Problem> {
    let mut found: Option<AccountView> = None;
    let accounts = session.handle().accounts().await?;
    for batch in batches {
        let id = session.handle().batch(*batch).await?.account;
        if found.as_ref().is_some_and(|other| other.id != id) {
            return Err(Problem::usage(
                "these files belong to several accounts. Name a batch, or the jobs of one.",
            ));
        }
        let account = accounts.iter().find(|account| account.id == id).cloned();
        found = Some(account.ok_or_else(|| Failure::new(ErrorCode::AccountMissing).with("account", id))?);
    }
    Ok(found)
}

/// What was given on the command line.
struct Given {
    values: MetadataValues,
    /// Lists of words that are emptied first.
    emptied: BTreeSet<&'static str>,
}

async fn given(session: &Session, metadata: &Metadata, account: &AccountView) -> Result<Given, Problem> {
    let mut given = Given {
        values: MetadataValues {
            tags: metadata.tags.clone(),
            keywords: metadata.keywords.clone(),
            ..MetadataValues::default()
        },
        emptied: BTreeSet::new(),
    };
    if metadata.fields.is_empty() {
        return Ok(given);
    }
    let form = session.handle().metadata_form(account.id).await?;
    for text in &metadata.fields {
        let (name, value) = text.split_once('=').unwrap_or((text, "="));
        let list = ["tags", "keywords"].into_iter().find(|list| name.trim().eq_ignore_ascii_case(list));
        match list.filter(|_| form.field(name).is_none()) {
            Some(list) if value.trim().is_empty() => drop(given.emptied.insert(list)),
            Some(list) => {
                let option = list.trim_end_matches('s');
                return Err(Problem::usage(format!("--set {list}= empties them; --{option} gives one.")));
            }
            None => upload_metadata::set(&mut given.values, text, &form)?,
        }
    }
    Ok(given)
}

impl Given {
    /// A file's values with these over them; what is given empty is taken away.
    fn over(&self, known: &MetadataValues) -> MetadataValues {
        let mut base = known.clone();
        if self.emptied.contains("tags") {
            base.tags.clear();
        }
        if self.emptied.contains("keywords") {
            base.keywords.clear();
        }
        let mut all = base.under(&self.values);
        all.fields.retain(|_, values| values.iter().any(|value| !value.trim().is_empty()));
        all.description = all.description.filter(|text| !text.trim().is_empty());
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_goes_over_what_a_file_had() {
        let field = |id: &str, value: &str| (id.to_owned(), vec![value.to_owned()]);
        let known = MetadataValues {
            tags: vec!["a".into()],
            keywords: vec!["old".into()],
            description: Some("x".into()),
            fields: [field("f", "1"), field("g", "2")].into(),
        };
        let given = Given {
            values: MetadataValues {
                tags: vec!["b".into()],
                keywords: vec!["new".into()],
                description: Some(String::new()),
                fields: [field("f", ""), field("h", "3")].into(),
            },
            emptied: ["keywords"].into(),
        };
        let wanted = MetadataValues {
            tags: vec!["a".into(), "b".into()],
            keywords: vec!["new".into()],
            description: None,
            fields: [field("g", "2"), field("h", "3")].into(),
        };
        assert_eq!(given.over(&known), wanted);
    }
}
