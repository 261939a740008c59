//! Creating and deleting folders and albums (§4.4, §4.5).

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Caller;
use super::tree::{node_json, visible};
use crate::error::{ApiError, ApiResult};
use crate::ids;
use crate::options::ExistingName;
use crate::state::App;
use crate::store::node::{Node, NodeKind};
use crate::store::user::Right;

/// A limit must be somewhere; Canto's is [ND].
const LONGEST_NAME: usize = 255;

type Asked = Query<HashMap<String, String>>;

pub async fn create_folder(
    app: State<App>,
    caller: Extension<Caller>,
    Path(name): Path<String>,
    asked: Asked,
    body: String,
) -> ApiResult<Json<Value>> {
    create(&app, &caller, NodeKind::Folder, None, name, &description(&asked, &body))
}

pub async fn create_folder_in(
    app: State<App>,
    caller: Extension<Caller>,
    Path((parent, name)): Path<(String, String)>,
    asked: Asked,
    body: String,
) -> ApiResult<Json<Value>> {
    create(&app, &caller, NodeKind::Folder, Some(parent), name, &description(&asked, &body))
}

pub async fn create_album(
    app: State<App>,
    caller: Extension<Caller>,
    Path(name): Path<String>,
    asked: Asked,
    body: String,
) -> ApiResult<Json<Value>> {
    create(&app, &caller, NodeKind::Album, None, name, &description(&asked, &body))
}

pub async fn create_album_in(
    app: State<App>,
    caller: Extension<Caller>,
    Path((parent, name)): Path<(String, String)>,
    asked: Asked,
    body: String,
) -> ApiResult<Json<Value>> {
    create(&app, &caller, NodeKind::Album, Some(parent), name, &description(&asked, &body))
}

/// In the query [C, R1] or as the form field `Description` [C, R4].
fn description(asked: &Asked, body: &str) -> String {
    let form = || {
        url::form_urlencoded::parse(body.as_bytes())
            .find(|(name, _)| name == "Description")
            .map(|(_, text)| text.into_owned())
    };
    asked.get("description").cloned().or_else(form).unwrap_or_default()
}

fn create(
    app: &App,
    Extension(caller): &Extension<Caller>,
    kind: NodeKind,
    parent: Option<String>,
    name: String,
    description: &str,
) -> ApiResult<Json<Value>> {
    caller.needs(app, if kind == NodeKind::Folder { Right::CreateFolder } else { Right::CreateAlbum })?;
    let mut library = app.library();
    let in_place = parent.is_none().then(|| caller.0.space()).flatten();
    if let Some(parent) = &parent {
        visible(app, &library, &caller.0, parent, NodeKind::Folder)?;
    }
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(ApiError::bad_request("The name is empty or too long"));
    }
    let parent = parent.or(in_place);
    // A folder and an album may share a name [C]; what two of a kind do is [ND], hence the switch.
    let twin =
        library.children_of(parent.as_deref()).find(|node| node.kind == kind && node.name == name).cloned();
    match (twin, app.switches().existing_name) {
        (Some(_), ExistingName::Error) => return Err(ApiError::bad_request("The name is in use")),
        (Some(twin), ExistingName::Existing) => {
            return Ok(Json(Value::Object(node_json(app, &library, &twin))));
        }
        _ => {}
    }
    let id = std::iter::repeat_with(ids::node).find(|id| !library.nodes.contains_key(id)).unwrap_or_default();
    let now = app.now_ms();
    let node = Node {
        id,
        kind,
        name,
        parent,
        description: description.to_owned(),
        owner: caller.0.email.clone(),
        created_ms: now,
        time_ms: now,
        visible_to: None,
    };
    app.db.put(&node);
    library.index_node(node.clone());
    Ok(Json(Value::Object(node_json(app, &library, &node))))
}

#[derive(Clone, Deserialize)]
pub struct Named {
    id: String,
    scheme: NodeKind,
}

/// `permissionFail` and `deleteFail` list what stayed [C]. The assets of a deleted album stay [I].
pub async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(items): Json<Vec<Named>>,
) -> Json<Value> {
    let (mut refused, mut failed) = (Vec::new(), Vec::new());
    let mut library = app.library();
    for Named { id, scheme } in items {
        let told = json!({ "id": id, "scheme": scheme.as_str() });
        if !caller.0.may(Right::Delete) {
            refused.push(told);
            continue;
        }
        if library.node_of(&id, scheme).is_none() {
            failed.push(told);
            continue;
        }
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            open.extend(library.children_of(Some(&id)).map(|node| node.id.clone()));
            for key in library.by_album.remove(&id).unwrap_or_default() {
                if let Some(asset) = library.assets.get_mut(&key) {
                    asset.albums.retain(|album| album != &id);
                    app.db.put(asset);
                }
            }
            if library.remove_node(&id).is_some() {
                app.db.delete::<Node>(id);
            }
        }
    }
    let status = if refused.is_empty() && failed.is_empty() { "success" } else { "fail" };
    Json(json!({ "status": status, "permissionFail": refused, "deleteFail": failed }))
}
