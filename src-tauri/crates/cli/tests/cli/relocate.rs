//! The same files under another path.
#![cfg(unix)]

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_moved_go_on_from_where_they_are_now() {
    let stage = Stage::signed_in().await;
    stage.file("old/Shoot/RAW/1.nef", b"one");
    stage.file("old/Shoot/2.jpg", b"two");
    stage.ferry(&["upload", "old/Shoot", "--to", "Moved", "--create", "--detach"]).await.expect_code(0);
    let root = stage.files.path();
    std::fs::rename(root.join("old"), root.join("new")).unwrap();
    // They are missed first.
    let running = stage.engine().await;
    stage.wait_for("failed", 2).await;
    running.signal("INT");
    running.end().await;

    let old = root.join("old").display().to_string();
    let ran = stage.ferry(&["--json", "relocate", &old, "new"]).await.expect_code(0);
    assert_eq!((&ran.last()["folders"], &ran.last()["retried"]), (&1.into(), &2.into()));
    let running = stage.engine().await;
    stage.wait_for("done", 2).await;
    running.signal("INT");
    running.end().await;
    assert_eq!(stage.bytes_of("1.nef"), b"one");
    assert_eq!(stage.bytes_of("2.jpg"), b"two");

    let ran = stage.ferry(&["relocate", &old, "new"]).await.expect_code(2);
    assert!(ran.out.contains("Nothing in the queue is below"), "{ran:#?}");
    let ran = stage.ferry(&["relocate", &old, "nowhere"]).await.expect_code(2);
    assert!(ran.err.contains("nowhere"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_of_another_computer_goes_on_under_its_new_paths() {
    let stage = Stage::signed_in().await;
    stage.file("here/Shoot/1.jpg", b"one");
    stage.ferry(&["upload", "here/Shoot", "--to", "Copied", "--create", "--detach"]).await.expect_code(0);
    // As the other computer, one with Windows, had them.
    let db = rusqlite::Connection::open(stage.database()).unwrap();
    db.execute("UPDATE source_folder SET name = 'D:\\Media\\Shoot' WHERE parent_id IS NULL", []).unwrap();
    drop(db);
    stage.ferry(&["relocate", "D:\\Media", "here"]).await.expect_code(0);
    let running = stage.engine().await;
    stage.wait_for("done", 1).await;
    running.signal("INT");
    running.end().await;
    assert_eq!(stage.bytes_of("1.jpg"), b"one");
}
