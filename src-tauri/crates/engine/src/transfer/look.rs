//! Looks at what a tenant says of uploads: the status list, details, and, where the list is silent, the albums.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::time::Duration;

use canto_api::{ApiError, Asset, AssetRef, ErrorKind, Search, UploadState};
use tokio::time::Instant;

use super::matching::key_of;
use super::rights::{ENOUGH, is_refusal, view_refused};
use crate::clock::Millis;
use crate::model::JobId;
use crate::queue::message::{AwaitedJob, Report};
use crate::session::Tenant;

/// After this long without a proof, the album itself is looked through, and an asset that somebody moved will do.
pub(super) const LIST_PATIENCE: Millis = 10 * 60_000;
/// The list reaches back this far at most (canto-api.md §8.4 [C]).
const LONGEST_LIST: Millis = 24 * 3_600_000;
/// Most of what is looked for after a start is in the list, which costs one call for all.
const LIST_FIRST: Millis = 1_000;
const ALBUM_PAGE: u32 = 200;
const ALBUM_PAGES: u32 = 10;
/// How long what was stored may stay without an asset: as far as the status list reaches back (canto-api.md §8.4 [C]).
const UNSEEN_PATIENCE: Millis = 24 * 3_600_000;
/// And how long it is looked for by the program that says so.
const LEAST_LOOK: Millis = 120_000;
/// How long what was sent is looked for in its album where the list and the details may not be asked for.
const BLIND_PATIENCE: Millis = 120_000;
/// How long an attempt of unknown fate is looked for when nothing is known of the tenant's pace, and at the least and most.
/// The least is no matter of the list alone: a store may take some seconds for what it has in full.
const GRACE_UNKNOWN: Millis = 30_000;
const GRACE_LEAST: Millis = 10_000;
pub(super) const GRACE_MOST: Millis = 120_000;
/// Searches by name of one look, each a call of the tenant's budget.
const SEARCHES: usize = 20;

/// A job whose fate is asked for.
pub(super) struct Awaited {
    pub job: AwaitedJob,
    /// When it was sent, or waited for from; by the steady clock, as the times below.
    pub since: Millis,
    /// From when on this program looks for it.
    taken: Millis,
    pub listed: bool,
    pub other_bytes_since: Option<Millis>,
    pub album_looked: Option<AlbumLook>,
    /// The list names an asset of its name that nobody shows, since then.
    pub hidden_since: Option<Millis>,
    /// An asset that may be its own was found, and the local file that would tell can't be read.
    pub unreadable: Option<Report>,
    /// Its attempt began before this program did, so that only clocks that may have been set tell how old it is.
    from_before: bool,
}

/// When the albums were looked through: for the next look, and for what it can have seen.
#[derive(Clone, Copy)]
pub(super) struct AlbumLook {
    at: Instant,
    steady: Millis,
}

impl Awaited {
    /// `begun`: when this program began to look, by the clock; `taken`: now, by the steady one.
    pub fn new(job: AwaitedJob, since: Millis, begun: Millis, taken: Millis) -> Self {
        let from_before = job.attempt.started_at < begun;
        Self {
            job,
            since,
            taken,
            listed: false,
            other_bytes_since: None,
            album_looked: None,
            hidden_since: None,
            unreadable: None,
            from_before,
        }
    }

    /// Where the clock was set back behind the attempt, nobody knows: then it may be as old as any.
    fn age_of_attempt(&self, now: Millis) -> Millis {
        let age = now - self.job.attempt.started_at;
        if age < 0 { LONGEST_LIST } else { age }
    }

    /// Its attempt may be older than what the status list reaches back to: only the albums can tell.
    fn outlasts_list(&self, now: Millis) -> bool {
        let is_old = self.from_before || self.age_of_attempt(now) > LONGEST_LIST - 3_600_000;
        self.job.sent_at.is_none() && is_old
    }

    /// The albums were looked through when it had been awaited for so long. A look before that, and then a computer that
    /// slept, say nothing of what came meanwhile.
    fn was_looked_for_after(&self, patience: Millis) -> bool {
        self.album_looked.is_some_and(|look| look.steady - self.since > patience)
    }

    /// `grace`: how long it may take to appear.
    fn is_due_in_albums(&self, (instant, steady): (Instant, Millis), every: Duration, grace: Millis) -> bool {
        self.album_looked.is_none_or(|look| {
            let late = steady - self.since > grace && !self.was_looked_for_after(grace);
            late || instant.duration_since(look.at) >= every
        })
    }

    /// It is there for nobody to see: so long after it was stored, and after a real look for it. That it seems to be old is
    /// not enough: the clock may have been set, or nobody may have looked for days.
    pub fn stays_unseen(&self, steady: Millis) -> bool {
        steady - self.since > UNSEEN_PATIENCE
            && steady - self.taken > LEAST_LOOK
            && self.was_looked_for_after(UNSEEN_PATIENCE)
    }

    /// The tenant said that it is done, and shows it nowhere: to this user, at least.
    pub fn stays_hidden(&self, steady: Millis) -> bool {
        self.hidden_since.is_some_and(|since| steady - since > LIST_PATIENCE) && self.album_looked.is_some()
    }

    /// Nobody may ask what became of it. A list that says nothing may have nothing to say for longer.
    pub fn stays_unasked(&self, blind: &Blind, steady: Millis) -> bool {
        let patience = if blind.is_silent() { LIST_PATIENCE } else { BLIND_PATIENCE };
        blind.is() && steady - self.since > patience && self.was_looked_for_after(patience)
    }

    /// Everything was looked at that can tell of it, after the time that it may take to appear.
    pub fn is_looked_for(&self, now: Millis, grace: Millis) -> bool {
        !self.outlasts_list(now) || self.was_looked_for_after(grace)
    }
}

/// What is awaited of one account, and how it is looked for.
pub(super) struct Account {
    pub jobs: HashMap<JobId, Awaited>,
    pub interval: Duration,
    pub next: Instant,
    /// Assets that are not the proof of anything awaited so far. Here and below by hash: there may be very many.
    pub dismissed: HashSet<u64>,
    /// Assets that are some job's proof: equal names would have them looked at again and again.
    pub proven: HashSet<u64>,
    pub listing_delay: Option<Millis>,
    /// When the list was last looked at in one row of looks.
    pub last_look: Option<Millis>,
    pub blind: Blind,
    /// Looks into albums in a row of which something was refused.
    pub looks_refused: u32,
    /// Lines of failed uploads that were some job's by now, by name: a retry has one of its own.
    pub failed_before: HashMap<String, u32>,
}

impl Account {
    /// How long an attempt of unknown fate is looked for.
    pub fn grace(&self) -> Millis {
        let known = |delay: Millis| (3 * delay + 2_000).clamp(GRACE_LEAST, GRACE_MOST);
        self.listing_delay.map_or(GRACE_UNKNOWN, known)
    }
}

/// What may not be asked for, as it seems.
#[derive(Default)]
pub(super) struct Blind {
    /// Refusals in a row, of the list or of details.
    pub refused: u32,
    /// Pages in a row, in place of answers.
    pub pages: u32,
    /// The album, too.
    pub album: bool,
    pub error: Option<ApiError>,
}

impl Blind {
    pub fn is(&self) -> bool {
        self.refused >= ENOUGH || self.pages >= ENOUGH
    }

    /// It is an answer without anything in it that came.
    pub fn is_silent(&self) -> bool {
        !self.album && self.error.as_ref().is_some_and(|error| *error.kind() == ErrorKind::LeftOut)
    }

    /// `true`: the look goes on without that answer.
    pub fn takes(&mut self, error: &ApiError) -> bool {
        let refusal = is_refusal(error);
        if refusal {
            self.refused += 1;
        } else if *error.kind() == ErrorKind::UnexpectedAnswer {
            self.pages += 1;
        } else {
            return false;
        }
        self.error = Some(error.clone());
        refusal || self.is()
    }

    pub fn sees(&mut self) {
        *self = Self::default();
    }
}

/// What one look at the list said.
#[derive(Default)]
pub(super) struct Look {
    /// The list was answered.
    pub listed: bool,
    pub initial: HashSet<String>,
    /// How many lines there are of each name.
    pub failed: HashMap<String, u32>,
    pub ready: Vec<AssetRef>,
    /// The names of those, in the same order.
    pub ready_names: Vec<String>,
    /// Names of assets that are said to be done, and that nobody shows.
    pub hidden: HashSet<String>,
}

impl Look {
    /// An asset that gets a new version is looked at each time: the list may not name it, or name it as it was before.
    pub fn add_targets(&mut self, account: &Account) {
        let mut targets: Vec<AssetRef> = account
            .jobs
            .values()
            .filter_map(|awaited| awaited.job.version_of.as_ref())
            .map(|version| AssetRef::new(&version.asset.scheme, &version.asset.id))
            .filter(|target| !self.ready.contains(target))
            .collect();
        self.ready.append(&mut targets);
    }
}

/// Reads the status list: one call for everything that is awaited.
pub(super) async fn list(tenant: &Tenant, account: &Account, now: Millis) -> Result<Look, ApiError> {
    let names: HashSet<Cow<'_, str>> =
        account.jobs.values().map(|awaited| key_of(&awaited.job.name)).collect();
    // One hour more than it seems, since clocks are set.
    let age = account.jobs.values().map(|awaited| awaited.age_of_attempt(now)).max().unwrap_or(0);
    let hours = (age / 3_600_000 + 2).min(LONGEST_LIST / 3_600_000);
    let mut look = Look::default();
    let mut take = |item: canto_api::StatusItem<'_>| {
        let name = key_of(&item.name);
        if !names.contains(&name) {
            return;
        }
        match item.status {
            UploadState::Done => {
                if let (Some(scheme), Some(id)) = (item.scheme, item.id) {
                    let hash = hash_of(&id);
                    if !account.dismissed.contains(&hash) && !account.proven.contains(&hash) {
                        look.ready.push(AssetRef::new(scheme, id));
                        look.ready_names.push(name.into_owned());
                    }
                }
            }
            UploadState::Error => {
                *look.failed.entry(name.into_owned()).or_default() += 1;
            }
            UploadState::Initial | UploadState::Other => {
                look.initial.insert(name.into_owned());
            }
        }
    };
    tenant.client.upload_status(u8::try_from(hours).unwrap_or(24), &mut take).await?;
    look.listed = true;
    Ok(look)
}

impl Look {
    /// Of what is said to be done, what no details came for.
    pub fn note_hidden(&mut self, assets: &[Asset]) {
        let shown: HashSet<&str> = assets.iter().map(|asset| asset.id.as_str()).collect();
        let said = self.ready.iter().zip(&self.ready_names);
        let hidden = said.filter(|(asset, _)| !shown.contains(asset.id.as_str()));
        self.hidden = hidden.map(|(_, name)| name.clone()).collect();
    }
}

/// Details of what is ready, by the hundred.
pub(super) async fn details(tenant: &Tenant, assets: &[AssetRef]) -> Result<Vec<Asset>, ApiError> {
    if assets.is_empty() {
        return Ok(Vec::new());
    }
    Ok(tenant.client.batch_content(assets).await?.found)
}

/// Where the list says nothing for long, the albums are looked through, and everything is searched by name.
pub(super) async fn look_into_albums(
    tenant: &Tenant,
    account: &mut Account,
    (now, steady): (Millis, Millis),
    every: Duration,
) -> Result<Vec<Asset>, ApiError> {
    let instant = Instant::now();
    let blind = account.blind.is();
    let grace = account.grace();
    let mut wanted = Wanted::default();
    let mut asked = Vec::new();
    for (id, awaited) in &mut account.jobs {
        let age = steady - awaited.since;
        let outlasts = awaited.outlasts_list(now) && age >= LIST_FIRST;
        let due = awaited.is_due_in_albums((instant, steady), every, grace);
        if (age < LIST_PATIENCE && !outlasts && !blind) || !due {
            continue;
        }
        if wanted.names.len() >= SEARCHES {
            break;
        }
        asked.push(*id);
        // Nobody moves a version away from its asset, which is looked at each time.
        if awaited.job.version_of.is_some() {
            continue;
        }
        let name = key_of(&awaited.job.name).into_owned();
        if let Some(album) = &awaited.job.album {
            wanted.albums.entry(album.clone()).or_default().insert(name.clone());
        }
        // Not only where it should be: somebody may have moved it.
        wanted.names.insert(name);
    }
    let Looked { found, closed, unsearched } = wanted.read(tenant).await?;
    account.blind.album |= !closed.is_empty();
    account.looks_refused =
        if closed.is_empty() && unsearched.is_empty() { 0 } else { account.looks_refused + 1 };
    // One refusal may be anything, and what was not answered says nothing: neither that a file is there, nor that it isn't.
    let stays = account.looks_refused >= ENOUGH;
    for id in asked {
        let Some(awaited) = account.jobs.get_mut(&id) else { continue };
        let shut = awaited.job.album.as_ref().and_then(|album| closed.get(album));
        let answered = shut.is_none() && !unsearched.contains(&*key_of(&awaited.job.name));
        if answered || stays {
            awaited.album_looked = Some(AlbumLook { at: instant, steady });
        }
        if let Some(error) = shut
            && stays
            && awaited.job.sent_at.is_none()
        {
            // It may be there: sent again, there could be two.
            let failure = view_refused(Some(error), &awaited.job.destination);
            awaited.unreadable = Some(Report::Unseen { failure: failure.with("name", &awaited.job.name) });
        }
    }
    Ok(found)
}

/// What a look into albums said.
#[derive(Default)]
struct Looked {
    found: Vec<Asset>,
    /// Albums that were refused.
    closed: HashMap<String, ApiError>,
    /// Names whose search was refused.
    unsearched: HashSet<String>,
}

/// What is looked for in albums, and anywhere.
#[derive(Default)]
struct Wanted {
    albums: HashMap<String, HashSet<String>>,
    names: HashSet<String>,
}

impl Wanted {
    async fn read(self, tenant: &Tenant) -> Result<Looked, ApiError> {
        let mut looked = Looked::default();
        for (album, names) in self.albums {
            match in_album(tenant, &album, &names).await {
                Ok(found) => looked.found.extend(found),
                Err(error) if is_refusal(&error) => drop(looked.closed.insert(album, error)),
                Err(error) => return Err(error),
            }
        }
        for name in self.names {
            match tenant.client.search(&Search::file_name_exact(&name), 0, 100).await {
                Ok(page) => looked.found.extend(page.results),
                Err(error) if is_refusal(&error) => drop(looked.unsearched.insert(name)),
                Err(error) => return Err(error),
            }
        }
        Ok(looked)
    }
}

async fn in_album(tenant: &Tenant, album: &str, names: &HashSet<String>) -> Result<Vec<Asset>, ApiError> {
    let (mut found, mut start) = (Vec::new(), 0);
    for _ in 0..ALBUM_PAGES {
        let page = tenant.client.album_content(album, start, ALBUM_PAGE).await?;
        let next = page.next_start();
        found.extend(page.results.into_iter().filter(|asset| names.contains(&*key_of(&asset.name))));
        match next {
            Some(next) => start = next,
            None => break,
        }
    }
    Ok(found)
}

/// A short stand-in for an asset's id.
pub(super) fn hash_of(asset: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    asset.hash(&mut hasher);
    hasher.finish()
}
