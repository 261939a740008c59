//! What a tenant is started with, and what can be changed while it runs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How a tenant is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// 0 = any free port.
    pub port: u16,
    /// The address that clients know, where something stands in front, such as TLS: without a slash at the end.
    pub public_url: Option<String>,
    /// Where everything is kept. `None`: a temporary directory that goes when the tenant does.
    pub data: Option<PathBuf>,
    pub object_store: ObjectStore,
    /// Where clients are told that the embedded store is, without a slash at the end; a relay may stand there. `None`:
    /// at the tenant's own address.
    pub store_url: Option<String>,
    /// Lists `/s3/multipart` among the endpoints and serves it.
    pub parts: bool,
    /// Lists this address of another server's `…/s3/multipart` instead, such as a Companion's in front of the same store.
    pub parts_at: Option<String>,
    pub signature: Signature,
    /// Passwords, keys and the first tree follow from it.
    pub seed: u64,
    /// IANA name; empty: `Europe/Berlin`. Dates are answered in it.
    pub time_zone: String,
    pub switches: Switches,
}

#[derive(Clone, Debug, Default)]
pub enum ObjectStore {
    #[default]
    Embedded,
    S3 {
        url: String,
        access_key: String,
        secret_key: String,
    },
}

/// Both forms are in use [C]; which region has which is partly unknown (§8.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signature {
    V2,
    #[default]
    V4,
}

/// Behaviours that a test may choose, also while the tenant runs (`PUT /_tenant/switches`).
/// Every default here that the reference marks [ND] is our guess.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// From the POST's end until the item shows in the status list.
    pub appear_delay_ms: u64,
    /// From the item's showing until it is `Done` or `Error` [ND].
    pub ingest_delay_ms: u64,
    pub rate: RateRule,
    /// Life of an upload setting; five hours [C].
    pub policy_seconds: u64,
    /// Life of an access token; thirty days [D].
    pub token_seconds: u64,
    pub duplicates: Option<DuplicateRule>,
    /// Whether `refer_id` comes back in the status [ND].
    pub refer_echo: bool,
    pub missing_right: MissingRight,
    /// P9 [D] warns of it; which edits do it is [ND].
    pub md5_changes_on_edit: bool,
    pub refresh: RefreshRule,
    /// `GET /api/v1/mycollections` [ND]; off, it is an unknown path.
    pub collections_listing: bool,
    /// Pages of a collection that don't fit together, for whoever must not believe them.
    pub odd_pages: Option<OddPages>,
    /// Whether lists carry `md5` [C for two tenants].
    pub md5_in_lists: bool,
    /// Whether `keyword={md5}` finds an asset [ND].
    pub search_md5: bool,
    pub existing_name: ExistingName,
    /// From `Done` until search and album lists show the asset [ND].
    pub index_delay_ms: u64,
    /// `GET /.well-known/oauth-authorization-server` says that PKCE with S256 is taken [ND].
    pub oauth_metadata: bool,
    /// As which that says it: `S256`, `plain`, or both [ND].
    pub pkce_methods: Vec<String>,
    /// The plain addresses answer tokens in the usual OAuth names; both styles are met [C].
    pub usual_token_names: bool,
    /// Whether the key may be used without a person; off until an administrator switches it on [D].
    pub client_credentials: bool,
    /// `/user` says the role, which no tenant is known to do [ND].
    pub tell_role: bool,
    /// Calls `Usage` required, and refuses an edit with a number or date that is none, or that leaves an asset without
    /// what is required. All of it a guess [ND]: no public text says what Canto does with either (§9.3).
    pub strict_metadata: bool,
    /// Whether Upload Links and Workspaces are offered to programs (`src/places`). A guess from end to end [ND] (no. 20).
    pub places: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            appear_delay_ms: 0,
            ingest_delay_ms: 200,
            rate: RateRule::default(),
            policy_seconds: 5 * 3600,
            token_seconds: 30 * 24 * 3600,
            duplicates: None,
            refer_echo: false,
            missing_right: MissingRight::default(),
            md5_changes_on_edit: false,
            refresh: RefreshRule::default(),
            collections_listing: false,
            odd_pages: None,
            md5_in_lists: true,
            search_md5: false,
            existing_name: ExistingName::default(),
            index_delay_ms: 0,
            oauth_metadata: true,
            pkce_methods: vec!["S256".into()],
            usual_token_names: false,
            client_credentials: true,
            tell_role: false,
            strict_metadata: false,
            places: false,
        }
    }
}

/// At most so many assets of a collection are in a page, and what is wrong with the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddPages {
    pub most: usize,
    pub how: OddPage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddPage {
    /// Nothing.
    Whole,
    /// Each page is the first one.
    Repeated,
    /// The second page lacks its second half, and the end is said to be there.
    Half,
    /// Nothing says how many there are.
    Uncounted,
}

/// Calls a minute and account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateRule {
    /// Strict: 200 a minute [T], no headers. Otherwise `per_minute`, told in `RateLimit-*` headers [ND].
    pub strict: bool,
    pub per_minute: u32,
    /// Whether a 429 carries `Retry-After` [ND].
    pub retry_after: bool,
}

impl Default for RateRule {
    fn default() -> Self {
        Self { strict: false, per_minute: 60_000, retry_after: true }
    }
}

/// The administrator's duplicate check (§12.1) [D] and how the status tells of it [ND].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateRule {
    pub basis: DuplicateBasis,
    pub action: DuplicateAction,
    #[serde(default)]
    pub report: DuplicateReport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateBasis {
    Filename,
    Md5,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateAction {
    Version,
    New,
    Skip,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateReport {
    /// `Done` with the asset that was there.
    #[default]
    OldId,
    /// `Done` with an id under which nothing is found.
    NewId,
    Error,
    Absent,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingRight {
    Unauthorized,
    #[default]
    Forbidden,
    NotFound,
    /// Lists leave it out, other calls answer an empty object and do nothing.
    Silent,
    /// The web app's page with status 200, as for a path that is unknown [I].
    Page,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRule {
    /// The same refresh token comes back.
    Same,
    /// A new one comes back, the old one goes on working.
    #[default]
    New,
    /// A new one comes back, the old one is refused from then on.
    Rotate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExistingName {
    /// A second node of the same name.
    #[default]
    Second,
    /// 400.
    Error,
    /// The node that is there.
    Existing,
}
