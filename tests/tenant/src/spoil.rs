//! Faults at work on requests and answers.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{StreamExt, stream};

use crate::faults::{Action, FaultBody};
use crate::serve::Cut;

/// The second is true when the connection is to be cut after that.
pub fn spoil_part(request: Request, faults: &[Action]) -> (Request, bool) {
    let (parts, mut body) = request.into_parts();
    let mut cut = false;
    for fault in faults {
        match fault {
            Action::Cut { after_bytes } => {
                body = cut_body(body, *after_bytes);
                cut = true;
            }
            Action::FlipByte { at } => body = flip_body(body, *at),
            _ => {}
        }
    }
    (Request::from_parts(parts, body), cut)
}

/// Faults that change an answer.
pub fn spoil(mut response: Response, faults: &[Action]) -> Result<Response, Cut> {
    for fault in faults {
        match fault {
            Action::LoseAnswer => return Err(Cut),
            Action::Cut { after_bytes: 0 } => return Err(Cut),
            Action::Cut { after_bytes } => response = response.map(|body| cut_body(body, *after_bytes)),
            Action::FlipByte { at } => response = response.map(|body| flip_body(body, *at)),
            Action::NoEtag => {
                response.headers_mut().remove(header::ETAG);
            }
            Action::WrongEtag => {
                let wrong = HeaderValue::from_static("\"00000000000000000000000000000000\"");
                response.headers_mut().insert(header::ETAG, wrong);
            }
            _ => {}
        }
    }
    Ok(response)
}

fn cut_body(body: Body, after: u64) -> Body {
    let mut left = after;
    let pieces = body.into_data_stream().flat_map(move |piece| {
        let (head, ends) = match piece {
            Ok(piece) if (piece.len() as u64) <= left => {
                left -= piece.len() as u64;
                (Ok(piece), false)
            }
            Ok(piece) => (Ok(piece.slice(..usize::try_from(std::mem::take(&mut left)).unwrap_or(0))), true),
            Err(error) => (Err(std::io::Error::other(error)), false),
        };
        // In between, hyper sends what it has; without the pause the head would be lost too.
        let end = stream::once(async {
            tokio::task::yield_now().await;
            Err(std::io::Error::other(Cut))
        });
        stream::iter([head]).chain(stream::iter(ends.then_some(end)).flatten())
    });
    Body::from_stream(pieces)
}

fn flip_body(body: Body, at: u64) -> Body {
    let mut passed = 0u64;
    let pieces = body.into_data_stream().map(move |piece| {
        piece.map(|piece| {
            let place = at.checked_sub(passed).and_then(|place| usize::try_from(place).ok());
            passed += piece.len() as u64;
            match place {
                Some(place) if place < piece.len() => {
                    let mut changed = piece.to_vec();
                    changed[place] ^= 0x01;
                    Bytes::from(changed)
                }
                _ => piece,
            }
        })
    });
    Body::from_stream(pieces)
}

/// The answer of a `status` fault.
pub fn fault_response(fault: &Action) -> Option<Response> {
    let Action::Status { code, retry_after, body, .. } = fault else { return None };
    let (kind, text) = match body {
        FaultBody::Xml => (
            "application/xml",
            format!(
                "<Error><Code>{}</Code><Message>Please reduce your request rate.</Message></Error>",
                s3_code(*code)
            ),
        ),
        FaultBody::Json => {
            ("application/json", format!("{{\"code\":{code},\"message\":\"A fault that was asked for\"}}"))
        }
        FaultBody::Html => ("text/html", format!("<html><body><h1>{code}</h1></body></html>")),
        FaultBody::Empty => ("text/plain", String::new()),
        FaultBody::Nothing => ("application/json", "{}".to_owned()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(value) = retry_after.as_ref().and_then(|text| HeaderValue::from_str(text).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    Some(response)
}

fn s3_code(status: u16) -> &'static str {
    match status {
        503 => "SlowDown",
        400 => "RequestTimeout",
        403 => "AccessDenied",
        _ => "InternalError",
    }
}
