//! Folders and albums as a tree (§4.1–4.3).

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Caller;
use crate::error::{ApiError, ApiResult};
use crate::library::Library;
use crate::state::{App, State as Shared};
use crate::store::node::{Node, NodeKind};
use crate::store::user::User;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Asked {
    sort_by: String,
    sort_direction: String,
    layer: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self { sort_by: "name".into(), sort_direction: "ascending".into(), layer: "-1".into() }
    }
}

/// Keys as recorded; `size` is a string [C].
pub fn node_json(app: &Shared, library: &Library, node: &Node) -> Map<String, Value> {
    let value = json!({
        "id": node.id, "name": node.name, "scheme": node.kind.as_str(),
        "idPath": library.id_path(node), "namePath": library.name_path(node),
        "size": library.node_size(node).to_string(),
        "time": app.clock.digits(node.time_ms), "created": app.clock.digits(node.created_ms),
        "owner": library.owner_name(&node.owner),
        "url": { "detail": format!("{}/{}/{}", app.url(), node.kind.as_str(), node.id) },
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Restricted nodes are left out [I]; it is [ND] what the API does (§4.7).
fn level(
    app: &Shared,
    library: &Library,
    user: &User,
    asked: &Asked,
    parent: Option<&str>,
    depth: i64,
) -> Vec<Value> {
    let mut nodes: Vec<&Node> =
        library.children_of(parent).filter(|node| library.sees_node(user, node)).collect();
    match asked.sort_by.as_str() {
        "time" => nodes.sort_by_key(|node| node.time_ms),
        "scheme" => nodes.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name))),
        "size" => nodes.sort_by_key(|node| library.node_size(node)),
        "owner" => nodes.sort_by(|a, b| (&a.owner, &a.name).cmp(&(&b.owner, &b.name))),
        _ => nodes.sort_by(|a, b| (a.name.to_lowercase(), &a.id).cmp(&(b.name.to_lowercase(), &b.id))),
    }
    if asked.sort_direction == "descending" {
        nodes.reverse();
    }
    let nodes = nodes.into_iter().map(|node| {
        let mut value = node_json(app, library, node);
        // Absent for albums and where the level was cut.
        if node.kind == NodeKind::Folder && depth != 1 {
            let below = level(app, library, user, asked, Some(&node.id), depth - 1);
            value.insert("children".into(), below.into());
        }
        Value::Object(value)
    });
    nodes.collect()
}

fn answer(app: &App, user: &User, asked: &Asked, parent: Option<&str>) -> Json<Value> {
    let library = app.library();
    let depth = asked.layer.parse().unwrap_or(-1);
    let top = user.space();
    let parent = parent.or(top.as_deref());
    let results = level(app, &library, user, asked, parent, depth);
    Json(json!({ "results": results, "sortBy": asked.sort_by, "sortDirection": asked.sort_direction }))
}

pub async fn whole(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Query(asked): Query<Asked>,
) -> Json<Value> {
    answer(&app, &user, &asked, None)
}

pub async fn below(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<Value>> {
    visible(&app, &app.library(), &user, &id, NodeKind::Folder)?;
    Ok(answer(&app, &user, &asked, Some(&id)))
}

/// The node, if it is there and this person may see it.
pub fn visible(app: &App, library: &Library, user: &User, id: &str, kind: NodeKind) -> ApiResult<Node> {
    let node = library.node_of(id, kind).ok_or_else(|| ApiError::not_found(kind.as_str()))?;
    if library.sees_node(user, node) {
        Ok(node.clone())
    } else {
        Err(ApiError::denied(app.switches().missing_right))
    }
}

pub async fn folder_info(
    app: State<App>,
    caller: Extension<Caller>,
    id: Path<String>,
) -> ApiResult<Json<Value>> {
    info(&app, &caller.0.0, &id, NodeKind::Folder)
}

pub async fn album_info(
    app: State<App>,
    caller: Extension<Caller>,
    id: Path<String>,
) -> ApiResult<Json<Value>> {
    info(&app, &caller.0.0, &id, NodeKind::Album)
}

fn info(app: &App, user: &User, id: &str, kind: NodeKind) -> ApiResult<Json<Value>> {
    let library = app.library();
    let node = visible(app, &library, user, id, kind)?;
    Ok(Json(Value::Object(node_json(app, &library, &node))))
}
