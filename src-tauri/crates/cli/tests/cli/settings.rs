//! What is set, from the command line.

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_listed_changed_and_explained() {
    let stage = Stage::new().await;
    let ran = stage.ferry(&["settings", "list"]).await.expect_code(0);
    assert!(ran.out.contains("theme = system (system, light, dark)"), "{ran:#?}");
    stage.ferry(&["settings", "set", "theme", "dark"]).await.expect_code(0);
    let ran = stage.ferry(&["--json", "settings", "get", "theme"]).await.expect_code(0);
    assert_eq!((&ran.last()["event"], &ran.last()["value"]), (&"setting".into(), &"dark".into()));
    let ran = stage.ferry(&["settings", "set", "theme", "pink"]).await.expect_code(2);
    assert!(ran.err.contains("theme can't be pink"), "{ran:#?}");
    let ran = stage.ferry(&["settings", "get", "colour"]).await.expect_code(2);
    assert!(ran.err.contains("There is no setting colour"), "{ran:#?}");
    stage.ferry(&["settings", "set", "theme"]).await.expect_code(0);
    let ran = stage.ferry(&["settings", "get", "theme"]).await.expect_code(0);
    assert_eq!(ran.out.trim(), "system");
}
