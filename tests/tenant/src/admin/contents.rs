//! Every version of every asset, and their bytes.

use std::collections::HashMap;
use std::io::SeekFrom;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::error::{ApiError, ApiResult};
use crate::library::Library;
use crate::state::App;
use crate::store::asset::{AssetKey, Scheme};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAsset {
    pub scheme: Scheme,
    pub id: String,
    /// 1 = the first version.
    pub version: u32,
    pub current: bool,
    /// Name of this version's file.
    pub name: String,
    pub size: u64,
    /// Of the stored bytes, whatever the API reports after an edit.
    pub md5: String,
    /// Ids.
    pub albums: Vec<String>,
    pub owner: String,
    pub tags: Vec<String>,
    pub keywords: Vec<String>,
    pub custom: std::collections::BTreeMap<String, serde_json::Value>,
    pub description: String,
    /// Milliseconds since the epoch, by the tenant's clock.
    pub created: i64,
    /// Key that the file had in the upload bucket.
    pub upload_key: String,
}

/// By time of creation, then version.
pub fn stored_assets(library: &Library) -> Vec<StoredAsset> {
    let mut assets: Vec<_> = library.assets.values().collect();
    assets.sort_by(|a, b| (a.created_ms, &a.key).cmp(&(b.created_ms, &b.key)));
    let mut found = Vec::with_capacity(assets.len());
    for asset in assets {
        for version in &asset.versions {
            found.push(StoredAsset {
                scheme: asset.key.scheme,
                id: asset.key.id.clone(),
                version: version.no,
                current: asset.current().is_some_and(|current| current.no == version.no),
                name: version.name.clone(),
                size: version.size,
                md5: version.md5.clone(),
                albums: asset.albums.clone(),
                owner: asset.owner.clone(),
                tags: asset.tags.clone(),
                keywords: asset.keywords.clone(),
                custom: asset.custom.clone(),
                description: asset.description.clone(),
                created: version.created_ms,
                upload_key: version.upload_key.clone(),
            });
        }
    }
    found
}

pub async fn assets(State(app): State<App>) -> Json<Vec<StoredAsset>> {
    Json(stored_assets(&app.library()))
}

/// `?version=n` for another than the current one.
pub async fn bytes(
    State(app): State<App>,
    Path((scheme, id)): Path<(Scheme, String)>,
    Query(asked): Query<HashMap<String, u32>>,
) -> ApiResult<Response> {
    let found = {
        let library = app.library();
        let asset = library.assets.get(&AssetKey { scheme, id });
        let version = asset.and_then(|asset| match asked.get("version") {
            Some(no) => asset.versions.iter().find(|version| version.no == *no),
            None => asset.current(),
        });
        version.map(|version| (app.blobs.place(&version.blob), version.size))
    };
    let (place, size) = found.ok_or_else(|| ApiError::not_found("Version"))?;
    let mut file = tokio::fs::File::open(place.file).await?;
    file.seek(SeekFrom::Start(place.offset)).await?;
    Ok(Response::new(Body::from_stream(ReaderStream::with_capacity(file.take(size), 1 << 18))))
}
