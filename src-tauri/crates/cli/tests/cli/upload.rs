use ferry_tenant::{Action, Faults, Match, Rule};
use md5::{Digest, Md5};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_arrives_whole_and_each_job_is_told_once() {
    let stage = Stage::signed_in().await;
    let large: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let files: [(&str, &[u8]); 5] = [
        ("shoot/DSC_1.jpg", b"picture"),
        ("shoot/leer.txt", b""),
        ("shoot/Büro/Grüße 😀.png", b"umlauts"),
        ("shoot/Bu\u{308}ro 2/Ba\u{308}ume.png", b"NFD"),
        ("shoot/Clips/large.mov", &large),
    ];
    for (path, bytes) in files {
        stage.file(path, bytes);
    }
    stage.file("shoot/.DS_Store", b"junk");
    let ran =
        stage.ferry(&["--json", "upload", "shoot", "--to", "Demo/Here", "--create", "--tag", "Ferry"]).await;
    let ran = ran.expect_code(0);
    assert_eq!(ran.jobs().len(), files.len());
    assert_eq!(ran.lines().len(), files.len() + 1, "{ran:#?}");
    for (path, bytes) in files {
        let name = path.rsplit('/').next().unwrap();
        let job = ran.job(name);
        let sum: String = Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(job["state"], "done");
        assert_eq!(job["size"], bytes.len());
        assert_eq!(job["md5"], sum);
        assert_eq!(job["path"], stage.files.path().join(path).to_str().unwrap());
        assert!(job["error"].is_null());
        let held = stage.tenant.assets().into_iter().find(|asset| job["asset"]["id"] == asset.id).unwrap();
        assert_eq!((held.size, held.md5), (bytes.len() as u64, sum));
        assert_eq!(stage.tenant.asset_bytes(held.scheme, &held.id).unwrap(), bytes);
        assert_eq!(held.tags, ["Ferry"]);
    }
    let last = ran.last();
    assert_eq!(last["event"], "batch_finished");
    assert_eq!((&last["done"], &last["failed"], &last["blocked"]), (&5.into(), &0.into(), &0.into()));
    assert_eq!(last["bytes"], 3_000_000 + 7 + 7 + 3);
    assert!(last["seconds"].as_f64().unwrap() > 0.0);
    let album = stage.tenant.node_id(&["Demo", "Here", "shoot", "Büro"], true).unwrap();
    assert_eq!(stage.asset("Grüße 😀.png").albums, [album]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_a_sum_and_no_json() {
    let stage = Stage::signed_in().await;
    stage.file("a.txt", b"abc");
    let ran = stage.ferry(&["upload", "a.txt", "--to", "Inbox"]).await.expect_code(0);
    assert!(
        ran.out.starts_with("1 file done; 3 B in ") && ran.out.ends_with("Receipt: ferry receipt 1\n"),
        "{ran:#?}"
    );
    assert!(ran.err.contains("album Inbox"), "{ran:#?}");
    let ran = stage.ferry(&["--quiet", "upload", "a.txt", "--to", "Inbox"]).await.expect_code(0);
    assert!(ran.err.is_empty(), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_files_are_a_thousand_lines() {
    let stage = Stage::signed_in().await;
    for n in 0..1_200 {
        stage.file(&format!("many/{n:04}.txt"), n.to_string().as_bytes());
    }
    let ran = stage.upload("Many", &["many"]).await.expect_code(0);
    let mut ids: Vec<i64> = ran.jobs().iter().map(|job| job["job"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ran.jobs().len(), ids.len()), (1_200, 1_200));
    assert_eq!(ran.last()["done"], 1_200);
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_choose() {
    let stage = Stage::signed_in().await;
    for path in ["s/a.jpg", "s/b.txt", "s/raw/c.jpg", "s/d.jpg"] {
        stage.file(path, path.as_bytes());
    }
    let words = [
        "--json",
        "upload",
        "s",
        "--to",
        "P",
        "--create",
        "--include",
        "*.jpg",
        "--exclude",
        "raw",
        "--exclude",
        "d.*",
    ];
    let ran = stage.ferry(&words).await.expect_code(0);
    assert_eq!(ran.jobs().len(), 1);
    assert_eq!(ran.job("a.jpg")["state"], "done");
    let ran = stage.ferry(&["--json", "upload", "s", "--to", "P", "--include", "[a"]).await.expect_code(2);
    assert_eq!(ran.last()["code"], "RequestInvalid");
    assert_eq!(stage.ferry(&["--json", "status"]).await.lines()[0]["totals"]["jobs"]["done"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sends_and_makes_nothing() {
    let stage = Stage::signed_in().await;
    stage.file("s/a.jpg", b"12345");
    stage.file("s/b.txt", b"1");
    let words = ["--json", "upload", "s", "--to", "New/Place", "--create", "--dry-run", "--exclude", "*.txt"];
    let ran = stage.ferry(&words).await.expect_code(0);
    let plan = ran.last();
    assert_eq!((&plan["event"], &plan["files"], &plan["bytes"]), (&"dry_run".into(), &1.into(), &5.into()));
    assert!(plan["destination"].is_null());
    assert_eq!(stage.tenant.node_id(&["New"], false), None);
    let ran = stage.ferry(&["--json", "upload", "s", "--to", "Marketing", "--dry-run"]).await.expect_code(0);
    assert_eq!(ran.last()["destination"]["path"], "Marketing");
    assert!(stage.tenant.assets().is_empty());
    assert_eq!(stage.ferry(&["--json", "jobs"]).await.expect_code(0).lines().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_destination_is_what_the_upload_needs() {
    let stage = Stage::signed_in().await;
    stage.file("s/a.jpg", b"a");
    stage.file("loose.jpg", b"b");
    // An album holds no folders; with --create a folder stands beside it.
    let ran = stage.ferry(&["upload", "s", "--to", "Inbox"]).await.expect_code(2);
    assert!(ran.err.contains("album"), "{ran:#?}");
    stage.upload("Inbox", &["s"]).await.expect_code(0);
    let album = stage.tenant.node_id(&["Inbox", "s"], true).unwrap();
    assert_eq!(stage.asset("a.jpg").albums, [album]);
    stage.upload("Inbox", &["loose.jpg"]).await.expect_code(0);
    let inbox = stage.tenant.node_id(&["Inbox"], true).unwrap();
    assert_eq!(stage.asset("loose.jpg").albums, [inbox]);

    let ran = stage.ferry(&["--json", "upload", "loose.jpg", "--to", "No/Where"]).await.expect_code(4);
    assert_eq!(ran.last()["code"], "DestinationMissing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_asset() {
    let stage = Stage::signed_in().await;
    stage
        .tenant
        .set_faults(Faults { rules: vec![Rule::new(Match::object_post(), Action::LoseAnswer).times(1)] });
    stage.file("a.txt", b"once");
    stage.upload("Inbox", &["a.txt"]).await.expect_code(0);
    assert_eq!(stage.tenant.assets().len(), 1);
    assert_eq!(stage.bytes_of("a.txt"), b"once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_sign_in_ends_the_waiting_and_keeps_the_queue() {
    let stage = Stage::new().await;
    crate::login::as_user(&stage, "contributor@demo.test").await;
    stage.file("a.txt", b"later");
    // All that is asked ahead of the file is answered by then; what became of the file can't be asked any more.
    let sent = Rule::new(Match::object_post(), Action::ExpireTokens);
    stage.tenant.set_faults(Faults { rules: vec![sent] });
    stage.tenant.expire_refresh_tokens();
    let ran = stage.ferry(&["--json", "upload", "a.txt", "--to", "Inbox"]).await.expect_code(4);
    assert_eq!(ran.last()["code"], "SignInRequired", "{ran:#?}");
    assert_eq!(ran.jobs().len(), 0);
    let kept = stage.ferry(&["--json", "jobs"]).await.jobs();
    assert_eq!(kept.len(), 1, "{ran:#?}");
    assert_ne!(kept[0]["state"], "done");
    stage.tenant.set_faults(Faults::default());
    let _engine = stage.engine().await;
    crate::login::as_user(&stage, "contributor@demo.test").await;
    stage.wait_for("done", 1).await;
    assert_eq!(stage.bytes_of("a.txt"), b"later");
}
