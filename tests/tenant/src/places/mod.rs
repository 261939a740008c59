//! Upload Links and Workspaces for programs: `places/v1`. **Ferry's own guess from end to end [ND]**: Canto's public API has no
//! call for what the recipient of a link does, and none for Workspaces (§12.5, §12.6, unknown no. 20). Served, and listed among
//! the endpoints, only where `Switches::places` is on.
//!
//! A program asks what an address is (`look`), opens it (`open`), and gets an ordinary bearer token that shows nothing but that
//! place: every call of `/api/v1` works with it. The address travels in the body, since the code in it may be all that is needed
//! to upload; paths end in logs.

mod admin;
mod open;
pub mod seed;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::json;

use crate::error::web_app;
use crate::library::places::Shut;
use crate::state::App;

pub use admin::kept;

/// Begins the address of every call.
pub fn base(app: &App) -> String {
    format!("{}/places/v1", app.url())
}

pub fn router() -> Router<App> {
    Router::new()
        .route("/.well-known/canto-endpoints", get(listing))
        .route("/places/v1/look", post(open::look))
        .route("/places/v1/open", post(open::open))
}

/// For tests, behind the admin token like all of `/_tenant`.
pub fn admin_router() -> Router<App> {
    Router::new()
        .route("/_tenant/places", get(admin::list).post(admin::add))
        .route("/_tenant/places/{id}", put(admin::change).delete(admin::remove))
        .route("/_tenant/places/{id}/import", post(admin::import))
}

/// As much of `GET /api/v1/` as strangers may know: without a token, that one answers 404 [C] (§1.3).
async fn listing(State(app): State<App>) -> Response {
    if app.switches().places {
        Json(json!({ "places": base(&app) })).into_response()
    } else {
        web_app().await.into_response()
    }
}

impl IntoResponse for Shut {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Missing => (StatusCode::NOT_FOUND, "There is no such place"),
            Self::Closed => (StatusCode::FORBIDDEN, "Its owner has closed it"),
            Self::Expired => (StatusCode::FORBIDDEN, "Its time is over"),
            Self::Full => (StatusCode::FORBIDDEN, "It takes no more files"),
            Self::Denied => (StatusCode::FORBIDDEN, "It is not open to you"),
            Self::Password => (StatusCode::FORBIDDEN, "The password is wrong"),
        };
        (status, Json(json!({ "code": self.word(), "message": message }))).into_response()
    }
}
