//! Which module of the engine may use which: one way down, messages back up.

use std::collections::{BTreeMap, BTreeSet};

use app_tests::repository;

use crate::sources::{rust_files, uses};

/// Leaves first. `handle` may use everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("pace", &[]),
    // Compiles to nothing without its feature.
    ("planted", &[]),
    ("error", &[]),
    ("model", &["error"]),
    ("event", &["error", "model"]),
    ("words", &["error"]),
    ("receipt", &["error", "model", "words"]),
    ("platform", &["error"]),
    ("supervisor", &[]),
    ("thumbnails", &[]),
    ("store", &["clock", "error", "event", "model", "planted"]),
    ("network", &["clock", "error", "model", "pace"]),
    // Its outcome messages, like those of `transfer` and `session`, go to the queue.
    ("intake", &["clock", "error", "model", "platform", "store", "queue"]),
    ("session", &["clock", "error", "model", "network", "pace", "planted", "platform", "store", "queue"]),
    (
        "transfer",
        &[
            "clock", "error", "event", "model", "network", "pace", "planted", "platform", "session", "store",
            "queue",
        ],
    ),
    (
        "connection_test",
        &[
            "clock", "error", "model", "network", "pace", "receipt", "session", "store", "transfer", "words",
            "queue",
        ],
    ),
    ("metadata", &["clock", "error", "intake", "model", "pace", "session", "store", "transfer", "queue"]),
    // What its runs find goes to the queue.
    (
        "folder_sync",
        &["clock", "error", "intake", "model", "platform", "session", "store", "transfer", "queue"],
    ),
    // Its decisions, like the reports of `transfer`, go to the queue.
    (
        "duplicates",
        &["error", "intake", "model", "network", "platform", "session", "store", "transfer", "queue"],
    ),
    // What it finds out goes to the queue, the one writer.
    (
        "collection_sync",
        &["clock", "error", "event", "model", "pace", "platform", "session", "store", "transfer", "queue"],
    ),
    ("queue", &["clock", "error", "event", "model", "pace", "planted", "platform", "store", "transfer"]),
];

/// What the property tests share: for tests alone, so anyone may use it.
const PROPERTIES: &str = "properties";

/// Arrows that the plan does not have, each with the files that draw it. One that is gone must go here too.
const EXCEPTIONS: &[(&str, &str, &[&str])] = &[
    // Tells the queue whether there is a connection, and of a clock that was set.
    ("network", "queue", &["network/changes.rs", "network/reachability.rs"]),
    // Starts the scan of a batch, which reports to the queue.
    ("queue", "intake", &["queue/scan.rs"]),
    // What an answer of the tenant means, in the engine's codes.
    ("session", "transfer", &["session/address.rs", "session/browser.rs", "session/tenants.rs"]),
    // Rows are read into the states of jobs; a test writes some.
    ("store", "queue", &["store/job_state.rs", "store/jobs.rs", "store/windows_properties.rs"]),
    // What a file that can't be read means.
    ("transfer", "intake", &["transfer/failure.rs", "transfer/upload.rs"]),
];

#[test]
fn modules_use_only_what_is_below_them() {
    let root = repository().join("src-tauri/crates/engine/src");
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (path, text) in rust_files(&root) {
        let module = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if ["lib", "handle", PROPERTIES].contains(&module.as_str()) {
            continue;
        }
        let below = allowed.get(module.as_str()).unwrap_or_else(|| panic!("{module} has no arrows here"));
        for used in uses(&text, "crate") {
            if used != module && used != PROPERTIES && !below.contains(&used.as_str()) {
                found.entry((module.clone(), used)).or_default().insert(path.clone());
            }
        }
    }
    let excepted: BTreeMap<(String, String), BTreeSet<String>> = EXCEPTIONS
        .iter()
        .map(|(from, to, files)| {
            (((*from).to_owned(), (*to).to_owned()), files.iter().map(|file| (*file).to_owned()).collect())
        })
        .collect();
    assert_eq!(found, excepted);
}
