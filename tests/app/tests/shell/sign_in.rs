//! Signing in as a person does: the page asks, the browser answers.

use app_tests::Stage;
use serde_json::{Value, json};
use tauri::async_runtime::block_on;

/// What a browser does with the page that the shell opened.
fn sign_in_as(stage: &Stage, page: &str, decision: &str) -> String {
    let user = stage.tenant.users().remove(0);
    let url = reqwest::Url::parse(page).unwrap();
    let mut fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    fields.push(("email".into(), user.email));
    fields.push(("password".into(), user.password));
    fields.push(("decision".into(), decision.into()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let (head, _) = page.split_once('?').unwrap();
    block_on(async { client.post(head).form(&fields).send().await.unwrap().text().await.unwrap() })
}

#[test]
fn the_browser_signs_in() {
    let stage = Stage::new();
    stage.page.subscribe();
    let started: Value = stage.page.ask("start_sign_in", json!({ "request": stage.sign_in_request() }));
    let flow = json!({ "flow": started["flow"] });
    stage.page.ask::<()>("open_sign_in_page", flow.clone());
    let page = stage.desktop.pages.lock().unwrap()[0].clone();
    assert_eq!(started["url"], page);
    let finished = stage.page.ask_aside("finish_sign_in", flow.clone());
    assert!(sign_in_as(&stage, &page, "allow").contains("Signed in"));
    let account = finished.join().unwrap().unwrap();
    assert_eq!(account["state"], "signed_in");
    assert_eq!(account["kind"], "browser");
    stage.page.hear(|event| event["event"] == "accounts_changed" && event["accounts"][0]["id"] == 1);
    // It is over: there is no page to open any more.
    assert_eq!(stage.page.refused("open_sign_in_page", flow), "SignInCancelled");

    stage.page.ask::<()>("sign_out", json!({ "account": 1, "dropQueue": false }));
    // The library's key stays: it is asked for once per library and computer.
    assert_eq!(stage.vault.names(), [format!("app key {}/", stage.tenant.url())]);
}

#[test]
fn a_sign_in_can_be_cancelled_on_both_sides() {
    let stage = Stage::new();
    let start = || -> Value {
        let started: Value = stage.page.ask("start_sign_in", json!({ "request": stage.sign_in_request() }));
        json!({ "flow": started["flow"], "url": started["url"] })
    };
    let refused = start();
    let finished = stage.page.ask_aside("finish_sign_in", refused.clone());
    sign_in_as(&stage, refused["url"].as_str().unwrap(), "deny");
    assert_eq!(finished.join().unwrap().unwrap_err()["code"], "SignInCancelled");

    let cancelled = start();
    let finished = stage.page.ask_aside("finish_sign_in", cancelled.clone());
    stage.page.ask::<()>("cancel_sign_in", cancelled);
    assert_eq!(finished.join().unwrap().unwrap_err()["code"], "SignInCancelled");
    assert!(stage.vault.is_empty());
}

#[test]
fn nonsense_is_no_tenant() {
    let stage = Stage::new();
    let request = json!({ "request": { "tenant": "not a tenant!", "app_id": "x", "app_secret": null } });
    assert_eq!(stage.page.refused("start_sign_in", request), "TenantUnknown");
}
