//! Receipts, saved where the user says.

use app_tests::Stage;
use serde_json::{Value, json};

#[test]
fn a_receipt_is_saved_where_the_dialog_says() {
    let stage = Stage::new();
    let account = stage.sign_in();
    stage.page.subscribe();
    let file = stage.file("a: b.txt", b"abc");
    let batch = stage.enqueue(&account, &[&file], "Receipts");
    stage.page.settled();

    let save = |format: &str| json!({ "batch": batch, "format": format });
    // The dialog was closed.
    assert_eq!(stage.page.ask::<Value>("save_receipt", save("csv")), Value::Null);
    for format in ["csv", "json", "html"] {
        let target = stage.files.path().join(format!("receipt.{format}"));
        *stage.desktop.target.lock().unwrap() = Some(target.clone());
        assert_eq!(stage.page.ask::<Value>("save_receipt", save(format)), json!(target));
        let text = std::fs::read_to_string(target).unwrap();
        assert!(text.contains("900150983cd24fb0d6963f7d28e17f72"), "{text}");
    }
    assert_eq!(stage.desktop.suggested.lock().unwrap()[0], "Ferry receipt a_ b.txt.csv");

    stage.page.ask::<()>("open_receipt", json!({ "batch": batch }));
    let page = stage.desktop.opened.lock().unwrap()[0].clone();
    assert_eq!(page.extension().unwrap(), "html");
    assert!(std::fs::read_to_string(page).unwrap().contains("900150983cd24fb0d6963f7d28e17f72"));

    assert_eq!(stage.page.refused("open_receipt", json!({ "batch": 99 })), "BatchMissing");
    assert_eq!(stage.page.refused("save_receipt", save("pdf")), "RequestInvalid");
    assert_eq!(stage.page.refused("save_receipt", json!({ "batch": 99, "format": "csv" })), "BatchMissing");
    *stage.desktop.target.lock().unwrap() = Some(stage.files.path().join("nowhere/receipt.csv"));
    assert_eq!(stage.page.refused("save_receipt", save("csv")), "PathUnusable");
}
