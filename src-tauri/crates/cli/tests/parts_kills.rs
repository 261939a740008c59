//! A large file in parts, and a program that is killed at random moments: whole in the end, and nothing is sent again but
//! what was in flight. `FERRY_UPLOADS`, `FERRY_KILLS` (of each upload) and `FERRY_MIB` make it longer; the 200
//! kills are `FERRY_UPLOADS=20 FERRY_KILLS=10 FERRY_MIB=2048`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod support;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use ferry_tenant::{Options, Tenant};
use md5::{Digest, Md5};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;
use tokio::process::Child;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(300);
/// Parts of one file that are asked for at once at most.
const MOST_IN_FLIGHT: usize = 16;

fn from_environment<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A file whose blocks all differ; returns its MD5.
fn film(path: &Path, mebibytes: usize, random: &mut SmallRng) -> String {
    let mut block = vec![0; 1024 * 1024];
    random.fill(&mut block[..]);
    let (mut hash, mut out) = (Md5::new(), File::create(path).unwrap());
    for number in 0..mebibytes as u64 {
        block[..8].copy_from_slice(&number.to_le_bytes());
        hash.update(&block);
        out.write_all(&block).unwrap();
    }
    // An odd end.
    hash.update(b"end");
    out.write_all(b"end").unwrap();
    support::hex_of(&hash.finalize())
}

struct Stage {
    tenant: Tenant,
    data: TempDir,
    files: TempDir,
}

impl Stage {
    async fn new() -> Self {
        let tenant = Tenant::start(Options { parts: true, ..Options::default() }).await.unwrap();
        Self { tenant, data: TempDir::new().unwrap(), files: TempDir::new().unwrap() }
    }

    fn ferry(&self, words: &[&str]) -> Child {
        support::ferry(&self.tenant, self.data.path(), self.files.path(), words).spawn().unwrap()
    }

    async fn to_its_end(&self, words: &[&str]) {
        assert!(self.ferry(words).wait().await.unwrap().success(), "{words:?}");
    }

    /// Parts that the store has taken, counted as often as it took them.
    fn parts_taken(&self) -> usize {
        self.tenant.requests().iter().filter(|call| call.method == "PUT" && call.status == Some(200)).count()
    }

    async fn until(&self, child: &mut Child, what: &str, is: impl Fn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is() {
            assert!(Instant::now() < until, "waited too long: {what}");
            assert!(child.try_wait().unwrap().is_none(), "the engine ended by itself: {what}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn is_done(&self) -> bool {
        let db = rusqlite::Connection::open(self.data.path().join("ferry.db")).unwrap();
        db.query_row("SELECT count(*) = sum(state = 'done') FROM job", [], |row| row.get(0)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_in_parts_is_whole_after_many_kills_and_only_what_was_in_flight_is_sent_again() {
    let seed = from_environment("SEED", 20_261_122);
    let (uploads, kills) = (from_environment("FERRY_UPLOADS", 1), from_environment("FERRY_KILLS", 8));
    let mebibytes = from_environment("FERRY_MIB", 256);
    println!("seed {seed}: {uploads} uploads of {mebibytes} MiB, {kills} kills each");
    let mut random = SmallRng::seed_from_u64(seed);
    let (mut again_in_all, mut killed_in_parts) = (0, 0);
    for upload in 0..uploads {
        let stage = Stage::new().await;
        let md5 = film(&stage.files.path().join("film.mov"), mebibytes, &mut random);
        stage.to_its_end(&["login", stage.tenant.url(), "--client-credentials"]).await;
        stage.to_its_end(&["upload", "film.mov", "--to", "Films", "--create", "--detach"]).await;
        let parts = (mebibytes + 1).div_ceil(8);
        for kill in 0..kills {
            let mut child = stage.ferry(&["run"]);
            let there = stage.parts_taken();
            let left = parts.saturating_sub(there);
            // At a random place of what is left, so that the last kill still meets an upload.
            let moment = there + random.random_range(0..=2 * left / (kills - kill + 1));
            stage.until(&mut child, "parts", || stage.parts_taken() >= moment || stage.is_done()).await;
            tokio::time::sleep(Duration::from_millis(random.random_range(0..60))).await;
            killed_in_parts += usize::from(!stage.is_done());
            child.kill().await.unwrap();
        }
        let mut child = stage.ferry(&["run"]);
        stage.until(&mut child, "the end", || stage.is_done()).await;
        child.kill().await.unwrap();
        let assets = stage.tenant.assets();
        assert_eq!(assets.len(), 1, "upload {upload}: there once");
        assert_eq!(assets[0].md5, md5, "upload {upload}: identical");
        assert_eq!(stage.tenant.open_uploads(), 0, "upload {upload}: nothing is left behind");
        let again = stage.parts_taken() - parts;
        assert!(again <= kills * MOST_IN_FLIGHT, "upload {upload}: {again} parts were sent again");
        again_in_all += again;
    }
    println!(
        "{} kills, {killed_in_parts} of them in the middle; {uploads} of {uploads} identical; {again_in_all} parts of 8 \
         MiB were sent again, {:.2} for each kill",
        uploads * kills,
        again_in_all as f64 / (uploads * kills).max(1) as f64
    );
}
