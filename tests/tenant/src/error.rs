//! What the tenant answers when it can't do what was asked.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use crate::library::places::Shut;
use crate::options::MissingRight;

/// Why a tenant could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the data directory can't be used: {0}")]
    Io(#[from] std::io::Error),
    #[error("the database can't be used: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("a stored row can't be read: {0}")]
    Row(#[from] serde_json::Error),
    #[error("the time zone is unknown: {0}")]
    TimeZone(#[from] jiff::Error),
    #[error("the object store can't be used: {0}")]
    ObjectStore(String),
}

/// An API call's refusal. The body's form is seen in one client only [C] (§1.3).
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: u32,
    message: String,
    retry_after: Option<u64>,
    shut: Option<Shut>,
}

/// Not a code that is ever sent.
const PAGE: u32 = 1;

pub type ApiResult<T = Response> = Result<T, ApiError>;

impl ApiError {
    pub fn new(status: StatusCode, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None, shut: None }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 3301, message)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, 3404, format!("{what} not found"))
    }

    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 3401, "Access token is invalid or expired")
    }

    pub fn too_many(retry_after: Option<u64>) -> Self {
        Self { retry_after, ..Self::new(StatusCode::TOO_MANY_REQUESTS, 3429, "Too many requests") }
    }

    /// The place that somebody came through lets nobody in, or takes no files: said by a word, which is a guess [ND].
    pub fn shut(shut: Shut) -> Self {
        Self { shut: Some(shut), ..Self::new(StatusCode::FORBIDDEN, 3403, "") }
    }

    pub fn internal(what: impl std::fmt::Display) -> Self {
        tracing::error!(%what, "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 3500, "Internal error")
    }

    /// A missing right: which status it gives is [ND] (§1.3), so a switch decides.
    pub fn denied(how: MissingRight) -> Self {
        match how {
            MissingRight::Unauthorized => Self::unauthorized(),
            MissingRight::Forbidden => Self::new(StatusCode::FORBIDDEN, 3403, "Permission denied"),
            MissingRight::NotFound => Self::not_found("Resource"),
            MissingRight::Silent => Self::new(StatusCode::OK, 0, ""),
            MissingRight::Page => Self::new(StatusCode::OK, PAGE, ""),
        }
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.code == PAGE {
            return Html(WEB_APP).into_response();
        }
        if let Some(shut) = self.shut {
            return shut.into_response();
        }
        let body =
            if self.code == 0 { json!({}) } else { json!({ "code": self.code, "message": self.message }) };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Unknown paths get the web app's page with status 200, not a JSON 404 [C] (§1.1).
pub async fn web_app() -> Html<&'static str> {
    Html(WEB_APP)
}

const WEB_APP: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Demo library</title></head>\
     <body><div id=\"app\">This page needs the web app. The demo library has none.</div></body></html>";

/// Some write calls answer the bare word, not JSON [C] (§9.1).
pub fn success() -> Response {
    Response::new(Body::from("success"))
}
