//! `ferry upload` with words, fields and a sheet.

use ferry_tenant::{Action, FaultBody, Match, Rule, Switches};
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn keywords_and_fields_are_set_when_the_command_ends() {
    let stage = Stage::signed_in().await;
    stage.file("a.jpg", b"a");
    let words = ["--keyword", "Outdoors", "--set", "photo credit=Mira", "--set", "meta_choice_0=press"];
    let ran = stage.ferry(&[&["upload", "a.jpg", "--to", "Inbox"], &words[..]].concat()).await.expect_code(0);
    assert!(ran.out.starts_with("1 file done"), "{ran:#?}");
    let asset = stage.asset("a.jpg");
    assert_eq!(asset.keywords, ["Outdoors"]);
    assert_eq!(
        (&asset.custom["meta_text_0"], &asset.custom["meta_choice_0"]),
        (&json!("Mira"), &json!("Press"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_explained_and_followed() {
    let stage = Stage::signed_in().await;
    stage.file("shoot/a.jpg", b"a");
    stage.file("shoot/b.jpg", b"b");
    stage.file(
        "list.csv",
        "Dateiname;Photo credit;Cost centre\na.jpg;J\u{f6}rg;1,5\nc.jpg;Nobody;2\n".as_bytes(),
    );
    let ran = stage
        .ferry(&[
            "upload",
            "shoot",
            "--to",
            "Demo",
            "--create",
            "--metadata",
            "list.csv",
            "--set",
            "Usage=Press",
        ])
        .await
        .expect_code(0);
    assert!(ran.err.contains("2 rows: 1 fit a file by name, 0 nearly, 1 no file"), "{ran:#?}");
    assert!(ran.err.contains("row 3: there is no file 'c.jpg'"), "{ran:#?}");
    let asset = stage.asset("a.jpg");
    assert_eq!(
        (&asset.custom["meta_text_0"], &asset.custom["meta_number_0"]),
        (&json!("J\u{f6}rg"), &json!("1.5"))
    );
    assert_eq!(stage.asset("b.jpg").custom["meta_choice_0"], json!("Press"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_said_and_nothing_is_uploaded() {
    let stage = Stage::signed_in().await;
    stage.file("a.jpg", b"a");
    stage.file("list.csv", b"file,Shooting date\na.jpg,soon\n");
    for (words, sentence) in [
        (["--set", "Usage=Private"], "'Private' is none of the choices of 'Usage'"),
        (["--set", "Colour=red"], "has no field 'Colour'"),
        (["--set", "Usage"], "--set wants FIELD=VALUE"),
        (["--metadata", "list.csv"], "Row 2: 'soon' is no date that 'Shooting date' takes"),
        (["--metadata", "nowhere.csv"], "The sheet nowhere.csv can't be read"),
    ] {
        let ran =
            stage.ferry(&[&["upload", "a.jpg", "--to", "Inbox"], &words[..]].concat()).await.expect_code(2);
        assert!(ran.err.contains(sentence), "{ran:#?}");
    }
    assert!(stage.tenant.assets().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_the_library_refuses_needs_someone_while_the_file_is_done() {
    let stage = Stage::signed_in().await;
    stage.file("a.jpg", b"a");
    let refused =
        Action::Status { code: 400, retry_after: None, body: FaultBody::default(), after_bytes: None };
    stage.tenant.add_fault(Rule::new(Match::path("/api/v1/batch/edit"), refused));
    let upload = ["upload", "a.jpg", "--to", "Inbox", "--keyword", "Outdoors"];
    let ran = stage.ferry(&upload).await.expect_code(4);
    assert!(ran.err.contains("a.jpg: The library does not take 'Outdoors' for 'keywords'."), "{ran:#?}");
    let ran = stage.ferry(&[&["--json"], &upload[..]].concat()).await.expect_code(4);
    assert_eq!((&ran.last()["done"], &ran.last()["metadata_refused"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_library_requires_is_asked_for_before_anything_is_made_or_sent() {
    let stage = Stage::signed_in().await;
    stage.tenant.set_switches(Switches { strict_metadata: true, ..stage.tenant.switches() });
    stage.file("shoot/a.jpg", b"a");
    stage.file("shoot/b.jpg", b"b");
    stage.file("list.csv", b"file,Usage\na.jpg,Press\n");
    let upload = ["upload", "shoot", "--to", "Demo", "--create"];
    let ran = stage.ferry(&upload).await.expect_code(2);
    assert!(ran.err.contains("The library requires a value for Usage."), "{ran:#?}");
    assert!(ran.err.contains("--without-required"), "{ran:#?}");
    let ran = stage.ferry(&[&upload[..], &["--metadata", "list.csv"]].concat()).await.expect_code(2);
    assert!(ran.err.contains("b.jpg: The library requires a value for Usage."), "{ran:#?}");
    let ran = stage.ferry(&[&upload[..], &["--dry-run"]].concat()).await.expect_code(2);
    assert!(ran.out.contains("2 files") && ran.err.contains("requires a value"), "{ran:#?}");
    assert!(stage.tenant.node_id(&["Demo"], false).is_none(), "nothing is made for what is refused");
    assert!(stage.tenant.assets().is_empty());

    stage.ferry(&[&upload[..], &["--set", "Usage=Press"]].concat()).await.expect_code(0);
    assert_eq!(stage.asset("b.jpg").custom["meta_choice_0"], json!("Press"));
    stage.file("c.jpg", b"c");
    stage.ferry(&["upload", "c.jpg", "--to", "Inbox", "--without-required"]).await.expect_code(0);
    assert!(stage.asset("c.jpg").custom.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_shown_and_corrected_without_another_upload() {
    let stage = Stage::signed_in().await;
    stage.tenant.set_switches(Switches { strict_metadata: true, ..stage.tenant.switches() });
    stage.file("a.jpg", b"a");
    stage.file("b.jpg", b"b");
    let words = ["--keyword", "Outdoors", "--set", "Photo credit=Mira", "--without-required"];
    let upload = ["upload", "a.jpg", "b.jpg", "--to", "Inbox"];
    stage.ferry(&[&upload[..], &words[..]].concat()).await.expect_code(4);
    let posts = || stage.tenant.requests().iter().filter(|call| call.path.contains("upload")).count();
    let before = posts();

    let ran = stage.ferry(&["metadata", "--batch", "1"]).await.expect_code(0);
    for said in ["refused", "a.jpg", "keywords: Outdoors", "Photo credit: Mira", "does not take 'Outdoors'"] {
        assert!(ran.out.contains(said), "{said}: {ran:#?}");
    }
    let ran = stage.ferry(&["--json", "metadata", "--all"]).await.expect_code(0);
    let job = ran.lines()[0]["job"].to_string();
    assert_eq!((ran.lines().len(), &ran.lines()[0]["state"]), (2, &json!("refused")), "{ran:#?}");

    let ran = stage.ferry(&["metadata", &job, "--set", "Usage=Private"]).await.expect_code(2);
    assert!(ran.err.contains("none of the choices"), "{ran:#?}");
    let ran = stage.ferry(&["metadata", &job, "--set", "keywords=x"]).await.expect_code(2);
    assert!(ran.err.contains("--keyword gives one"), "{ran:#?}");
    // The other file is still refused.
    stage.ferry(&["metadata", &job, "--set", "Usage=Press", "--keyword", "Lake"]).await.expect_code(4);
    let ran =
        stage.ferry(&["--json", "metadata", "--batch", "1", "--set", "usage=Internal", "--set", "keywords="]);
    let ran = ran.await.expect_code(0);
    assert_eq!((&ran.last()["jobs"], &ran.last()["refused"]), (&json!(1), &json!(0)), "{ran:#?}");

    let (a, b) = (stage.asset("a.jpg"), stage.asset("b.jpg"));
    assert_eq!(
        (a.keywords, &a.custom["meta_choice_0"]),
        (vec!["Outdoors".into(), "Lake".into()], &json!("Press"))
    );
    assert!(b.keywords.is_empty());
    assert_eq!((&b.custom["meta_choice_0"], &b.custom["meta_text_0"]), (&json!("Internal"), &json!("Mira")));
    assert_eq!(posts(), before, "nothing was uploaded again");
    let ran = stage.ferry(&["metadata", "--all", "--tag", "x"]).await.expect_code(0);
    assert!(ran.out.contains("Nothing to correct"), "{ran:#?}");
    stage.ferry(&["metadata"]).await.expect_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_say_what_became_of_metadata_in_the_language_that_is_set() {
    let stage = Stage::signed_in().await;
    stage.file("a.jpg", b"a");
    let refused =
        Action::Status { code: 400, retry_after: None, body: FaultBody::default(), after_bytes: None };
    let only_alone = Rule::new(Match::path("/api/v1/batch/edit"), refused);
    stage.tenant.add_fault(only_alone);
    let words = ["--tag", "spring", "--keyword", "Outdoors", "--set", "Usage=Press"];
    stage.ferry(&[&["upload", "a.jpg", "--to", "Inbox"], &words[..]].concat()).await.expect_code(4);
    let told = async || {
        let ran = stage.ferry(&["receipt", "1"]).await.expect_code(0);
        let receipt: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let told = receipt["files"][0]["metadata"].as_array().unwrap().clone();
        let said = |part: &serde_json::Value| {
            ["name", "state", "reason"].map(|name| part[name].as_str().unwrap_or("-").to_owned()).join(" ")
        };
        told.iter().map(said).collect::<Vec<_>>()
    };
    assert_eq!(told().await, ["tags sent -", "keywords refused tenant", "Usage refused tenant"]);
    stage.tenant.set_faults(Default::default());
    stage.ferry(&["metadata", "--all", "--set", "keywords="]).await.expect_code(0);
    assert_eq!(told().await, ["tags sent -", "Usage applied -"]);

    stage.ferry(&["settings", "set", "language", "de"]).await.expect_code(0);
    let page = stage.ferry(&["receipt", "1", "--format", "html"]).await.expect_code(0);
    assert!(page.out.contains("<html lang=de>"), "{}", page.out);
    assert!(page.out.contains("<small>Usage: Press (gesetzt)</small>"), "{}", page.out);
    let path = stage.data.path().join("beleg.html");
    std::fs::write(&path, &page.out).unwrap();
    let seal = page.err.trim().strip_prefix("Seal: ").unwrap().to_owned();
    stage.ferry(&["receipt", "--verify", path.to_str().unwrap(), "--seal", &seal]).await.expect_code(0);
    std::fs::write(&path, page.out.replace("(gesetzt)", "(set)")).unwrap();
    stage.ferry(&["receipt", "--verify", path.to_str().unwrap()]).await.expect_code(2);
}
