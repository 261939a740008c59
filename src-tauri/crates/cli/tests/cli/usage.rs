//! Wrong use ends with 2, and nothing is uploaded.

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_use_is_two() {
    let stage = Stage::signed_in().await;
    stage.file("a.txt", b"a");
    let upload = |words: &[&'static str]| [&["upload", "a.txt", "--to", "Inbox"], words].concat();
    let wrong: Vec<Vec<&str>> = vec![
        vec![],
        vec!["fly"],
        vec!["upload"],
        vec!["upload", "a.txt"],
        vec!["upload", "--to", "Inbox"],
        vec!["pause"],
        vec!["pause", "1", "--all"],
        vec!["pause", "99"],
        vec!["cancel", "--batch", "99"],
        vec!["jobs", "--state", "happy"],
        vec!["jobs", "--batch", "99"],
        vec!["receipt", "1", "--format", "pdf"],
        vec!["--account", "nobody", "tree"],
        upload(&["--duplicates", "perhaps"]),
        upload(&["--duplicates", "md5:version"]),
        vec!["decide"],
        vec!["decide", "skip"],
        upload(&["--set", "a=b"]),
        upload(&["--metadata", "m.csv"]),
        upload(&["--priority", "high"]),
    ];
    for words in wrong {
        let ran = stage.ferry(&words).await.expect_code(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{words:?}: {ran:#?}");
        let ran = stage.ferry(&[&words[..], &["--json"]].concat()).await.expect_code(2);
        assert_eq!(ran.last()["event"], "error", "{words:?}");
    }
    assert!(stage.tenant.assets().is_empty());
    assert_eq!(stage.ferry(&["--json", "jobs"]).await.expect_code(0).lines().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_and_version_need_nothing() {
    let stage = Stage::new().await;
    assert!(stage.ferry(&["--help"]).await.expect_code(0).out.contains("Exit codes"));
    assert!(stage.ferry(&["--version"]).await.expect_code(0).out.starts_with("ferry "));
    assert_eq!(std::fs::read_dir(stage.data.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_library_is_started_where_it_is_installed() {
    use std::os::unix::fs::PermissionsExt;

    let stage = Stage::new().await;
    // Away from the build, where the real one may lie beside it.
    let ferry = stage.files.path().join("ferry");
    std::fs::copy(env!("CARGO_BIN_EXE_ferry"), &ferry).unwrap();
    let start = |path: &std::path::Path| {
        let mut command = tokio::process::Command::new(&ferry);
        command.args(["demo-library", "--port", "0", "--parts", "on"]).env("PATH", path);
        command
    };
    let ran = crate::stage::ended(&mut start(stage.data.path())).await.expect_code(2);
    assert!(ran.err.contains("ferry-tenant") && ran.err.contains("not installed"), "{ran:#?}");
    let tenant = stage.data.path().join("ferry-tenant");
    std::fs::write(&tenant, "#!/bin/sh\necho \"$@\"\n").unwrap();
    std::fs::set_permissions(&tenant, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ran = crate::stage::ended(&mut start(stage.data.path())).await.expect_code(0);
    assert_eq!(ran.out, "--port 0 --parts on\n");
}
