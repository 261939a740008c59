//! Collections (canto-api §12.4). Only their content can be read: how to list them is [ND].

use crate::{Asset, CantoClient, address::join_parts, assets::Page, error::ApiError};

impl CantoClient {
    /// One page of a collection: `GET /api/v1/mycollections/{id}` [C]. Whether it pages as albums do is [I]:
    /// stop also when a page brings nothing new.
    pub async fn collection_content(
        &self,
        collection: &str,
        start: u64,
        limit: u32,
    ) -> Result<Page<Asset>, ApiError> {
        const CALL: &str = "collection_content";
        let mut url = self.tenant().api(&join_parts(CALL, &["mycollections", collection])?);
        url.query_pairs_mut().append_pair("sortBy", "time").append_pair("sortDirection", "descending");
        self.page(CALL, url, start, limit).await
    }
}
