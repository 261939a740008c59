//! `/_tenant/places`: making, closing, changing and removing them. Who makes a place in Canto does so in the web app [D] (§12.5).

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::error::{ApiError, ApiResult};
use crate::ids;
use crate::state::{App, State as Shared};
use crate::store::node::{Node, NodeKind};
use crate::store::place::Place;

fn shown(app: &Shared, place: &Place) -> Value {
    let mut value = serde_json::to_value(place).unwrap_or_default();
    value["address"] = place.address(app.url()).into();
    value
}

pub async fn list(State(app): State<App>) -> Json<Vec<Value>> {
    Json(app.library().places.values().map(|place| shown(&app, place)).collect())
}

/// Keeps a place; one that is new gets what it lacks. A link has one album, which nobody sees in the library's own tree.
pub fn kept(app: &Shared, mut place: Place) -> Place {
    let mut library = app.library();
    if place.id.is_empty() {
        let free = |id: &String| !library.places.contains_key(id) && !library.nodes.contains_key(id);
        place.id = std::iter::repeat_with(ids::node).find(free).unwrap_or_default();
    }
    if place.code.is_empty() {
        place.code = ids::token();
    }
    if place.owner.is_empty() {
        place.owner = library.users.keys().next().cloned().unwrap_or_default();
    }
    if let Some(id) = place.inbox() {
        let now = app.now_ms();
        let node = Node {
            id,
            kind: NodeKind::Album,
            name: place.name.clone(),
            parent: Some(place.root()),
            description: String::new(),
            owner: place.owner.clone(),
            created_ms: now,
            time_ms: now,
            visible_to: None,
        };
        app.db.put(&node);
        library.index_node(node);
    }
    app.db.put(&place);
    library.put_place(place.clone());
    place
}

pub async fn add(State(app): State<App>, Json(place): Json<Place>) -> Json<Value> {
    let place = kept(&app, place);
    Json(shown(&app, &place))
}

/// What is named is changed: `{"closed":true}`, `{"password":"…"}`, `{"members":[…]}` …
pub async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(asked): Json<Value>,
) -> ApiResult<Json<Value>> {
    let old = app.library().places.get(&id).cloned().ok_or_else(|| ApiError::not_found("Place"))?;
    let mut all = serde_json::to_value(&old).map_err(ApiError::internal)?;
    if let (Value::Object(all), Value::Object(asked)) = (&mut all, asked) {
        all.extend(asked);
    }
    let place: Place =
        serde_json::from_value(all).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let place = kept(&app, Place { id, ..place });
    Ok(Json(shown(&app, &place)))
}

/// What was sent to it stays.
pub async fn remove(State(app): State<App>, Path(id): Path<String>) -> Json<Value> {
    app.library().places.remove(&id);
    app.db.delete::<Place>(id);
    Json(json!({}))
}

/// Puts what waits for review into an album of the library, as its administrators do by dragging [D] (§12.5).
pub async fn import(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(asked): Json<Value>,
) -> ApiResult<Json<Value>> {
    let mut library = app.library();
    let album = asked["album"].as_str().unwrap_or_default().to_owned();
    library.node_of(&album, NodeKind::Album).ok_or_else(|| ApiError::not_found("Album"))?;
    let waiting = library.by_album.get(&id).cloned().unwrap_or_default();
    for key in &waiting {
        let Some(mut asset) = library.assets.get(key).cloned() else { continue };
        if !asset.albums.contains(&album) {
            asset.albums.push(album.clone());
            app.db.put(&asset);
            library.index_asset(asset);
        }
    }
    Ok(Json(json!({ "imported": waiting.len() })))
}
