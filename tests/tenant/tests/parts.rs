//! Uploads in parts, over the embedded store and real ones.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fall over

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{ADMIN, Program, http, json, md5, noise, quick};
use ferry_tenant::stores::Store;
use ferry_tenant::{Action, Faults, Match, ObjectStore, Options, Rule, Tenant};
use md5::{Digest, Md5};
use serde_json::{Value, json};

const PART: usize = 5 * 1024 * 1024;

async fn put(url: &Value, bytes: &[u8], sum: &[u8]) -> reqwest::Response {
    let sum = BASE64_STANDARD.encode(Md5::digest(sum));
    http().put(url.as_str().unwrap()).header("content-md5", sum).body(bytes.to_vec()).send().await.unwrap()
}

async fn sends_in_parts(object_store: ObjectStore, strict: bool) {
    let tenant = Tenant::start(Options { parts: true, object_store, ..quick() }).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let base = program.get("/api/v1/").await["uploadParts"].as_str().unwrap().to_owned();
    assert!(base.ends_with("/s3/multipart"));
    let at = |tail: &str| format!("/api/v1/s3/multipart{tail}");
    let album = tenant.node_id(&["Inbox"], true).unwrap();
    let bytes = noise(2 * PART + 77);
    let parts: Vec<&[u8]> = bytes.chunks(PART).collect();

    let begin = json!({"filename": "Größe 🎏.mov", "type": "video/quicktime",
                       "metadata": {"album_id": album, "tag": "Süß"}});
    let begun = json(program.call("POST", &at(""), Some(begin)).await).await;
    let (id, key) = (begun["uploadId"].as_str().unwrap(), begun["key"].as_str().unwrap());
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("key", key).finish();

    let signed = program.get(&at(&format!("/{id}/1?{query}"))).await;
    if strict {
        assert_eq!(put(&signed["url"], parts[0], b"other").await.status(), 400);
    }
    assert_eq!(put(&signed["url"], parts[0], parts[0]).await.status(), 200);
    let stored = program.get(&at(&format!("/{id}?{query}"))).await;
    assert_eq!((&stored[0]["PartNumber"], &stored[0]["Size"]), (&json!(1), &json!(PART)));
    if strict {
        assert_eq!(stored[0]["ETag"], format!("\"{}\"", md5(parts[0])));
    }

    let more = program.get(&at(&format!("/{id}/batch?{query}&partNumbers=2,3"))).await;
    for (place, number) in [(2, "3"), (1, "2")] {
        assert_eq!(put(&more["presignedUrls"][number], parts[place], parts[place]).await.status(), 200);
    }
    let list: Vec<Value> = (0..3)
        .map(|place| json!({"PartNumber": place + 1, "ETag": format!("\"{}\"", md5(parts[place]))}))
        .collect();
    let mut wrong = list.clone();
    wrong[1]["ETag"] = json!("\"00000000000000000000000000000000\"");
    let complete = at(&format!("/{id}/complete?{query}"));
    if strict {
        let refused = program.call("POST", &complete, Some(json!({ "parts": wrong }))).await;
        assert!(!refused.status().is_success(), "{}", refused.status());
    }
    let done = json(program.call("POST", &complete, Some(json!({ "parts": list }))).await).await;
    assert_eq!(done["key"], key);
    program.settled(1).await;
    let asset = &tenant.assets()[0];
    assert_eq!(
        (asset.name.as_str(), asset.md5.clone(), asset.size),
        ("Größe 🎏.mov", md5(&bytes), bytes.len() as u64)
    );
    assert_eq!((&asset.albums, &asset.tags), (&vec![album], &vec!["Süß".to_owned()]));

    let begin = json!({"filename": "b.mov", "type": "", "metadata": {}});
    let begun = json(program.call("POST", &at(""), Some(begin)).await).await;
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("key", begun["key"].as_str().unwrap())
        .finish();
    let place = at(&format!("/{}?{query}", begun["uploadId"].as_str().unwrap()));
    assert_eq!(json(program.call("DELETE", &place, None).await).await, json!({}));
    if strict {
        assert_eq!(program.call("GET", &place, None).await.status(), 404, "NoSuchUpload");
    }
    tenant.stop().await;
}

#[tokio::test]
async fn embedded() {
    sends_in_parts(ObjectStore::Embedded, true).await;
}

#[tokio::test]
async fn s3s_fs() {
    let store = Store::s3s_fs().await.unwrap();
    // s3s-fs 0.14 checks neither a part's Content-MD5 nor the ETags of `complete`, and lists parts of no upload.
    sends_in_parts(store.object_store(), false).await;
}

#[tokio::test]
async fn seaweedfs() {
    let store = Store::seaweedfs().await.unwrap();
    sends_in_parts(store.object_store(), true).await;
}

#[tokio::test]
async fn a_part_goes_wrong_once() {
    let tenant = Tenant::start(Options { parts: true, ..quick() }).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let begin = json!({"filename": "a.mov", "type": "", "metadata": {}});
    let begun = json(program.call("POST", "/api/v1/s3/multipart", Some(begin)).await).await;
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("key", begun["key"].as_str().unwrap())
        .finish();
    let upload = format!("/api/v1/s3/multipart/{}", begun["uploadId"].as_str().unwrap());
    let url = program.get(&format!("{upload}/1?{query}")).await["url"].clone();
    let bytes = noise(300_000);
    let put_plain = || http().put(url.as_str().unwrap()).body(bytes.clone()).send();
    let once = |action| {
        let on = Match {
            path_prefix: Some("/ferry-upload".into()),
            method: Some("PUT".into()),
            ..Match::default()
        };
        tenant.set_faults(Faults { rules: vec![Rule::new(on, action).times(1)] });
    };
    once(Action::Cut { after_bytes: 100_000 });
    assert!(put_plain().await.is_err());
    assert_eq!(program.get(&format!("{upload}?{query}")).await, json!([]));
    once(Action::FlipByte { at: 299_999 });
    assert_ne!(put_plain().await.unwrap().headers()["etag"], format!("\"{}\"", md5(&bytes)));
    once(Action::FlipByte { at: 0 });
    assert_eq!(put(&url, &bytes, &bytes).await.status(), 400, "BadDigest");
    once(Action::LoseAnswer);
    assert!(put_plain().await.is_err());
    let stored = program.get(&format!("{upload}?{query}")).await;
    assert_eq!(stored[0]["ETag"], format!("\"{}\"", md5(&bytes)));
}

#[tokio::test]
async fn parts_outlive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { parts: true, data: Some(directory.path().into()), ..quick() };
    let tenant = Tenant::start(options.clone()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let begin = json!({"filename": "a.mov", "type": "", "metadata": {}});
    let begun = json(program.call("POST", "/api/v1/s3/multipart", Some(begin)).await).await;
    let id = begun["uploadId"].as_str().unwrap().to_owned();
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("key", begun["key"].as_str().unwrap())
        .finish();
    let signed = program.get(&format!("/api/v1/s3/multipart/{id}/4?{query}")).await;
    put(&signed["url"], b"four", b"four").await;
    tenant.stop().await;
    let tenant = Tenant::start(options).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let stored = program.get(&format!("/api/v1/s3/multipart/{id}?{query}")).await;
    assert_eq!(stored[0]["ETag"], format!("\"{}\"", md5(b"four")));
}
