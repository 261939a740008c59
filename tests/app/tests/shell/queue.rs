//! Files through the queue, by commands and events alone.

use std::path::Path;

use app_tests::Stage;
use ferry_tenant::{Action, Faults, Match, Rule};
use md5::{Digest, Md5};
use serde_json::{Value, json};

fn all() -> Value {
    json!({ "selection": { "of": "all" } })
}

#[test]
fn files_arrive_and_the_page_hears_of_it() {
    let stage = Stage::new();
    let account = stage.sign_in();
    let snapshot = stage.page.subscribe();
    assert_eq!(snapshot["accounts"][0]["tenant_url"], format!("{}/", stage.tenant.url()));
    assert_eq!(snapshot["batches"], json!([]));

    let bytes = vec![7; 300_000];
    let (one, two) = (stage.file("Äpfel.jpg", &bytes), stage.file("two.txt", b"two"));
    let staged: Value = stage.page.ask("stage_paths", json!({ "paths": [one, two], "choices": {} }));
    assert_eq!((&staged["files"], &staged["bytes"]), (&json!(2), &json!(300_003)));

    let batch = stage.enqueue(&account, &[&one, &two], "Spring");
    assert_eq!(stage.page.settled(), json!({ "done": 2 }));
    let finished = stage.page.hear(|event| event["event"] == "batch_finished");
    assert_eq!(finished["batch"]["id"], batch.0);
    stage.page.hear(|event| event["event"] == "progress");

    let page: Value = stage.page.ask("list_jobs", json!({ "query": { "batch": batch, "order": "name" } }));
    let states: Vec<_> = page["jobs"].as_array().unwrap().iter().map(|job| &job["state"]).collect();
    assert_eq!(states, ["done", "done"]);
    let assets = stage.tenant.assets();
    assert!(assets.iter().any(|asset| asset.md5 == hex::encode(Md5::digest(&bytes))));

    let job =
        page["jobs"].as_array().unwrap().iter().find(|job| job["name"] == "two.txt").unwrap()["id"].clone();
    let details: Value = stage.page.ask("job_details", json!({ "job": job }));
    assert_eq!(details["path"], json!(two));
    stage.page.ask::<()>("show_in_folder", json!({ "job": job }));
    assert_eq!(*stage.desktop.shown.lock().unwrap(), [two]);
    let batches: Value =
        stage.page.ask("list_batches", json!({ "offset": 0, "limit": 10, "finished": true }));
    assert_eq!(batches[0]["id"], batch.0);
    if details["asset_url"].is_string() {
        stage.page.ask::<()>("open_asset", json!({ "job": job }));
        assert_eq!(details["asset_url"], json!(stage.desktop.pages.lock().unwrap()[0]));
    }
}

#[test]
fn jobs_can_be_paused_resumed_and_cancelled() {
    let stage = Stage::new();
    let account = stage.sign_in();
    stage.page.subscribe();
    // The store takes its time, so that something is left to be paused.
    let slow = Rule::new(Match::object_post(), Action::Delay { ms: 400 });
    stage.tenant.set_faults(Faults { rules: vec![slow] });
    let files: Vec<_> =
        (0..160u8).map(|number| stage.file(&format!("{number}.txt"), &[number; 2_000])).collect();
    let paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    stage.enqueue(&account, &paths, "Paused");
    stage.page.hear(|event| event["totals"]["jobs"]["queued"].as_u64() > Some(10));

    let paused: Value = stage.page.ask("pause_jobs", all());
    assert!(paused["changed"].as_u64() > Some(10), "{paused}");
    let rest = stage.page.hear(|event| event["totals"]["jobs"]["paused"].as_u64() > Some(10));
    assert_eq!(rest["totals"]["jobs"]["queued"].as_u64().unwrap_or(0), 0, "{rest}");

    let page: Value = stage.page.ask("list_jobs", json!({ "query": { "states": ["paused"], "limit": 2 } }));
    let jobs = [&page["jobs"][0]["id"], &page["jobs"][1]["id"]];
    let some = json!({ "selection": { "of": "jobs", "jobs": jobs } });
    let cancelled: Value = stage.page.ask("cancel_jobs", some.clone());
    assert_eq!(cancelled["changed"], 2);
    stage.tenant.set_faults(Faults::default());
    let resumed: Value = stage.page.ask("resume_jobs", all());
    assert!(resumed["changed"].as_u64() > Some(0));
    assert_eq!(stage.page.settled(), json!({ "done": 158, "cancelled": 2 }));

    // What is cancelled can be asked for again, and go first.
    let retried: Value = stage.page.ask("retry_jobs", some.clone());
    assert_eq!(retried["changed"], 2);
    stage.page.ask::<Value>("top_jobs", some);
    stage.page.hear(|event| event["totals"]["jobs"]["done"] == 160);
}

#[test]
fn failures_cross_as_codes() {
    let stage = Stage::new();
    let account = stage.sign_in();
    let failure = stage.page.call("job_details", json!({ "job": 4711 })).unwrap_err();
    assert_eq!(failure["code"], "JobMissing");
    assert_eq!(failure["who"], "you");
    assert_eq!(failure["params"]["job"], "4711");
    assert!(failure["details"].is_string());

    let request = json!({
        "account": account.id, "paths": ["not/absolute"], "tags": [],
        "destination": { "kind": "library", "id": "", "path": "" },
    });
    assert_eq!(stage.page.refused("enqueue_files", json!({ "request": request })), "PathUnusable");
    assert_eq!(
        stage.page.refused("list_library", json!({ "account": 99, "folder": null })),
        "AccountMissing"
    );
    assert_eq!(stage.page.refused("open_sign_in_page", json!({ "flow": 99 })), "SignInCancelled");
    // Arguments that make no sense don't get as far as a command: a text, which the page turns into `Internal`.
    assert!(stage.page.call("list_jobs", json!({ "query": 5 })).unwrap_err().is_string());
}

#[test]
fn the_library_can_be_walked_and_grown() {
    let stage = Stage::new();
    let account = stage.sign_in();
    let list = |folder: Value| -> Value {
        stage.page.ask("list_library", json!({ "account": account.id, "folder": folder }))
    };
    assert!(!list(Value::Null).as_array().unwrap().is_empty());
    let folder: Value =
        stage.page.ask("create_folder", json!({ "account": account.id, "parent": null, "name": "Ateliér" }));
    let arguments = json!({ "account": account.id, "parent": folder["id"], "name": "Selects" });
    let album: Value = stage.page.ask("create_album", arguments);
    assert_eq!(list(folder["id"].clone())[0]["id"], album["id"]);
    let found: Value = stage.page.ask("search_library", json!({ "account": account.id, "text": "ateli" }));
    assert_eq!(found[0]["id"], folder["id"]);
}

#[test]
fn a_page_that_was_loaded_anew_hears_everything_once() {
    let stage = Stage::new();
    let account = stage.sign_in();
    stage.page.subscribe();
    stage.page.subscribe();
    let file = stage.file("a.txt", b"a");
    stage.enqueue(&account, &[&file], "Once");
    let finished = |event: &Value| event["event"] == "batch_finished";
    let first = stage.page.hear(finished)["batch"].clone();
    // A second listener would have told of the first batch by the time that another one is through.
    let file = stage.file("b.txt", b"b");
    stage.enqueue(&account, &[&file], "Once");
    stage.page.hear(|event| finished(event) && event["batch"] != first);
    assert_eq!(stage.page.count(finished), 2);
}

#[test]
fn dialogs_answer_with_paths() {
    let stage = Stage::new();
    assert_eq!(stage.page.ask::<Value>("pick_files", json!({})), json!([]));
    *stage.desktop.picks.lock().unwrap() = vec!["/x/a.jpg".into()];
    assert_eq!(stage.page.ask::<Value>("pick_folders", json!({})), json!(["/x/a.jpg"]));
}
