//! From the form POST to the asset.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fall over

mod common;

use std::time::Duration;

use common::{ADMIN, Program, form, json, md5, noise, quick};
use ferry_tenant::{
    DuplicateAction, DuplicateBasis, DuplicateReport, DuplicateRule, Options, Scheme, Signature, Switches,
    Tenant,
};
use serde_json::json;

#[tokio::test]
async fn a_file_becomes_an_asset_of_the_album() {
    for signature in [Signature::V2, Signature::V4] {
        let tenant = Tenant::start(Options { signature, ..quick() }).await.unwrap();
        let program = Program::new(&tenant, ADMIN);
        let album = tenant.node_id(&["Marketing", "Spring", "Selects"], true).unwrap();
        for (name, size) in [("Grüße 🎏.jpg", 10), ("a.mov", 3_000_001), ("leer.txt", 0), ("b.pdf", 65_536)]
        {
            let bytes = noise(size);
            let answer = program.upload(name, &album, &bytes).await;
            assert_eq!(answer.status(), 204);
            assert_eq!(answer.headers()["etag"], format!("\"{}\"", md5(&bytes)));
            let found = tenant.assets().into_iter().find(|asset| asset.name == name).unwrap();
            assert_eq!(
                (found.size, &found.md5, &found.albums),
                (size as u64, &md5(&bytes), &vec![album.clone()])
            );
            assert_eq!(tenant.asset_bytes(found.scheme, &found.id).unwrap(), bytes);
        }
        let items = program.settled(4).await;
        assert!(items.iter().all(|item| item["status"] == "Done"), "{items:?}");
        let listed =
            program.get(&format!("/api/v1/album/{album}?limit=2&sortBy=name&sortDirection=ascending")).await;
        assert_eq!(listed["found"], 4);
        assert_eq!(listed["results"][0]["name"], "a.mov");
        assert_eq!(listed["results"][0]["size"], "3000001");
        assert_eq!(listed["results"][0]["scheme"], "video");
        let keys: Vec<_> =
            items.iter().map(|item| json!({"id": item["id"], "scheme": item["scheme"]})).collect();
        let mut asked = keys.clone();
        asked.push(json!({"id": "nothing", "scheme": "image"}));
        let batch = json(program.call("POST", "/api/v1/batch/content", Some(asked.into())).await).await;
        assert_eq!(batch["docResult"].as_array().unwrap().len(), 5);
        assert_eq!(batch["failed"][0]["id"], "nothing");
        tenant.stop().await;
    }
}

#[tokio::test]
async fn bytes_that_look_like_the_boundary_arrive_whole() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let mut bytes = Vec::new();
    for place in 0..4000 {
        bytes.extend_from_slice(b"\r\n--ferry-boundary-");
        bytes.extend_from_slice(&noise(place % 97));
        bytes.extend_from_slice(b"\r\n--ferry\r\n--");
    }
    assert_eq!(program.upload("tricky.bin", "", &bytes).await.status(), 204);
    assert_eq!(tenant.assets()[0].md5, md5(&bytes));
    assert_eq!(tenant.assets()[0].scheme, Scheme::Other);
}

#[tokio::test]
async fn status_goes_from_absent_to_initial_to_done_by_the_tenants_clock() {
    let switches = Switches { appear_delay_ms: 60_000, ingest_delay_ms: 600_000, ..Switches::default() };
    let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    program.upload("lake.jpg", "", b"water").await;
    assert_eq!(program.get("/api/v1/upload/status?hours=1").await, json!({ "found": 0 }));
    tenant.advance_clock(Duration::from_secs(61));
    let items = program.status().await;
    assert_eq!((items[0]["status"].as_str(), items[0].get("id")), (Some("Initial"), None));
    assert!(tenant.assets().is_empty());
    tenant.advance_clock(Duration::from_secs(600));
    let items = program.settled(1).await;
    assert_eq!(items[0]["status"], "Done");
    assert_eq!(items[0]["id"].as_str().unwrap().len(), 26);
    tenant.advance_clock(Duration::from_secs(3600));
    assert!(program.status().await.is_empty(), "hours=1 does not reach so far back");
}

#[tokio::test]
async fn only_albums_take_uploads() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let folder = tenant.node_id(&["Products"], false).unwrap();
    for album in [folder.as_str(), "ZZZZZ"] {
        assert_eq!(program.upload("a.jpg", album, b"x").await.status(), 204);
    }
    let items = program.settled(2).await;
    assert!(items.iter().all(|item| item["status"] == "Error"), "{items:?}");
    assert!(tenant.assets().is_empty());
}

#[tokio::test]
async fn the_same_key_is_overwritten_before_ingestion() {
    let switches = Switches { ingest_delay_ms: 60_000, ..Switches::default() };
    let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let (url, fields) = program.fields("a.jpg", "").await;
    for bytes in [b"first", b"later"] {
        assert_eq!(program.post(&url, &fields, "a.jpg", bytes).await.unwrap().status(), 204);
    }
    tenant.advance_clock(Duration::from_secs(61));
    program.settled(1).await;
    let assets = tenant.assets();
    assert_eq!((assets.len(), assets[0].md5.clone()), (1, md5(b"later")));
}

#[tokio::test]
async fn a_new_version_keeps_the_asset() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    program.upload("a.jpg", "", b"one").await;
    let id = tenant.assets()[0].id.clone();
    let (url, mut fields) = program.fields("a.jpg", "").await;
    common::set(&mut fields, "x-amz-meta-id", &id);
    common::set(&mut fields, "x-amz-meta-scheme", "image");
    program.post(&url, &fields, "a.jpg", b"two").await.unwrap();
    let detail = program.get(&format!("/api/v1/image/{id}")).await;
    assert_eq!(detail["md5"], md5(b"two"));
    assert_eq!(detail["versionHistory"].as_array().unwrap().len(), 2);
    assert_eq!(detail["versionHistory"][0]["versionId"], "bGF0ZXN0X3ZlcnNpb25fdGFn");
    assert_eq!(tenant.assets().len(), 2);
    let old = detail["versionHistory"][1]["versionId"].as_str().unwrap().replace('=', "%3D");
    let answer = program.call("GET", &format!("/api_binary/v1/image/{id}/{old}"), None).await;
    assert_eq!(answer.status(), 302);
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(common::http().get(place).send().await.unwrap().text().await.unwrap(), "one");
}

#[tokio::test]
async fn the_duplicate_rule_has_its_report_forms() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    program.upload("a.jpg", "", b"same").await;
    let first = tenant.assets()[0].id.clone();
    let rule = |action, report| Switches {
        duplicates: Some(DuplicateRule { basis: DuplicateBasis::Md5, action, report }),
        ..tenant.switches()
    };
    tenant.set_switches(rule(DuplicateAction::Skip, DuplicateReport::OldId));
    program.upload("b.jpg", "", b"same").await;
    assert_eq!(program.settled(2).await[0]["id"], first);
    tenant.set_switches(rule(DuplicateAction::Skip, DuplicateReport::Error));
    program.upload("c.jpg", "", b"same").await;
    assert_eq!(program.settled(3).await[0]["status"], "Error");
    tenant.set_switches(rule(DuplicateAction::Skip, DuplicateReport::Absent));
    program.upload("d.jpg", "", b"same").await;
    assert_eq!(program.status().await.len(), 3);
    assert_eq!(tenant.assets().len(), 1);
    tenant.set_switches(rule(DuplicateAction::Version, DuplicateReport::OldId));
    program.upload("e.jpg", "", b"same").await;
    assert_eq!(tenant.assets().len(), 2);
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { data: Some(directory.path().into()), ..quick() };
    let tenant = Tenant::start(options.clone()).await.unwrap();
    let mut program = Program::new(&tenant, ADMIN);
    let album = json(program.call("POST", "/api/v1/album/Neu%20%2F%20alt", None).await).await;
    program.upload("a.jpg", album["id"].as_str().unwrap(), b"kept").await;
    let (before, announcement, port) = (tenant.assets(), tenant.announcement(), tenant.port());
    tenant.stop().await;

    let tenant = Tenant::start(Options { port, seed: 7, ..options }).await.unwrap();
    program.http = common::http();
    assert_eq!(tenant.announcement(), announcement);
    assert_eq!(tenant.assets(), before);
    assert_eq!(program.settled(1).await[0]["name"], "a.jpg");
    assert_eq!(tenant.node_id(&["Neu / alt"], true).as_deref(), album["id"].as_str());
    assert_eq!(tenant.asset_bytes(Scheme::Image, &before[0].id).unwrap(), b"kept");
}

#[tokio::test]
async fn fields_after_the_file_are_ignored() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let (url, fields) = program.fields("a.jpg", "").await;
    let mut body = form("b", &fields, "a.jpg", b"bytes");
    let end = body.len() - b"--b--\r\n".len();
    body.truncate(end);
    body.extend(b"--b\r\nContent-Disposition: form-data; name=\"tagging\"\r\n\r\nx\r\n--b--\r\n");
    let answer = program
        .http
        .post(url)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(tenant.assets()[0].md5, md5(b"bytes"));
}
