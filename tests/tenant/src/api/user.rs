//! The listing of endpoints and the current user (§1, §3).

use axum::extract::State;
use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use super::Caller;
use crate::places;
use crate::state::App;
use crate::store::user::Right;

/// "A JSON listing of endpoint URI templates" [D]; the names of the keys are a guess [ND].
pub async fn endpoints(State(app): State<App>, Extension(Caller(user)): Extension<Caller>) -> Json<Value> {
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
    // Opening one by its id is known [C], a list is not [ND]; nor whether it would be listed here.
    if app.switches().collections_listing {
        listing.insert("myCollections".into(), format!("{}/api/v1/mycollections", app.url()).into());
    }
    // Not Canto's either: a guess of Ferry's [ND].
    if app.switches().places && user.place.is_none() {
        listing.insert("places".into(), places::base(&app).into());
    }
    Json(Value::Object(listing))
}

/// Keys as seen [C]; `upload` and `download` are the two permissions known, and there is no role [ND] (§3).
pub async fn me(State(app): State<App>, Extension(Caller(user)): Extension<Caller>) -> Json<Value> {
    let known = [(Right::Download, "download"), (Right::Upload, "upload")];
    let permissions: Vec<&str> =
        known.into_iter().filter(|(right, _)| user.may(*right)).map(|(_, name)| name).collect();
    // Of a place's person, whoever is behind it; a guest has no address.
    let email = match &user.place {
        Some(_) => user.email.split_once('.').map_or("", |(_, email)| email).to_owned(),
        None => user.email.clone(),
    };
    let mut answer = json!({
        "userId": user.email, "firstName": user.first_name, "lastName": user.last_name, "name": user.name(),
        "email": email, "permissions": permissions, "lastAccessVersion": "BKK",
    });
    if app.switches().tell_role {
        answer["role"] = user.role.as_str().into();
    }
    Json(answer)
}
