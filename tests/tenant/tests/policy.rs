//! The policy is really checked: every field, signature and end.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fall over

mod common;

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{ADMIN, Program, form, quick, set};
use ferry_tenant::{Options, Signature, Tenant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn refused(program: &Program, fields: &[(String, String)], url: &str) -> (u16, String) {
    let answer = program.post(url, fields, "a.jpg", b"bytes").await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn what_s3_refuses_is_refused() {
    for signature in [Signature::V2, Signature::V4] {
        let tenant = Tenant::start(Options { signature, ..quick() }).await.unwrap();
        let program = Program::new(&tenant, ADMIN);
        let (url, good) = program.fields("a.jpg", "").await;

        let cases: [(&str, &str, u16, &str); 7] = [
            ("Content-MD5", "x", 403, "Invalid according to Policy: Extra input fields: content-md5"),
            ("x-amz-meta-refer_id", "1", 403, "Extra input fields: x-amz-meta-refer_id"),
            ("success_action_status", "200", 403, "Extra input fields: success_action_status"),
            ("acl", "public-read", 403, "Policy Condition failed: [\"eq\", \"$acl\", \"private\"]"),
            ("key", "elsewhere/a.jpg", 403, "Policy Condition failed: [\"starts-with\", \"$key\""),
            ("Policy", "bm90IGpzb24=", 403, "<Code>SignatureDoesNotMatch</Code>"),
            ("x-ignore-me", "x", 204, ""),
        ];
        for (name, value, status, text) in cases {
            let mut fields = good.clone();
            set(&mut fields, name, value);
            let answer = refused(&program, &fields, &url).await;
            assert!(answer.0 == status && answer.1.contains(text), "{name}: {answer:?}");
        }
        let signed = if signature == Signature::V2 { "Signature" } else { "x-amz-Signature" };
        let mut fields = good.clone();
        set(&mut fields, signed, "AAAA");
        assert!(refused(&program, &fields, &url).await.1.contains("SignatureDoesNotMatch"));
        let without: Vec<_> = good.iter().filter(|(name, _)| name != signed).cloned().collect();
        assert_eq!(refused(&program, &without, &url).await.0, 403);
        let without: Vec<_> = good.iter().filter(|(name, _)| name != "Policy").cloned().collect();
        assert_eq!(refused(&program, &without, &url).await.0, 403);

        tenant.advance_clock(Duration::from_secs(5 * 3600 + 1));
        let late = refused(&program, &good, &url).await;
        assert!(late.0 == 403 && late.1.contains("Invalid according to Policy: Policy expired."), "{late:?}");
        assert_eq!(tenant.assets().len(), 1, "only the one with x-ignore-me");
    }
}

#[tokio::test]
async fn the_setting_holds_what_was_recorded() {
    let tenant = Tenant::start(Options { signature: Signature::V2, ..quick() }).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let setting = program.setting().await;
    assert!(setting["key"].as_str().unwrap().ends_with("/admin@demo.test/${filename}"));
    assert!(setting["AWSAccessKeyId"].is_string() && setting.get("x-amz-Signature").is_none());
    let policy = BASE64_STANDARD.decode(setting["Policy"].as_str().unwrap()).unwrap();
    let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
    assert_eq!(policy["conditions"].as_array().unwrap().len(), 8);
    let refer = program.get("/api/v1/upload/setting?refer=true").await;
    assert_eq!(refer["x-amz-meta-refer_id"], "");
    let consumer = Program::new(&tenant, common::CONSUMER);
    assert_eq!(consumer.call("GET", "/api/v1/upload/setting", None).await.status(), 403);
}

#[tokio::test]
async fn without_content_length_nothing_is_taken() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let (url, fields) = program.fields("a.jpg", "").await;
    let body = form("b", &fields, "a.jpg", b"bytes");
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(body)]);
    let request = program.http.post(url).header("content-type", "multipart/form-data; boundary=b");
    let answer = request.body(reqwest::Body::wrap_stream(pieces)).send().await.unwrap();
    assert_eq!(answer.status(), 411);
    assert!(answer.text().await.unwrap().contains("<Code>MissingContentLength</Code>"));
}

/// Sends raw bytes, and gives back what came until the end.
async fn raw(tenant: &Tenant, head: &str, body: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", tenant.port())).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = vec![0; 4096];
    let length =
        tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_late_policy_is_answered_before_the_file_is_sent() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let (_, fields) = program.fields("a.jpg", "").await;
    let body = form("b", &fields, "a.jpg", b"");
    let body = &body[..body.len() - b"\r\n--b--\r\n".len()];
    let head = |length: u64| {
        format!(
            "POST /ferry-upload/ HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\
             Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        )
    };
    tenant.expire_policies();
    let answer = raw(&tenant, &head(4 << 30), body).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("Policy expired."), "{answer}");
    let answer = raw(&tenant, &head(6 << 30), b"").await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("EntityTooLarge"), "{answer}");
    let waits = head(4 << 30).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    let answer = raw(&tenant, &waits, b"").await;
    assert!(answer.starts_with("HTTP/1.1 100"), "{answer}");
}

#[tokio::test]
async fn fields_may_hold_twenty_kilobytes() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let (url, mut fields) = program.fields("a.jpg", "").await;
    set(&mut fields, "x-amz-meta-tag", &"t".repeat(21 * 1024));
    let answer = refused(&program, &fields, &url).await;
    assert!(answer.0 == 400 && answer.1.contains("MaxPostPreDataLengthExceeded"), "{answer:?}");
}
