#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_sent_fails_and_the_rest_arrives() {
    let stage = Stage::signed_in().await;
    stage.file("s/good.txt", b"good");
    stage.file("s/two\nlines.txt", b"x");
    let folder = stage.files.path().join("s");
    std::os::unix::fs::symlink("nowhere", folder.join("dangling.jpg")).unwrap();
    std::fs::write(folder.join(OsStr::from_bytes(b"caf\xe9.txt")), b"x").unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.join("fifo")).status().unwrap().success());

    let ran = stage.upload("Odd", &["s"]).await.expect_code(3);
    for (name, code) in [
        ("dangling.jpg", "SourceMissing"),
        ("socket", "SourceNotAFile"),
        ("fifo", "SourceNotAFile"),
        ("two\nlines.txt", "NameRefused"),
        ("caf\u{fffd}.txt", "NameRefused"),
    ] {
        let job = ran.job(name);
        assert_eq!((&job["state"], &job["error"]["code"]), (&"failed".into(), &code.into()), "{name}");
        assert_eq!(job["error"]["who"], "you");
    }
    let last = ran.last();
    assert_eq!((&last["done"], &last["failed"]), (&1.into(), &5.into()));
    assert_eq!(stage.bytes_of("good.txt"), b"good");
    assert_eq!(stage.tenant.assets().len(), 1);

    let ran = stage.ferry(&["upload", "s", "--to", "Odd"]).await.expect_code(3);
    for words in [
        "2 files: This is no regular file",
        "control character",
        "not valid Unicode",
        "no longer where it was",
    ] {
        assert!(ran.err.contains(words), "{words}: {ran:#?}");
    }
    let ran = stage.ferry(&["--json", "upload", "s", "--to", "Odd", "--dry-run"]).await.expect_code(3);
    assert_eq!(ran.last()["problem_count"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_given_by_name_fail_as_clearly() {
    let stage = Stage::signed_in().await;
    stage.file("good.txt", b"good");
    std::os::unix::fs::symlink("nowhere", stage.files.path().join("dangling.jpg")).unwrap();
    let ran = stage.upload("Inbox", &["good.txt", "dangling.jpg", "gone.txt"]).await.expect_code(3);
    assert_eq!(ran.job("gone.txt")["error"]["code"], "SourceMissing");
    assert_eq!(ran.job("good.txt")["state"], "done");
    let ran = stage.ferry(&["upload", "gone.txt", "--to", "Inbox"]).await.expect_code(2);
    assert!(ran.err.contains("there is no file or folder gone.txt"), "{ran:#?}");

    let mut command = stage.command(&["upload", "--to", "Inbox"]);
    let ran = crate::stage::ended(command.arg(OsStr::from_bytes(b"caf\xe9.txt"))).await.expect_code(2);
    assert!(ran.err.contains("not valid Unicode"), "{ran:#?}");
}

/// Somebody without rights. The test's own user may read everything where that is root, as in containers.
const NOBODY: u32 = 65_534;

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_told_and_the_rest_arrives() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let stage = Stage::signed_in().await;
    stage.file("s/good.txt", b"good");
    let secret = stage.file("s/secret.txt", b"secret");
    stage.file("s/closed/inside.txt", b"inside");
    let closed = stage.files.path().join("s/closed");
    let is_root = std::fs::metadata(stage.files.path()).unwrap().uid() == 0;
    let mut command = stage.command(&["--json", "upload", "--create", "--to", "Odd", "s"]);
    if is_root {
        for root in [stage.data.path(), stage.files.path()] {
            for entry in walkdir::WalkDir::new(root) {
                let path = entry.unwrap().into_path();
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let mut can_run = stage.command(&["--version"]);
        if can_run.uid(NOBODY).gid(NOBODY).output().await.is_err() {
            println!("skipped: another user can't run {}", env!("CARGO_BIN_EXE_ferry"));
            return;
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    for path in [&secret, &closed] {
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o000)).unwrap();
    }
    let ran = crate::stage::ended(&mut command).await;
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o700)).unwrap();
    let ran = ran.expect_code(3);
    for name in ["secret.txt", "closed"] {
        let job = ran.job(name);
        assert_eq!(
            (&job["state"], &job["error"]["code"]),
            (&"failed".into(), &"SourceUnreadable".into()),
            "{name}"
        );
    }
    assert_eq!(ran.job("good.txt")["state"], "done");
    assert_eq!(stage.tenant.assets().len(), 1);
}
