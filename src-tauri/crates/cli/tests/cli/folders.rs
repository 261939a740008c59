//! Watched folders and the one switch, from the command line.

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_added_previewed_synchronized_and_removed() {
    let stage = Stage::signed_in().await;
    stage.file("Photos/a.jpg", b"one");
    stage.file("Photos/Sub/b.jpg", b"two");
    stage.file("Photos/c.tif", b"three");
    let added =
        stage.ferry(&["--json", "folders", "add", "Photos", "--exclude", "*.tif"]).await.expect_code(0);
    let folder = added.last();
    assert_eq!(
        (&folder["event"], &folder["on"], &folder["exclude"][0]),
        (&"folder".into(), &true.into(), &"*.tif".into())
    );
    let id = folder["id"].to_string();

    let preview = stage.ferry(&["--json", "folders", "preview", &id]).await.expect_code(0).last();
    assert_eq!((&preview["files"], &preview["new"], &preview["left_out"]), (&2.into(), &2.into(), &1.into()));
    assert_eq!(stage.tenant.assets().len(), 0);

    // Nobody runs the engine: it looks once, to the end.
    let synced = stage.ferry(&["--json", "folders", "sync"]).await.expect_code(0).last();
    assert_eq!((&synced["sent"], &synced["open"], &synced["looking"]), (&2.into(), &0.into(), &false.into()));
    assert_eq!(stage.tenant.assets().len(), 2);
    let again = stage.ferry(&["--json", "folders", "sync", "Photos"]).await.expect_code(0).last();
    assert_eq!(again["sent"], 0);

    stage.ferry(&["folders", "remove", &id]).await.expect_code(0);
    assert_eq!(stage.ferry(&["--json", "folders", "list"]).await.expect_code(0).lines().len(), 0);
    assert_eq!(stage.tenant.assets().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_command_leaves_watched_folders_alone_and_the_running_engine_watches_them() {
    let stage = Stage::signed_in().await;
    stage.file("Photos/a.jpg", b"one");
    stage.file("other.jpg", b"other");
    stage.ferry(&["folders", "add", "Photos"]).await.expect_code(0);
    stage.ferry(&["folders", "off", "Photos"]).await.expect_code(0);
    stage.ferry(&["upload", "other.jpg", "--to", "Inbox"]).await.expect_code(0);
    assert_eq!(stage.tenant.assets().len(), 1);
    // What is switched off is not looked through, also when somebody asks.
    let refused = stage.ferry(&["--json", "folders", "sync", "1"]).await.expect_code(2);
    assert_eq!(refused.last()["code"], "RequestInvalid");

    let engine = stage.engine().await;
    stage.ferry(&["folders", "on", "1"]).await.expect_code(0);
    let synced = stage.ferry(&["--json", "folders", "sync", "1"]).await.expect_code(0).last();
    assert_eq!((&synced["watching"], &synced["done"]), (&"watching".into(), &1.into()), "{synced}");
    assert_eq!(stage.tenant.assets().len(), 2);
    stage.ferry(&["sync", "off"]).await.expect_code(0);
    let status = stage.ferry(&["--json", "sync", "status"]).await.expect_code(0);
    assert_eq!(status.lines()[0]["on"], false);
    assert_eq!(
        stage.ferry(&["--json", "folders", "sync"]).await.expect_code(2).last()["code"],
        "RequestInvalid"
    );
    drop(engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_wrong_is_said() {
    let stage = Stage::signed_in().await;
    stage.file("Photos/a.jpg", b"one");
    for words in [
        &["folders", "add", "missing"][..],
        &["folders", "on", "7"],
        &["folders", "add", "Photos", "--exclude", "["],
        &["settings", "set", "sync_frequency", "7"],
        &["sync", "maybe"],
    ] {
        stage.ferry(words).await.expect_code(2);
    }
    stage.ferry(&["folders", "add", "Photos", "--to", "No such folder"]).await.expect_code(4);
    stage.ferry(&["folders", "add", "Photos", "--to", "Team/Hot", "--create"]).await.expect_code(0);
    let folder = stage.ferry(&["--json", "folders", "list"]).await.expect_code(0).last();
    assert!(folder["place"].as_str().unwrap().starts_with("Team / Hot / Canto Connect / "), "{folder}");
    stage.ferry(&["folders", "add", "."]).await.expect_code(2);
}
