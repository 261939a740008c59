//! What a run does to a collection's files: pure, from the tenant's list, what is recorded, and what is in the folder.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::names;
use crate::model::AssetId;
use crate::store::mirrored_files::{FileRow, Present, SaidOfBytes};

/// More removals than this, or than a tenth of the files, want somebody to agree.
const MOST_REMOVALS: usize = 50;

/// An asset as the tenant lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAsset {
    pub asset: AssetId,
    pub name: String,
    pub said: SaidOfBytes,
}

/// A local file at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenFile {
    pub size: u64,
    pub modified_ns: i64,
}

/// Everything that a plan is made from.
#[derive(Debug)]
pub struct Known<'a> {
    pub remote: &'a [RemoteAsset],
    /// The list is complete and not empty: what it does not name may have left.
    pub trusted: bool,
    pub rows: &'a BTreeMap<AssetId, FileRow>,
    /// What is in the collection's folder, by name.
    pub local: &'a BTreeMap<String, SeenFile>,
    /// Missing before, missing again, and the tenant shows the asset itself: it has left the collection.
    pub left: &'a BTreeSet<AssetId>,
    /// What was deleted here comes back.
    pub comes_back: bool,
    /// Removals that somebody has agreed to.
    pub confirmed: u64,
    /// Today, as 2027-01-31.
    pub date: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To a name that is free.
    Download {
        remote: RemoteAsset,
        path: String,
    },
    /// Something is there under the name that a download was to get: if it is that, it is taken for it. Otherwise the other
    /// name is the asset's, or, with `aside`, that of the file which is there.
    Adopt {
        remote: RemoteAsset,
        path: String,
        otherwise: String,
        aside: bool,
    },
    /// Over a file that is as Ferry has written it.
    Replace {
        remote: RemoteAsset,
        path: String,
    },
    Rename {
        asset: AssetId,
        name: String,
        from: String,
        to: String,
    },
    /// It has its new name already.
    Renamed {
        asset: AssetId,
        name: String,
        path: String,
    },
    /// A file that its user has changed makes room for the asset's new bytes.
    MoveAside {
        asset: AssetId,
        path: String,
        to: String,
    },
    /// Into the holding folder.
    Hold {
        asset: AssetId,
        path: String,
        size: u64,
    },
    /// What is there is the user's own by now, or was never whole: it is recorded no more.
    Forget {
        asset: AssetId,
    },
    /// Not in the list for the first time.
    Missing {
        asset: AssetId,
    },
    /// In the list again.
    Found {
        asset: AssetId,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Files to be held that nobody has agreed to yet: they are not among the steps.
    pub unconfirmed: Vec<Step>,
    /// Not in the list, and kept until that is certain.
    pub missing: u64,
    pub deleted_here: u64,
    pub changed_here: u64,
}

pub fn plan(known: &Known<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut taken: HashSet<String> = known.local.keys().map(|name| names::key(name)).collect();
    taken.extend(known.rows.values().map(|row| names::key(&row.path)));
    let mut remote: Vec<&RemoteAsset> = known.remote.iter().collect();
    remote.sort_by(|a, b| a.asset.cmp(&b.asset));
    for asset in &remote {
        match known.rows.get(&asset.asset) {
            None => {
                let path = reserved(&mut taken, &names::safe(&asset.name), None);
                plan.steps.push(Step::Download { remote: (*asset).clone(), path });
            }
            Some(row) => stays(known, &mut plan, &mut taken, asset, row),
        }
    }
    if known.trusted {
        let listed: HashSet<&AssetId> = remote.iter().map(|asset| &asset.asset).collect();
        let gone = known.rows.values().filter(|row| !listed.contains(&row.asset));
        gone.for_each(|row| goes(known, &mut plan, row));
    }
    let files = known.rows.values().filter(|row| row.present.is_some()).count();
    let removals = plan.steps.iter().filter(|step| matches!(step, Step::Hold { .. })).count();
    let many = removals > MOST_REMOVALS || removals * 10 > files;
    if many && removals as u64 > known.confirmed {
        let (held, others) = plan.steps.into_iter().partition(|step| matches!(step, Step::Hold { .. }));
        (plan.unconfirmed, plan.steps) = (held, others);
    }
    plan
}

/// A free name, taken from now on. `own`: the file's present one.
fn reserved(taken: &mut HashSet<String>, wanted: &str, own: Option<&str>) -> String {
    let own = own.map(names::key);
    let name = names::free(wanted, |key| taken.contains(key) && own.as_deref() != Some(key));
    taken.insert(names::key(&name));
    name
}

fn stays(
    known: &Known<'_>,
    plan: &mut Plan,
    taken: &mut HashSet<String>,
    remote: &RemoteAsset,
    row: &FileRow,
) {
    if row.missing_since.is_some() {
        plan.steps.push(Step::Found { asset: row.asset.clone() });
    }
    let renamed = names::safe(&row.name) != names::safe(&remote.name);
    let seen = known.local.get(&row.path);
    let Some(present) = &row.present else {
        let path = match (renamed, seen) {
            (true, _) => reserved(taken, &names::safe(&remote.name), None),
            (false, None) => row.path.clone(),
            (false, Some(_)) => {
                let otherwise = reserved(taken, &names::safe(&remote.name), None);
                let path = row.path.clone();
                return plan.steps.push(Step::Adopt {
                    remote: remote.clone(),
                    path,
                    otherwise,
                    aside: false,
                });
            }
        };
        return plan.steps.push(Step::Download { remote: remote.clone(), path });
    };
    let is_new = differs(&present.said, &remote.said);
    match seen {
        None if renamed && renamed_already(known, present).is_some() => {
            let to = renamed_already(known, present).unwrap_or_default().to_owned();
            let (asset, name) = (row.asset.clone(), remote.name.clone());
            plan.steps.push(Step::Renamed { asset, name, path: to });
        }
        None if known.comes_back => {
            let path =
                if renamed { reserved(taken, &names::safe(&remote.name), None) } else { row.path.clone() };
            plan.steps.push(Step::Download { remote: remote.clone(), path });
        }
        None => plan.deleted_here += 1,
        Some(seen) if is_as_written(*seen, present) => {
            let mut path = row.path.clone();
            if renamed {
                let to = reserved(taken, &names::safe(&remote.name), Some(&row.path));
                let (asset, name) = (row.asset.clone(), remote.name.clone());
                plan.steps.push(Step::Rename { asset, name, from: path, to: to.clone() });
                path = to;
            }
            if is_new {
                plan.steps.push(Step::Replace { remote: remote.clone(), path });
            }
        }
        Some(_) if is_new => {
            let to = names::aside(&row.path, known.date, |key| taken.contains(key));
            taken.insert(names::key(&to));
            // The program may have ended between the exchange of the files and the word of it.
            if row.fetching.as_ref().is_some_and(|fetching| fetching.said == remote.said) {
                let (path, remote) = (row.path.clone(), remote.clone());
                return plan.steps.push(Step::Adopt { remote, path, otherwise: to, aside: true });
            }
            plan.steps.push(Step::MoveAside { asset: row.asset.clone(), path: row.path.clone(), to });
            let path =
                if renamed { reserved(taken, &names::safe(&remote.name), None) } else { row.path.clone() };
            plan.steps.push(Step::Download { remote: remote.clone(), path });
        }
        Some(_) => plan.changed_here += 1,
    }
}

fn goes(known: &Known<'_>, plan: &mut Plan, row: &FileRow) {
    let asset = row.asset.clone();
    let Some(present) = &row.present else { return plan.steps.push(Step::Forget { asset }) };
    if row.missing_since.is_none() {
        plan.missing += 1;
        return plan.steps.push(Step::Missing { asset });
    }
    if !known.left.contains(&asset) {
        plan.missing += 1;
        return;
    }
    plan.steps.push(match known.local.get(&row.path) {
        Some(seen) if is_as_written(*seen, present) => {
            Step::Hold { asset, path: row.path.clone(), size: seen.size }
        }
        // Changed, it is the user's; deleted, nothing is left to do.
        _ => Step::Forget { asset },
    });
}

/// The program may have ended between a rename and the word of it: the one file beside that nobody else has.
fn renamed_already<'a>(known: &Known<'a>, present: &Present) -> Option<&'a str> {
    let mut alike = known.local.iter().filter(|(name, seen)| {
        is_as_written(**seen, present) && !known.rows.values().any(|row| row.path == **name)
    });
    let (name, _) = alike.next()?;
    alike.next().is_none().then_some(name.as_str())
}

pub fn is_as_written(seen: SeenFile, present: &Present) -> bool {
    (seen.size, seen.modified_ns) == (present.file.size, present.file.modified_ns)
}

/// Whether the tenant has other bytes by now. Its time says less: that moves with any change of metadata.
pub fn differs(then: &SaidOfBytes, now: &SaidOfBytes) -> bool {
    let other_size = matches!((then.size, now.size), (Some(then), Some(now)) if then != now);
    let other = match (&then.md5, &now.md5) {
        (Some(then), Some(now)) => then != now,
        _ => matches!((then.uploaded, now.uploaded), (Some(then), Some(now)) if then != now),
    };
    other_size || other
}
