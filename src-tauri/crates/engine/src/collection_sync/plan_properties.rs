//! Whatever the tenant says and whatever is in the folder: nothing of the user's is lost, and a second run has nothing to do.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::prelude::*;

use super::names::key;
use super::plan::{Known, Plan, RemoteAsset, SeenFile, Step, is_as_written, plan};
use crate::model::AssetId;
use crate::properties::hold;
use crate::store::mirrored_files::{CheckedBy, FileRow, Present, SaidOfBytes, WrittenFile};

const NAMES: [&str; 7] = ["a.jpg", "A.JPG", "b.jpg", "a (2).jpg", "CON", "u\u{308}.png", "\u{fc}.png"];

#[derive(Clone, Debug)]
struct Case {
    /// Asset number, name, version.
    remote: BTreeMap<u8, (usize, u8)>,
    rows: BTreeMap<u8, (usize, u8, bool, bool)>,
    /// What became of the rows' files: as written, changed, gone.
    fates: Vec<u8>,
    others: BTreeSet<usize>,
    left: BTreeSet<u8>,
    trusted: bool,
    comes_back: bool,
    confirmed: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let name = 0..NAMES.len();
    (
        prop::collection::btree_map(0_u8..12, (name.clone(), 0_u8..3), 0..12),
        prop::collection::btree_map(0_u8..12, (name.clone(), 0_u8..3, any::<bool>(), any::<bool>()), 0..12),
        prop::collection::vec(0_u8..3, 12),
        prop::collection::btree_set(name, 0..3),
        prop::collection::btree_set(0_u8..12, 0..12),
        (any::<bool>(), any::<bool>(), any::<bool>()),
    )
        .prop_map(|(remote, rows, fates, others, left, (trusted, comes_back, confirmed))| Case {
            remote,
            rows,
            fates,
            others,
            left,
            trusted,
            comes_back,
            confirmed,
        })
}

fn asset(number: u8) -> AssetId {
    AssetId { scheme: "image".into(), id: number.to_string() }
}

fn said(version: u8) -> SaidOfBytes {
    SaidOfBytes { size: Some(u64::from(version)), md5: Some(version.to_string()), uploaded: None }
}

fn written(version: u8) -> SeenFile {
    SeenFile { size: u64::from(version), modified_ns: i64::from(version) }
}

struct World {
    remote: Vec<RemoteAsset>,
    rows: BTreeMap<AssetId, FileRow>,
    local: BTreeMap<String, SeenFile>,
    /// Files that nobody but their user may touch: by name.
    precious: BTreeMap<String, SeenFile>,
}

fn world(case: &Case) -> World {
    let remote = case.remote.iter().map(|(number, (name, version))| RemoteAsset {
        asset: asset(*number),
        name: NAMES[*name].into(),
        said: said(*version),
    });
    let (mut rows, mut local, mut precious) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut keys = HashSet::new();
    for (number, (name, version, is_present, was_missing)) in &case.rows {
        let path = super::names::free(&super::names::safe(NAMES[*name]), |key| keys.contains(key));
        keys.insert(key(&path));
        let file =
            WrittenFile { size: u64::from(*version), modified_ns: i64::from(*version), md5: [*version; 16] };
        let present = is_present.then(|| Present { said: said(*version), file, checked_by: CheckedBy::Md5 });
        match case.fates[usize::from(*number)] {
            0 if *is_present => drop(local.insert(path.clone(), written(*version))),
            1 => {
                let changed = SeenFile { size: 99, modified_ns: 99 };
                local.insert(path.clone(), changed);
                precious.insert(path.clone(), changed);
            }
            _ => {}
        }
        let row = FileRow {
            asset: asset(*number),
            name: NAMES[*name].into(),
            path,
            present,
            missing_since: was_missing.then_some(1),
            fetching: None,
        };
        rows.insert(row.asset.clone(), row);
    }
    for other in &case.others {
        let name = NAMES[*other];
        if keys.insert(key(name)) {
            local.insert(name.to_owned(), SeenFile { size: 77, modified_ns: 77 });
            precious.insert(name.to_owned(), SeenFile { size: 77, modified_ns: 77 });
        }
    }
    World { remote: remote.collect(), rows, local, precious }
}

fn planned(case: &Case, world: &World) -> Plan {
    let left = case.left.iter().map(|number| asset(*number)).collect();
    plan(&Known {
        remote: &world.remote,
        trusted: case.trusted,
        rows: &world.rows,
        local: &world.local,
        left: &left,
        comes_back: case.comes_back,
        confirmed: if case.confirmed { 1_000 } else { 0 },
        date: "2027-01-31",
    })
}

/// Does what the steps say, and fails where a file would be lost.
fn apply(world: &mut World, steps: &[Step]) -> Result<(), TestCaseError> {
    for step in steps {
        match step {
            Step::Download { remote, path } => {
                prop_assert!(!world.local.keys().any(|name| key(name) == key(path)), "{step:?} over a file");
                fetched(world, remote, path);
            }
            Step::Adopt { remote, otherwise, .. } => {
                prop_assert!(!world.local.keys().any(|name| key(name) == key(otherwise)), "{step:?}");
                fetched(world, remote, otherwise);
            }
            Step::Replace { remote, path } => {
                let row = &world.rows[&remote.asset];
                prop_assert!(is_as_written(world.local[path], row.present.as_ref().unwrap()), "{step:?}");
                fetched(world, remote, path);
            }
            Step::Rename { asset, name, from, to } => {
                let seen = world.local.remove(from).unwrap();
                prop_assert!(!world.local.keys().any(|name| key(name) == key(to)), "{step:?} over a file");
                world.local.insert(to.clone(), seen);
                let row = world.rows.get_mut(asset).unwrap();
                (row.path, row.name) = (to.clone(), name.clone());
            }
            Step::Renamed { asset, name, path } => {
                let row = world.rows.get_mut(asset).unwrap();
                (row.path, row.name) = (path.clone(), name.clone());
            }
            Step::MoveAside { path, to, .. } => {
                let seen = world.local.remove(path).unwrap();
                prop_assert!(!world.local.keys().any(|name| key(name) == key(to)), "{step:?} over a file");
                world.local.insert(to.clone(), seen);
                world.precious.remove(path);
                world.precious.insert(to.clone(), seen);
            }
            Step::Hold { asset, path, .. } => {
                let row = world.rows.remove(asset).unwrap();
                prop_assert!(row.missing_since.is_some() && row.path == *path);
                prop_assert!(is_as_written(world.local[path], row.present.as_ref().unwrap()), "{step:?}");
                world.local.remove(path);
            }
            Step::Forget { asset } => drop(world.rows.remove(asset)),
            Step::Missing { asset } => world.rows.get_mut(asset).unwrap().missing_since = Some(1),
            Step::Found { asset } => world.rows.get_mut(asset).unwrap().missing_since = None,
        }
    }
    Ok(())
}

fn fetched(world: &mut World, remote: &RemoteAsset, path: &str) {
    let version: u8 = remote.said.md5.as_deref().unwrap().parse().unwrap();
    let file = WrittenFile { size: u64::from(version), modified_ns: i64::from(version), md5: [version; 16] };
    let row = FileRow {
        asset: remote.asset.clone(),
        name: remote.name.clone(),
        path: path.to_owned(),
        present: Some(Present { said: remote.said.clone(), file, checked_by: CheckedBy::Md5 }),
        missing_since: None,
        fetching: None,
    };
    world.local.insert(path.to_owned(), written(version));
    world.rows.insert(remote.asset.clone(), row);
}

#[test]
fn nothing_of_the_users_is_lost_and_a_second_run_has_nothing_to_do() {
    hold("mirror plan", file!(), 6_000, cases(), |case, steps| {
        let mut world = world(&case);
        let first = planned(&case, &world);
        steps.add(first.steps.len() as u64);
        let removes =
            |step: &Step| matches!(step, Step::Hold { .. } | Step::Forget { .. } | Step::Missing { .. });
        if !case.trusted {
            prop_assert!(!first.steps.iter().any(removes) && first.unconfirmed.is_empty());
        }
        for step in first.steps.iter().chain(&first.unconfirmed) {
            if let Step::Hold { asset, .. } = step {
                prop_assert!(!world.remote.iter().any(|remote| remote.asset == *asset));
                prop_assert!(case.left.iter().any(|number| super::plan_properties::asset(*number) == *asset));
            }
        }
        let files = world.rows.values().filter(|row| row.present.is_some()).count();
        let removals = first.steps.iter().filter(|step| matches!(step, Step::Hold { .. })).count();
        prop_assert!(case.confirmed || removals * 10 <= files, "{removals} of {files} unasked");
        apply(&mut world, &first.steps)?;
        for (name, seen) in &world.precious {
            prop_assert_eq!(world.local.get(name), Some(seen), "{} is lost", name);
        }
        let paths: HashSet<String> = world.rows.values().map(|row| key(&row.path)).collect();
        prop_assert_eq!(paths.len(), world.rows.len(), "two assets, one name");
        // Whatever was missing for the first time is looked at again; nothing else is left to do.
        let again = planned(&case, &world);
        let rest: Vec<&Step> = again.steps.iter().filter(|step| !removes(step)).collect();
        prop_assert!(rest.is_empty(), "{rest:?} after {:?}", first.steps);
        Ok(())
    });
}
