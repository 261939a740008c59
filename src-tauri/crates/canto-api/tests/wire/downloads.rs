//! The redirect to a CDN, and what must not go there.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect},
    routing::{get, post},
};
use bytes::Bytes;
use canto_api::{AssetRef, ErrorKind, Resume};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::support::{client, file, serve};

async fn cdn(headers: HeaderMap) -> impl IntoResponse {
    assert!(!headers.contains_key("authorization"), "the CDN must not see the token");
    let whole = file(1000);
    let same = headers.get("if-range").is_none_or(|tag| tag == "\"0a\"");
    match headers.get("range").filter(|_| same).map(|range| range.to_str().unwrap().to_owned()) {
        Some(range) => {
            assert_eq!(range, "bytes=600-");
            let part = [("content-range", "bytes 600-999/1000".to_owned())];
            (StatusCode::PARTIAL_CONTENT, part, whole[600..].to_vec()).into_response()
        }
        None => ([("etag", "\"0a\"".to_owned())], whole).into_response(),
    }
}

/// A tenant whose redirect goes to another host, and to its own.
async fn tenant() -> Router {
    let elsewhere = format!("http://{}/x", serve(Router::new().route("/x", get(cdn))).await);
    let binary = get(move |headers: HeaderMap| async move {
        assert_eq!(headers["authorization"], "Bearer one");
        Redirect::to(&elsewhere)
    });
    Router::new()
        .route("/api_binary/v1/image/1", binary)
        .route("/api_binary/v1/image/1/v%3D", get(|| async { (StatusCode::FOUND, [("location", "/cdn/x")]) }))
        .route("/api_binary/v1/image/1/v=", get(|| async { (StatusCode::FOUND, [("location", "/cdn/x")]) }))
        .route("/cdn/x", get(cdn))
        .route("/api_binary/v1/image/page", get(|| async { Html("<html>") }))
        .route("/api_binary/v1/image/plain", get(|| async { Redirect::to("http://cdn.example.com/x") }))
        .route("/api_binary/v1/image/circle", get(|| async { Redirect::to("/circle") }))
        .route("/circle", get(|| async { Redirect::to("/circle") }))
}

async fn bytes(stream: impl futures_util::Stream<Item = Result<Bytes, canto_api::ApiError>>) -> Vec<u8> {
    stream
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend(piece);
            Ok(all)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn the_token_stays_with_the_tenant() {
    let canto = client(tenant().await).await;
    let asset = AssetRef::new("image", "1");
    let whole = canto.download(&asset, None, None).await.unwrap();
    assert_eq!(
        (whole.status, whole.offset, whole.length, whole.etag.as_deref()),
        (200, 0, Some(1000), Some("0a"))
    );
    assert_eq!(bytes(whole).await, file(1000));
    let rest = canto.download(&asset, None, Some(600.into())).await.unwrap();
    assert_eq!((rest.status, rest.offset, rest.length), (206, 600, Some(400)));
    assert_eq!(bytes(rest.stream).await, file(1000)[600..]);
    let version = canto.download(&asset, Some("v="), None).await.unwrap();
    assert_eq!(bytes(version).await.len(), 1000);
}

#[tokio::test]
async fn many_addresses_in_one_call() {
    let place = format!("http://{}/x", serve(Router::new().route("/x", get(cdn))).await);
    let router = Router::new().route(
        "/api_binary/v1/batch/directuri",
        post(move |Json(asked): Json<Vec<AssetRef>>| async move {
            let mut answer: Vec<Value> =
                asked.iter().map(|a| json!({"id": a.id, "size": "1000", "directUri": place})).collect();
            answer[0]["directUri"] = Value::Null;
            answer.push(json!({"id": "not asked for", "directUri": place}));
            Json(answer)
        }),
    );
    let canto = client(router).await;
    let assets: Vec<_> = (0..150).map(|n| AssetRef::new("image", n.to_string())).collect();
    let addresses = canto.direct_addresses(&assets).await.unwrap();
    assert_eq!(addresses.len(), 148, "one of each hundred has none");
    assert_eq!((&addresses[0].asset, addresses[0].size), (&assets[1], Some(1000)));
    assert!(!format!("{addresses:?}").contains("http"));
    let rest = canto.download_direct(&addresses[0], Some(600.into())).await.unwrap();
    assert_eq!((rest.status, rest.offset), (206, 600));
    let resume = |etag: &str| Some(Resume { from: 600, etag: Some(etag.into()) });
    let same = canto.download_direct(&addresses[0], resume("0a")).await.unwrap();
    assert_eq!((same.status, same.offset), (206, 600));
    let other = canto.download_direct(&addresses[0], resume("0b")).await.unwrap();
    assert_eq!((other.status, other.offset), (200, 0), "it is another file by now");
}

#[tokio::test]
async fn what_is_no_file() {
    let canto = client(tenant().await).await;
    for id in ["page", "plain", "circle"] {
        let error = canto.download(&AssetRef::new("image", id), None, None).await.err().unwrap();
        assert_eq!(error.kind(), &ErrorKind::UnexpectedAnswer, "{id}: {error}");
    }
    let error = canto.download(&AssetRef::new("image", "none"), None, None).await.err().unwrap();
    assert_eq!(error.kind(), &ErrorKind::NotFound);
}
