//! Putting assets into albums and taking them out, many at once (canto-api §9.4).

use reqwest::Method;
use serde::Serialize;

use crate::{Asset, CantoClient, assets::BATCH, client::Call, error::ApiError};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Assignment<'a> {
    album_path: &'a str,
    contents: Vec<Content<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    scheme: &'a str,
    id: &'a str,
    display_name: &'a str,
}

impl<'a> From<&'a Asset> for Content<'a> {
    fn from(asset: &'a Asset) -> Self {
        Self { scheme: &asset.scheme, id: &asset.id, display_name: &asset.name }
    }
}

impl CantoClient {
    /// Puts assets into an album [C], 100 a call [I]. `album_path` is the album's id path; that it is not the
    /// name path is [I].
    pub async fn assign_to_album(&self, album_path: &str, assets: &[Asset]) -> Result<(), ApiError> {
        self.assignment("assign_to_album", Method::POST, album_path, assets).await
    }

    /// Takes assets out of an album; they stay in the library [C]. As above.
    pub async fn remove_from_album(&self, album_path: &str, assets: &[Asset]) -> Result<(), ApiError> {
        self.assignment("remove_from_album", Method::DELETE, album_path, assets).await
    }

    async fn assignment(
        &self,
        name: &'static str,
        method: Method,
        album_path: &str,
        assets: &[Asset],
    ) -> Result<(), ApiError> {
        for batch in assets.chunks(BATCH) {
            let contents = batch.iter().map(Content::from).collect();
            let body = Assignment { album_path, contents };
            let url = self.tenant().api("batch/album");
            self.done(Call::new(name, method.clone(), url).with_json(&body)?).await?;
        }
        Ok(())
    }
}
