//! Collections (§12.4): one by id is evidenced [C], the list is not [ND].

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::Caller;
use super::query::{Asked, page};
use crate::error::{ApiError, ApiResult, web_app};
use crate::options::{OddPage, OddPages};
use crate::state::App;

/// A guess behind a switch [ND]; `syncToConnect` is a name of ours.
pub async fn list(State(app): State<App>, Extension(Caller(user)): Extension<Caller>) -> Response {
    if !app.switches().collections_listing {
        return web_app().await.into_response();
    }
    let library = app.library();
    let results: Vec<Value> = library
        .collections
        .values()
        .filter(|collection| collection.visible_to(&user.email))
        .map(|collection| {
            json!({
                "id": collection.id, "name": collection.name, "size": collection.contents.len().to_string(),
                "owner": library.owner_text(&collection.owner), "time": app.clock.digits(collection.time_ms),
                "shared": collection.owner != user.email, "syncToConnect": collection.marked,
            })
        })
        .collect();
    Json(json!({ "results": results, "found": results.len() })).into_response()
}

pub async fn show(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Path(id): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
) -> ApiResult<Json<Value>> {
    let library = app.library();
    let collection = library.collections.get(&id).ok_or_else(|| ApiError::not_found("Collection"))?;
    if !collection.visible_to(&user.email) {
        return Err(ApiError::denied(app.switches().missing_right));
    }
    let odd = app.switches().odd_pages;
    let mut asked = asked;
    if let Some(OddPages { most, how }) = odd {
        asked.insert("limit".into(), most.to_string());
        if how == OddPage::Repeated {
            asked.insert("start".into(), "0".into());
        }
    }
    let mut answer = page(&app, &library, &user, &Asked(&asked), collection.contents.clone());
    answer["name"] = collection.name.clone().into();
    match odd {
        Some(OddPages { most, how: OddPage::Half }) if answer["start"] != 0 => {
            if let Some(results) = answer["results"].as_array_mut() {
                results.truncate(most / 2);
            }
            answer["found"] = (answer["start"].as_u64().unwrap_or(0) + most as u64 / 2).into();
        }
        Some(OddPages { how: OddPage::Uncounted, .. }) => answer["found"] = Value::Null,
        _ => {}
    }
    Ok(Json(answer))
}
