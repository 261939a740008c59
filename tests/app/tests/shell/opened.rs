//! Paths from outside wait for the page.

use app_tests::Stage;
use serde_json::json;

#[test]
fn paths_wait_until_the_page_listens() {
    let stage = Stage::new();
    let app = stage.page.app.handle();
    ferry_desktop::opened::open(app, &["/x/a.jpg".into()]);
    ferry_desktop::opened::open(app, &["/x/b".into()]);
    assert!(!stage.page.has_opened());
    stage.page.subscribe();
    stage.page.opened(json!(["/x/a.jpg", "/x/b"]));
    ferry_desktop::opened::open(app, &["/x/c".into()]);
    stage.page.opened(json!(["/x/c"]));
}
