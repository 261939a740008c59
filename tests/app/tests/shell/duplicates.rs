//! Files that the library has already: looked for, shown, decided about.

use std::path::Path;

use app_tests::Stage;
use engine::model::AccountView;
use ferry_desktop::thumbnails::answer;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use tauri::async_runtime::block_on;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n, as far as its first bytes tell";

fn set_rule(stage: &Stage, rule: &str) {
    stage.page.ask::<()>("set_setting", json!({ "key": "duplicates_upload", "value": rule }));
}

fn decisions(stage: &Stage, query: Value) -> Value {
    stage.page.ask("list_decisions", json!({ "query": query }))
}

/// Three files are in the library, and come again with other bytes.
fn asked(stage: &Stage) -> AccountView {
    let account = stage.sign_in();
    stage.page.subscribe();
    let names = ["a.png", "b.png", "c.png"];
    let old = names.map(|name| stage.file(name, PNG));
    stage.enqueue(&account, &old.each_ref().map(AsRef::<Path>::as_ref), "Inbox");
    assert_eq!(stage.page.settled(), json!({ "done": 3 }));
    set_rule(stage, "filename:ask");
    let new = names.map(|name| stage.file(name, format!("new {name}").as_bytes()));
    stage.enqueue(&account, &new.each_ref().map(AsRef::<Path>::as_ref), "Other");
    stage.page.hear(|event| event["totals"]["jobs"]["blocked"] == 3);
    account
}

#[test]
fn what_waits_is_shown_and_decided() {
    let stage = Stage::new();
    asked(&stage);
    let page = decisions(&stage, json!({ "limit": 2 }));
    assert_eq!((&page["total"], &page["offset"]), (&json!(3), &json!(0)), "{page:#}");
    assert_eq!(page["decisions"].as_array().unwrap().len(), 2);
    let kind = &page["kinds"][0];
    assert_eq!(page["kinds"].as_array().unwrap().len(), 1, "{page:#}");
    assert_eq!(
        (&kind["basis"], &kind["certainty"], &kind["count"]),
        (&json!("filename"), &json!("certain"), &json!(3))
    );
    let one = &page["decisions"][0];
    let job = &one["job"]["id"];
    assert_eq!((&one["of"]["name"], &one["of"]["place"]), (&json!("a.png"), &json!("Inbox")), "{one:#}");
    assert_eq!(one["no_version"], Value::Null);

    // A window that begins with a job, with the one after it, or with the last.
    let from = |from: &Value| decisions(&stage, json!({ "from": from, "limit": 1 }));
    let second = &page["decisions"][1]["job"]["id"];
    assert_eq!((&from(second)["offset"], &from(second)["decisions"][0]["job"]["id"]), (&json!(1), second));
    assert_eq!(from(&json!(4_711))["offset"], 2);

    // The file as it is, and what there is of the asset.
    let facts = |hash: bool| -> Value { stage.page.ask("local_facts", json!({ "job": job, "hash": hash })) };
    assert_eq!((&facts(false)["size"], &facts(false)["md5"]), (&json!(9), &Value::Null));
    assert!(facts(false)["modified"].as_i64() > Some(0));
    assert_eq!(facts(true)["md5"], hex::encode(Md5::digest("new a.png")));
    let (shell, path) = (stage.shell(), format!("/duplicate/{job}"));
    let picture = block_on(async move { answer(&shell, &path).await });
    assert_eq!((picture.status().as_u16(), picture.body().as_slice()), (200, PNG));
    assert_eq!(picture.headers()["content-type"], "image/png");
    stage.page.ask::<()>("open_duplicate", json!({ "job": job }));
    assert_eq!(json!(stage.desktop.pages.lock().unwrap()[0]), one["of"]["url"]);

    // One as a new version, the others of its kind not at all.
    let decide = |answer: &str, reach: Value| -> Value {
        stage.page.ask("decide_duplicates", json!({ "answer": answer, "reach": reach }))
    };
    let this = json!({ "for": "these", "selection": { "of": "jobs", "jobs": [job] } });
    assert_eq!(decide("version", this), json!({ "changed": 1, "unchanged": 0 }));
    assert_eq!(
        decide("skip", json!({ "for": "kind", "job": second })),
        json!({ "changed": 2, "unchanged": 0 })
    );
    stage.page.hear(|event| event["totals"]["jobs"]["done"] == 4);
    let left = decisions(&stage, json!({}));
    assert_eq!((&left["total"], &left["decisions"], &left["kinds"]), (&json!(0), &json!([]), &json!([])));
    // Every version counts.
    assert_eq!(stage.tenant.assets().iter().filter(|asset| asset.name == "a.png").count(), 2);
    assert_eq!(stage.tenant.assets().len(), 4);

    // One that was left out still tells of which asset; of others there is nothing to tell.
    stage.page.ask::<()>("open_duplicate", json!({ "job": second }));
    assert_eq!(stage.page.refused("open_duplicate", json!({ "job": job })), "RequestInvalid");
    assert_eq!(stage.page.refused("local_facts", json!({ "job": 4_711, "hash": false })), "JobMissing");
    let nobody = json!({ "answer": "skip", "reach": { "for": "kind", "job": 4_711 } });
    assert_eq!(stage.page.refused("decide_duplicates", nobody), "JobMissing");
}

#[test]
fn what_is_staged_is_looked_for_before_it_is_sent() {
    let stage = Stage::new();
    let account = stage.sign_in();
    stage.page.subscribe();
    let old = stage.file("a.png", PNG);
    stage.enqueue(&account, &[&old], "Inbox");
    stage.page.settled();
    let album: Value =
        stage.page.ask("create_album", json!({ "account": account.id, "parent": null, "name": "Next" }));
    let new = stage.file("b.png", b"new");
    let request = json!({
        "account": account.id, "paths": [old, new], "tags": [], "include": [], "exclude": [], "priority": 0,
        "destination": { "kind": "album", "id": album["id"], "path": album["path"] }, "take_junk": false,
    });
    let preview = |more: Value| -> Value {
        let mut arguments = json!({ "request": request });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        stage.page.ask("preview_duplicates", arguments)
    };
    // Without a rule nothing is looked for, unless somebody wants to know.
    assert_eq!(preview(json!({}))["certain"], 0);
    let found = preview(json!({ "basis": "filename" }));
    assert_eq!((&found["certain"], &found["twins"]), (&json!(1), &json!(0)), "{found:#}");
    let file = &found["files"][0];
    assert_eq!((&file["path"], &file["takes_version"]), (&json!(old), &json!(true)), "{file:#}");
    assert_eq!(file["of"]["place"], "Inbox");
    assert!(file["of"]["uploaded"].is_string() && file["of"]["url"].is_string(), "{file:#}");
    set_rule(&stage, "md5:skip");
    assert_eq!(preview(json!({}))["certain"], 1);
    stage.page.ask::<()>("stop_duplicate_preview", json!({}));
}
