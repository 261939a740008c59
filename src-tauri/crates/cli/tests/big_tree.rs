//! Two thousand files of 0 bytes to 200 MB in six levels, to a real S3 store: whole, once, in the right place, whatever
//! happens to the program meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod support;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ferry_tenant::stores::Store;
use ferry_tenant::{Options, Switches, Tenant};
use md5::{Digest, Md5};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;
use tokio::process::Child;
use tokio::sync::Mutex;

const FILES: usize = 2_000;
const KILLS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(600);

/// Two SeaweedFS at once get in each other's way: it takes ports beside the one that it is given.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

struct Stage {
    tenant: Tenant,
    _store: Store,
    data: TempDir,
    files: TempDir,
    expected: BTreeMap<String, String>,
}

fn size_of(file: usize, random: &mut SmallRng) -> usize {
    match file {
        0 => 200_000_000,
        1..=3 => 20_000_000 + random.random_range(0..5_000_000),
        4..=30 => random.random_range(1_000_000..3_000_000),
        31..=70 => 0,
        71..=200 => random.random_range(60_000..400_000),
        _ => random.random_range(1..20_000),
    }
}

/// Writes the tree and returns MD5 by place in the library.
fn grow(root: &Path, random: &mut SmallRng) -> BTreeMap<String, String> {
    let mut block = vec![0; 1_000_003];
    random.fill(&mut block[..]);
    let mut expected = BTreeMap::new();
    for file in 0..FILES {
        let depth = random.random_range(0..6);
        let mut place = PathBuf::from("Tree");
        for level in 0..depth {
            place.push(format!("Ebene {level} ü{}", random.random_range(0..3)));
        }
        std::fs::create_dir_all(root.join(&place)).unwrap();
        // Names that come again in other folders.
        let name = format!("DSC_{:04}.jpg", file % 700);
        let name = if root.join(&place).join(&name).exists() { format!("{file}-{name}") } else { name };
        place.push(&name);
        let (mut hash, mut out) = (Md5::new(), File::create(root.join(&place)).unwrap());
        let (mut left, mut stamp) = (size_of(file, random), file as u64);
        while left > 0 {
            block[..8].copy_from_slice(&stamp.to_le_bytes());
            stamp += 1 << 32;
            let piece = &block[..left.min(block.len())];
            hash.update(piece);
            out.write_all(piece).unwrap();
            left -= piece.len();
        }
        expected.insert(format!("Big/{}", place.to_string_lossy()), support::hex_of(&hash.finalize()));
    }
    expected
}

impl Stage {
    async fn new(seed: u64) -> Self {
        println!("seed {seed}");
        let files = TempDir::new().unwrap();
        let expected = grow(files.path(), &mut SmallRng::seed_from_u64(seed));
        let store = Store::seaweedfs().await.unwrap();
        let switches = Switches { ingest_delay_ms: 50, ..Switches::default() };
        let options = Options { object_store: store.object_store(), switches, ..Options::default() };
        let tenant = Tenant::start(options).await.unwrap();
        let stage = Self { tenant, _store: store, data: TempDir::new().unwrap(), files, expected };
        let mut login = stage.ferry(&["login", stage.tenant.url(), "--client-credentials"]);
        assert!(login.wait().await.unwrap().success());
        stage
    }

    fn ferry(&self, words: &[&str]) -> Child {
        support::ferry(&self.tenant, self.data.path(), self.files.path(), words).spawn().unwrap()
    }

    /// Every file is in the library once, with its bytes, in its place.
    fn check(&self) {
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        for asset in self.tenant.assets() {
            assert_eq!(asset.albums.len(), 1, "{} is in one album", asset.name);
            let album = self.tenant.node_path(&asset.albums[0]).unwrap();
            found.entry(format!("{album}/{}", asset.name)).or_default().push(asset.md5);
        }
        for (place, md5) in &self.expected {
            let here = found.remove(place).unwrap_or_default();
            assert_eq!(here, *std::slice::from_ref(md5), "{place}");
        }
        assert!(found.is_empty(), "more than was sent: {:?}", found.keys().take(5).collect::<Vec<_>>());
    }

    fn states(&self) -> BTreeMap<String, i64> {
        let db = rusqlite::Connection::open(self.data.path().join("ferry.db")).unwrap();
        let mut statement = db.prepare("SELECT state, count(*) FROM job GROUP BY state").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

async fn ends_well(mut child: Child) {
    let status =
        tokio::time::timeout(PATIENCE, child.wait()).await.expect("the upload does not end").unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_of_two_thousand_files_arrives_although_the_program_is_killed_twenty_times() {
    let _one = ONE_AT_A_TIME.lock().await;
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
    let stage = Stage::new(seed).await;
    let mut random = SmallRng::seed_from_u64(seed + 1);
    // The first life adds the files; if it dies before that is durable, the next one has nothing to go on with.
    let mut child = stage.ferry(&["upload", "Tree", "--to", "Big", "--create", "--detach"]);
    assert!(child.wait().await.unwrap().success());
    for kill in 0..KILLS {
        let mut child = stage.ferry(&["run"]);
        // At a random place of what is left, so that the last kill still meets an upload.
        let there = stage.tenant.assets().len();
        let moment = there + random.random_range(0..=2 * (FILES - there) / (KILLS - kill + 1));
        let until = tokio::time::Instant::now() + PATIENCE;
        while stage.tenant.assets().len() < moment {
            assert!(
                tokio::time::Instant::now() < until,
                "nothing moves after kill {kill}: {:?}",
                stage.states()
            );
            assert!(child.try_wait().unwrap().is_none(), "the engine ended by itself");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(0..400))).await;
        child.kill().await.unwrap();
    }
    let mut child = stage.ferry(&["run"]);
    let until = tokio::time::Instant::now() + PATIENCE;
    while stage.states() != BTreeMap::from([("done".to_owned(), FILES as i64)]) {
        assert!(tokio::time::Instant::now() < until, "it does not end: {:?}", stage.states());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    child.kill().await.unwrap();
    stage.check();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_of_two_thousand_files_arrives_in_one_go() {
    let _one = ONE_AT_A_TIME.lock().await;
    let stage = Stage::new(7).await;
    ends_well(stage.ferry(&["--quiet", "upload", "Tree", "--to", "Big", "--create"])).await;
    assert_eq!(stage.states(), BTreeMap::from([("done".to_owned(), FILES as i64)]));
    stage.check();
}
