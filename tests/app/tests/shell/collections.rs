//! My Collections: a folder, a mark, what comes, what waits for somebody, what comes back.

use std::fs;

use app_tests::Stage;
use engine::model::AccountView;
use ferry_desktop::thumbnails::answer;
use ferry_tenant::{AssetKey, Collection};
use serde_json::{Value, json};
use tauri::async_runtime::block_on;

const ID: &str = "C0LLECT10N";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n, as far as its first bytes tell";
/// More than may leave without being asked for.
const MANY: usize = 12;

fn put(stage: &Stage, keys: &[AssetKey]) {
    stage.tenant.put_collection(Collection {
        id: ID.into(),
        name: "Plane trip".into(),
        owner: stage.tenant.users()[0].email.clone(),
        shared_with: Vec::new(),
        marked: false,
        contents: keys.to_vec(),
        time_ms: stage.tenant.now_ms(),
    });
}

/// A collection of so many files is here.
fn mirrored(stage: &Stage) -> (AccountView, Vec<AssetKey>, Value) {
    let account = stage.sign_in();
    stage.page.subscribe();
    stage.page.ask::<()>("set_setting", json!({ "key": "collections_when", "value": "by_hand" }));
    // Of such a name no picture is made here: the library's own is shown.
    let keys: Vec<AssetKey> = (0..MANY)
        .map(|number| stage.tenant.put_asset(&format!("picture {number:02}.docx"), PNG))
        .collect();
    put(stage, &keys);
    let folder: Value = stage
        .page
        .ask("choose_sync_folder", json!({ "path": stage.files.path().join("mirror"), "anew": false }));
    assert_eq!(folder["failure"], Value::Null, "{folder:#}");
    let typed = format!("{}/mycollections/{ID}", stage.tenant.url());
    let added: Value = stage.page.ask("add_collection", json!({ "account": account.id, "typed": typed }));
    (account, keys, added["id"].clone())
}

fn ended(stage: &Stage, state: &str, runs: u64) -> Value {
    let fits = |event: &Value| {
        event["event"] == "collection_changed"
            && event["collection"]["state"] == state
            && event["collection"]["runs"].as_u64() >= Some(runs)
    };
    stage.page.hear(fits)["collection"].clone()
}

fn run(stage: &Stage, mirror: &Value, state: &str, runs: u64) -> Value {
    stage.page.ask::<()>("sync_collections", json!({ "mirror": mirror }));
    ended(stage, state, runs)
}

#[test]
fn a_collection_comes_and_what_happened_is_shown() {
    let stage = Stage::new();
    let root = stage.files.path().join("mirror");
    let none: Value = stage.page.ask("sync_folder_now", json!({}));
    assert_eq!(none, Value::Null);
    let offer: Value = stage.page.ask("preview_sync_folder", json!({ "path": null }));
    assert!(offer["path"].as_str().unwrap().ends_with("Canto Sync Folder"), "{offer:#}");
    assert!(offer["free"].as_u64() > Some(0) && offer["needed"] == Value::Null, "{offer:#}");
    // One that holds other things gets one of our own in it; nothing is made by looking.
    stage.file("other.txt", b"other");
    let offer: Value = stage.page.ask("preview_sync_folder", json!({ "path": stage.files.path() }));
    assert_eq!(offer["path"], json!(stage.files.path().join("Canto Sync Folder")));
    assert!(!stage.files.path().join("Canto Sync Folder").exists());
    stage.desktop.picks.lock().unwrap().push(root.clone());
    assert_eq!(stage.page.ask::<Value>("pick_sync_folder", json!({})), json!(root));

    let (account, _, mirror) = mirrored(&stage);
    let here = ended(&stage, "up_to_date", 1);
    assert_eq!((&here["files"], &here["failure"]), (&json!(MANY), &Value::Null), "{here:#}");
    assert_eq!(fs::read(root.join("Plane trip/picture 03.docx")).unwrap(), PNG);
    let listed: Value = stage.page.ask("list_collections", json!({ "account": account.id }));
    assert_eq!((&listed["listed"], &listed["collections"][0]["id"]), (&json!(false), &mirror));
    let kept: Value = stage.page.ask("kept_collections", json!({}));
    assert_eq!(kept[0]["name"], "Plane trip");
    let plan: Value = stage.page.ask("preview_collection", json!({ "mirror": mirror }));
    assert_eq!((&plan["steps"], &plan["confirm"]), (&json!([]), &json!(false)));

    // What happened, in windows, with the library's picture; asked for once.
    let page: Value = stage.page.ask("list_mirror_activity", json!({ "offset": 10, "limit": 5 }));
    assert_eq!((&page["total"], page["activity"].as_array().unwrap().len()), (&json!(MANY), 2), "{page:#}");
    let one = &page["activity"][0];
    assert_eq!((&one["collection"], &one["kind"]), (&json!("Plane trip"), &json!("downloaded")));
    let picture = || {
        let (shell, path) = (stage.shell(), format!("/mirrored/{}", one["id"]));
        block_on(async move { answer(&shell, &path).await })
    };
    let asked = || stage.tenant.requests().iter().filter(|call| call.path.contains("/preview/")).count();
    for _ in 0..2 {
        let picture = picture();
        assert_eq!((picture.status().as_u16(), picture.body().as_slice()), (200, PNG));
        assert_eq!(asked(), 1);
    }
    let stores = stage.tenant.requests();
    assert!(!stores.iter().any(|call| call.path.starts_with("/cdn") && call.user.is_some()));
    stage.page.ask::<()>("show_mirrored_file", json!({ "activity": one["id"] }));
    let shown = stage.desktop.shown.lock().unwrap()[0].clone();
    assert_eq!(shown, root.join("Plane trip").join(one["path"].as_str().unwrap()));
    for (mirror, path) in [(Value::Null, root.clone()), (mirror.clone(), root.join("Plane trip"))] {
        stage.page.ask::<()>("open_sync_folder", json!({ "mirror": mirror }));
        assert_eq!(stage.desktop.opened.lock().unwrap().pop(), Some(path));
    }

    // Off, everything stays.
    stage.page.ask::<()>("switch_collection", json!({ "mirror": mirror, "on": false }));
    assert!(root.join("Plane trip/picture 03.docx").exists());

    let refused = |command: &str, arguments: Value| stage.page.refused(command, arguments);
    let wrong = json!({ "account": account.id, "typed": "two words" });
    assert_eq!(refused("add_collection", wrong), "CollectionMissing");
    assert_eq!(refused("preview_collection", json!({ "mirror": 4_711 })), "CollectionMissing");
    assert_eq!(refused("show_mirrored_file", json!({ "activity": 4_711 })), "SourceMissing");
    assert_eq!(refused("restore_held_file", json!({ "held": 4_711 })), "RequestInvalid");
    let inside = json!({ "path": root.join("Plane trip/deeper") });
    assert_eq!(refused("preview_sync_folder", inside), "PathUnusable");
}

#[test]
fn what_leaves_is_asked_for_held_and_comes_back() {
    let stage = Stage::new();
    let root = stage.files.path().join("mirror");
    let (_, keys, mirror) = mirrored(&stage);
    ended(&stage, "up_to_date", 1);
    put(&stage, &keys[4..]);
    run(&stage, &mirror, "up_to_date", 2);
    let asks = run(&stage, &mirror, "confirm_removals", 3);
    assert_eq!(asks["removals"], 4);
    let plan: Value = stage.page.ask("preview_collection", json!({ "mirror": mirror }));
    assert_eq!((&plan["remove"], &plan["confirm"], &plan["more"]), (&json!(4), &json!(true), &json!(0)));
    assert!(root.join("Plane trip/picture 00.docx").exists(), "nothing goes before somebody agrees");
    stage.page.ask::<()>("confirm_removals", json!({ "mirror": mirror }));
    ended(&stage, "up_to_date", 4);
    assert!(!root.join("Plane trip/picture 00.docx").exists());
    let held: Value = stage.page.ask("list_held_files", json!({}));
    assert_eq!((held.as_array().unwrap().len(), &held[0]["collection"]), (4, &json!("Plane trip")));
    let back: String = stage.page.ask("restore_held_file", json!({ "held": held[0]["id"] }));
    assert_eq!(fs::read(back).unwrap(), PNG);

    // A place that holds other things takes no folder: that is said, and everything is where it was.
    let full = stage.files.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("other.txt"), b"other").unwrap();
    stage.page.ask::<Value>("choose_sync_folder", json!({ "path": full, "anew": false }));
    run(&stage, &mirror, "up_to_date", 5);
    let now: Value = stage.page.ask("sync_folder_now", json!({}));
    assert_eq!((&now["path"], &now["moving_to"]), (&json!(root), &Value::Null), "{now:#}");
    assert_eq!(now["move_failure"]["params"]["reason"], "not_empty");

    // The folder goes along; one that is gone is begun anew elsewhere, and everything comes again.
    let moved = stage.files.path().join("moved");
    stage.page.ask::<Value>("choose_sync_folder", json!({ "path": moved, "anew": false }));
    run(&stage, &mirror, "up_to_date", 6);
    let now: Value = stage.page.ask("sync_folder_now", json!({}));
    assert_eq!((&now["path"], &now["move_failure"]), (&json!(moved), &Value::Null), "{now:#}");
    fs::remove_dir_all(&moved).unwrap();
    let now: Value = stage.page.ask("sync_folder_now", json!({}));
    assert_eq!(now["failure"]["code"], "SyncFolderMissing");
    assert_eq!(stage.page.refused("open_sync_folder", json!({ "mirror": mirror })), "SyncFolderMissing");
    let anew = stage.files.path().join("anew");
    stage.page.ask::<Value>("choose_sync_folder", json!({ "path": anew, "anew": true }));
    ended(&stage, "up_to_date", 7);
    assert_eq!(fs::read_dir(anew.join("Plane trip")).unwrap().count(), MANY - 4);
    assert_eq!(stage.page.ask::<Value>("list_held_files", json!({})), json!([]));
}
