//! The budget on the wire; its arithmetic is tested with a paused clock beside it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::get};
use canto_api::{Budget, ErrorKind};
use serde_json::json;

use crate::support::client;

#[tokio::test]
async fn a_refusal_is_waited_out_by_all_and_the_call_sent_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let router = Router::new().route(
        "/api/v1/user",
        get(move || async move {
            match calls.fetch_add(1, Ordering::SeqCst) {
                0 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response(),
                _ => Json(json!({})).into_response(),
            }
        }),
    );
    let canto = client(router).await;
    let other = canto.clone();
    let start = Instant::now();
    let first = tokio::spawn(async move { other.user().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(canto.budget().paused_for().is_some());
    canto.user().await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_tenant_that_tells_its_limit_is_believed() {
    let router = Router::new().route(
        "/api/v1/user",
        get(|| async {
            let told =
                [("ratelimit-limit", "6000"), ("ratelimit-remaining", "5000"), ("ratelimit-reset", "60")];
            (told, Json(json!({})))
        }),
    );
    let canto = client(router).await.with_budget(Budget::new(1, 1));
    let start = Instant::now();
    for _ in 0..50 {
        canto.user().await.unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(20), "one a minute would take 50 minutes");
}

#[tokio::test]
async fn endless_refusals_come_back_as_an_error() {
    let router = Router::new()
        .route("/api/v1/user", get(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]) }));
    let error = client(router).await.user().await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::TooManyRequests { retry_after: Some(Duration::ZERO) });
}
