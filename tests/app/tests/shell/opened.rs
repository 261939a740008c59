//! Paths from outside: opened ones wait for the page, dropped ones come in pieces.

use std::path::PathBuf;

use app_tests::Stage;
use serde_json::{Value, json};
use tauri::{DragDropEvent, PhysicalPosition};

/// A message that holds all of them.
fn whole(paths: &[&str]) -> Value {
    json!({ "paths": paths, "more": false })
}

#[test]
fn paths_wait_until_the_page_listens() {
    let stage = Stage::new();
    let app = stage.page.app.handle();
    ferry_desktop::opened::open(app, &["/x/a.jpg".into()]);
    ferry_desktop::opened::open(app, &["/x/b".into()]);
    assert!(!stage.page.has_opened());
    stage.page.subscribe();
    stage.page.opened(whole(&["/x/a.jpg", "/x/b"]));
    ferry_desktop::opened::open(app, &["/x/c".into()]);
    stage.page.opened(whole(&["/x/c"]));
}

#[cfg(unix)]
#[test]
fn what_is_dropped_on_the_dock_icon_is_opened_and_what_is_no_file_is_named() {
    let stage = Stage::new();
    let app = stage.page.app.handle();
    let urls = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<tauri::Url>>();
    ferry_desktop::opened::open_urls(app, &urls(&["file:///Volumes/Card%201/", "https://acme.canto.com/"]));
    assert!(!stage.page.has_opened());
    stage.page.subscribe();
    stage.page.opened(whole(&["/Volumes/Card 1"]));
    stage.page.opened(json!(["https://acme.canto.com/"]));
    ferry_desktop::opened::open_urls(app, &urls(&["file:///x/c.jpg"]));
    stage.page.opened(whole(&["/x/c.jpg"]));
}

#[test]
fn what_is_dropped_comes_in_pieces_and_is_over_when_it_is_let_go() {
    let stage = Stage::new();
    let app = stage.page.app.handle();
    let paths: Vec<PathBuf> = (0..2_001).map(|at| format!("/card/{at}.jpg").into()).collect();
    let position = PhysicalPosition::new(1.0, 1.0);
    let drop = |paths| DragDropEvent::Drop { paths, position };
    ferry_desktop::drops::on_event(app, &DragDropEvent::Enter { paths: paths.clone(), position });
    stage.page.opened(json!("above"));
    ferry_desktop::drops::on_event(app, &DragDropEvent::Leave);
    stage.page.opened(json!("away"));
    ferry_desktop::drops::on_event(app, &drop(paths.clone()));
    stage.page.opened(json!("away"));
    for (at, more) in [(0..1_000, true), (1_000..2_000, true), (2_000..2_001, false)] {
        stage.page.opened(json!({ "paths": paths[at], "more": more }));
    }
    ferry_desktop::drops::on_event(app, &drop(vec!["/card/x.jpg".into()]));
    stage.page.opened(json!("away"));
    stage.page.opened(whole(&["/card/x.jpg"]));
}
