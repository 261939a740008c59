//! A few seeds of the chaos run, among them those that once found something. More: `cargo xtask chaos`.
#![cfg(unix)]

use engine_tests::chaos::must_hold;

/// Side by side they would hear each other's logs.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn hold(seeds: &[u64]) {
    let _alone = ONE_AT_A_TIME.lock().await;
    for seed in seeds {
        must_hold(*seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_seeds() {
    hold(&[1, 2, 3, 4, 5, 6]).await;
}
