//! A small picture of an asset, for somebody who compares it with a file.

use canto_api::{AssetRef, CantoClient};
use futures_util::StreamExt;

/// Pixels of the longer side; one of the sizes that a tenant makes [C].
const SIZE: u32 = 400;
/// What is larger is no preview.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Its bytes, whatever they are; `None` where there is none. Nothing depends on it, so it is no failure.
pub async fn of_asset(client: &CantoClient, asset: &AssetRef) -> Option<Vec<u8>> {
    let mut download = match client.preview(asset, SIZE).await {
        Ok(download) => download,
        Err(error) => {
            tracing::debug!(%error, "no picture of an asset");
            return None;
        }
    };
    let mut bytes = Vec::new();
    while let Some(piece) = download.stream.next().await {
        bytes.extend_from_slice(&piece.ok()?);
        if bytes.len() > MOST_BYTES {
            return None;
        }
    }
    Some(bytes)
}
