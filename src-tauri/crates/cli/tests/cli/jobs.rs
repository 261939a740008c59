//! Looking at the queue, the library and receipts.

use serde_json::Value;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn receipts_come_in_all_formats() {
    let stage = Stage::signed_in().await;
    stage.file("=cmd.txt", b"abc");
    stage.file("<b>.txt", b"");
    stage.upload("Inbox", &["=cmd.txt", "<b>.txt"]).await.expect_code(0);
    let json: Value = serde_json::from_str(&stage.ferry(&["receipt", "1"]).await.expect_code(0).out).unwrap();
    assert_eq!(json["jobs"]["done"], 2);
    let file = json["files"].as_array().unwrap().iter().find(|file| file["file"] == "=cmd.txt").unwrap();
    assert_eq!((&file["size"], &file["state"]), (&3.into(), &"done".into()));
    assert_eq!(file["md5"], "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(file["asset_id"], stage.asset("=cmd.txt").id);
    let csv = stage.ferry(&["receipt", "1", "--format", "csv"]).await.expect_code(0).out;
    assert!(csv.contains("'=cmd.txt,3,900150983cd24fb0d6963f7d28e17f72,done"), "{csv}");
    let html = stage.ferry(&["receipt", "1", "--format", "html"]).await.expect_code(0).out;
    assert!(html.contains("&lt;b&gt;.txt") && html.trim_end().ends_with("</html>"), "{html}");
    assert_eq!(stage.ferry(&["--json", "receipt", "9"]).await.expect_code(2).last()["code"], "BatchMissing");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_in_pages() {
    let stage = Stage::signed_in().await;
    for n in 0..7 {
        stage.file(&format!("{n}.txt"), b"x");
    }
    stage.ferry(&["upload", ".", "--to", "Seven", "--create", "--detach"]).await.expect_code(0);
    let first = stage.ferry(&["--json", "jobs", "--batch", "1", "--limit", "4"]).await.expect_code(0).jobs();
    let after = first.last().unwrap()["job"].to_string();
    let rest =
        stage.ferry(&["--json", "jobs", "--after", &after, "--limit", "100000"]).await.expect_code(0).jobs();
    assert_eq!((first.len(), rest.len()), (4, 3));
    assert!(
        rest.iter().all(|job| job["state"] == "queued" && job["asset"].is_null() && job["error"].is_null())
    );
    assert_eq!(stage.ferry(&["--json", "jobs", "--state", "done"]).await.expect_code(0).lines().len(), 0);
    assert_eq!(stage.ferry(&["jobs"]).await.expect_code(0).out.lines().count(), 7);
    let status = stage.ferry(&["status"]).await.expect_code(0).out;
    assert!(status.contains("queued") && status.contains("No program is working on it"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_shown_and_added_to() {
    let stage = Stage::signed_in().await;
    let tree = stage.ferry(&["tree", "Marketing"]).await.expect_code(0).out;
    assert!(tree.contains("Spring/\n  ") && tree.contains("Press 24/25  (0 assets)"), "{tree}");
    let nodes = stage.ferry(&["--json", "tree", "--depth", "1"]).await.expect_code(0).lines();
    assert!(nodes.iter().all(|node| node["event"] == "node" && node["depth"] == 0));
    assert!(nodes.iter().any(|node| node["kind"] == "album" && node["name"] == "Inbox"));

    let made = stage.ferry(&["--json", "mkdir", "New/A\\/B"]).await.expect_code(0).last();
    assert_eq!((&made["event"], &made["kind"]), (&"destination".into(), &"folder".into()));
    assert_eq!(Some(made["id"].as_str().unwrap()), stage.tenant.node_id(&["New", "A/B"], false).as_deref());
    // The same again is the same; an album of the name stands beside it.
    assert_eq!(stage.ferry(&["--json", "mkdir", "New/A\\/B"]).await.expect_code(0).last()["id"], made["id"]);
    let album = stage.ferry(&["--json", "mkalbum", "New/A\\/B"]).await.expect_code(0).last();
    assert_eq!(Some(album["id"].as_str().unwrap()), stage.tenant.node_id(&["New", "A/B"], true).as_deref());
    stage.ferry(&["mkdir", "/"]).await.expect_code(2);
    stage.ferry(&["tree", "Nowhere"]).await.expect_code(4);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_is_no_failure() {
    let stage = Stage::signed_in().await;
    for n in 0..300 {
        stage.file(&format!("{n}.txt"), b"x");
    }
    stage.ferry(&["upload", ".", "--to", "Pipe", "--create", "--detach"]).await.expect_code(0);
    for words in [&["jobs", "--limit", "1000"][..], &["receipt", "1"], &["tree"]] {
        let mut child = stage.command(words).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().await.unwrap();
        let ran = crate::stage::Ran::from(output).expect_code(0);
        assert!(!ran.err.contains("panic") && !ran.err.contains("ferry:"), "{ran:#?}");
    }
}
