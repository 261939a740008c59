//! What becomes of the files of a look: the rule, what was found, and equal files on their way.

use std::collections::HashMap;

use super::page::{Group, LookFor};
use super::policy::{Verdict, verdict};
use crate::error::{ErrorCode, Outcome};
use crate::model::{DuplicateBasis, DuplicateOf, JobId, name_key};
use crate::queue::message::Decision;
use crate::queue::state::JobState;
use crate::store::Readers;
use crate::store::checked::{self, VersionOf};
use crate::store::jobs::JobRow;

/// What becomes of each file; equal ones wait for the first of them.
pub async fn judge(
    readers: &Readers,
    group: &Group,
    basis: DuplicateBasis,
    files: &[&LookFor],
    found: Vec<Option<DuplicateOf>>,
) -> Outcome<Vec<(JobId, Decision)>> {
    let account = group.account;
    let keys: Vec<(JobId, String, Option<[u8; 16]>, u64)> =
        files.iter().map(|file| (file.row.id, name_key(&file.row.name), file.md5, file.row.size)).collect();
    let read = move |db: &rusqlite::Connection| {
        let others = checked::unchecked_under_way(db, account)?;
        let one = |(job, key, md5, size): (JobId, String, Option<[u8; 16]>, u64)| {
            let md5 = md5.filter(|_| basis == DuplicateBasis::Md5);
            let known = checked::under_way(db, account, job, &key, md5)?;
            let is_equal = |row: &&JobRow| match basis {
                // Its sum is known once it is sent: until then any of its size may be the same.
                DuplicateBasis::Md5 => row.size == size && sent_sum(row).is_none_or(|sum| Some(sum) == md5),
                DuplicateBasis::Filename => name_key(&row.name) == key,
            };
            Ok(known.or_else(|| others.iter().find(is_equal).map(|row| row.id)))
        };
        keys.into_iter().map(one).collect::<rusqlite::Result<Vec<Option<JobId>>>>()
    };
    let under_way = readers.read(read).await?;
    let mut first: HashMap<(Option<[u8; 16]>, String), JobId> = HashMap::new();
    let mut decided = Vec::with_capacity(files.len());
    for ((file, of), under_way) in files.iter().zip(found).zip(under_way) {
        let looked = file.looked_at();
        let key = match basis {
            DuplicateBasis::Md5 => (looked.md5, String::new()),
            DuplicateBasis::Filename => (None, looked.name_key.clone()),
        };
        let twin = under_way.or_else(|| first.get(&key).copied());
        let decision = match (verdict(group.rule, &file.row.name, of.as_ref()), of, twin) {
            (Verdict::Skip, Some(of), _) => Decision::Skip(Box::new(of.failure(ErrorCode::DuplicateFound))),
            (Verdict::Ask, Some(of), _) => Decision::Ask(Box::new(of.failure(ErrorCode::DecisionNeeded))),
            (_, _, Some(twin)) => Decision::Twin(looked, twin),
            (Verdict::Version, Some(DuplicateOf { asset, versions: Some(before), .. }), None) => {
                first.insert(key, file.row.id);
                Decision::Version(looked, VersionOf { asset, before })
            }
            // Without a history nobody could see that it grew.
            (Verdict::Version, Some(of), None) => {
                Decision::Ask(Box::new(of.failure(ErrorCode::DecisionNeeded)))
            }
            (_, _, None) => {
                first.insert(key, file.row.id);
                Decision::Send(looked)
            }
        };
        decided.push((file.row.id, decision));
    }
    Ok(decided)
}

fn sent_sum(row: &JobRow) -> Option<[u8; 16]> {
    match &row.state {
        JobState::Finishing { sent } | JobState::Processing { sent } => Some(sent.md5),
        _ => None,
    }
}
