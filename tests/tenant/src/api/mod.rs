//! `/api/v1` and `/api_binary/v1`: the public API, one file a chapter of the reference.

mod albums;
mod asset_json;
mod binary;
mod collections;
mod content;
mod download;
mod edit;
mod fields;
mod guard;
mod nodes;
mod parts;
mod query;
mod search;
mod strict;
mod tags;
mod tree;
mod upload;
mod user;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};

use crate::error::web_app;
use crate::state::App;

pub use guard::Caller;

pub fn router(app: &App) -> Router<App> {
    let v1 = Router::new()
        .route("/api/v1/", get(user::endpoints))
        .route("/api/v1/user", get(user::me))
        .route("/api/v1/tree", get(tree::whole))
        .route("/api/v1/tree/{id}", get(tree::below))
        .route("/api/v1/info/folder/{id}", get(tree::folder_info))
        .route("/api/v1/info/album/{id}", get(tree::album_info))
        .route("/api/v1/folder/{a}", get(albums::folder).post(nodes::create_folder))
        .route("/api/v1/folder/{a}/{b}", post(nodes::create_folder_in))
        .route("/api/v1/album/{a}", get(albums::album).post(nodes::create_album))
        .route("/api/v1/album/{a}/{b}", post(nodes::create_album_in))
        .route("/api/v1/batch/folder", delete(nodes::delete))
        .route("/api/v1/batch/album", post(edit::assign).delete(edit::unassign))
        .route("/api/v1/batch/content", post(content::batch).delete(edit::delete))
        .route("/api/v1/batch/edit", put(edit::batch_edit))
        .route("/api/v1/search", get(search::search))
        .route("/api/v1/upload/setting", get(upload::setting))
        .route("/api/v1/upload/status", get(upload::status))
        .route("/api/v1/custom/field", get(fields::list))
        .route("/api/v1/keyword", post(fields::add_keyword))
        .route("/api/v1/version/comment", post(edit::comment))
        .route("/api/v1/mycollections", get(collections::list))
        .route("/api/v1/mycollections/{id}", get(collections::show))
        .route("/api/v1/{scheme}", get(albums::scheme))
        .route("/api/v1/{scheme}/{id}", get(content::detail))
        .route("/api/v1/{scheme}/{id}/rename", put(edit::rename))
        .route("/api/v1/{scheme}/{id}/tag/{word}", put(tags::add_tag).delete(tags::remove_tag))
        .route("/api/v1/{scheme}/{id}/keyword/{word}", put(tags::add_keyword).delete(tags::remove_keyword));
    let v1 = if app.options.parts { v1.merge(parts::router()) } else { v1 };
    let binary = Router::new()
        .route("/api_binary/v1/{scheme}/{id}", get(binary::original))
        .route("/api_binary/v1/{scheme}/{id}/{what}", get(binary::version_or_kind))
        .route("/api_binary/v1/{scheme}/{id}/{what}/{more}", get(binary::version_kind))
        .route("/api_binary/v1/batch/directuri", post(binary::batch_direct_uri));
    v1.merge(binary)
        .route_layer(from_fn_with_state(app.clone(), guard::guard))
        .merge(download::router())
        .method_not_allowed_fallback(web_app)
        .fallback(web_app)
        .layer(DefaultBodyLimit::max(16 << 20))
}
