//! What a receipt says, in words that every format has.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::VERSION;
use super::told::ReceiptValue;
use crate::error::{Failure, Who};
use crate::model::{BatchId, BatchView, JobStateKind, JobView, Verification};
use crate::words;

/// What is counted, by the word of the state.
pub type ByState = BTreeMap<String, u64>;

/// The batch, whose it is and where it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptHead {
    /// Version of the form.
    pub receipt: u32,
    pub batch: BatchId,
    pub label: String,
    pub tenant: String,
    pub user: String,
    pub email: String,
    pub destination: String,
    pub state: String,
    /// RFC 3339, UTC.
    pub created: String,
    pub finished: Option<String>,
    pub jobs: ByState,
    pub bytes: ByState,
    pub left_out: u64,
    /// Of this link of the chain.
    pub hash: String,
}

impl ReceiptHead {
    pub(crate) fn new(batch: &BatchView, tenant: &str, user: &str, email: &str) -> Self {
        let words = |counts: &BTreeMap<JobStateKind, u64>| {
            counts.iter().map(|(state, count)| (state.as_str().to_owned(), *count)).collect()
        };
        Self {
            receipt: VERSION,
            batch: batch.id,
            label: batch.label.clone(),
            tenant: tenant.to_owned(),
            user: user.to_owned(),
            email: email.to_owned(),
            destination: batch.destination.path.clone(),
            state: batch.state.as_str().to_owned(),
            created: time(batch.created_at),
            finished: batch.finished_at.map(time),
            jobs: words(&batch.totals.jobs),
            bytes: words(&batch.totals.bytes),
            left_out: batch.left_out,
            hash: String::new(),
        }
    }
}

/// One file of a receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptLine {
    pub file: String,
    pub source: String,
    pub destination: String,
    pub size: u64,
    pub md5: Option<String>,
    pub state: String,
    pub asset_scheme: Option<String>,
    pub asset_id: Option<String>,
    pub verified_by: Option<String>,
    /// RFC 3339, UTC.
    pub confirmed: Option<String>,
    pub failure: Option<ReceiptFailure>,
    /// None in receipts of version 1, which say nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Vec<ReceiptValue>>,
    /// Of this link of the chain.
    pub hash: String,
}

/// Why a file did not arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFailure {
    pub code: String,
    pub who: String,
    pub params: BTreeMap<String, String>,
    pub details: String,
    /// The code in words.
    pub reason: String,
}

impl ReceiptLine {
    pub(crate) fn new(job: JobView, verified_by: Option<Verification>, metadata: Vec<ReceiptValue>) -> Self {
        let source = Path::new(&job.folder).join(&job.name).to_string_lossy().into_owned();
        Self {
            file: job.name,
            source,
            destination: job.place,
            size: job.size,
            md5: job.md5,
            state: job.state.as_str().to_owned(),
            asset_scheme: job.asset.as_ref().map(|asset| asset.scheme.clone()),
            asset_id: job.asset.map(|asset| asset.id),
            verified_by: verified_by.map(|by| by.as_str().to_owned()),
            confirmed: job.done_at.map(time),
            failure: job.failure.map(ReceiptFailure::from),
            metadata: Some(metadata),
            hash: String::new(),
        }
    }

    /// Somebody has to look at it; those stand first.
    pub fn is_problem(&self) -> bool {
        PROBLEMS.iter().any(|state| state.as_str() == self.state)
    }

    pub fn is_done(&self) -> bool {
        self.state == JobStateKind::Done.as_str()
    }
}

/// The states of files that stand first.
pub(crate) const PROBLEMS: [JobStateKind; 2] = [JobStateKind::Failed, JobStateKind::Blocked];

impl From<Failure> for ReceiptFailure {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code.as_str().to_owned(),
            who: who(failure.who).to_owned(),
            reason: words::sentence(&failure),
            params: failure.params,
            details: failure.details,
        }
    }
}

fn who(who: Who) -> &'static str {
    match who {
        Who::You => "you",
        Who::It => "it",
        Who::Admin => "admin",
        Who::Canto => "canto",
        Who::Nobody => "nobody",
        Who::Owner => "owner",
    }
}

/// What the rows add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptTotals {
    pub files: u64,
    pub jobs: ByState,
    pub bytes: ByState,
}

impl ReceiptTotals {
    pub(super) fn add(&mut self, line: &ReceiptLine) {
        self.files += 1;
        for (counts, more) in [(&mut self.jobs, 1), (&mut self.bytes, line.size)] {
            match counts.get_mut(&line.state) {
                Some(count) => *count = count.saturating_add(more),
                None => drop(counts.insert(line.state.clone(), more)),
            }
        }
    }

    pub fn count(&self, state: JobStateKind) -> u64 {
        self.jobs.get(state.as_str()).copied().unwrap_or(0)
    }
}

/// How a receipt ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiptEnd {
    pub totals: ReceiptTotals,
    pub seal: String,
}

fn time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(|at| at.to_string()).unwrap_or_default()
}
