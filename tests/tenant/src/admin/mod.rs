//! `/_tenant`: what tests ask and change, with the admin token. Nothing of it is Canto's.

mod collections;
mod contents;
mod people;
mod world;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};

pub use contents::{StoredAsset, stored_assets};

use crate::state::App;

pub fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/_tenant/assets", get(contents::assets))
        .route("/_tenant/assets/{scheme}/{id}/bytes", get(contents::bytes))
        .route("/_tenant/faults", get(world::faults).put(world::set_faults))
        .route("/_tenant/reset-faults", post(world::reset_faults))
        .route("/_tenant/switches", get(world::switches).put(world::set_switches))
        .route("/_tenant/duplicates", get(world::duplicates).put(world::set_duplicates))
        .route("/_tenant/clock", get(world::clock).post(world::set_clock))
        .route("/_tenant/requests", get(world::requests).delete(world::clear_requests))
        .route("/_tenant/users", get(people::list).put(people::put))
        .route("/_tenant/users/{email}/rights", put(people::set_rights))
        .route("/_tenant/nodes/{id}/visible-to", put(people::restrict))
        .route("/_tenant/expire-tokens", post(people::expire_tokens))
        .route("/_tenant/expire-policies", post(people::expire_policies))
        .route("/_tenant/collections", get(collections::list).post(collections::add))
        .route("/_tenant/collections/{id}", put(collections::change).delete(collections::remove))
        .merge(crate::places::admin_router())
        .route_layer(from_fn_with_state(app.clone(), guard))
}

async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|text| text.split_once(' ')).map(|(_, token)| token);
    if given == Some(app.identity.admin_token.as_str()) {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, "Authorization: Bearer <admin_token>").into_response()
    }
}
