//! Reading assets: one, many, or the content of an album.

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::{
    Asset, AssetRef, CantoClient, address::join_parts, client::Call, error::ApiError, types::lenient,
};

/// Details at once; the one careful client sends no more [C].
pub(crate) const BATCH: usize = 100;
/// Batches under way at the same time: one is slow [C], and the budget counts each.
const SIDE_BY_SIDE: usize = 3;

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Listing {
    /// What is in an album [C].
    Album(String),
    /// Everything below a folder [C], at the fourth rate level [T].
    Folder(String),
    /// All assets of a scheme that the user sees [C].
    Scheme(String),
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub results: Vec<T>,
    pub start: u64,
    /// How many there are in all, where the tenant says it.
    pub found: Option<u64>,
}

impl<T> Page<T> {
    /// Where the next page starts: by the number received, not by the one asked for [C]. None at the end.
    pub fn next_start(&self) -> Option<u64> {
        let next = self.start + self.results.len() as u64;
        let more = !self.results.is_empty() && self.found.is_none_or(|found| next < found);
        more.then_some(next)
    }
}

#[derive(Deserialize)]
pub(crate) struct PageAnswer {
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) results: Vec<Asset>,
    #[serde(default, deserialize_with = "lenient::opt_u64")]
    pub(crate) found: Option<u64>,
    /// Of what is listed, where it is told.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub(crate) name: Option<String>,
}

/// What a batch of details gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchContent {
    pub found: Vec<Asset>,
    /// Not found, not allowed, or not answered for; the tenant does not say which [ND].
    pub failed: Vec<AssetRef>,
    /// Of the failed, those for which there was no word at all: neither a null nor a line among the failed ones.
    pub unanswered: Vec<AssetRef>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    #[serde(default)]
    doc_result: Option<Vec<Option<serde_json::Value>>>,
    #[serde(default)]
    failed: Option<Vec<serde_json::Value>>,
}

impl CantoClient {
    /// Details of many assets: 100 a call [C], three calls side by side. Fails as a whole with the first
    /// call that fails. Order of the answer [ND].
    pub async fn batch_content(&self, assets: &[AssetRef]) -> Result<BatchContent, ApiError> {
        let batches: Vec<Vec<AssetRef>> = assets.chunks(BATCH).map(<[AssetRef]>::to_vec).collect();
        let calls = batches.into_iter().map(|batch| {
            let client = self.clone();
            async move { client.batch_once(batch).await }
        });
        let parts: Vec<BatchContent> = stream::iter(calls).buffered(SIDE_BY_SIDE).try_collect().await?;
        Ok(parts.into_iter().fold(BatchContent::default(), |mut all, part| {
            all.found.extend(part.found);
            all.failed.extend(part.failed);
            all.unanswered.extend(part.unanswered);
            all
        }))
    }

    async fn batch_once(&self, batch: Vec<AssetRef>) -> Result<BatchContent, ApiError> {
        let url = self.tenant().api("batch/content");
        let call = Call::new("batch_content", Method::POST, url).with_json(&batch)?;
        let answer: BatchAnswer = self.json(call).await?;
        let items = answer.doc_result.unwrap_or_default();
        let nulls = items.iter().filter(|item| item.is_none()).count();
        let found: Vec<Asset> = items
            .into_iter()
            .flatten()
            .filter_map(|item| serde_json::from_value::<Asset>(item).ok())
            .collect();
        let failed: Vec<AssetRef> = batch
            .into_iter()
            .filter(|asked| !found.iter().any(|asset| asset.id == asked.id && asset.scheme == asked.scheme))
            .collect();
        // Refusals are named, or have a null in their place [C]; so many, at least, were looked for.
        let said = nulls.max(answer.failed.map_or(0, |failed| failed.len()));
        let unanswered = if said >= failed.len() { Vec::new() } else { failed.clone() };
        Ok(BatchContent { found, failed, unanswered })
    }

    /// Details of one asset: `GET /api/v1/{scheme}/{id}` [C].
    ///
    /// # Errors
    /// `NotFound`, which may also mean a missing right [ND].
    pub async fn asset(&self, asset: &AssetRef) -> Result<Asset, ApiError> {
        const CALL: &str = "asset";
        let path = join_parts(CALL, &[&asset.scheme, &asset.id])?;
        self.json(Call::get(CALL, self.tenant().api(&path))).await
    }

    /// Deletes assets: `DELETE /api/v1/batch/content` [C], for good, as it seems [D]. Only what is certain to be ours.
    ///
    /// # Errors
    /// Those of every call; what a missing right answers is [ND].
    pub async fn delete_assets(&self, assets: &[AssetRef]) -> Result<(), ApiError> {
        let url = self.tenant().api("batch/content");
        self.done(Call::new("delete_assets", Method::DELETE, url).with_json(&assets)?).await
    }

    /// One page of an album, newest first. `limit` up to 1000 works for several clients [C]; the most is [ND].
    pub async fn album_content(&self, album: &str, start: u64, limit: u32) -> Result<Page<Asset>, ApiError> {
        const CALL: &str = "album_content";
        let mut url = self.tenant().api(&join_parts(CALL, &["album", album])?);
        url.query_pairs_mut().append_pair("sortBy", "time").append_pair("sortDirection", "descending");
        self.page(CALL, url, start, limit).await
    }

    /// One page of a listing, the oldest change first: what is added or changed meanwhile comes at its end. As above.
    pub async fn listing(&self, of: &Listing, start: u64, limit: u32) -> Result<Page<Asset>, ApiError> {
        const CALL: &str = "listing";
        let path = match of {
            Listing::Album(id) => join_parts(CALL, &["album", id])?,
            Listing::Folder(id) => join_parts(CALL, &["folder", id])?,
            Listing::Scheme(scheme) => join_parts(CALL, &[scheme])?,
        };
        let mut url = self.tenant().api(&path);
        url.query_pairs_mut().append_pair("sortBy", "time").append_pair("sortDirection", "ascending");
        self.page(CALL, url, start, limit).await
    }

    /// One page of any listing of assets.
    pub(crate) async fn page(
        &self,
        call: &'static str,
        url: Url,
        start: u64,
        limit: u32,
    ) -> Result<Page<Asset>, ApiError> {
        let answer = self.page_answer(call, url, start, limit).await?;
        Ok(Page { results: answer.results, start, found: answer.found })
    }

    pub(crate) async fn page_answer(
        &self,
        call: &'static str,
        mut url: Url,
        start: u64,
        limit: u32,
    ) -> Result<PageAnswer, ApiError> {
        url.query_pairs_mut()
            .append_pair("start", &start.to_string())
            .append_pair("limit", &limit.to_string());
        self.json(Call::get(call, url)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_where_the_tenant_says_or_when_nothing_comes() {
        let page = |results: usize, start, found| Page { results: vec![(); results], start, found };
        assert_eq!(page(100, 0, Some(141)).next_start(), Some(100));
        assert_eq!(page(41, 100, Some(141)).next_start(), None);
        assert_eq!(page(41, 100, None).next_start(), Some(141));
        assert_eq!(page(0, 100, Some(141)).next_start(), None);
    }

    #[test]
    fn nulls_and_missing_lists() {
        let answer: BatchAnswer =
            serde_json::from_str(r#"{"docResult":[{"id":"a"},null],"failed":null}"#).unwrap();
        assert_eq!(answer.doc_result.unwrap().iter().flatten().count(), 1);
        let page: PageAnswer = serde_json::from_str(r#"{"found":"7"}"#).unwrap();
        assert_eq!((page.results.len(), page.found), (0, Some(7)));
    }
}
