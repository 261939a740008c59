//! Small pictures by a scheme of their own: a job or a number, never a path.

use app_tests::Stage;
use ferry_desktop::thumbnails::{SCHEME, answer};
use serde_json::{Value, json};
use tauri::async_runtime::block_on;

/// A picture of two by two pixels.
const BMP: &[u8] = &[
    0x42, 0x4d, 0x46, 0, 0, 0, 0, 0, 0, 0, 0x36, 0, 0, 0, 0x28, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0x18,
    0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff,
    0xff, 0, 0, 0xff, 0, 0, 0, 0xff, 0, 0, 0,
];

fn ask(stage: &Stage, path: &str) -> (u16, String, Vec<u8>) {
    let shell = stage.shell();
    let path = path.to_owned();
    let response = block_on(async move { answer(&shell, &path).await });
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), kind, response.into_body())
}

#[test]
fn a_job_and_a_staged_file_have_a_picture_at_an_address_without_a_path() {
    let stage = Stage::new();
    let account = stage.sign_in();
    let (picture, text) = (stage.file("one.bmp", BMP), stage.file("two.bmp", b"no picture"));
    let number: u64 = stage.page.ask("number_staged", json!({ "path": picture }));
    let again: u64 = stage.page.ask("number_staged", json!({ "path": picture }));
    assert_eq!(number, again);
    let (status, kind, bytes) = ask(&stage, &format!("/staged/{number}"));
    assert_eq!((status, kind.as_str()), (200, "image/jpeg"));
    assert!(bytes.starts_with(&[0xff, 0xd8]));
    let broken: u64 = stage.page.ask("number_staged", json!({ "path": text }));
    assert_eq!(ask(&stage, &format!("/staged/{broken}")).0, 404);

    stage.page.subscribe();
    let batch = stage.enqueue(&account, &[&picture], "Pictures");
    stage.page.settled();
    let page: Value = stage.page.ask("list_jobs", json!({ "query": { "batch": batch } }));
    let job = &page["jobs"][0]["id"];
    assert_eq!(ask(&stage, &format!("/job/{job}")).0, 200);
    for path in ["/job/4711", "/staged/4711", "/job/x", "/etc/passwd", "/staged/../../etc/passwd", "/", ""] {
        assert_eq!(ask(&stage, path).0, 404, "{path}");
    }
}

#[test]
fn the_page_may_load_pictures_from_there_and_nowhere_else() {
    let context = ferry_desktop::context::<tauri::test::MockRuntime>();
    let policy = serde_json::to_value(&context.config().app.security.csp).unwrap();
    assert_eq!(policy["img-src"], format!("'self' {SCHEME}: http://{SCHEME}.localhost"));
}
