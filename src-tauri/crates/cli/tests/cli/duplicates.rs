//! Files that the library has already, from the command line.

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_library_has_is_said_before_and_after() {
    let stage = Stage::signed_in().await;
    stage.file("s/a.jpg", b"one");
    stage.file("s/b.jpg", b"two");
    stage.ferry(&["upload", "s/a.jpg", "--to", "Inbox"]).await.expect_code(0);
    let upload = |more: &[&'static str]| {
        let words = ["--json", "upload", "s/a.jpg", "s/b.jpg", "--to", "Inbox", "--duplicates"];
        [&words[..], more].concat()
    };
    let ran = stage.ferry(&upload(&["md5:skip", "--dry-run"])).await.expect_code(0);
    let found = &ran.last()["duplicates"];
    assert_eq!((&found["certain"], &found["twins"]), (&1.into(), &0.into()), "{ran:#?}");
    assert_eq!(found["files"][0]["of"]["name"], "a.jpg");
    assert_eq!(stage.tenant.assets().len(), 1);

    let ran = stage.ferry(&upload(&["md5:skip"])).await.expect_code(0);
    let last = ran.last();
    assert_eq!((&last["done"], &last["skipped"], &last["blocked"]), (&1.into(), &1.into(), &0.into()));
    let job = ran.job("a.jpg");
    assert_eq!(job["state"], "skipped");
    assert_eq!(job["error"]["code"], "DuplicateFound");
    let duplicate = &job["duplicate"];
    assert_eq!((&duplicate["basis"], &duplicate["certainty"]), (&"md5".into(), &"certain".into()));
    assert_eq!(duplicate["asset"]["id"], stage.asset("a.jpg").id.as_str());
    assert_eq!((&duplicate["name"], &duplicate["place"]), (&"a.jpg".into(), &"Inbox".into()));
    assert!(ran.job("b.jpg")["duplicate"].is_null());

    // The receipt says why.
    let batch = last["batch"].to_string();
    let receipt = stage.ferry(&["receipt", &batch]).await.expect_code(0);
    let path = stage.file("receipt.json", receipt.out.as_bytes());
    assert!(
        receipt.out.contains("DuplicateFound") && receipt.out.contains("has the file already"),
        "{receipt:#?}"
    );
    stage.ferry(&["receipt", "--verify", path.to_str().unwrap()]).await.expect_code(0);
    for format in ["csv", "html"] {
        let receipt = stage.ferry(&["receipt", &batch, "--format", format]).await.expect_code(0);
        let path = stage.file(&format!("receipt.{format}"), receipt.out.as_bytes());
        stage.ferry(&["receipt", "--verify", path.to_str().unwrap()]).await.expect_code(0);
    }

    // Whoever names a skipped file has it uploaded.
    let job = job["job"].to_string();
    stage.ferry(&["retry", &job]).await.expect_code(0);
    stage.ferry(&["upload", "s/a.jpg", "--to", "Inbox", "--duplicates", "off"]).await.expect_code(0);
    stage.wait_for("done", 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_decides() {
    let stage = Stage::signed_in().await;
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        stage.file(&format!("old/{name}"), name.as_bytes());
        stage.file(&format!("new/{name}"), format!("new {name}").as_bytes());
    }
    stage.ferry(&["upload", "old/a.jpg", "old/b.jpg", "old/c.jpg", "--to", "Inbox"]).await.expect_code(0);
    let words =
        ["upload", "new/a.jpg", "new/b.jpg", "new/c.jpg", "--to", "Inbox", "--duplicates", "filename:ask"];
    let ran = stage.ferry(&words).await.expect_code(4);
    assert!(ran.err.contains("somebody has to decide") && ran.err.contains("ferry decide"), "{ran:#?}");
    let jobs = stage.ferry(&["--json", "jobs", "--state", "blocked"]).await.jobs();
    assert_eq!(jobs.len(), 3);
    let id = jobs[0]["job"].to_string();
    for wrong in [
        &["decide", &id][..],
        &["decide", "skip"],
        &["decide", &id, "later"],
        &["decide", "x", "skip"],
        &["decide", "99999", "skip"],
        &["decide", "--batch", "99", "skip"],
        &["decide", &id, "--batch", "2", "skip"],
    ] {
        let ran = stage.ferry(wrong).await.expect_code(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{ran:#?}");
    }
    let ran = stage.ferry(&["decide", &id, "version"]).await.expect_code(0);
    assert_eq!(ran.out, "1 job to be uploaded as a new version.\n");
    let ran = stage.ferry(&["decide", "--batch", "2", "skip"]).await.expect_code(0);
    assert_eq!(ran.out, "2 jobs skipped.\n");
    // The next engine carries it out.
    let engine = stage.engine().await;
    stage.wait_for("done", 4).await;
    drop(engine);
    let of_a = |asset: &&ferry_tenant::StoredAsset| asset.name == "a.jpg";
    let all = stage.tenant.assets();
    assert_eq!(all.iter().filter(of_a).count(), 2);
    assert_eq!(all.len(), 4);
}
