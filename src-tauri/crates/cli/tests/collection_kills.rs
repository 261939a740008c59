//! A collection, and a program that is killed at random moments: no file lost, none removed, no part under a file's name, and
//! all of it here in the end. `FERRY_KILLS` makes it longer; the are `FERRY_KILLS=500`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ferry_tenant::{AssetKey, Collection, Options, Tenant};
use rand::rngs::SmallRng;
use rand::seq::IteratorRandom;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;
use tokio::process::Child;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(120);
const ID: &str = "KILLED";
const LARGE: usize = 4 << 20;
/// A large file takes half a second or a whole one.
const LIMIT: &str = "4 MB/s";

fn from_environment<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

struct Stage {
    tenant: Tenant,
    data: TempDir,
    files: TempDir,
    /// What the tenant has, and every version that it ever had of each.
    assets: Vec<(AssetKey, String, Vec<Vec<u8>>)>,
    /// Not in the collection.
    outside: Vec<usize>,
}

impl Stage {
    fn ferry(&self, words: &[&str]) -> Child {
        support::ferry(&self.tenant, self.data.path(), self.files.path(), words).spawn().unwrap()
    }

    async fn to_its_end(&self, words: &[&str]) -> Option<i32> {
        self.ferry(words).wait().await.unwrap().code()
    }

    fn put_collection(&self) {
        let contents = self.assets.iter().enumerate().filter(|(at, _)| !self.outside.contains(at));
        self.tenant.put_collection(Collection {
            id: ID.into(),
            name: "Killed".into(),
            owner: self.tenant.users()[0].email.clone(),
            shared_with: Vec::new(),
            marked: false,
            contents: contents.map(|(_, (key, ..))| key.clone()).collect(),
            time_ms: self.tenant.now_ms(),
        });
    }

    /// Something else every time: other bytes, another name, one that leaves or comes back; and one large file, which takes
    /// a while.
    fn change(&mut self, random: &mut SmallRng) {
        let at = random.random_range(0..self.assets.len());
        let large = (0..self.assets.len()).filter(|at| !self.outside.contains(at)).choose(random).unwrap();
        self.new_version(large, bytes_of(random, LARGE / 2..LARGE));
        match random.random_range(0..4) {
            0 | 1 => {
                let bytes = some_bytes(random);
                self.new_version(at, bytes);
            }
            2 => {
                let name = format!("asset {at} renamed {}.bin", random.random_range(0..100));
                self.tenant.rename_asset(&self.assets[at].0, &name);
                self.assets[at].1 = name;
            }
            _ => match self.outside.iter().position(|outside| *outside == at) {
                Some(place) => drop(self.outside.remove(place)),
                None if self.outside.len() < 2 => self.outside.push(at),
                None => {}
            },
        }
        self.put_collection();
    }

    fn new_version(&mut self, at: usize, bytes: Vec<u8>) {
        self.tenant.put_version(&self.assets[at].0, &bytes);
        self.assets[at].2.push(bytes);
    }

    fn folder(&self) -> std::path::PathBuf {
        self.files.path().join("mirror/Killed")
    }

    /// Downloads on their way, with how much of them is here.
    fn parts(&self) -> BTreeMap<String, u64> {
        let Ok(entries) = std::fs::read_dir(self.folder()) else { return BTreeMap::new() };
        let parts = entries.filter_map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            // One may become a file just now.
            name.starts_with('.').then(|| Some((name, entry.metadata().ok()?.len()))).flatten()
        });
        parts.collect()
    }

    /// Nothing but whole versions is under the name of a file.
    fn look(&self, precious: &BTreeMap<String, Vec<u8>>) {
        let here = files(&self.folder());
        for (name, bytes) in here.iter().filter(|(name, _)| !name.starts_with('.')) {
            let is_version = self.assets.iter().any(|(_, _, versions)| versions.contains(bytes));
            let is_the_users = precious.values().any(|mine| mine == bytes);
            assert!(is_version || is_the_users, "{name}: {} bytes of nothing", bytes.len());
        }
        for (name, mine) in precious {
            assert!(here.values().any(|bytes| bytes == mine), "{name} is lost");
        }
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    paths
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

/// Small and large ones, so that kills meet both.
fn some_bytes(random: &mut SmallRng) -> Vec<u8> {
    let most = if random.random_range(0..6) == 0 { LARGE } else { 60_000 };
    bytes_of(random, 1..most)
}

fn bytes_of(random: &mut SmallRng, length: std::ops::Range<usize>) -> Vec<u8> {
    let mut bytes = vec![0; random.random_range(length)];
    random.fill(&mut bytes[..]);
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mirror_is_whole_after_many_kills_and_nothing_is_lost() {
    let (seed, kills) = (from_environment("SEED", 20_261_130), from_environment("FERRY_KILLS", 25));
    println!("seed {seed}: {kills} kills");
    let mut random = SmallRng::seed_from_u64(seed);
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let assets = (0..24)
        .map(|number| {
            let (name, bytes) = (format!("asset {number}.bin"), some_bytes(&mut random));
            (tenant.put_asset(&name, &bytes), name, vec![bytes])
        })
        .collect();
    let mut stage = Stage {
        tenant,
        data: TempDir::new().unwrap(),
        files: TempDir::new().unwrap(),
        assets,
        outside: Vec::new(),
    };
    stage.put_collection();
    let url = stage.tenant.url().to_owned();
    assert_eq!(stage.to_its_end(&["login", &url, "--client-credentials"]).await, Some(0));
    assert_eq!(stage.to_its_end(&["settings", "set", "collections_deleted", "come_back"]).await, Some(0));
    assert_eq!(stage.to_its_end(&["settings", "set", "collections_when", "at_start"]).await, Some(0));
    assert_eq!(stage.to_its_end(&["settings", "set", "limit_down", LIMIT]).await, Some(0));
    assert_eq!(stage.to_its_end(&["collections", "add", ID]).await, Some(0));
    let mut precious: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    std::fs::create_dir(stage.files.path().join("mirror")).unwrap();
    assert_eq!(stage.to_its_end(&["collections", "location", "mirror"]).await, Some(0));
    let mut in_the_middle = 0;
    for kill in 0..kills {
        stage.change(&mut random);
        if kill % 5 == 4 {
            // The user works in the folder, too.
            let here = files(&stage.folder());
            if let Some((name, _)) = here.iter().find(|(name, _)| name.starts_with("asset")) {
                let mine = format!("mine {kill}").into_bytes();
                // What was theirs before is theirs to overwrite.
                precious.retain(|_, bytes| here[name] != *bytes);
                std::fs::write(stage.folder().join(name), &mine).unwrap();
                precious.insert(format!("{name} {kill}"), mine);
            }
        }
        let mut child = stage.ferry(&["run"]);
        // Most kills meet a download, the others whatever the run does before and after it.
        let meets = kill % 4 != 3;
        let (left, until) = (stage.parts(), Instant::now() + PATIENCE);
        let before = stage.tenant.requests().len();
        let begun = || {
            if meets { stage.parts() != left } else { stage.tenant.requests().len() >= before + 2 }
        };
        while !begun() && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "nothing begins; {left:?} were left");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(0..400))).await;
        child.kill().await.unwrap();
        in_the_middle += usize::from(stage.parts().iter().any(|part| left.get(part.0) != Some(part.1)));
        stage.look(&precious);
    }
    // What left is held, never gone; nothing else is missing in the end.
    assert_eq!(stage.to_its_end(&["settings", "set", "limit_down", "none"]).await, Some(0));
    let mut ended = None;
    for _ in 0..3 {
        ended = stage.to_its_end(&["collections", "sync", "--confirm"]).await;
        stage.look(&precious);
    }
    assert_eq!(ended, Some(0));
    let here = files(&stage.folder());
    let missing = stage.assets.iter().enumerate().filter(|(at, (_, _, versions))| {
        !stage.outside.contains(at) && !here.values().any(|bytes| Some(bytes) == versions.last())
    });
    let missing: Vec<&str> = missing.map(|(_, (_, name, _))| name.as_str()).collect();
    // Changed here, and the tenant has nothing newer: left alone.
    let changed = here
        .iter()
        .filter(|(name, bytes)| bytes.starts_with(b"mine") && !name.contains("(changed on"))
        .count();
    assert!(missing.len() <= changed, "{missing:?} are not here, {changed} were changed");
    let parts = here.keys().filter(|name| name.starts_with('.')).count();
    assert_eq!(parts, 0, "{:?}", here.keys());
    println!(
        "{kills} kills, {in_the_middle} of them in the middle of a download; 0 files lost, 0 parts under a name"
    );
}
