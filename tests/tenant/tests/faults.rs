//! What goes wrong on request, and the admin side.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fall over

mod common;

use std::time::Duration;

use common::{ADMIN, Program, http, json, md5, noise, quick};
use ferry_tenant::{Action, FaultBody, Faults, Match, Rule, Tenant};
use serde_json::json;

fn one(on: Match, action: Action) -> Faults {
    Faults { rules: vec![Rule::new(on, action).times(1)] }
}

#[tokio::test]
async fn an_object_post_goes_wrong_once() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let bytes = noise(1_000_000);
    let (url, fields) = program.fields("a.jpg", "").await;
    let post = || program.post(&url, &fields, "a.jpg", &bytes);

    tenant.set_faults(one(Match::object_post(), Action::Cut { after_bytes: 300_000 }));
    assert!(post().await.is_err());
    assert!(tenant.assets().is_empty(), "nothing is kept of a broken POST");

    let busy =
        Action::Status { code: 503, retry_after: Some("3".into()), body: FaultBody::Xml, after_bytes: None };
    tenant.set_faults(one(Match::named("*.jpg"), busy));
    let answer = post().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"3".parse().unwrap()));
    assert!(answer.text().await.unwrap().contains("SlowDown"));

    tenant.set_faults(one(Match::object_post(), Action::LoseAnswer));
    assert!(post().await.is_err());
    assert_eq!(tenant.assets().len(), 1, "stored, though the answer was lost");

    tenant.set_faults(one(Match::object_post(), Action::FlipByte { at: 999_999 }));
    let etag = post().await.unwrap().headers()["etag"].clone();
    assert_ne!(etag, format!("\"{}\"", md5(&bytes)));
    assert!(tenant.assets().iter().any(|asset| asset.md5 != md5(&bytes)));

    tenant.set_faults(one(Match::object_post(), Action::WrongEtag));
    assert_eq!(post().await.unwrap().headers()["etag"], "\"00000000000000000000000000000000\"");
    tenant.set_faults(one(Match::object_post(), Action::NoEtag));
    assert!(!post().await.unwrap().headers().contains_key("etag"));
    tenant.set_faults(one(Match::object_post(), Action::IngestError));
    post().await.unwrap();
    assert_eq!(program.status().await[0]["status"], "Error");
    tenant.set_faults(one(Match::object_post(), Action::NeverIngest));
    let before = program.status().await.len();
    assert_eq!(post().await.unwrap().status(), 204);
    assert_eq!(program.status().await.len(), before);
    tenant.set_faults(one(Match::object_post(), Action::ExpirePolicies));
    assert!(post().await.unwrap().text().await.unwrap().contains("Policy expired."));
}

#[tokio::test]
async fn rules_count_and_come_over_http() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let admin = |method: &str, path: &str, body: serde_json::Value| {
        http()
            .request(method.parse().unwrap(), format!("{}/_tenant/{path}", tenant.url()))
            .bearer_auth(tenant.admin_token())
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
    };
    let rules = json!([
        {"match": {"path_prefix": "/api/v1/upload/status", "method": "GET"}, "after": 1, "times": 1,
         "action": {"kind": "status", "code": 429, "retry_after": "7"}},
        {"match": {"path_prefix": "/api/v1/tree"}, "action": {"kind": "cut", "after_bytes": 20}},
        {"match": {"path_prefix": "/api/v1/user"}, "times": 1, "action": {"kind": "expire_tokens"}},
    ]);
    assert_eq!(admin("PUT", "faults", rules).await.unwrap().status(), 200);
    let status = || program.call("GET", "/api/v1/upload/status", None);
    assert_eq!(status().await.status(), 200);
    assert_eq!(status().await.headers()["retry-after"], "7");
    assert_eq!(status().await.status(), 200);
    let tree = program.call("GET", "/api/v1/tree", None).await;
    assert!(tree.bytes().await.is_err(), "cut in the answer");
    assert_eq!(program.call("GET", "/api/v1/user", None).await.status(), 401);
    let told = json(admin("GET", "faults", json!(null)).await.unwrap()).await;
    assert_eq!((&told["rules"][0]["seen"], &told["rules"][0]["fired"]), (&json!(3), &json!(1)));
    admin("POST", "reset-faults", json!(null)).await.unwrap();
    assert!(tenant.faults().rules.is_empty());
    assert_eq!(http().get(format!("{}/_tenant/assets", tenant.url())).send().await.unwrap().status(), 401);
    let calls = tenant.requests();
    assert_eq!(calls.iter().filter(|call| call.path == "/api/v1/upload/status").count(), 3);
    assert!(calls.iter().any(|call| call.status == Some(429)));
    assert_eq!(calls[0].user.as_deref(), Some(ADMIN));
    let clock = json(admin("POST", "clock", json!({"advance_ms": 86_400_000})).await.unwrap()).await;
    assert_eq!(clock["offset_ms"], 86_400_000);
    let collection = json!({"name": "Picks", "owner": ADMIN, "marked": true});
    let made = json(admin("POST", "collections", collection).await.unwrap()).await;
    admin("PUT", "switches", json!({"collections_listing": true})).await.unwrap();
    let mut program = program;
    program.token = tenant.token_for(ADMIN);
    let listed = program.get("/api/v1/mycollections").await;
    assert_eq!(
        (&listed["results"][0]["id"], &listed["results"][0]["syncToConnect"]),
        (&made["id"], &json!(true))
    );
}

#[tokio::test]
async fn a_hanging_call_never_answers() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    tenant.set_faults(one(Match::path("/api/v1/user"), Action::Hang));
    let waits =
        tokio::time::timeout(Duration::from_millis(150), program.call("GET", "/api/v1/user", None)).await;
    assert!(waits.is_err());
    assert_eq!(program.call("GET", "/api/v1/user", None).await.status(), 200);
}
