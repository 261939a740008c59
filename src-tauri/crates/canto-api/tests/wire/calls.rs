//! What each call sends, and how answers of odd shapes are read.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::Request,
    http::StatusCode,
    response::{Html, IntoResponse},
    routing::{any, get, post},
};
use canto_api::{Asset, AssetRef, EditProperty, ErrorKind, NodeKind, Search, StatusItem, UploadState};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::client;

type Seen = Arc<Mutex<Vec<(String, String, Value)>>>;

/// Answers everything with the same JSON and notes method, address and body.
fn recorder(answer: Value) -> (Router, Seen) {
    let seen = Seen::default();
    let notes = seen.clone();
    let router = Router::new().fallback(any(move |request: Request| {
        let (notes, answer) = (notes.clone(), answer.clone());
        async move {
            let (method, uri) = (request.method().to_string(), request.uri().to_string());
            let body = request.into_body().collect().await.unwrap().to_bytes();
            notes.lock().unwrap().push((method, uri, serde_json::from_slice(&body).unwrap_or_default()));
            Json(answer)
        }
    }));
    (router, seen)
}

#[tokio::test]
async fn addresses_methods_and_bodies() {
    let (router, seen) = recorder(json!({"id": "X", "results": []}));
    let canto = client(router).await;
    let asset = AssetRef::new("image", "0a1b");
    canto.user().await.unwrap();
    canto.tree(Some("F1"), 2).await.unwrap();
    canto.node(NodeKind::Album, "A1").await.unwrap();
    let made = canto.create_album(Some("F1"), "Röd/Blå").await.unwrap();
    assert_eq!((made.id.as_str(), made.name.as_str(), made.scheme), ("X", "Röd/Blå", NodeKind::Album));
    canto.create_folder(None, "50 %").await.unwrap();
    canto.asset(&asset).await.unwrap();
    canto.album_content("A1", 100, 50).await.unwrap();
    canto.search(&Search::file_name_exact("a b.jpg").schemes(&["image", "video"]), 0, 10).await.unwrap();
    canto.collection_content("C1", 0, 10).await.unwrap();
    canto.add_tag(&asset, "a/b").await.unwrap();
    canto.add_keyword(&asset, "sea").await.unwrap();
    canto.rename_asset(&asset, "b.jpg").await.unwrap();
    canto.version_comment(&asset, "v1", "new").await.unwrap();
    canto.create_keyword("sea", "").await.unwrap();
    canto
        .batch_edit(std::slice::from_ref(&asset), &[EditProperty::custom("meta_choice_3", "yes")])
        .await
        .unwrap();
    canto.assign_to_album("F1/A1", &[Asset { id: "0a1b".into(), ..Asset::default() }]).await.unwrap();
    canto.delete_nodes(&[(NodeKind::Album, "A1".into())]).await.unwrap();
    canto.collections().await.unwrap();

    let seen = seen.lock().unwrap();
    let lines: Vec<String> = seen.iter().map(|(method, uri, _)| format!("{method} {uri}")).collect();
    let expected = [
        "GET /api/v1/user",
        "GET /api/v1/tree/F1?sortBy=name&sortDirection=ascending&layer=2",
        "GET /api/v1/info/album/A1",
        "POST /api/v1/album/F1/R%C3%B6d%2FBl%C3%A5",
        "POST /api/v1/folder/50%20%25",
        "GET /api/v1/image/0a1b",
        "GET /api/v1/album/A1?sortBy=time&sortDirection=descending&start=100&limit=50",
        "GET /api/v1/search?keyword=a+b.jpg&searchInField=filename&exactMatch=true&scheme=image%7Cvideo&start=0&limit=10",
        "GET /api/v1/mycollections/C1?sortBy=name&sortDirection=ascending&start=0&limit=10",
        "PUT /api/v1/image/0a1b/tag/a%2Fb",
        "PUT /api/v1/image/0a1b/keyword/sea",
        "PUT /api/v1/image/0a1b/rename",
        "POST /api/v1/version/comment",
        "POST /api/v1/keyword",
        "PUT /api/v1/batch/edit",
        "POST /api/v1/batch/album",
        "DELETE /api/v1/batch/folder",
        "GET /api/v1/mycollections",
    ];
    assert_eq!(lines, expected);
    assert_eq!(
        seen[14].2,
        json!({"contents": [{"scheme": "image", "id": "0a1b"}], "properties": [
            {"propertyId": "meta_choice_3", "propertyValue": "yes", "action": "", "customField": true}]})
    );
    assert_eq!(seen[16].2, json!([{"id": "A1", "scheme": "album"}]));
}

#[tokio::test]
async fn details_go_out_in_hundreds_and_nothing_gets_lost() {
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let notes = sizes.clone();
    let router = Router::new().route(
        "/api/v1/batch/content",
        post(move |Json(asked): Json<Vec<AssetRef>>| async move {
            notes.lock().unwrap().push(asked.len());
            // Every tenth is unknown: null, and named under "failed" only every twentieth time.
            let known: Vec<Value> = asked
                .iter()
                .map(|asset| match asset.id.parse::<usize>().unwrap() % 10 {
                    0 => Value::Null,
                    _ => json!({"id": asset.id, "scheme": asset.scheme, "size": "7"}),
                })
                .collect();
            Json(json!({"docResult": known, "failed": [{"id": "0", "scheme": "image"}]}))
        }),
    );
    let canto = client(router).await;
    let assets: Vec<_> = (0..250).map(|n| AssetRef::new("image", n.to_string())).collect();
    let batch = canto.batch_content(&assets).await.unwrap();
    assert_eq!((batch.found.len(), batch.failed.len()), (225, 25));
    let mut sizes = sizes.lock().unwrap().clone();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    assert!(canto.batch_content(&[]).await.unwrap().found.is_empty());
}

#[tokio::test]
async fn a_web_page_is_no_answer_whatever_its_status() {
    let router = Router::new()
        .route("/api/v1/user", get(|| async { Html("<html>please sign in to the network") }))
        .route("/api/v1/tree", get(|| async { (StatusCode::NOT_FOUND, Html("<html>")) }))
        .route("/api/v1/upload/setting", get(|| async { "<!DOCTYPE html><html>" }))
        .route("/api/v1/batch/edit", any(|| async { Html("<html>") }))
        .route(
            "/api/v1/custom/field",
            get(|| async { (StatusCode::FOUND, [("location", "http://portal/")]) }),
        )
        .route(
            "/api/v1/search",
            get(|| async { ([("content-type", "application/json")], "{\"results\":[") }),
        );
    let canto = client(router).await;
    let edit = [EditProperty::keywords(&["a".into()])];
    let kinds = [
        canto.user().await.unwrap_err(),
        canto.tree(None, -1).await.unwrap_err(),
        canto.upload_setting(false).await.unwrap_err(),
        canto.batch_edit(&[AssetRef::new("image", "1")], &edit).await.unwrap_err(),
        canto.custom_fields().await.unwrap_err(),
        canto.search(&Search::keyword("x"), 0, 1).await.unwrap_err(),
    ];
    for error in kinds {
        assert_eq!(error.kind(), &ErrorKind::UnexpectedAnswer, "{error}");
    }
}

#[tokio::test]
async fn fields_rights_and_endpoints_of_any_shape() {
    let router = Router::new()
        .route("/api/v1/", get(|| async { Json(json!({"parts": "/s3/multipart", "user": "/api/v1/user"})) }))
        .route("/api/v1/user", get(|| async { Json(json!({"userId": 7, "permissions": ["upload"]})) }))
        .route(
            "/api/v1/custom/field",
            get(|| async {
                Json(json!([{"id": "meta_choice_3", "name": "Use", "values": ["a", null], "odd": 1}, null]))
            }),
        );
    let canto = client(router).await;
    assert_eq!(canto.endpoints().await.unwrap().offers_parts().as_deref(), Some("/s3/multipart"));
    assert!(canto.user().await.unwrap().may_upload());
    let fields = canto.custom_fields().await.unwrap();
    assert_eq!((fields.len(), fields[0].id.as_str(), fields[0].values.len()), (1, "meta_choice_3", 1));
    assert_eq!(fields[0].other["odd"], 1);
}

#[tokio::test]
async fn the_setting_knows_the_server_clock_and_the_status_its_items() {
    let router = Router::new()
        .route(
            "/api/v1/upload/setting",
            get(|request: Request| async move {
                assert_eq!(request.uri().query(), Some("refer=true"));
                let date = [("date", "Sat, 06 Jan 2024 16:42:38 GMT")];
                (date, Json(json!({"key": "u/${filename}", "url": "https://b.example/"}))).into_response()
            }),
        )
        .route(
            "/api/v1/upload/status",
            get(|request: Request| async move {
                assert_eq!(request.uri().query(), Some("hours=24"));
                Json(json!({"results": [{"name": "a.jpg", "status": "Done", "id": "1", "scheme": "image"}]}))
            }),
        );
    let canto = client(router).await;
    let setting = canto.upload_setting(true).await.unwrap();
    assert_eq!(setting.fetched_at_server().unwrap().to_string(), "2024-01-06T16:42:38Z");
    assert_eq!(setting.expires_in_at_fetch(), None);
    let mut names = Vec::new();
    let mut note = |item: StatusItem<'_>| {
        assert_eq!(item.status, UploadState::Done);
        names.push(item.name.into_owned());
    };
    assert_eq!(canto.upload_status(99, &mut note).await.unwrap(), 1);
    assert_eq!(names, ["a.jpg"]);
}

#[tokio::test]
async fn other_calls_stay_on_the_tenant() {
    let (router, seen) = recorder(json!({"uploadId": "u"}));
    let canto = client(router).await;
    let url = canto.tenant().origin().join("s3/multipart").unwrap();
    let body = json!({"filename": "a"});
    let answer = canto.other_json("create_parts", reqwest::Method::POST, url, Some(&body)).await.unwrap();
    assert_eq!(answer["uploadId"], "u");
    assert_eq!(seen.lock().unwrap()[0].2, body);
    let elsewhere = "http://127.0.0.1:1/s3/multipart".parse().unwrap();
    let error = canto.other_json("create_parts", reqwest::Method::POST, elsewhere, None).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::BadRequest);
}

/// Calls are made from spawned tasks.
#[tokio::test]
async fn futures_can_move_between_threads() {
    let (router, _) = recorder(json!({"results": []}));
    let canto = client(router).await;
    let task = tokio::spawn(async move {
        let assets = [AssetRef::new("image", "1")];
        canto.batch_content(&assets).await.unwrap();
        canto.upload_status(1, &mut |_| {}).await.unwrap();
        canto.tree(None, -1).await.unwrap();
        drop(canto.download(&assets[0], None, None).await);
    });
    task.await.unwrap();
}
