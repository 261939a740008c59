//! Forms as they arrive at the store, and what ends them early.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::HeaderMap,
    response::Html,
    routing::{post, put},
};
use bytes::Bytes;
use canto_api::{
    ApiError, ErrorKind, FileBody, ObjectFields, ObjectStored, PostOptions, post_object, put_part,
};
use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{file, http, serve, setting};

type Seen = Arc<Mutex<Option<(HeaderMap, Bytes)>>>;

fn store(seen: &Seen) -> Router {
    let seen = seen.clone();
    let handler = move |headers: HeaderMap, body: Bytes| async move {
        *seen.lock().unwrap() = Some((headers, body));
        let answer = [("etag", "\"0123\""), ("date", "Sat, 06 Jan 2024 16:42:38 GMT")];
        (axum::http::StatusCode::NO_CONTENT, answer)
    };
    Router::new().route("/", post(handler)).layer(DefaultBodyLimit::disable())
}

fn blocks(of: &[u8], size: usize) -> FileBody {
    let blocks: Vec<io::Result<Bytes>> =
        of.chunks(size).map(|block| Ok(Bytes::copy_from_slice(block))).collect();
    FileBody::Stream { length: of.len() as u64, blocks: stream::iter(blocks).boxed() }
}

async fn send(to: std::net::SocketAddr, file: FileBody, opts: PostOptions) -> Result<ObjectStored, ApiError> {
    let setting = setting(to);
    let fields = ObjectFields { key_tail: "u-1/a.jpg", file_name: "ä.jpg", ..ObjectFields::default() };
    post_object(&http(), &setting.url, setting.form(&fields), file, opts).await
}

/// The body that must arrive, by the boundary that was announced.
fn expected(headers: &HeaderMap, file: &[u8]) -> Vec<u8> {
    let kind = headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut body = String::new();
    for (name, value) in [
        ("key", "u/jo@example.com/u-1/a.jpg"),
        ("acl", "private"),
        ("Policy", "x"),
        ("x-amz-meta-file_name", "ä.jpg"),
        ("x-amz-meta-tag", ""),
        ("x-amz-meta-album_id", ""),
    ] {
        body +=
            &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ä.jpg\"\r\n");
    body += "Content-Type: application/octet-stream\r\n\r\n";
    let mut body = body.into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    body
}

#[tokio::test]
async fn every_byte_arrives_with_its_length_announced() {
    let seen = Seen::default();
    let to = serve(store(&seen)).await;
    for (whole, size) in [(true, 10_000), (false, 3_000_000), (false, 0), (true, 0)] {
        let content = file(size);
        let progress = Arc::new(AtomicU64::new(0));
        let body = if whole { FileBody::Whole(content.clone().into()) } else { blocks(&content, 128 * 1024) };
        let opts =
            PostOptions { progress: Some(progress.clone()), expect_continue: true, ..PostOptions::default() };
        let stored = send(to, body, opts).await.unwrap();
        assert_eq!((stored.etag.as_deref(), stored.status), (Some("0123"), 204));
        assert_eq!(stored.server_date.unwrap().to_string(), "2024-01-06T16:42:38Z");
        assert_eq!(progress.load(Ordering::SeqCst), size as u64);
        let (headers, body) = seen.lock().unwrap().take().unwrap();
        assert!(expected(&headers, &content) == body, "{size} bytes, whole: {whole}");
        assert_eq!(headers["content-length"], body.len().to_string());
        assert!(!headers.contains_key("transfer-encoding") && !headers.contains_key("authorization"));
        assert_eq!(headers.contains_key("expect"), !whole);
    }
}

#[tokio::test]
async fn parts_go_out_bare() {
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |headers: HeaderMap, body: Bytes| async move {
        *notes.lock().unwrap() = Some((headers, body));
        [("etag", "\"0123\"")]
    };
    let router = Router::new().route("/part", put(handler)).layer(DefaultBodyLimit::disable());
    let url = format!("http://{}/part?X-Amz-Signature=s", serve(router).await).parse().unwrap();
    for (whole, size) in [(true, 1_000_000), (false, 1_000_000), (false, 0)] {
        let content = file(size);
        let body = if whole { FileBody::Whole(content.clone().into()) } else { blocks(&content, 64 * 1024) };
        let opts = PostOptions { expect_continue: true, ..PostOptions::default() };
        let stored = put_part(&http(), &url, body, Some([255; 16]), opts).await.unwrap();
        assert_eq!((stored.etag.as_deref(), stored.status), (Some("0123"), 200));
        let (headers, body) = seen.lock().unwrap().take().unwrap();
        assert!(body == content);
        assert_eq!(headers["content-length"], size.to_string());
        assert_eq!(headers["content-md5"], "/////////////////////w==");
    }
}

const EXPIRED: &str = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>\
    <Message>Invalid according to Policy: Policy expired.</Message></Error>";

/// Reads a little of each request and refuses it; then closes, or goes on reading, or says nothing more.
async fn refuser(after: &'static str) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut some = vec![0; 4096];
                line.read_exact(&mut some[..300]).await.unwrap();
                refuse(&mut line).await;
                match after {
                    "closes" => line.shutdown().await.unwrap(),
                    "reads" => while line.read(&mut some).await.unwrap_or(0) > 0 {},
                    _ => tokio::time::sleep(Duration::from_secs(600)).await,
                }
            });
        }
    });
    address
}

async fn refuse(line: &mut TcpStream) {
    let answer = format!(
        "HTTP/1.1 403 Forbidden\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n{EXPIRED}",
        EXPIRED.len()
    );
    line.write_all(answer.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn a_refusal_while_sending_is_heard_and_ends_the_sending() {
    for after in ["closes", "reads", "waits"] {
        let to = refuser(after).await;
        let sent = Arc::new(AtomicU64::new(0));
        let opts = PostOptions { progress: Some(sent.clone()), ..PostOptions::default() };
        // 4 GiB, made as they go: nobody waits for all of them.
        let block = Bytes::from(vec![7; 256 * 1024]);
        let endless = stream::iter(0..16 * 1024).map(move |_| Ok(block.clone())).boxed();
        let body = FileBody::Stream { length: 4 << 30, blocks: endless };
        let error = send(to, body, opts).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::PolicyExpired, "{after}: {error}");
        let at_the_answer = sent.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(sent.load(Ordering::SeqCst) <= at_the_answer + (1 << 20), "{after}: it still sends");
        assert!(at_the_answer < 1 << 30, "{after}");
    }
}

#[tokio::test]
async fn a_file_held_back_costs_nothing_when_refused() {
    let to = refuser("waits").await;
    let sent = Arc::new(AtomicU64::new(0));
    let hold_back = Duration::from_secs(20);
    let opts = PostOptions {
        hold_back,
        expect_continue: true,
        progress: Some(sent.clone()),
        ..PostOptions::default()
    };
    let start = Instant::now();
    let error = send(to, blocks(&file(100_000), 1000), opts).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::PolicyExpired);
    assert_eq!(sent.load(Ordering::SeqCst), 0);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn our_own_file_can_fail_in_three_ways() {
    let to = serve(store(&Seen::default())).await;
    let stream_of = |length, blocks: Vec<io::Result<Bytes>>| FileBody::Stream {
        length,
        blocks: stream::iter(blocks).boxed(),
    };
    let block = || Ok(Bytes::from_static(b"0123456789"));
    for (body, kind) in [
        (
            stream_of(30, vec![block(), Err(io::ErrorKind::PermissionDenied.into())]),
            io::ErrorKind::PermissionDenied,
        ),
        (stream_of(30, vec![block(), block()]), io::ErrorKind::UnexpectedEof),
        (stream_of(15, vec![block(), block()]), io::ErrorKind::InvalidData),
    ] {
        let error = send(to, body, PostOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::BodyFailed(kind), "{error}");
    }
}

#[tokio::test]
async fn standing_still_is_noticed_on_both_sides() {
    let short = || PostOptions {
        no_progress: Duration::from_millis(300),
        answer: Duration::from_millis(300),
        ..PostOptions::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((line, _)) = listener.accept().await {
            kept.push(line);
        }
    });
    let start = Instant::now();
    // The store does not answer; the store does not read; the file does not come.
    let small = send(to, FileBody::Whole(Bytes::from_static(b"x")), short()).await;
    let large = send(to, blocks(&file(32 << 20), 256 * 1024), short()).await;
    let never = FileBody::Stream { length: 1, blocks: stream::pending().boxed() };
    let stuck = send(to, never, short()).await;
    for result in [small, large, stuck] {
        assert_eq!(result.unwrap_err().kind(), &ErrorKind::TimedOut);
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn slow_but_moving_is_fine() {
    let seen = Seen::default();
    let to = serve(store(&seen)).await;
    let blocks = stream::iter(0..8).then(|_| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(Bytes::from_static(b"0123456789"))
    });
    let opts = PostOptions { no_progress: Duration::from_millis(400), ..PostOptions::default() };
    send(to, FileBody::Stream { length: 80, blocks: blocks.boxed() }, opts).await.unwrap();
}

#[tokio::test]
async fn neither_a_portal_nor_half_a_success_counts_as_stored() {
    let to = serve(Router::new().route("/", post(|| async { Html("<html>welcome to the hotel") }))).await;
    let error =
        send(to, FileBody::Whole(Bytes::from_static(b"x")), PostOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::UnexpectedAnswer);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.unwrap();
        let mut some = [0; 300];
        line.read_exact(&mut some).await.unwrap();
        line.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_secs(600)).await;
    });
    let error = send(to, blocks(&file(64 << 20), 256 * 1024), PostOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::UnexpectedAnswer, "{error}");
}

#[tokio::test]
async fn a_line_that_breaks_stores_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let mut some = [0; 3000];
            drop(line.read_exact(&mut some).await);
        }
    });
    let error = send(to, blocks(&file(32 << 20), 256 * 1024), PostOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Interrupted, "{error}");
}

#[tokio::test]
async fn small_files_share_a_connection_and_little_time() {
    let seen = Seen::default();
    let to = serve(store(&seen)).await;
    let (setting, http) = (setting(to), http());
    let content = Bytes::from(file(10 * 1024));
    let start = Instant::now();
    for n in 0..2000 {
        let tail = format!("{n}.jpg");
        let fields = ObjectFields { key_tail: &tail, file_name: &tail, ..ObjectFields::default() };
        let body = FileBody::Whole(content.clone());
        post_object(&http, &setting.url, setting.form(&fields), body, PostOptions::default()).await.unwrap();
    }
    println!("2,000 small files, one after the other, unoptimized: {:?}", start.elapsed());
}
