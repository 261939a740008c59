//! Changing assets: batch edit, albums, name, comment, deletion (§8.5, §9).

use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Json};
use md5::{Digest, Md5};
use serde::Deserialize;
use serde_json::Value;

use super::asset_json::latest_id;
use super::{Caller, strict};
use crate::error::{ApiError, ApiResult, success};
use crate::state::App;
use crate::store::Row;
use crate::store::asset::{Asset, AssetKey};
use crate::store::node::NodeKind;
use crate::store::place::PlaceKind;
use crate::store::user::Right;

/// One edit of one asset, kept and indexed.
pub fn change(app: &App, caller: &Caller, key: &AssetKey, edit: impl Fn(&mut Asset)) -> ApiResult<()> {
    caller.needs(app, Right::Edit)?;
    let mut library = app.library();
    let mut asset =
        library.asset_for(&caller.0, key).cloned().ok_or_else(|| ApiError::not_found("Content"))?;
    // A guest of a link says something of what they have sent, whatever else they see.
    let guest = caller.0.place.as_ref().is_some_and(|place| place.kind == PlaceKind::UploadLink);
    if guest && asset.owner != caller.0.email {
        return Err(ApiError::denied(app.switches().missing_right));
    }
    edit(&mut asset);
    asset.time_ms = app.now_ms();
    // "Any modification, even a tag" changes the MD5 [D] (§12.1); which do for API edits is [ND].
    if app.switches().md5_changes_on_edit {
        asset.md5_after_edit = Some(hex::encode(Md5::digest(format!("{} edited", asset.md5()))));
    }
    app.db.put(&asset);
    library.index_asset(asset);
    Ok(())
}

#[derive(Deserialize)]
pub struct Edit {
    pub(super) contents: Vec<AssetKey>,
    pub(super) properties: Vec<Property>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property {
    pub property_id: String,
    pub property_value: Value,
    /// Only the empty string is evidenced [C]; the words below are a guess [ND].
    #[serde(default)]
    action: String,
    #[serde(default)]
    pub custom_field: bool,
}

/// Answers the bare word `success` [C].
pub async fn batch_edit(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(edit): Json<Edit>,
) -> ApiResult<Response> {
    for property in edit.properties.iter().filter(|property| property.custom_field) {
        let library = app.library();
        let field = library.fields.get(&property.property_id);
        let field = field.ok_or_else(|| ApiError::bad_request("Unknown custom field"))?;
        let form = caller.0.place.as_ref().map(|place| &place.fields);
        if form.is_some_and(|form| !form.iter().any(|ask| ask.id == field.id)) {
            return Err(ApiError::bad_request("The field is not in the form of this place"));
        }
        if !field.values.is_empty()
            && !words(&property.property_value).iter().all(|word| field.values.contains(word))
        {
            return Err(ApiError::bad_request(format!("{} does not have this value", field.name)));
        }
        if app.switches().strict_metadata && !strict::fits(field, &property.property_value) {
            return Err(ApiError::bad_request(format!("{} does not take this value", field.name)));
        }
    }
    // A place has its own form, whose required fields are for whoever fills it in.
    if app.switches().strict_metadata && caller.0.place.is_none() {
        strict::needs_what_is_required(&app, &caller, &edit)?;
    }
    for key in &edit.contents {
        change(&app, &caller, key, |asset| {
            for property in &edit.properties {
                apply(asset, property);
            }
        })?;
    }
    Ok(success())
}

fn words(value: &Value) -> Vec<String> {
    let list = |text: &str| {
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    match value {
        Value::String(text) => list(text),
        Value::Array(values) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// `keyword` is evidenced [C]; the other names are a guess [ND] (§9.1).
fn apply(asset: &mut Asset, property: &Property) {
    let value = &property.property_value;
    let text = value.as_str().unwrap_or_default().to_owned();
    if property.custom_field {
        asset.custom.insert(property.property_id.clone(), value.clone());
        return;
    }
    let list = match property.property_id.as_str() {
        "keyword" | "keywords" => &mut asset.keywords,
        "tag" | "tags" => &mut asset.tags,
        "description" => return asset.description = text,
        "author" => return asset.author = text,
        "copyright" => return asset.copyright = text,
        "approval" | "approvalStatus" => return asset.approval = text,
        _ => return,
    };
    let new = words(value);
    match property.action.as_str() {
        "replace" => *list = new,
        "remove" => list.retain(|word| !new.contains(word)),
        _ => {
            for word in new {
                if !list.contains(&word) {
                    list.push(word);
                }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewName {
    name: String,
}

pub async fn rename(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path((scheme, id)): Path<(String, String)>,
    Json(new): Json<NewName>,
) -> ApiResult<Response> {
    let scheme = scheme.parse().map_err(|()| ApiError::not_found("Scheme"))?;
    if new.name.trim().is_empty() {
        return Err(ApiError::bad_request("The name is empty"));
    }
    change(&app, &caller, &AssetKey { scheme, id }, |asset| asset.name.clone_from(&new.name))?;
    Ok(success())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    album_path: String,
    contents: Vec<AssetKey>,
}

pub async fn assign(
    app: State<App>,
    caller: Extension<Caller>,
    body: Json<Assignment>,
) -> ApiResult<Response> {
    in_album(&app, &caller.0, &body.0, true)
}

pub async fn unassign(
    app: State<App>,
    caller: Extension<Caller>,
    body: Json<Assignment>,
) -> ApiResult<Response> {
    in_album(&app, &caller.0, &body.0, false)
}

/// `albumPath`: id path or name path is not certain [I] (§9.4); here the last id of an id path.
fn in_album(app: &App, caller: &Caller, asked: &Assignment, there: bool) -> ApiResult<Response> {
    caller.needs(app, Right::Assign)?;
    let id = asked.album_path.rsplit('/').next().unwrap_or_default();
    super::tree::visible(app, &app.library(), &caller.0, id, NodeKind::Album)?;
    for key in &asked.contents {
        let mut library = app.library();
        let asset = library.asset_for(&caller.0, key).cloned();
        let mut asset = asset.ok_or_else(|| ApiError::not_found("Content"))?;
        asset.albums.retain(|album| album != id);
        if there {
            asset.albums.push(id.to_owned());
        }
        app.db.put(&asset);
        library.index_asset(asset);
    }
    Ok(success())
}

/// No trash bin [I] (§9.4). Blobs stay, for whoever asks what was there.
pub async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(keys): Json<Vec<AssetKey>>,
) -> ApiResult<Response> {
    caller.needs(&app, Right::Delete)?;
    for key in &keys {
        if let Some(asset) = app.library().remove_asset(key) {
            app.db.delete::<Asset>(asset.key());
        }
    }
    Ok(success())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    #[serde(flatten)]
    key: AssetKey,
    version_id: String,
    comment: String,
}

pub async fn comment(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(comment): Json<Comment>,
) -> ApiResult<Response> {
    caller.needs(&app, Right::Edit)?;
    let mut library = app.library();
    library.asset_for(&caller.0, &comment.key).ok_or_else(|| ApiError::not_found("Content"))?;
    let asset = library.assets.get_mut(&comment.key).ok_or_else(|| ApiError::not_found("Content"))?;
    let last = asset.versions.len() - 1;
    let version = asset.versions.iter_mut().enumerate().find(|(place, version)| {
        version.version_id == comment.version_id || (*place == last && comment.version_id == latest_id())
    });
    let (_, version) = version.ok_or_else(|| ApiError::not_found("Version"))?;
    version.comment = Some(comment.comment);
    app.db.put(asset);
    Ok(success())
}
