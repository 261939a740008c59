//! `ferry upload` with words, fields and a sheet.

use ferry_tenant::{Action, FaultBody, Match, Rule};
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
