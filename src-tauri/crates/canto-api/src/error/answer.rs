//! From an answer with a bad status to a kind.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER},
};
use serde_json::Value;
use url::Url;

use super::{ApiError, ErrorKind, PlaceShut, xml};

/// Sorts an answer that is no success, by its status, its type and the error words in its body.
pub(crate) fn from_answer(
    call: &'static str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> ApiError {
    let (code, message) = words(body);
    let kind = if is_html(headers, body) && !names_its_cause(status) {
        ErrorKind::UnexpectedAnswer
    } else {
        by_code(code.as_deref(), message.as_deref(), headers).unwrap_or_else(|| by_status(status, headers))
    };
    let failure = ApiError::new(call, kind).with_status(status.as_u16()).with_code(code);
    match message.or_else(|| redirect(status, headers)) {
        Some(message) => failure.with_message(message),
        None => failure,
    }
}

/// Where an unwanted redirect goes, by host alone: the login page of a network, most likely.
fn redirect(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION).filter(|_| status.is_redirection())?.to_str().ok()?;
    let host = Url::parse(location).ok().and_then(|url| url.host_str().map(str::to_owned));
    Some(format!("redirected to {}", host.as_deref().unwrap_or("another path")))
}

/// A web page from these is the usual page of a busy gateway or proxy, and the status is to be believed.
fn names_its_cause(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 401 | 407 | 413 | 429)
}

fn by_status(status: StatusCode, headers: &HeaderMap) -> ErrorKind {
    match status.as_u16() {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 | 410 => ErrorKind::NotFound,
        407 => ErrorKind::ProxyAuthRequired,
        408 => ErrorKind::TimedOut,
        413 => ErrorKind::TooLarge,
        417 => ErrorKind::ExpectRefused,
        429 => ErrorKind::TooManyRequests { retry_after: retry_after(headers) },
        500..=599 => ErrorKind::ServerBusy { retry_after: retry_after(headers) },
        400..=499 => ErrorKind::BadRequest,
        _ => ErrorKind::UnexpectedAnswer,
    }
}

/// S3's words [A] (canto-api §8.3); Canto's own codes have no known meaning [ND].
fn by_code(code: Option<&str>, message: Option<&str>, headers: &HeaderMap) -> Option<ErrorKind> {
    let said = |text: &str| message.is_some_and(|m| m.contains(text));
    let code = code?;
    if let Some(shut) = PlaceShut::of_word(code) {
        return Some(ErrorKind::PlaceShut(shut));
    }
    Some(match code {
        "AccessDenied" if said("Policy expired") => ErrorKind::PolicyExpired,
        "AccessDenied" if said("Invalid according to Policy") => ErrorKind::PolicyRefused,
        "AccessDenied" if said("Request has expired") => ErrorKind::PolicyExpired,
        "ExpiredToken" => ErrorKind::PolicyExpired,
        "InvalidPolicyDocument" => ErrorKind::PolicyRefused,
        "SignatureDoesNotMatch" | "InvalidAccessKeyId" => ErrorKind::SignatureRefused,
        // Our forms are well-formed: bytes were lost, doubled or moved on the way, and another try may carry them whole.
        "BadDigest" | "MalformedPOSTRequest" => ErrorKind::ChecksumRefused,
        // Our methods are those that a store takes: this one got a letter from bytes that came before it.
        "MethodNotAllowed" => ErrorKind::UnexpectedAnswer,
        // Also where Companion hands them on with status 500.
        "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" => ErrorKind::BadRequest,
        "EntityTooLarge" => ErrorKind::TooLarge,
        "RequestTimeout" | "IncompleteBody" => ErrorKind::Interrupted,
        "SlowDown" | "InternalError" | "ServiceUnavailable" => {
            ErrorKind::ServerBusy { retry_after: retry_after(headers) }
        }
        _ => return None,
    })
}

/// The error words of the bodies met: S3's XML [A], Canto's `code`/`message` [C], OAuth's `error` [C], and the two of
/// Companion (companion-s3-multipart.md), which says the store's words in Express' page or as an object `error`.
fn words(body: &[u8]) -> (Option<String>, Option<String>) {
    let text = String::from_utf8_lossy(body.get(..body.len().min(64 * 1024)).unwrap_or_default());
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text) else { return (None, None) };
        let word = |names: &[&str]| {
            names.iter().find_map(|name| match object.get(*name)? {
                Value::String(text) if !text.is_empty() => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        };
        let name = || Some(object.get("error")?.get("name")?.as_str()?.to_owned());
        return (word(&["code", "error"]).or_else(name), word(&["message", "error_description"]));
    }
    if text.starts_with('<') {
        return match xml::element(text, "pre") {
            Some(page) => express(&page),
            None => (xml::element(text, "Code"), xml::element(text, "Message")),
        };
    }
    (None, None)
}

/// `Name: message<br> at …`, or in production a message alone.
fn express(page: &str) -> (Option<String>, Option<String>) {
    let line = page.split("<br>").next().unwrap_or_default();
    match line.split_once(": ") {
        Some((name, message)) if name.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            (Some(name.to_owned()), Some(message.to_owned()))
        }
        _ => (None, Some(line.to_owned())),
    }
}

/// Whether a web page came. Canto's web app answers unknown API paths with one, also with status 200 [C].
pub(crate) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    if let Some(kind) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
        return kind.to_ascii_lowercase().contains("html");
    }
    let start = body.trim_ascii_start();
    let start = start.get(..start.len().min(14)).unwrap_or_default().to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// How long to wait: seconds, or a date set against the answer's own `Date` [ND for Canto].
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(text)?;
    let now = date_of(headers).unwrap_or_else(Timestamp::now);
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

/// The server's clock.
pub(crate) fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    fn kind(status: u16, pairs: &[(&'static str, &'static str)], body: &str) -> ErrorKind {
        let status = StatusCode::from_u16(status).unwrap();
        from_answer("test", status, &headers(pairs), body.as_bytes()).kind().clone()
    }

    fn s3(code: &str, message: &str) -> String {
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>")
    }

    #[test]
    fn words_of_the_object_store() {
        let xml = [("content-type", "application/xml")];
        let policy = "Invalid according to Policy: ";
        let said = |code: &str, message: &str| kind(403, &xml, &s3(code, message));
        assert_eq!(said("AccessDenied", &format!("{policy}Policy expired.")), ErrorKind::PolicyExpired);
        assert_eq!(
            said("AccessDenied", &format!("{policy}Extra input fields: tag")),
            ErrorKind::PolicyRefused
        );
        assert_eq!(said("AccessDenied", "Access Denied"), ErrorKind::Forbidden);
        assert_eq!(said("SignatureDoesNotMatch", "…"), ErrorKind::SignatureRefused);
        assert_eq!(kind(400, &xml, &s3("EntityTooLarge", "…")), ErrorKind::TooLarge);
        assert_eq!(kind(400, &xml, &s3("RequestTimeout", "…")), ErrorKind::Interrupted);
        assert_eq!(kind(400, &xml, &s3("MalformedPOSTRequest", "…")), ErrorKind::ChecksumRefused);
        assert_eq!(kind(405, &xml, &s3("MethodNotAllowed", "…")), ErrorKind::UnexpectedAnswer);
        assert_eq!(kind(503, &xml, &s3("SlowDown", "…")), ErrorKind::ServerBusy { retry_after: None });
    }

    #[test]
    fn a_web_page_is_no_answer_but_a_gateway_page_is() {
        let html = [("content-type", "text/html; charset=utf-8")];
        assert_eq!(kind(403, &html, "<html>blocked"), ErrorKind::UnexpectedAnswer);
        assert_eq!(kind(404, &html, "<html>"), ErrorKind::UnexpectedAnswer);
        assert_eq!(kind(502, &html, "<html>"), ErrorKind::ServerBusy { retry_after: None });
        assert_eq!(kind(407, &html, "<html>"), ErrorKind::ProxyAuthRequired);
        assert_eq!(kind(400, &[], "<!DOCTYPE html><html>"), ErrorKind::UnexpectedAnswer);
    }

    /// As Companion 6.2.2 answered in front of SeaweedFS: with Express' own page, and as its standalone server.
    #[test]
    fn words_of_companion() {
        let error = |kind: &'static str, body: &str| {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            from_answer("test", status, &headers(&[("content-type", kind)]), body.as_bytes())
        };
        let page = |inner: &str| {
            let head = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>";
            error(
                "text/html; charset=utf-8",
                &format!("{head}\n<body>\n<pre>{inner}</pre>\n</body>\n</html>\n"),
            )
        };
        let text = "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
        let gone = page(&format!(
            "NoSuchUpload: {text}<br> &nbsp; &nbsp;at AwsRestXmlProtocol.handleError (/x/index.js:1398:27)"
        ));
        assert_eq!((gone.code(), gone.message()), (Some("NoSuchUpload"), Some(text)));
        assert!(crate::upload_is_gone(&gone));
        let part =
            page("InvalidPart: One or more of the specified parts could not be found.<br> &nbsp; &nbsp;at x");
        assert_eq!(part.kind(), &ErrorKind::BadRequest);
        let silent = page("Internal Server Error");
        assert_eq!(silent.kind(), &ErrorKind::ServerBusy { retry_after: None });
        assert!(!crate::upload_is_gone(&silent));
        let standalone = error(
            "application/json",
            r#"{"message":"It does not exist.","error":{"name":"NoSuchUpload","$fault":"client"},"requestId":"1"}"#,
        );
        assert!(crate::upload_is_gone(&standalone));
    }

    #[test]
    fn waits_in_seconds_or_until_a_date_of_the_server() {
        let after = |pairs: &[(&'static str, &'static str)]| match kind(429, pairs, "") {
            ErrorKind::TooManyRequests { retry_after } => retry_after,
            other => panic!("{other:?}"),
        };
        assert_eq!(after(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let dated =
            [("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), ("date", "Sun, 06 Nov 1994 08:49:37 GMT")];
        assert_eq!(after(&dated), Some(Duration::from_secs(30)));
        let past =
            [("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT"), ("date", "Sun, 06 Nov 1994 08:49:37 GMT")];
        assert_eq!(after(&past), Some(Duration::ZERO));
        assert_eq!(after(&[]), None);
    }

    #[test]
    fn canto_and_oauth_words_are_kept() {
        let error = from_answer(
            "test",
            StatusCode::BAD_REQUEST,
            &HeaderMap::new(),
            br#"{"code":3301,"message":"no such folder"}"#,
        );
        assert_eq!((error.code(), error.message()), (Some("3301"), Some("no such folder")));
        assert_eq!(error.kind(), &ErrorKind::BadRequest);
        let error = from_answer(
            "test",
            StatusCode::BAD_REQUEST,
            &HeaderMap::new(),
            br#"{"error":"invalid_grant","error_description":"used"}"#,
        );
        assert_eq!((error.code(), error.message()), (Some("invalid_grant"), Some("used")));
    }
}
