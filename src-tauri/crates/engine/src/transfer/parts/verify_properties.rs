//! Uploads that are interrupted again and again, while the file, the record and the store change: what is kept is there
//! and right, all else is sent, and the sum of the whole is that of the file.

use std::cell::RefCell;
use std::fs;
use std::sync::Arc;
use std::time::SystemTime;

use canto_api::StoredPart;
use checksum::Crew;
use md5::{Digest, Md5};
use proptest::collection::vec;
use proptest::prelude::{any, prop_oneof};
use proptest::strategy::Strategy;
use proptest::{prop_assert, prop_assert_eq};

use super::super::hasher::{Hashed, hash};
use super::*;
use crate::properties::{Checked, Steps, hold};
use crate::transfer::source::{Opened, WHOLE, open};

const PART: usize = 16 * 1024;

#[derive(Clone, Debug)]
enum Doing {
    /// Other bytes, while size and time stay as they are.
    Change(usize),
    /// The store loses a part, or has other bytes under its number.
    Lose(usize),
    Swap(usize),
    /// So many parts of those that are missing are stored; which of them are recorded says a bit each.
    Run {
        parts: usize,
        recorded: u16,
        md5_etags: bool,
        listed: Listed,
    },
}

/// What the store's list says of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listed {
    Whole,
    WithoutEtags,
    WithoutSizes,
    /// Of one part fewer bytes than were sent.
    Short,
}

fn doing() -> impl Strategy<Value = Doing> {
    let listed = (0..6u8).prop_map(|which| match which {
        0 => Listed::WithoutEtags,
        1 => Listed::WithoutSizes,
        2 => Listed::Short,
        _ => Listed::Whole,
    });
    let run = (0..5usize, any::<u16>(), any::<bool>(), listed);
    prop_oneof![
        any::<usize>().prop_map(Doing::Change),
        any::<usize>().prop_map(Doing::Lose),
        any::<usize>().prop_map(Doing::Swap),
        run.clone().prop_map(|(parts, recorded, md5_etags, listed)| Doing::Run {
            parts,
            recorded,
            md5_etags,
            listed
        }),
        run.prop_map(|(parts, recorded, md5_etags, listed)| Doing::Run {
            parts,
            recorded,
            md5_etags,
            listed
        }),
    ]
}

struct World {
    path: std::path::PathBuf,
    time: SystemTime,
    plan: Plan,
    /// Of each part the bytes' version, so that equal versions are equal bytes.
    local: Vec<u8>,
    stored: BTreeMap<u32, StoredPart>,
    recorded: Parts,
    /// The version that a record was made of.
    versions: BTreeMap<u32, u8>,
}

impl World {
    fn bytes(&self, number: u32) -> Vec<u8> {
        let version = self.local[number as usize - 1];
        let line: [u8; 64] = std::array::from_fn(|at| at as u8 ^ version);
        let mut bytes = line.repeat(PART / line.len());
        bytes.truncate(self.plan.length(number) as usize);
        bytes[0] = number as u8;
        bytes
    }

    fn number(&self, which: usize) -> u32 {
        (which % self.local.len()) as u32 + 1
    }

    fn md5(&self, number: u32) -> [u8; 16] {
        Md5::digest(self.bytes(number)).into()
    }

    fn source(&self) -> Arc<Source> {
        let file: Vec<u8> = (1..=self.plan.count()).flat_map(|number| self.bytes(number)).collect();
        fs::write(&self.path, file).unwrap();
        fs::File::options().write(true).open(&self.path).unwrap().set_modified(self.time).unwrap();
        match open(&self.path).unwrap() {
            Opened::Stream { source, .. } => source.into(),
            Opened::Whole { .. } => panic!("too small for a source"),
        }
    }

    fn list(&self, listed: Listed) -> BTreeMap<u32, StoredPart> {
        let mut list = self.stored.clone();
        for part in list.values_mut() {
            match listed {
                Listed::WithoutEtags => part.etag = None,
                Listed::WithoutSizes => part.size = 0,
                Listed::Short | Listed::Whole => {}
            }
        }
        if listed == Listed::Short
            && let Some(mut first) = list.first_entry()
        {
            first.get_mut().size -= 1;
        }
        list
    }

    /// By the rules alone: listed in its size, and recorded with that ETag and these bytes, or unknown here but with
    /// their MD5.
    fn may_be_kept(&self, number: u32, list: &BTreeMap<u32, StoredPart>) -> bool {
        let Some(there) = list.get(&number) else { return false };
        let whole = there.size == 0 || there.size == self.plan.length(number);
        whole
            && match (self.recorded.get(&number), &there.etag) {
                (Some(row), etag) => {
                    etag.as_ref().is_none_or(|etag| *etag == row.etag)
                        && self.versions[&number] == self.local[number as usize - 1]
                }
                (None, Some(etag)) => *etag == hex::encode(self.md5(number)),
                (None, None) => false,
            }
    }

    fn run(&mut self, parts: usize, recorded: u16, md5_etags: bool, listed: Listed, crew: &Crew) -> Checked {
        let (source, list, plan) = (self.source(), self.list(listed), self.plan);
        let counts = Counts::default();
        let found = verify(&source, plan, &list, &self.recorded, &counts, &CancellationToken::new());
        let found = found.unwrap().unwrap();
        for number in 1..=plan.count() {
            let may = self.may_be_kept(number, &list);
            prop_assert_eq!(found.kept.contains_key(&number), may, "part {}", number);
            let unfit = self.recorded.contains_key(&number) && !may;
            prop_assert_eq!(found.unfit.contains(&number), unfit, "part {}", number);
            if let Some(row) = found.kept.get(&number) {
                prop_assert_eq!(row.md5, self.md5(number));
            }
        }
        // As the queue's owner keeps it.
        for number in found.unfit {
            self.recorded.remove(&number);
        }
        for row in found.unrecorded {
            self.record(row);
        }
        let (wanted, from) = (missing(plan, &found.kept), resume_from(&found.kept));
        prop_assert!(wanted.iter().all(|number| !found.kept.contains_key(number)));
        prop_assert_eq!(wanted.len() + found.kept.len(), plan.count() as usize);
        let told = RefCell::new((Vec::new(), None));
        let hear = |hashed| {
            match hashed {
                Hashed::Part(row) => told.borrow_mut().0.push(row),
                Hashed::Whole(sum) => told.borrow_mut().1 = Some(sum),
            }
            true
        };
        hash(&source, plan, &wanted, from, crew, hear).unwrap();
        let (rows, whole) = told.into_inner();
        prop_assert_eq!(rows.iter().map(|row| row.number).collect::<BTreeSet<_>>(), wanted);
        prop_assert_eq!(
            whole,
            Some(Md5::digest(fs::read(&self.path).unwrap()).into()),
            "from {}",
            from.parts
        );
        for (place, mut row) in rows.into_iter().enumerate() {
            prop_assert_eq!(row.md5, self.md5(row.number));
            if place >= parts {
                break;
            }
            row.etag = if md5_etags {
                hex::encode(row.md5)
            } else {
                format!("kms-{}", self.local[row.number as usize - 1])
            };
            let size = plan.length(row.number);
            self.stored
                .insert(row.number, StoredPart { number: row.number, etag: Some(row.etag.clone()), size });
            if recorded >> place & 1 == 1 {
                self.record(row);
            }
        }
        Ok(())
    }

    fn record(&mut self, row: PartRow) {
        self.versions.insert(row.number, self.local[row.number as usize - 1]);
        self.recorded.insert(row.number, row);
    }
}

#[test]
fn an_upload_goes_on_from_what_is_there_and_right() {
    let folder = tempfile::tempdir().unwrap();
    let crew = Crew::start().unwrap();
    let goes_on = |(size, doings): (usize, Vec<Doing>), steps: &Steps| {
        let plan = Plan { size: size as u64, part_size: PART as u64 };
        let mut world = World {
            path: folder.path().join("film.mov"),
            time: SystemTime::UNIX_EPOCH,
            plan,
            local: vec![0; plan.count() as usize],
            stored: BTreeMap::new(),
            recorded: Parts::new(),
            versions: BTreeMap::new(),
        };
        let mut other = 0;
        for doing in doings {
            match doing {
                Doing::Change(which) => {
                    let number = world.number(which);
                    world.local[number as usize - 1] = world.local[number as usize - 1].wrapping_add(1);
                }
                Doing::Lose(which) => drop(world.stored.remove(&world.number(which))),
                Doing::Swap(which) => {
                    other += 1;
                    let number = world.number(which);
                    if let Some(part) = world.stored.get_mut(&number) {
                        part.etag = Some(format!("other-{other}"));
                    }
                }
                Doing::Run { parts, recorded, md5_etags, listed } => {
                    world.run(parts, recorded, md5_etags, listed, &crew)?;
                    steps.add(u64::from(plan.count()));
                }
            }
        }
        Ok(())
    };
    let sizes = WHOLE as usize + 1..WHOLE as usize + 4 * PART;
    hold("resume plan", file!(), 300, (sizes, vec(doing(), 1..16)), goes_on);
}
