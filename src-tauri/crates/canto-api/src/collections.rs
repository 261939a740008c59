//! Collections (canto-api §12.4). Opening one by its id is known [C]; a list of them is [ND], asked for only where the tenant
//! names that call among its endpoints.

use serde::Deserialize;

use crate::{
    Asset, CantoClient,
    address::join_parts,
    assets::{Page, PageAnswer},
    client::Call,
    error::ApiError,
    types::lenient,
};

/// One page of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionPage {
    pub page: Page<Asset>,
    /// Its name, where the answer tells it [ND].
    pub name: Option<String>,
}

/// A collection as a list of them tells it. **The keys are Ferry's guess [ND].**
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ListedCollection {
    #[serde(deserialize_with = "lenient::text")]
    pub id: String,
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Assets.
    #[serde(deserialize_with = "lenient::opt_u64")]
    pub size: Option<u64>,
    /// Somebody else's.
    pub shared: bool,
    /// Marked in the web to be kept on computers; `None`: the tenant does not tell.
    pub sync_to_connect: Option<bool>,
}

#[derive(Deserialize)]
struct ListAnswer {
    #[serde(default, deserialize_with = "lenient::list")]
    results: Vec<ListedCollection>,
}

impl CantoClient {
    /// One page of a collection: `GET /api/v1/mycollections/{id}` [C]. Whether it pages as albums do is [I]:
    /// stop also when a page brings nothing new. By name, so that a change of an asset while pages are read moves nothing.
    pub async fn collection_content(
        &self,
        collection: &str,
        start: u64,
        limit: u32,
    ) -> Result<CollectionPage, ApiError> {
        const CALL: &str = "collection_content";
        let mut url = self.tenant().api(&join_parts(CALL, &["mycollections", collection])?);
        url.query_pairs_mut().append_pair("sortBy", "name").append_pair("sortDirection", "ascending");
        let PageAnswer { results, found, name } = self.page_answer(CALL, url, start, limit).await?;
        Ok(CollectionPage { page: Page { results, start, found }, name })
    }

    /// The user's collections. A guess [ND]: only where [`crate::Endpoints::offers_collections`] says so.
    pub async fn collections(&self) -> Result<Vec<ListedCollection>, ApiError> {
        let answer: ListAnswer =
            self.json(Call::get("collections", self.tenant().api("mycollections"))).await?;
        Ok(answer.results.into_iter().filter(|collection| !collection.id.is_empty()).collect())
    }
}
