//! What the page may not do.

use app_tests::Stage;
use app_tests::page::call_from;
use serde_json::json;
use tauri::WebviewWindowBuilder;

#[test]
fn commands_that_no_capability_names_are_refused() {
    let stage = Stage::new();
    for command in [
        "plugin:fs|read_file",
        "plugin:shell|execute",
        "plugin:http|fetch",
        "plugin:opener|open_url",
        "plugin:dialog|open",
        "plugin:event|emit",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:app|app_show",
        "delete_everything",
    ] {
        let refusal = stage.page.call(command, json!({ "url": "https://example.com" })).unwrap_err();
        assert!(
            refusal.as_str().is_some_and(|text| text.contains("not allowed") || text.contains("not found")),
            "{command}: {refusal}"
        );
    }
}

#[test]
fn another_window_may_do_nothing() {
    let stage = Stage::new();
    let other = WebviewWindowBuilder::new(&stage.page.app, "other", Default::default()).build().unwrap();
    let refusal = call_from(&other, "app_version", json!({})).unwrap_err();
    assert!(refusal.as_str().unwrap().contains("not allowed"), "{refusal}");
    assert_eq!(stage.page.ask::<String>("app_version", json!({})), env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_page_may_load_nothing_from_elsewhere() {
    let stage = Stage::new();
    let csp = serde_json::to_value(&stage.page.app.config().app.security.csp).unwrap();
    assert_eq!(csp["default-src"], "'self'");
    for (directive, sources) in csp.as_object().unwrap() {
        for source in sources.as_str().unwrap().split(' ') {
            let ours = ["'self'", "'none'", "ipc:", "http://ipc.localhost"].contains(&source);
            // Small pictures, which the shell itself answers for.
            let pictures = directive == "img-src" && ["thumb:", "http://thumb.localhost"].contains(&source);
            assert!(ours || pictures, "{directive} {source}");
        }
    }
}
