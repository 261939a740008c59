//! A small picture of an asset, for somebody who compares it with a file, or looks at what came from the tenant.

use canto_api::{ApiError, AssetRef, CantoClient, ErrorKind};
use futures_util::StreamExt;

/// Pixels of the longer side; one of the sizes that a tenant makes [C].
const SIZE: u32 = 400;
/// What is larger is no preview.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Its bytes, whatever they are; `None` where there is none, or not now. Nothing depends on it, so it is no failure.
pub async fn of_asset(client: &CantoClient, asset: &AssetRef) -> Option<Vec<u8>> {
    asked(client, asset).await.unwrap_or_else(|error| {
        tracing::debug!(%error, "no picture of an asset");
        None
    })
}

/// As `of_asset`, where *there is none* and *not now* matter.
///
/// # Errors
/// Those of the way.
pub async fn asked(client: &CantoClient, asset: &AssetRef) -> Result<Option<Vec<u8>>, ApiError> {
    let mut download = match client.preview(asset, SIZE).await {
        Ok(download) => download,
        Err(error) if *error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    while let Some(piece) = download.stream.next().await {
        bytes.extend_from_slice(&piece?);
        if bytes.len() > MOST_BYTES {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}
