//! How fast the embedded store takes small files and a large one; by hand:
//! `cargo test --release -p ferry-tenant --test speed -- --ignored --nocapture`
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fall over

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{ADMIN, Program, noise, set};
use ferry_tenant::{Options, Tenant};

const FILES: usize = 20_000;
const LINES: usize = 32;

#[tokio::test]
#[ignore = "takes a while, and says something only in release"]
async fn small_files_and_a_large_one() {
    // Server and client run on one thread here.
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let program = Arc::new(Program::new(&tenant, ADMIN));
    let (url, fields) = program.fields("a.jpg", &tenant.node_id(&["Inbox"], true).unwrap()).await;
    let bytes = noise(10 * 1024);
    let key = fields.iter().find(|(name, _)| name == "key").unwrap().1.clone();
    let started = Instant::now();
    let lines = (0..LINES).map(|line| {
        let (program, url, mut fields, bytes, key) =
            (program.clone(), url.clone(), fields.clone(), bytes.clone(), key.clone());
        tokio::spawn(async move {
            for file in 0..FILES / LINES {
                set(&mut fields, "key", &format!("{key}{line}-{file}"));
                set(&mut fields, "x-amz-meta-file_name", &format!("{line}-{file}.jpg"));
                assert_eq!(program.post(&url, &fields, "a.jpg", &bytes).await.unwrap().status(), 204);
            }
        })
    });
    for line in lines.collect::<Vec<_>>() {
        line.await.unwrap();
    }
    let took = started.elapsed();
    println!("{FILES} × 10 KiB: {:.0} files/s", FILES as f64 / took.as_secs_f64());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let started = Instant::now();
    let items = program.status().await;
    println!("status of {} items: {:?} with parsing", items.len(), started.elapsed());
    assert_eq!(items.len(), FILES);

    let bytes = noise(512 << 20);
    let started = Instant::now();
    program.upload("large.mov", "", &bytes).await;
    println!("512 MiB: {:.2} GB/s", bytes.len() as f64 / 1e9 / started.elapsed().as_secs_f64());
}
