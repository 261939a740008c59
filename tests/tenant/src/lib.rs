//! The demo library: a server that speaks Canto's public API with its oddities, for trying Ferry out and for
//! testing it. What it does follows `reference/canto-api.md`; the marks [D], [R], [C], [T], [A], [I] and [ND]
//! in comments are that file's: [I] and [ND] are guesses, so a green test there proves nothing about Canto.

mod admin;
mod api;
mod blobs;
mod clock;
mod contents;
mod error;
pub mod faults;
mod ids;
mod ingester;
mod library;
mod oauth;
mod object_store;
mod options;
mod places;
mod rate;
mod requests;
mod seed;
mod serve;
mod spoil;
mod state;
mod store;
pub mod stores;
mod tenant;

pub use admin::StoredAsset;
pub use error::StartError;
pub use faults::{Action, FaultBody, Faults, Match, Rule};
pub use options::{
    DuplicateAction, DuplicateBasis, DuplicateReport, DuplicateRule, ExistingName, MissingRight, ObjectStore,
    OddPage, OddPages, Options, RateRule, RefreshRule, Signature, Switches,
};
pub use requests::Call;
pub use store::asset::{AssetKey, Scheme};
pub use store::collection::Collection;
pub use store::place::{Ask, Place, PlaceKind};
pub use store::user::{Right, Role, User};
pub use tenant::Tenant;
