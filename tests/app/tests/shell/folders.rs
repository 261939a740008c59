//! Watched folders, and the switch of all that is kept in step.

use app_tests::Stage;
use serde_json::{Value, json};

fn known(stage: &Stage) -> Vec<Value> {
    stage.page.ask("list_watched", json!({}))
}

#[test]
fn a_folder_is_watched_changed_and_let_go() {
    let stage = Stage::new();
    let account = stage.sign_in();
    stage.page.subscribe();
    assert_eq!(known(&stage), Vec::<Value>::new());
    let path = stage.files.path().join("Photos");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("a.jpg"), b"one").unwrap();
    let watch = |path: &std::path::Path| {
        json!({ "folder": {
            "account": account.id, "path": path, "destination": { "kind": "library", "id": "", "path": "" },
        } })
    };
    assert_eq!(stage.page.refused("watch_folder", watch(&path.join("a.jpg"))), "PathUnusable");
    stage.page.ask::<()>("set_setting", json!({ "key": "sync", "value": "off" }));
    let id: i64 = stage.page.ask("watch_folder", watch(&path));
    assert_eq!(stage.page.refused("watch_folder", watch(&path)), "RequestInvalid");

    // Off, nothing is taken; what would be can be seen.
    let change = |change: Value| json!({ "folder": id, "change": change });
    assert_eq!(stage.page.refused("change_watched", change(json!({ "to": "sync" }))), "RequestInvalid");
    let preview: Value = stage.page.ask("preview_sync", json!({ "folder": id }));
    assert_eq!((&preview["files"], &preview["new"]), (&json!(1), &json!(1)), "{preview:#}");
    let wrong = json!({ "to": "patterns", "include": ["[a"], "exclude": [] });
    assert_eq!(stage.page.refused("change_watched", change(wrong)), "RequestInvalid");
    stage.page.ask::<()>(
        "change_watched",
        change(json!({ "to": "patterns", "include": [], "exclude": ["*.tmp"] })),
    );
    stage.page.ask::<()>("change_watched", change(json!({ "to": "off" })));
    let folder = known(&stage).remove(0);
    assert_eq!((&folder["on"], &folder["exclude"]), (&json!(false), &json!(["*.tmp"])), "{folder:#}");
    assert!(folder["place"].as_str().unwrap().ends_with(" / Photos"), "{folder:#}");

    // On, the file arrives.
    stage.page.ask::<()>("set_setting", json!({ "key": "sync", "value": "on" }));
    stage.page.hear(|event| event["event"] == "sync_switched" && event["on"] == true);
    stage.page.ask::<()>("change_watched", change(json!({ "to": "on" })));
    assert_eq!(stage.page.settled(), json!({ "done": 1 }));
    assert_eq!(known(&stage)[0]["done"], 1);
    assert_eq!(stage.tenant.assets().len(), 1);

    stage.page.ask::<()>("change_watched", change(json!({ "to": "remove" })));
    assert_eq!(known(&stage), Vec::<Value>::new());
    assert_eq!(stage.page.refused("preview_sync", json!({ "folder": id })), "FolderMissing");
    assert_eq!(stage.tenant.assets().len(), 1);
}
