//! 401, 403, 404 and broken lines.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    routing::get,
};
use canto_api::{AssetRef, CantoClient, ErrorKind, RetryClass, TenantAddress};
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::support::{Tokens, client, client_with, http};

/// Only that token is good; without one Canto answers 404 [C].
fn guarded(good: &'static str, calls: Arc<AtomicUsize>) -> Router {
    Router::new().route(
        "/api/v1/user",
        get(move |headers: HeaderMap| async move {
            calls.fetch_add(1, Ordering::SeqCst);
            match headers.get("authorization").and_then(|value| value.to_str().ok()) {
                None => Err(StatusCode::NOT_FOUND),
                Some(bearer) if bearer == format!("Bearer {good}") => Ok(Json(json!({"userId": "jo"}))),
                Some(_) => Err(StatusCode::UNAUTHORIZED),
            }
        }),
    )
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let (tokens, calls) = (Tokens::new(), Arc::new(AtomicUsize::new(0)));
    let canto = client_with(guarded("two", calls.clone()), tokens.clone()).await;
    assert_eq!(canto.user().await.unwrap().user_id, "jo");
    assert_eq!((calls.load(Ordering::SeqCst), tokens.renewals.load(Ordering::SeqCst)), (2, 1));
}

#[tokio::test]
async fn and_not_again() {
    let (tokens, calls) = (Tokens::new(), Arc::new(AtomicUsize::new(0)));
    let canto = client_with(guarded("four", calls.clone()), tokens.clone()).await;
    let error = canto.user().await.unwrap_err();
    assert_eq!((error.kind(), error.class()), (&ErrorKind::Unauthorized, RetryClass::NeedsSomeone));
    assert_eq!((calls.load(Ordering::SeqCst), tokens.renewals.load(Ordering::SeqCst)), (2, 1));
    assert!(!format!("{error} {error:?}").contains("two"), "no token in errors");
}

#[tokio::test]
async fn statuses_become_kinds() {
    let router = Router::new()
        .route(
            "/api/v1/image/1",
            get(|| async { (StatusCode::FORBIDDEN, Json(json!({"code": 3301, "message": "no"}))) }),
        )
        .route("/api/v1/image/2", get(|| async { StatusCode::NOT_FOUND }))
        .route(
            "/api/v1/image/3",
            get(|| async { (StatusCode::BAD_GATEWAY, [("retry-after", "1")], "busy") }),
        );
    let canto = client(router).await;
    let asset = |id: &str| AssetRef::new("image", id);
    let error = canto.asset(&asset("1")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.message()),
        (&ErrorKind::Forbidden, Some("3301"), Some("no"))
    );
    assert_eq!(canto.asset(&asset("2")).await.unwrap_err().kind(), &ErrorKind::NotFound);
    let error = canto.asset(&asset("3")).await.unwrap_err();
    assert_eq!((error.class(), error.retry_after().map(|d| d.as_secs())), (RetryClass::Temporary, Some(1)));
    assert_eq!(canto.create_album(None, "..").await.unwrap_err().kind(), &ErrorKind::BadRequest);
}

#[tokio::test]
async fn nobody_there_and_lines_that_break() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tenant = TenantAddress::parse(&address.to_string()).unwrap();
    let canto = CantoClient::new(http(), tenant, Tokens::new());
    tokio::spawn(async move {
        // Half an answer, then the end; the second time nothing is there any more.
        let (mut line, _) = listener.accept().await.unwrap();
        line.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"userId\":").await.unwrap();
    });
    let error = canto.user().await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Interrupted, "{error}");
    let error = canto.user().await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Offline, "{error}");
    assert!(!error.to_string().contains(&address.to_string()), "no address in errors: {error}");

    let nowhere = TenantAddress::parse("https://127.0.0.1:9").unwrap();
    let error = CantoClient::new(http(), nowhere, Tokens::new()).user().await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Offline, "{error}");
}

#[tokio::test]
async fn an_encryption_that_is_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tenant = TenantAddress::parse(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.unwrap();
        line.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let error = CantoClient::new(http(), tenant, Tokens::new()).user().await.unwrap_err();
    assert_eq!((error.kind(), error.class()), (&ErrorKind::Tls, RetryClass::NeedsSomeone), "{error}");
}

#[tokio::test]
async fn proxies_that_refuse() {
    for (answer, kind) in [
        ("407 Proxy Authentication Required", ErrorKind::ProxyAuthRequired),
        ("503 Busy", ErrorKind::ProxyRefused),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = reqwest::Proxy::all(format!("http://{}", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move {
            let (mut line, _) = listener.accept().await.unwrap();
            line.write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n").as_bytes())
                .await
                .unwrap();
        });
        http();
        let through = canto_api::http_builder().proxy(proxy).build().unwrap();
        let tenant = TenantAddress::parse("acme.canto.de").unwrap();
        let error = CantoClient::new(through, tenant, Tokens::new()).user().await.unwrap_err();
        assert_eq!(error.kind(), &kind, "{error}");
    }
}

/// `/user` takes token `one`; everything else says 401, as a tenant may to somebody without the right [ND].
#[tokio::test]
async fn a_401_to_a_good_token_is_a_missing_right_and_renews_nothing() {
    let (tokens, calls) = (Tokens::new(), Arc::new(AtomicUsize::new(0)));
    let router = guarded("one", calls.clone())
        .route("/api/v1/upload/setting", get(|| async { StatusCode::UNAUTHORIZED }))
        .route("/api/v1/tree", get(|| async { StatusCode::UNAUTHORIZED }));
    let canto = client_with(router, tokens.clone()).await;
    for _ in 0..5 {
        assert_eq!(canto.upload_setting(false).await.unwrap_err().kind(), &ErrorKind::Forbidden);
        let error = canto.tree(None, 1).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (&ErrorKind::Forbidden, Some(401)));
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1, "`/user` is asked once for all of them");
    assert_eq!(tokens.renewals.load(Ordering::SeqCst), 0);
}

/// A token that is over is renewed by the first call, and `/user` is asked about it once.
#[tokio::test]
async fn a_401_to_a_token_that_is_over_is_no_missing_right() {
    let (tokens, calls) = (Tokens::new(), Arc::new(AtomicUsize::new(0)));
    let tree = get(|headers: HeaderMap| async move {
        match headers.get("authorization").and_then(|value| value.to_str().ok()) {
            Some("Bearer two") => Ok(Json(json!({"results": []}))),
            _ => Err(StatusCode::UNAUTHORIZED),
        }
    });
    let canto = client_with(guarded("two", calls.clone()).route("/api/v1/tree", tree), tokens.clone()).await;
    assert!(canto.tree(None, 1).await.unwrap().is_empty());
    assert_eq!((calls.load(Ordering::SeqCst), tokens.renewals.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn an_answer_without_what_was_asked_for_says_so() {
    let nothing = || async { Json(json!({})) };
    let router = Router::new()
        .route("/api/v1/upload/setting", get(nothing))
        .route("/api/v1/upload/status", get(nothing))
        .route("/api/v1/info/album/A1", get(nothing))
        .route("/api/v1/album/New", axum::routing::post(nothing));
    let canto = client(router).await;
    assert_eq!(canto.upload_setting(false).await.unwrap_err().kind(), &ErrorKind::LeftOut);
    assert_eq!(canto.create_album(None, "New").await.unwrap_err().kind(), &ErrorKind::LeftOut);
    assert_eq!(canto.node(canto_api::NodeKind::Album, "A1").await.unwrap_err().kind(), &ErrorKind::LeftOut);
    let status = canto.upload_status(2, &mut |_| {}).await;
    assert_eq!(status.unwrap_err().kind(), &ErrorKind::LeftOut);
}
