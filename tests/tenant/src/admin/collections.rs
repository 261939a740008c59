//! Collections and their marks: no public call makes them [ND], so tests do it here.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::error::{ApiError, ApiResult};
use crate::ids;
use crate::state::App;
use crate::store::collection::Collection;

pub async fn list(State(app): State<App>) -> Json<Vec<Collection>> {
    Json(app.library().collections.values().cloned().collect())
}

fn keep(app: &App, mut collection: Collection) -> Json<Collection> {
    collection.time_ms = app.now_ms();
    app.db.put(&collection);
    app.library().collections.insert(collection.id.clone(), collection.clone());
    Json(collection)
}

/// Without an id one is made; without an owner it is the administrator's.
pub async fn add(State(app): State<App>, Json(mut collection): Json<Collection>) -> Json<Collection> {
    if collection.id.is_empty() {
        collection.id = ids::node();
    }
    if collection.owner.is_empty() {
        collection.owner = app.library().users.keys().next().cloned().unwrap_or_default();
    }
    keep(&app, collection)
}

/// What is named is changed: `{"marked":true}`, `{"contents":[…]}` …
pub async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(asked): Json<Value>,
) -> ApiResult<Json<Collection>> {
    let old = app.library().collections.get(&id).cloned();
    let old = old.ok_or_else(|| ApiError::not_found("Collection"))?;
    let mut all = serde_json::to_value(&old).map_err(ApiError::internal)?;
    if let (Value::Object(all), Value::Object(asked)) = (&mut all, asked) {
        all.extend(asked);
    }
    let collection = serde_json::from_value(all).map_err(|error| ApiError::bad_request(error.to_string()))?;
    Ok(keep(&app, Collection { id, ..collection }))
}

pub async fn remove(State(app): State<App>, Path(id): Path<String>) -> Json<Value> {
    app.library().collections.remove(&id);
    app.db.delete::<Collection>(id);
    Json(json!({}))
}
