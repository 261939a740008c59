//! CDN addresses of many originals at once, so that mirroring a thousand files is not a thousand calls.

use std::fmt;

use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::{AssetRef, CantoClient, assets::BATCH, client::Call, error::ApiError, types::lenient};

const CALL: &str = "direct_addresses";

/// Where one original can be fetched without a token, for a while ([C]; how long is [ND]). `Debug` does not
/// show the address: whoever has it has the file.
#[derive(Clone, PartialEq, Eq)]
pub struct DirectAddress {
    pub asset: AssetRef,
    /// Bytes.
    pub size: Option<u64>,
    url: Url,
}

impl DirectAddress {
    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for DirectAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectAddress").field("asset", &self.asset).finish_non_exhaustive()
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Item {
    #[serde(deserialize_with = "lenient::text")]
    id: String,
    #[serde(deserialize_with = "lenient::opt_text")]
    scheme: Option<String>,
    #[serde(deserialize_with = "lenient::opt_u64")]
    size: Option<u64>,
    #[serde(deserialize_with = "lenient::opt_text")]
    direct_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Items(#[serde(deserialize_with = "lenient::list")] Vec<Item>);

impl CantoClient {
    /// Addresses of originals, 100 assets a call [I]. One client uses this call and says that it is not
    /// documented [C]: on any error fall back to [`CantoClient::download`]. Assets without an address are
    /// left out.
    pub async fn direct_addresses(&self, assets: &[AssetRef]) -> Result<Vec<DirectAddress>, ApiError> {
        let mut addresses = Vec::with_capacity(assets.len());
        for batch in assets.chunks(BATCH) {
            let url = self.tenant().binary("batch/directuri");
            let Items(items) = self.json(Call::new(CALL, Method::POST, url).with_json(&batch)?).await?;
            addresses.extend(items.into_iter().filter_map(|item| item.for_one_of(batch)));
        }
        Ok(addresses)
    }
}

impl Item {
    /// The answer names the id, and maybe not the scheme [C].
    fn for_one_of(self, asked: &[AssetRef]) -> Option<DirectAddress> {
        let same = |asset: &&AssetRef| {
            asset.id == self.id && self.scheme.as_ref().is_none_or(|scheme| *scheme == asset.scheme)
        };
        let mut matching = asked.iter().filter(same);
        let (asset, None) = (matching.next()?.clone(), matching.next()) else { return None };
        let url = Url::parse(self.direct_uri.as_deref()?).ok()?;
        Some(DirectAddress { asset, size: self.size, url })
    }
}
