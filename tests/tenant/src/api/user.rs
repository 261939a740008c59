//! The listing of endpoints and the current user (§1, §3).

use axum::extract::State;
use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use super::Caller;
use crate::state::App;
use crate::store::user::Right;

/// "A JSON listing of endpoint URI templates" [D]; the names of the keys are a guess [ND].
pub async fn endpoints(State(app): State<App>) -> Json<Value> {
    let mut listing = Map::new();
    let templates = [
        ("user", "/user"),
        ("tree", "/tree{?sortBy,sortDirection,layer}"),
        ("subTree", "/tree/{folderId}"),
        ("folderInfo", "/info/folder/{id}"),
        ("albumInfo", "/info/album/{id}"),
        ("folder", "/folder/{id}"),
        ("album", "/album/{id}"),
        ("search", "/search{?keyword,scheme,start,limit}"),
        ("content", "/{scheme}/{id}"),
        ("batchContent", "/batch/content"),
        ("batchEdit", "/batch/edit"),
        ("uploadSetting", "/upload/setting"),
        ("uploadStatus", "/upload/status{?hours}"),
        ("customField", "/custom/field"),
    ];
    for (name, template) in templates {
        listing.insert(name.into(), format!("{}/api/v1{template}", app.url()).into());
    }
    // Not Canto's: the open contract for parts, where the switch is on.
    let own = app.options.parts.then(|| format!("{}/api/v1/s3/multipart", app.url()));
    if let Some(address) = app.options.parts_at.clone().or(own) {
        listing.insert("uploadParts".into(), address.into());
    }
    Json(Value::Object(listing))
}

/// Keys as seen [C]; `upload` and `download` are the two permissions known, and there is no role [ND] (§3).
pub async fn me(State(app): State<App>, Extension(Caller(user)): Extension<Caller>) -> Json<Value> {
    let known = [(Right::Download, "download"), (Right::Upload, "upload")];
    let permissions: Vec<&str> =
        known.into_iter().filter(|(right, _)| user.may(*right)).map(|(_, name)| name).collect();
    let mut answer = json!({
        "userId": user.email, "firstName": user.first_name, "lastName": user.last_name, "name": user.name(),
        "email": user.email, "permissions": permissions, "lastAccessVersion": "BKK",
    });
    if app.switches().tell_role {
        answer["role"] = user.role.as_str().into();
    }
    Json(answer)
}
