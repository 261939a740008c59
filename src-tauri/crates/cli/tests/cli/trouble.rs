//! When the computer is in trouble.

use rusqlite::Connection;

use crate::stage::{Stage, ended};

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_left_alone() {
    let stage = Stage::signed_in().await;
    let set = |version: i64| {
        Connection::open(stage.database()).unwrap().pragma_update(None, "user_version", version).unwrap();
    };
    let before: i64 = Connection::open(stage.database())
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    set(999);
    for words in [&["status"][..], &["jobs"], &["run"], &["pause", "--all"], &["tree"]] {
        let ran = stage.ferry(&[&["--json"], words].concat()).await.expect_code(4);
        assert_eq!(ran.last()["code"], "DatabaseTooNew", "{words:?}");
        assert!(ran.err.contains("written by a newer Ferry") && ran.err.contains("--data-dir"), "{ran:#?}");
    }
    set(before);
    stage.ferry(&["tree"]).await.expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keychain_and_passphrase_it_says_what_to_do() {
    let stage = Stage::signed_in().await;
    let mut command = stage.command(&["--json", "tree"]);
    let ran = ended(command.env_remove("FERRY_PASSPHRASE").env_remove("DBUS_SESSION_BUS_ADDRESS")).await;
    if ran.code == Some(0) || ran.last()["code"] != "KeychainUnavailable" {
        println!("SKIPPED: this system has a keychain");
        return;
    }
    assert!(ran.expect_code(4).err.contains("FERRY_PASSPHRASE"));
    let mut command = stage.command(&["--json", "tree"]);
    let ran = ended(command.env("FERRY_PASSPHRASE", "another")).await.expect_code(4);
    assert_eq!(ran.last()["code"], "PassphraseWrong");
    // The account is still signed in, and looking needs no passphrase.
    let mut command = stage.command(&["--json", "whoami"]);
    let ran = ended(command.env_remove("FERRY_PASSPHRASE")).await.expect_code(0);
    assert_eq!(ran.last()["state"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_data_directory_is_said() {
    let stage = Stage::new().await;
    let file = stage.file("no directory", b"");
    let mut command = stage.command(&["--json", "status"]);
    let ran = ended(command.env("FERRY_DATA_DIR", &file)).await.expect_code(4);
    assert_eq!(ran.last()["code"], "DatabaseUnusable");
    assert!(ran.err.contains("no directory"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_authorities_file_is_said() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["--json", "status"]);
    let ran = ended(command.env("FERRY_CA_FILE", "/no/such.pem")).await.expect_code(4);
    assert_eq!(ran.last()["code"], "TlsRefused");
    assert!(ran.err.contains("/no/such.pem") && ran.err.contains("FERRY_CA_FILE"), "{ran:#?}");
}

/// A file system of its own, unmounted in the end.
#[cfg(target_os = "linux")]
struct SmallDisk<'a>(&'a std::path::Path);

#[cfg(target_os = "linux")]
impl<'a> SmallDisk<'a> {
    fn mount(at: &'a std::path::Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = std::process::Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(at))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg(self.0).status());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said() {
    let stage = Stage::new().await;
    let at = stage.files.path().join("disk");
    let Some(_disk) = SmallDisk::mount(&at) else {
        println!("SKIPPED: only root can mount a small disk");
        return;
    };
    let filling = std::fs::File::create(at.join("filling")).unwrap();
    while std::io::Write::write(&mut &filling, &[0; 4096]).is_ok() {}
    let mut command = stage.command(&["--json", "login", stage.tenant.url(), "--client-credentials"]);
    let ran = ended(command.env("FERRY_DATA_DIR", &at)).await.expect_code(4);
    assert_eq!(ran.last()["code"], "DiskFull", "{ran:#?}");
    assert!(ran.err.contains("is full") && ran.err.contains("make room"), "{ran:#?}");
}
