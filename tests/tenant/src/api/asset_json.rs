//! An asset as the API tells of it (§7): recorded keys [R], nearly every scalar a string.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::tree::node_json;
use crate::library::Library;
use crate::state::State;
use crate::store::asset::{Asset, Version};
use crate::store::place::PlaceKind;
use crate::store::user::User;

/// The current version's id is the base64 of this [R].
const LATEST: &str = "latest_version_tag";

pub fn latest_id() -> String {
    BASE64_STANDARD.encode(LATEST)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    Detail,
    /// Lists lack the `metadata` map [C], and `md5` where the switch says so.
    List,
}

pub fn asset_json(app: &State, library: &Library, user: &User, asset: &Asset, view: View) -> Value {
    let clock = &app.clock;
    let (scheme, id) = (asset.key.scheme.as_str(), asset.key.id.as_str());
    let size = asset.size().to_string();
    let owner = library.owner_text(&asset.owner);
    let binary = format!("{}/api_binary/v1/{scheme}/{id}", app.url());
    let mime = mime_of(&asset.name);
    let albums: Vec<Value> = asset
        .albums
        .iter()
        .filter_map(|id| library.nodes.get(id))
        .filter(|node| library.sees_node(user, node))
        .map(|node| Value::Object(node_json(app, library, node)))
        .collect();
    let mut value = json!({
        "id": id, "scheme": scheme, "name": asset.name, "size": size,
        "width": "0", "height": "0", "dpi": "0",
        "owner": owner, "ownerName": library.owner_name(&asset.owner),
        "created": clock.digits(asset.created_ms), "lastUploaded": clock.digits(asset.uploaded_ms),
        "time": clock.digits(asset.time_ms),
        "approvalStatus": asset.approval, "description": asset.description,
        "tag": asset.tags, "keyword": asset.keywords, "smartTags": [],
        "default": {
            "Name": asset.name, "Size": size, "Content Type": mime, "Dimensions": null,
            "Author": text_or_null(&asset.author), "Copyright": text_or_null(&asset.copyright),
            "GPS": null, "Creation Tool": null, "Uploaded by": owner, "Modified by": owner,
            "Date uploaded": clock.digits(asset.uploaded_ms), "Date modified": clock.digits(asset.time_ms),
            "Date Created": clock.spaced(asset.created_ms),
        },
        "additional": additional(library, asset),
        "relatedAlbums": albums,
        "versionHistory": asset.versions.iter().rev().map(|version| {
            version_json(app, library, asset, version, &binary)
        }).collect::<Vec<_>>(),
        "url": {
            "download": binary, "preview": format!("{binary}/preview"), "metadata": format!("{binary}/metadata"),
            "HighJPG": format!("{binary}/HighJPG"), "LowJPG": format!("{binary}/LowJPG"),
            "PNG": format!("{binary}/PNG"),
            "detail": format!("{}/smartalbum/{scheme}?column={scheme}&id={id}", app.url()),
            "directUrlOriginal": super::download::direct_url(app, asset),
        },
    });
    // The page is for those who can sign in.
    let guest = user.place.as_ref().is_some_and(|place| place.kind == PlaceKind::UploadLink);
    if guest && let Some(Value::Object(urls)) = value.get_mut("url") {
        urls.remove("detail");
    }
    if let Value::Object(map) = &mut value {
        if view == View::Detail || app.switches().md5_in_lists {
            map.insert("md5".into(), asset.md5().into());
        }
        if view == View::Detail {
            map.insert("metadata".into(), json!({ "MIME Type": mime, "Asset Data Size (Long)": size }));
        }
    }
    value
}

fn version_json(app: &State, library: &Library, asset: &Asset, version: &Version, binary: &str) -> Value {
    let current = asset.current().is_some_and(|current| current.no == version.no);
    let id = if current { latest_id() } else { version.version_id.clone() };
    let address = format!("{binary}/{}", crate::object_store::sigv4::encode(&id));
    json!({
        "no": version.no.to_string(), "versionId": id, "currentVersion": current,
        "ownerName": library.owner_name(&version.owner),
        // "No date" comes as the epoch [R].
        "created": app.clock.digits(0), "time": app.clock.digits(version.created_ms),
        "comment": version.comment,
        "uri": { "preview": format!("{address}/preview"), "download": address },
    })
}

/// By display name, not by id [R].
fn additional(library: &Library, asset: &Asset) -> Map<String, Value> {
    let fields = library.fields.values();
    fields
        .map(|field| (field.name.clone(), asset.custom.get(&field.id).cloned().unwrap_or(Value::Null)))
        .collect()
}

fn text_or_null(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

pub fn mime_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, tail)| tail.to_ascii_lowercase()).as_deref() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("tif" | "tiff") => "image/tiff",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("mp4" | "m4v") => "video/mp4",
        Some("mov") => "video/quicktime",
        Some("mp3") => "audio/mpeg",
        Some("wav") => "audio/wav",
        Some("pdf") => "application/pdf",
        Some("txt" | "md") => "text/plain",
        Some("csv") => "text/csv",
        _ => "application/octet-stream",
    }
}
