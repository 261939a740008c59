//! Search (canto-api §6).

use crate::{Asset, CantoClient, assets::Page, error::ApiError};

/// What to look for. Only the parameters of the reference are sent: clients must not send others [D].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    pairs: Vec<(String, String)>,
}

impl Search {
    /// Words; `|` means or, `+` means and [C].
    pub fn keyword(words: &str) -> Self {
        Self::default().with("keyword", words)
    }

    /// Assets of exactly this file name [I]. Case, extension and Unicode form may count or not [ND], and how
    /// to write a name with `|` or `+` is [ND] too: compare the names that come back.
    pub fn file_name_exact(name: &str) -> Self {
        Self::keyword(name).with("searchInField", "filename").with("exactMatch", "true")
    }

    /// Assets whose file name holds a text [C].
    pub fn file_name_with(text: &str) -> Self {
        Self::keyword(text).with("searchInField", "filename")
    }

    /// Only these schemes [C].
    #[must_use]
    pub fn schemes(self, schemes: &[&str]) -> Self {
        self.with("scheme", &schemes.join("|"))
    }

    /// Uploaded in this span of Unix seconds [C].
    #[must_use]
    pub fn uploaded_between(self, from: i64, to: i64) -> Self {
        self.with("uploadedTime", &format!("{from}..{to}"))
    }

    /// Sorted by `time`, `name`, `scheme`, `owner` or `size` [C].
    #[must_use]
    pub fn sorted(self, by: &str, ascending: bool) -> Self {
        self.with("sortBy", by).with("sortDirection", if ascending { "ascending" } else { "descending" })
    }

    /// Any other parameter of the reference.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl CantoClient {
    /// One page of a search. A new asset may take a while to be found [ND].
    pub async fn search(&self, query: &Search, start: u64, limit: u32) -> Result<Page<Asset>, ApiError> {
        let mut url = self.tenant().api("search");
        url.query_pairs_mut().extend_pairs(&query.pairs);
        self.page("search", url, start, limit).await
    }
}
