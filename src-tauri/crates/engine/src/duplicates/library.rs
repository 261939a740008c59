//! What one tenant has, asked within its call budget and remembered for one run.
//!
//! Three ways lead to an answer, and the cheapest is taken: details of a hundred assets by their ids, the list of a place by
//! the thousand, and a search by exact name. No answer, or half of one, is never taken for *not there*.

use std::collections::{HashMap, HashSet};

use canto_api::{ApiError, Asset, AssetRef, CantoClient, ErrorKind, Listing, Page, Search};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio::time::Instant;
use unicode_normalization::UnicodeNormalization;

use super::catalogue::Catalogue;
use crate::model::{AssetId, name_key};
use crate::session::Tenant;

/// Asked for at once. Several clients take 1,000, one asks for 10,000 [C]; what comes is counted, not what was asked for.
const LIST_PAGE: u32 = 5_000;
const SEARCH_PAGE: u32 = 200;
/// Assets of one name that are looked at.
const MOST_OF_NAME: u64 = 5_000;
/// Details of one call.
const TOGETHER: u64 = 100;
/// Searches on their way at once; the budget counts each.
const SIDE_BY_SIDE: usize = 4;
/// Names that one page of a list of everything has to save.
const WORTH_A_LIST: u64 = 60;
const SCHEMES: [&str; 6] = ["image", "video", "audio", "document", "presentation", "other"];
/// Others change the library, too.
const LIFE: std::time::Duration = std::time::Duration::from_secs(600);

/// What is known of one account's library.
pub struct Library {
    pub catalogue: Catalogue,
    /// By place.
    listed: HashMap<Listing, Listed>,
    /// The catalogue holds every asset that the user sees.
    whole: bool,
    /// Names that were searched.
    searched: HashSet<String>,
    /// Names of files that arrived from here since.
    fresh: HashSet<String>,
    began: Instant,
}

/// How much of a list is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listed {
    Whole,
    /// It has so many pages, more than were worth their calls.
    TooLong(u64),
    /// It can't be had, or not to its end.
    Never,
}

impl Default for Library {
    fn default() -> Self {
        Self {
            catalogue: Catalogue::default(),
            listed: HashMap::new(),
            whole: false,
            searched: HashSet::new(),
            fresh: HashSet::new(),
            began: Instant::now(),
        }
    }
}

impl Library {
    pub fn is_old(&self) -> bool {
        self.began.elapsed() > LIFE
    }

    /// A file of this name is in the library since now.
    pub fn arrived(&mut self, name: &str) {
        let key = name_key(name);
        self.searched.remove(&key);
        self.fresh.insert(key);
    }

    /// Finds out which of these assets are there. `left`: so many more may be asked for in this run, in the same place.
    pub async fn verify(
        &mut self,
        tenant: &Tenant,
        assets: &[AssetId],
        place: Option<&Listing>,
        left: u64,
    ) -> Result<(), ApiError> {
        let unknown = |library: &Self| -> Vec<AssetRef> {
            let unknown = assets.iter().filter(|asset| library.catalogue.of_id(asset).is_none());
            let mut seen = HashSet::new();
            unknown
                .filter(|asset| seen.insert(*asset))
                .map(|asset| AssetRef::new(&asset.scheme, &asset.id))
                .collect()
        };
        let mut missing = unknown(self);
        let calls = (missing.len() as u64 + left).div_ceil(TOGETHER);
        if let Some(place) = place.filter(|_| calls > 3) {
            self.list(tenant, place, calls).await?;
            missing = unknown(self);
        }
        if missing.is_empty() {
            return Ok(());
        }
        let answer = tenant.client.batch_content(&missing).await?;
        answer.found.iter().for_each(|asset| self.catalogue.add(asset));
        // Of these nothing was said: each is asked for by itself.
        for asset in &answer.unanswered {
            match tenant.client.asset(asset).await {
                Ok(asset) => self.catalogue.add(&asset),
                Err(error) if *error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads a list, if its pages are no more than `most` calls. `true`: all of it is known now.
    pub async fn list(&mut self, tenant: &Tenant, place: &Listing, most: u64) -> Result<bool, ApiError> {
        match self.listed.get(place) {
            Some(Listed::Whole) => return Ok(true),
            Some(Listed::Never) => return Ok(false),
            Some(Listed::TooLong(pages)) if *pages > most.max(1) => return Ok(false),
            // More is to be looked for by now than was known before.
            Some(Listed::TooLong(_)) | None => {}
        }
        let page = match tenant.client.listing(place, 0, LIST_PAGE).await {
            Ok(page) => told(page)?,
            // Gone, or never there: nothing to be read from it.
            Err(error) if *error.kind() == ErrorKind::NotFound => {
                self.listed.insert(place.clone(), Listed::Never);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        self.read_on(tenant, place, page, most).await
    }

    async fn read_on(
        &mut self,
        tenant: &Tenant,
        place: &Listing,
        mut page: Page<Asset>,
        most: u64,
    ) -> Result<bool, ApiError> {
        let found = page.found.unwrap_or(0);
        // By what comes: a tenant may give less than was asked for.
        let pages = found.div_ceil((page.results.len() as u64).max(1));
        let mut count = 0;
        loop {
            count += page.results.len() as u64;
            page.results.iter().for_each(|asset| self.catalogue.add(asset));
            let Some(next) = page.next_start().filter(|_| pages <= most.max(1) && !self.catalogue.is_full())
            else {
                break;
            };
            page = told(tenant.client.listing(place, next, LIST_PAGE).await?)?;
        }
        // What was added meanwhile comes at the end; what moved between two pages may be missing.
        let listed = match count >= found && !self.catalogue.is_full() {
            true => Listed::Whole,
            false if pages > most.max(1) => Listed::TooLong(pages),
            false => Listed::Never,
        };
        self.listed.insert(place.clone(), listed);
        tracing::debug!(?place, found, count, ?listed, "listed");
        Ok(listed == Listed::Whole)
    }

    /// Has every asset of these names in the catalogue. `left` as above.
    pub async fn find_names(&mut self, tenant: &Tenant, names: &[&str], left: u64) -> Result<(), ApiError> {
        let mut wanted: HashMap<String, &str> = HashMap::new();
        for name in names {
            let key = name_key(name);
            let known = self.searched.contains(&key) || (self.whole && !self.fresh.contains(&key));
            if !known {
                wanted.insert(key, *name);
            }
        }
        let searches = wanted.len() as u64;
        let worth_it = match self.listed.get(&everything()) {
            None => true,
            Some(Listed::TooLong(pages)) => *pages <= searches + left,
            Some(Listed::Whole | Listed::Never) => false,
        };
        if searches > 0 && searches + left >= WORTH_A_LIST * 2 && worth_it {
            self.list_everything(tenant, searches + left).await?;
            if self.whole {
                wanted.retain(|key, _| self.fresh.contains(key));
            }
        }
        let mut searches = Vec::with_capacity(wanted.len());
        for (key, name) in wanted {
            let (client, name) = (tenant.client.clone(), name.to_owned());
            searches.push(async move { Ok::<_, ApiError>((key, search(&client, &name).await?)) }.boxed());
        }
        let mut answers = stream::iter(searches).buffer_unordered(SIDE_BY_SIDE);
        while let Some((key, found)) = answers.try_next().await? {
            found.iter().for_each(|asset| self.catalogue.add(asset));
            self.searched.insert(key);
        }
        Ok(())
    }

    /// Where very many names are to be found, all assets are listed, if that takes fewer calls.
    async fn list_everything(&mut self, tenant: &Tenant, names: u64) -> Result<(), ApiError> {
        let mut first = Vec::new();
        for scheme in SCHEMES {
            let place = Listing::Scheme(scheme.to_owned());
            let page = tenant.client.listing(&place, 0, LIST_PAGE).await;
            match page.and_then(told) {
                Ok(page) => first.push((place, page)),
                // A tenant that has no such lists is searched.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedAnswer) => {
                    tracing::info!(%error, "assets can't be listed by scheme");
                    self.listed.insert(everything(), Listed::Never);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        let pages: u64 = first
            .iter()
            .map(|(_, page)| page.found.unwrap_or(0).div_ceil((page.results.len() as u64).max(1)))
            .sum();
        let mut whole = pages <= names;
        for (place, page) in first {
            let most = if whole { u64::MAX } else { 0 };
            whole &= self.read_on(tenant, &place, page, most).await?;
        }
        self.whole = whole;
        let listed = match whole {
            true => Listed::Whole,
            false if pages > names => Listed::TooLong(pages),
            false => Listed::Never,
        };
        self.listed.insert(everything(), listed);
        Ok(())
    }

    /// Details of assets, where a list says too little of them.
    pub async fn details(&mut self, tenant: &Tenant, assets: &[AssetId]) -> Result<Vec<Asset>, ApiError> {
        if assets.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<AssetRef> =
            assets.iter().map(|asset| AssetRef::new(&asset.scheme, &asset.id)).collect();
        let answer = tenant.client.batch_content(&wanted).await?;
        if let Some(asset) = answer.unanswered.first() {
            let nothing = format!("nothing was said of {}", asset.id);
            tracing::info!(nothing, "details are missing");
            return Err(ApiError::new("batch_content", ErrorKind::UnexpectedAnswer));
        }
        for gone in &answer.failed {
            self.catalogue.remove(&AssetId { scheme: gone.scheme.clone(), id: gone.id.clone() });
        }
        answer.found.iter().for_each(|asset| self.catalogue.add(asset));
        Ok(answer.found)
    }
}

/// Stands for the lists of all schemes.
fn everything() -> Listing {
    Listing::Scheme(String::new())
}

/// A page that does not say how many there are says nothing: what it lacks may be there.
fn told(page: Page<Asset>) -> Result<Page<Asset>, ApiError> {
    if page.found.is_some() { Ok(page) } else { Err(ApiError::new("listing", ErrorKind::UnexpectedAnswer)) }
}

/// Everything of a name, in both Unicode forms: which one a tenant keeps, and compares, is not documented [ND].
async fn search(client: &CantoClient, name: &str) -> Result<Vec<Asset>, ApiError> {
    let composed: String = name.nfc().collect();
    let decomposed: String = name.nfd().collect();
    let mut forms = vec![composed];
    if !forms.contains(&decomposed) {
        forms.push(decomposed);
    }
    let mut found = Vec::new();
    for form in forms {
        // How a name with the signs for *or* and *and* is written is not documented [ND]: its longest piece is searched.
        let query = match form.split(['|', '+', '"']).max_by_key(|piece| piece.trim().len()) {
            Some(piece) if piece.len() < form.len() => Search::file_name_with(piece.trim()),
            _ => Search::file_name_exact(&form),
        };
        let mut start = 0;
        loop {
            let page = told(client.search(&query, start, SEARCH_PAGE).await?)?;
            let next = page.next_start();
            found.extend(page.results);
            match next {
                Some(next) if next < MOST_OF_NAME => start = next,
                _ => break,
            }
        }
    }
    Ok(found)
}
