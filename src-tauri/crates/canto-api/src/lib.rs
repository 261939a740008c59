//! A typed client for the public Canto API v1 and for the object store its uploads go to.
//!
//! Rules from outside carry the mark of their source, as in Ferry's reference of the API: **[D]** Canto
//! says so, **[R]** recorded from a real tenant, **[C]** other clients do it so, **[A]** Amazon's rule for
//! form posts, **[T]** a third party says so, **[I]** our inference, **[ND]** not documented and never
//! taken for a fact.
//!
//! The crate knows no database and no engine. It keeps no file in memory, prints no secret, and does not
//! choose a TLS provider: the program installs one before the first request.

mod address;
mod albums;
mod assets;
mod auth;
mod budget;
mod client;
mod collections;
mod direct;
mod download;
mod endpoints;
mod error;
mod look;
mod metadata;
mod parts;
mod places;
mod reach;
mod search;
mod secret;
mod shared;
mod tree;
mod typed;
mod types;
mod upload;
mod vouch;

pub use address::{AddressError, AddressKind, TenantAddress};
pub use assets::{BatchContent, Listing, Page};
pub use auth::{AppKey, OAuthServer, OAuthStyle, PageRefused, Pkce, PkceMethod, TokenSource, Tokens};
pub use budget::{Budget, Permit};
pub use client::{CantoClient, http_builder};
pub use collections::{CollectionPage, ListedCollection};
pub use direct::DirectAddress;
pub use download::{Download, Resume};
pub use endpoints::{Endpoints, User};
pub use error::{ApiError, ErrorKind, NoWay, PlaceShut, RetryClass};
pub use look::{Absent, look_for_tenant};
pub use metadata::{CustomField, EditProperty};
pub use parts::{
    LARGEST_PART, LEAST_PART, MOST_PARTS, OpenUpload, PartsServer, StoredPart, signs_an_empty_body,
    upload_is_gone,
};
pub use places::{PlaceKeys, PlaceKind, PlaceSeen, PlaceState, PlacesServer};
pub use reach::{Obstacle, Reached, Unreached, reach};
pub use search::Search;
pub use secret::{AccessToken, Secret};
pub use shared::{SharedCall, shared};
pub use tree::{NodeKind, NodesDeleted, TreeNode};
pub use types::{Asset, AssetRef, CantoTime, RelatedAlbum, Version};
pub use upload::{
    FileBody, ObjectFields, ObjectStored, Policy, PostOptions, PreparedForm, StatusItem, UploadSetting,
    UploadState, post_object, put_part,
};
