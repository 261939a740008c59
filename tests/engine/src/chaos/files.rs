//! The local files, what happens to them, and every version that each of them ever had.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::chance::Chance;
use super::workload::FilePlan;
use crate::{md5_of, noise};

const BLOCK: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub size: u64,
    pub md5: String,
}

/// As the file system tells of it; the time of the last change of any kind tells of writers, too.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Looks {
    version: Version,
    modified: (i64, i64),
    changed: (i64, i64),
    inode: u64,
}

pub struct LocalFile {
    pub versions: Vec<Version>,
    pub changes: u64,
    looks: Option<Looks>,
}

impl LocalFile {
    pub fn is_there(&self) -> bool {
        self.looks.is_some()
    }
}

pub struct LocalFiles {
    root: PathBuf,
    /// On the same file system, and never handed over.
    aside: PathBuf,
    pub files: BTreeMap<String, LocalFile>,
    chance: Chance,
}

impl LocalFiles {
    pub fn new(seed: u64, root: PathBuf, plans: &[FilePlan]) -> Self {
        let aside = root.join("aside");
        fs::create_dir_all(&aside).unwrap();
        let mut local = Self { root, aside, files: BTreeMap::new(), chance: Chance::of(seed, "local files") };
        for plan in plans {
            let path = local.root.join(&plan.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content(plan.content, plan.size)).unwrap();
            local
                .files
                .insert(plan.path.clone(), LocalFile { versions: Vec::new(), changes: 0, looks: None });
            local.note(&plan.path);
        }
        local
    }

    /// Something happens to one of them; says what.
    pub fn change_one(&mut self) -> String {
        let names: Vec<String> = self.files.keys().cloned().collect();
        let name = self.chance.pick(&names).clone();
        self.files.get_mut(&name).unwrap().changes += 1;
        if !self.files[&name].is_there() {
            self.bring_back(&name);
            return format!("{name:?} is back");
        }
        let path = self.root.join(&name);
        let size = fs::metadata(&path).unwrap().len();
        let what = match self.chance.below(7) {
            0 => {
                let other = self.chance.below(size * 2 + 1_000).min(40 << 20);
                let aside = self.aside.join("new");
                fs::write(&aside, content(self.chance.below(u64::MAX), other)).unwrap();
                fs::rename(aside, &path).unwrap();
                "is replaced"
            }
            1 if size > 0 => {
                let file = File::options().write(true).open(&path).unwrap();
                let at = self.chance.below(size);
                file.write_all_at(&[u8::try_from(self.chance.below(256)).unwrap()], at).unwrap();
                "is rewritten in one byte"
            }
            2 if size > 0 => {
                let file = File::options().write(true).open(&path).unwrap();
                file.set_len(self.chance.below(size)).unwrap();
                "is cut short"
            }
            3 | 4 => {
                let file = File::options().write(true).open(&path).unwrap();
                let more = usize::try_from(self.chance.between(1, 4_000)).unwrap();
                file.write_all_at(&noise(self.chance.below(u64::MAX), more), size).unwrap();
                "has grown"
            }
            5 => {
                fs::rename(&path, self.away(&name)).unwrap();
                self.files.get_mut(&name).unwrap().looks = None;
                return format!("{name:?} is gone");
            }
            _ => "is touched",
        };
        // A later time than any before, however fast one change follows another.
        let file = File::options().write(true).open(&path).unwrap();
        let before = self.files[&name].looks.as_ref().unwrap().modified;
        let before = SystemTime::UNIX_EPOCH
            + Duration::new(before.0.cast_unsigned(), u32::try_from(before.1).unwrap());
        file.set_modified(SystemTime::now().max(before + Duration::from_millis(5))).unwrap();
        self.note(&name);
        format!("{name:?} {what}")
    }

    /// At the end most of what is gone comes back.
    pub fn bring_most_back(&mut self) {
        let gone: Vec<String> =
            self.files.iter().filter(|(_, file)| !file.is_there()).map(|(name, _)| name.clone()).collect();
        for name in gone {
            if !self.chance.one_in(4) {
                self.bring_back(&name);
            }
        }
    }

    fn bring_back(&mut self, name: &str) {
        fs::rename(self.away(name), self.root.join(name)).unwrap();
        self.note(name);
    }

    fn away(&self, name: &str) -> PathBuf {
        self.aside.join(md5_of(name.as_bytes()))
    }

    fn note(&mut self, name: &str) {
        let looks = looks_of(&self.root.join(name));
        let file = self.files.get_mut(name).unwrap();
        if !file.versions.contains(&looks.version) {
            file.versions.push(looks.version.clone());
        }
        file.looks = Some(looks);
    }

    /// What is not as this run itself left it.
    pub fn touched_by_others(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, file) in &self.files {
            let path = self.root.join(name);
            let now = path.exists().then(|| looks_of(&path));
            if now != file.looks {
                wrong.push(format!("(5) {name:?} was {:?} and is {now:?}", file.looks));
            }
        }
        for path in crate::local_files(&self.root).into_keys() {
            let known = path.starts_with("aside") || self.files.contains_key(path.to_str().unwrap());
            if !known {
                wrong.push(format!("(5) {path:?} was not there"));
            }
        }
        wrong
    }
}

fn looks_of(path: &Path) -> Looks {
    let about = fs::metadata(path).unwrap();
    Looks {
        version: Version { size: about.len(), md5: md5_of(&fs::read(path).unwrap()) },
        modified: (about.mtime(), about.mtime_nsec()),
        changed: (about.ctime(), about.ctime_nsec()),
        inode: about.ino(),
    }
}

/// Bytes of which no two blocks are alike, quickly made.
fn content(seed: u64, size: u64) -> Vec<u8> {
    let mut block = noise(seed, BLOCK);
    let size = usize::try_from(size).unwrap();
    let mut bytes = Vec::with_capacity(size);
    let mut number = 0u64;
    while bytes.len() < size {
        block[..8].copy_from_slice(&(number ^ seed).to_le_bytes());
        bytes.extend_from_slice(&block[..BLOCK.min(size - bytes.len())]);
        number += 1;
    }
    bytes
}
