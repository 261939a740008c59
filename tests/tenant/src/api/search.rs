//! Search (§6), and the flat list of albums (§5.4).

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::Caller;
use super::query::{Asked, page};
use super::tree::node_json;
use crate::library::Library;
use crate::state::{App, State as Shared};
use crate::store::asset::AssetKey;
use crate::store::node::{Node, NodeKind};
use crate::store::user::User;

pub async fn search(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Query(asked): Query<HashMap<String, String>>,
) -> Json<Value> {
    let library = app.library();
    let asked = Asked(&asked);
    if asked.text("scheme") == "album" {
        return Json(albums(&app, &library, &user, &asked));
    }
    Json(page(&app, &library, &user, &asked, candidates(&library, &asked)))
}

/// A look-up by exact name goes through the index: programs make it once a file.
fn candidates(library: &Library, asked: &Asked<'_>) -> Vec<AssetKey> {
    if asked.text("searchInField") == "filename" && asked.text("exactMatch") == "true" {
        let names = asked.text("keyword").to_lowercase();
        let keys = names.split('|').filter_map(|name| library.by_name.get(name.trim().trim_matches('"')));
        return keys.flatten().cloned().collect();
    }
    library.assets.keys().cloned().collect()
}

fn albums(app: &Shared, library: &Library, user: &User, asked: &Asked<'_>) -> Value {
    let word = asked.text("keyword").to_lowercase();
    let mut albums: Vec<&Node> = library
        .nodes
        .values()
        .filter(|node| node.kind == NodeKind::Album && library.sees_node(user, node))
        .filter(|node| node.name.to_lowercase().contains(&word))
        .collect();
    albums.sort_by_cached_key(|node| library.name_path(node));
    let (start, limit) =
        (asked.text("start").parse().unwrap_or(0), asked.text("limit").parse().unwrap_or(100));
    let results: Vec<Value> = albums
        .iter()
        .skip(start)
        .take(limit)
        .map(|node| Value::Object(node_json(app, library, node)))
        .collect();
    json!({ "facets": [], "results": results, "start": start, "limit": limit, "found": albums.len(),
            "sortBy": "name", "sortDirection": "ascending", "matchExpr": "" })
}
