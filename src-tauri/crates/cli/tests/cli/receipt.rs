//! Receipts: written in each format, checked against the local files, and tampered with.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::stage::{Ran, Stage, ended};

const FORMATS: [&str; 3] = ["json", "csv", "html"];

/// Writes a receipt of batch 1 beside the files, and gives its path and seal.
async fn receipt(stage: &Stage, format: &str) -> (PathBuf, String) {
    let ran = stage.ferry(&["receipt", "1", "--format", format]).await.expect_code(0);
    let path = stage.data.path().join(format!("receipt.{format}"));
    std::fs::write(&path, &ran.out).unwrap();
    let seal = ran.err.trim().strip_prefix("Seal: ").unwrap().to_owned();
    (path, seal)
}

/// Checks a receipt without data directory, account and credentials.
async fn verify(stage: &Stage, path: &Path, words: &[&str]) -> Ran {
    let nowhere = stage.files.path().join("no data here");
    let path = path.to_str().unwrap();
    let mut command = stage.command(&[&["--json", "receipt", "--verify", path], words].concat());
    command.env("FERRY_DATA_DIR", &nowhere).env_remove("FERRY_PASSPHRASE").env_remove("FERRY_APP_SECRET");
    let ran = ended(&mut command).await;
    assert!(!nowhere.exists());
    ran
}

fn results(ran: &Ran) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let name = |path: &str| Path::new(path).file_name().unwrap().to_str().unwrap().to_owned();
    let of = |line: &Value| (name(&word(&line["path"])), word(&line["result"]));
    let lines = ran.lines();
    let mut found: Vec<_> = lines.iter().filter(|line| line["event"] == "receipt_file").map(of).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_checked_against_the_local_files() {
    let stage = Stage::signed_in().await;
    let large: Vec<u8> = (0..700_001u32).map(|n| (n % 251) as u8).collect();
    for n in 0..40 {
        stage.file(&format!("s/{n:02}.txt"), format!("file {n}").as_bytes());
    }
    for (name, bytes) in [("a.mov", &large[..]), ("b.mov", &large[1..]), ("empty.txt", b"")] {
        stage.file(&format!("s/{name}"), bytes);
    }
    stage.upload("Inbox", &["s"]).await.expect_code(0);
    let mut seals = Vec::new();
    for format in FORMATS {
        let (path, seal) = receipt(&stage, format).await;
        let ran = verify(&stage, &path, &["--seal", &seal]).await.expect_code(0);
        let last = ran.last();
        assert_eq!((ran.lines().len(), &last["event"]), (1, &"receipt_verified".into()), "{ran:#?}");
        assert_eq!((&last["files"], &last["same"], &last["batch"]), (&43.into(), &43.into(), &1.into()));
        assert_eq!(last["seal"], seal);
        seals.push(seal);
    }
    assert!(seals.iter().all(|seal| *seal == seals[0]));

    stage.file("s/07.txt", b"FILE 7");
    stage.file("s/08.txt", b"longer than it was");
    std::fs::remove_file(stage.files.path().join("s/09.txt")).unwrap();
    std::fs::remove_file(stage.files.path().join("s/10.txt")).unwrap();
    std::fs::create_dir(stage.files.path().join("s/10.txt")).unwrap();
    let mut other = large.clone();
    *other.last_mut().unwrap() += 1;
    stage.file("s/a.mov", &other);
    let expected = [
        ("07.txt", "changed"),
        ("08.txt", "changed"),
        ("09.txt", "missing"),
        ("10.txt", "changed"),
        ("a.mov", "changed"),
    ]
    .map(|(name, result)| (name.to_owned(), result.to_owned()));
    for format in FORMATS {
        let path = stage.data.path().join(format!("receipt.{format}"));
        let ran = verify(&stage, &path, &[]).await.expect_code(3);
        assert_eq!(results(&ran), expected);
        let last = ran.last();
        assert_eq!((&last["same"], &last["changed"], &last["missing"]), (&38.into(), &4.into(), &1.into()));
    }
    let ran =
        stage.ferry(&["receipt", "--verify", stage.data.path().join("receipt.csv").to_str().unwrap()]).await;
    let ran = ran.expect_code(3);
    assert!(
        ran.out.contains("missing") && ran.out.contains("s/09.txt") && ran.out.contains(&seals[0]),
        "{ran:#?}"
    );
    assert!(ran.out.contains("38 files are the same as what arrived, 4 changed, 1 missing."), "{ran:#?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn odd_names_and_failures_are_in_every_format() {
    let stage = Stage::signed_in().await;
    let names = [
        "Grüße 😀.txt",
        "Ba\u{308}ume.txt",
        "say \"cheese\", please.txt",
        "<script>alert('x').txt",
        "=cmd|'x'!A1.txt",
        "'=1.txt",
        "&amp;.txt",
        "two\nlines,\r\n\"quoted\".txt",
    ];
    for name in names {
        stage.file(&format!("odd/{name}"), name.as_bytes());
    }
    std::os::unix::fs::symlink("nowhere", stage.files.path().join("odd/dangling.txt")).unwrap();
    stage.upload("Odd", &["odd"]).await.expect_code(3);
    let mut seals = Vec::new();
    for format in FORMATS {
        let (path, seal) = receipt(&stage, format).await;
        let last = verify(&stage, &path, &["--seal", &seal]).await.expect_code(0).last();
        assert_eq!((&last["files"], &last["same"], &last["not_done"]), (&9.into(), &7.into(), &2.into()));
        seals.push(seal);
    }
    assert!(seals.iter().all(|seal| *seal == seals[0]));

    let json: Value =
        serde_json::from_str(&std::fs::read_to_string(stage.data.path().join("receipt.json")).unwrap())
            .unwrap();
    let files = json["files"].as_array().unwrap();
    // Failures come first, with their reason in words.
    assert!(files[..2].iter().all(|file| file["state"] == "failed") && files[2]["state"] == "done");
    let dangling = files.iter().find(|file| file["file"] == "dangling.txt").unwrap();
    assert_eq!(dangling["failure"]["code"], "SourceMissing");
    assert_eq!(dangling["failure"]["reason"], "The file is no longer where it was.");
    let html = std::fs::read_to_string(stage.data.path().join("receipt.html")).unwrap();
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
    assert!(html.find("Did not arrive").unwrap() < html.find("<h2>Files").unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_was_changed_is_no_proof() {
    let stage = Stage::signed_in().await;
    for name in ["a.txt", "b.txt", "c.txt"] {
        stage.file(name, name.as_bytes());
    }
    stage.upload("Inbox", &["a.txt", "b.txt", "c.txt"]).await.expect_code(0);
    let md5 = stage.asset("b.txt").md5;
    for format in FORMATS {
        let (path, seal) = receipt(&stage, format).await;
        let whole = std::fs::read_to_string(&path).unwrap();
        let edit = |from: &str, to: &str| {
            assert!(whole.contains(from), "{whole}");
            std::fs::write(&path, whole.replace(from, to)).unwrap();
        };
        edit(&md5, "00000000000000000000000000000000");
        let ran = verify(&stage, &path, &[]).await.expect_code(2);
        assert_eq!((ran.lines().len(), &ran.last()["code"]), (1, &"RequestInvalid".into()));
        let words = ran.last()["message"].as_str().unwrap().to_owned();
        assert!(words.contains("row 2 (b.txt) is the first that does not fit"), "{words}");

        edit("Inbox", "Outbox");
        assert!(verify(&stage, &path, &[]).await.expect_code(2).err.contains("its header does not fit"));

        edit(&seal, &"0".repeat(64));
        assert!(verify(&stage, &path, &[]).await.expect_code(2).err.contains("its totals or its seal"));

        // A receipt that was written anew fits in itself, but not to a seal that was kept.
        std::fs::write(&path, &whole).unwrap();
        let ran = verify(&stage, &path, &["--seal", &"0".repeat(64)]).await.expect_code(2);
        assert!(ran.err.contains("another seal than the one that was given"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_batch_has_a_receipt() {
    let stage = Stage::signed_in().await;
    stage.file("s/a.txt", b"a");
    stage.ferry(&["upload", "s", "--to", "Inbox", "--create", "--exclude", "*"]).await;
    for format in FORMATS {
        let (path, seal) = receipt(&stage, format).await;
        let last = verify(&stage, &path, &["--seal", &seal]).await.expect_code(0).last();
        assert_eq!((&last["files"], &last["same"]), (&0.into(), &0.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_receipt_is_said() {
    let stage = Stage::new().await;
    let picture = stage.file("picture.jpg", b"\xff\xd8\xff\xe0 no receipt");
    for (name, text) in
        [("a.json", "{\"a\":1}"), ("b.csv", "a,b\n1,2\n"), ("c.html", "<html></html>"), ("d", "")]
    {
        let path = stage.file(name, text.as_bytes());
        let ran = verify(&stage, &path, &[]).await.expect_code(2);
        assert!(ran.err.contains(&format!("{name} is no receipt of Ferry.")), "{ran:#?}");
    }
    assert!(verify(&stage, &picture, &[]).await.expect_code(2).err.contains("is no receipt"));
    for path in [stage.files.path().join("gone.json"), stage.files.path().to_path_buf()] {
        let ran = verify(&stage, &path, &[]).await.expect_code(2);
        assert_eq!(ran.last()["code"], "PathUnusable");
        assert!(ran.err.contains(path.to_str().unwrap()), "{ran:#?}");
    }
    for words in [&["receipt"][..], &["receipt", "1", "--verify", "x"], &["receipt", "1", "--seal", "x"]] {
        stage.ferry(words).await.expect_code(2);
    }
}
