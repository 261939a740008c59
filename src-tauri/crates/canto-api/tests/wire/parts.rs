//! The multipart contract on another host than the tenant's, with answers as Companion 6.2.2 gave them.

use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, Router};
use canto_api::{ErrorKind, OpenUpload, PartsServer, upload_is_gone};
use serde_json::json;
use url::Url;

use crate::support::{client, http, serve};

/// What Express says in production, whatever the store said.
const SILENT: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n\
                      </head>\n<body>\n<pre>Internal Server Error</pre>\n</body>\n</html>\n";

fn upload() -> OpenUpload {
    OpenUpload { key: "demo/a@b/1-Ü &+.mov".into(), id: "x/1".into() }
}

/// A Companion that knows nothing any more, in front of a store that says `code` to whatever is put.
async fn silent_companion(code: &'static str) -> PartsServer {
    let store = Router::new().fallback(move |method: Method| async move {
        assert_eq!(method, Method::PUT);
        let xml = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>…</Message></Error>");
        let status = if code == "NoSuchUpload" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        (status, [(header::CONTENT_TYPE, "application/xml")], xml)
    });
    let store = serve(store).await;
    let router = Router::new().fallback(move |request: Request| async move {
        // The key and the id come back as they were given, whatever letters they have.
        let query = request.uri().query().unwrap_or_default();
        assert!(query.starts_with("key=demo%2Fa%40b%2F1-%C3%9C+%26%2B.mov"), "{query}");
        assert!(request.uri().path().starts_with("/s3/multipart/x%2F1"), "{}", request.uri().path());
        if request.uri().path().ends_with("/batch") {
            let url = format!("http://{store}/bucket/key?partNumber=10000&uploadId=x");
            return Json(json!({ "presignedUrls": { "10000": url } })).into_response();
        }
        (StatusCode::INTERNAL_SERVER_ERROR, Html(SILENT)).into_response()
    });
    let base = Url::parse(&format!("http://{}/s3/multipart", serve(router).await)).unwrap();
    PartsServer::plain(http(), base)
}

#[tokio::test]
async fn where_companion_says_nothing_the_store_is_asked() {
    for (code, gone) in [("NoSuchUpload", true), ("BadDigest", false), ("AccessDenied", false)] {
        let server = silent_companion(code).await;
        let error = server.stored(&upload()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::ServerBusy { retry_after: None });
        assert!(!upload_is_gone(&error));
        assert_eq!(server.is_gone(&http(), &upload(), &error).await, gone, "{code}");
    }
}

type Seen = Arc<Mutex<Vec<HeaderMap>>>;

async fn begin(State(seen): State<Seen>, headers: HeaderMap) -> Response {
    seen.lock().unwrap().push(headers);
    Json(json!({ "key": "k", "uploadId": "u", "bucket": "b" })).into_response()
}

#[tokio::test]
async fn the_token_goes_to_the_tenants_host_alone() {
    let seen = Seen::default();
    let router = || Router::new().fallback(begin).with_state(seen.clone());
    let canto = client(router()).await;
    let other = serve(router()).await;
    let own = canto.tenant().origin().join("/s3/multipart").unwrap();
    // Another port and another name of the same computer are other hosts.
    let port = own.port().unwrap();
    let listed = [
        own.to_string(),
        "/s3/multipart".into(),
        format!("http://{other}/s3/multipart"),
        format!("http://localhost:{port}/s3/multipart"),
    ];
    let mut tokens = Vec::new();
    for address in listed {
        let server = PartsServer::of_tenant(&canto, &address).unwrap();
        server.begin("a.mov", "video/quicktime", &[]).await.unwrap();
        let headers = seen.lock().unwrap().pop().unwrap();
        assert!(headers.get("cookie").is_none());
        tokens.push(headers.get("authorization").is_some());
    }
    assert_eq!(tokens, [true, true, false, false]);
}

#[tokio::test]
async fn elsewhere_401_is_no_reason_to_sign_in() {
    let router = Router::new().fallback(|| async { StatusCode::UNAUTHORIZED });
    let canto = client(router.clone()).await;
    let address = format!("http://{}/s3/multipart", serve(router).await);
    let server = PartsServer::of_tenant(&canto, &address).unwrap();
    let error = server.begin("a.mov", "video/quicktime", &[]).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Forbidden);
    assert_eq!(server.elsewhere().unwrap().path(), "/s3/multipart/-");
}
