//! Starts that fail say why and can be tried again; a start beside another program works as well.

use app_tests::Stage;
use app_tests::vault::MemoryVault;
use engine::{Engine, EngineOptions};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tauri::async_runtime::block_on;
use tempfile::TempDir;

fn query() -> serde_json::Value {
    json!({ "query": {} })
}

/// A database that a later Ferry wrote.
fn from_the_future() -> TempDir {
    let data = TempDir::new().unwrap();
    let options =
        EngineOptions { vault: Some(Arc::<MemoryVault>::default()), ..EngineOptions::new(data.path()) };
    block_on(async { Engine::start(options).await.unwrap().stop().await });
    set_version(&data, 4_711);
    data
}

fn set_version(data: &TempDir, version: i64) {
    let path = data.path().join("ferry.db");
    assert!(path.exists());
    rusqlite::Connection::open(path).unwrap().pragma_update(None, "user_version", version).unwrap();
}

#[test]
fn a_failed_start_is_told_by_every_command_and_can_be_tried_again() {
    let stage = Stage::on(from_the_future());
    let failure = stage.page.call("subscribe_events", json!({ "channel": "__CHANNEL__:7" })).unwrap_err();
    assert_eq!(failure["code"], "DatabaseTooNew");
    assert_eq!(failure["params"]["found"], "4711");
    let known = failure["params"]["known"].as_str().unwrap().parse().unwrap();
    for command in ["list_jobs", "pick_files"] {
        let answer = stage.page.call(command, query());
        assert!(command == "pick_files" || answer.unwrap_err()["code"] == "DatabaseTooNew");
    }
    set_version(&stage.data, known);
    // Commands don't try again by themselves; *Try again* subscribes.
    assert_eq!(stage.page.refused("list_jobs", query()), "DatabaseTooNew");
    stage.page.subscribe();
    assert_eq!(stage.page.call("list_jobs", query()).unwrap()["jobs"], json!([]));
}

#[test]
fn a_directory_that_can_not_be_written_is_a_failure_with_its_path() {
    let data = TempDir::new().unwrap();
    std::fs::write(
        data.path().join("ferry.db"),
        "this is no database, and long enough to show it".repeat(40),
    )
    .unwrap();
    let stage = Stage::on(data);
    let code = stage.page.refused("list_jobs", query());
    assert!(["DatabaseDamaged", "DatabaseUnusable"].contains(&code.as_str()), "{code}");
}

#[test]
fn a_database_that_was_set_aside_is_told_before_a_new_one_is_made() {
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join("ferry.db"), "no database".repeat(400)).unwrap();
    let stage = Stage::on(data);
    // The engine starts before the page asks.
    let started = block_on(async { stage.shell().engine().await.map(drop) });
    assert!(started.is_err());
    let subscribe = || stage.page.call("subscribe_events", json!({ "channel": "__CHANNEL__:7" }));
    assert_eq!(subscribe().unwrap_err()["code"], "DatabaseDamaged");
    assert!(subscribe().is_ok());
}

#[test]
fn beside_another_program_the_page_sees_its_queue_and_takes_over() {
    let data = TempDir::new().unwrap();
    let options =
        EngineOptions { vault: Some(Arc::<MemoryVault>::default()), ..EngineOptions::new(data.path()) };
    let other = block_on(Engine::start(options)).unwrap();
    let stage = Stage::on(data);
    stage.page.subscribe();
    let is_owner = || block_on(async { stage.shell().engine().await.unwrap().is_owner() });
    assert!(!is_owner());
    let watch = tauri::async_runtime::spawn(ferry_desktop::takeover::watch(stage.shell()));
    // It answers through the other program.
    let account = stage.sign_in();
    let mut handles = stage.shell().handles();
    handles.borrow_and_update();
    block_on(other.stop());

    // None in between, while the new engine starts.
    block_on(async {
        let owns = handles.wait_for(|handle| handle.as_ref().is_some_and(engine::EngineHandle::is_owner));
        tokio::time::timeout(Duration::from_secs(20), owns).await.unwrap().unwrap();
    });
    assert!(is_owner());
    watch.abort();
    // The page's listener has moved over.
    let file = stage.file("a.txt", b"a");
    stage.enqueue(&account, &[&file], "Taken over");
    assert_eq!(stage.page.settled(), json!({ "done": 1 }));
}
