//! What opens an Upload Link or a Workspace, and what a tenant tells of it. All of it follows a contract that is a guess
//! [ND] (`canto-api/src/places.rs`).

use canto_api::{
    AccessToken, ApiError, ErrorKind, PlaceKeys, PlaceSeen, PlaceShut, PlaceState, PlacesServer, Secret,
    TenantAddress, Tokens,
};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Failure};
use crate::model::{PlaceKind, PlaceOffer, PlaceView};

/// What the vault keeps of a place, so that it is opened again without anybody being asked.
#[derive(Clone, Serialize, Deserialize)]
pub struct PlaceSecrets {
    /// With the code that may be all that is needed.
    pub address: Secret,
    /// Where it is opened, as the tenant listed it.
    pub server: String,
    /// A user's token goes along.
    pub sign_in: bool,
    pub email: Option<String>,
    pub password: Option<Secret>,
}

impl PlaceSecrets {
    /// # Errors
    /// `PlaceShut`; `SignInRequired` where the user's token is not taken; those of the connection.
    pub async fn open(
        &self,
        http: &reqwest::Client,
        user: Option<&AccessToken>,
    ) -> Result<(Tokens, PlaceSeen), ApiError> {
        let keys = PlaceKeys { email: self.email.as_deref(), password: self.password.as_ref(), user };
        self.server()?.open(http, &self.address, keys).await.map_err(|error| match error.kind() {
            ErrorKind::Unauthorized => ApiError::sign_in_required(),
            _ => error,
        })
    }

    /// What is told without a token.
    ///
    /// # Errors
    /// `PlaceShut` with `Missing`; those of the connection.
    pub async fn look(&self, http: &reqwest::Client) -> Result<PlaceSeen, ApiError> {
        self.server()?.look(http, &self.address).await
    }

    fn server(&self) -> Result<PlacesServer, ApiError> {
        let gone = || ApiError::new("place", ErrorKind::PlaceShut(PlaceShut::Missing));
        let tenant = TenantAddress::parse(self.address.expose()).map_err(|_| gone())?;
        PlacesServer::listed(&tenant, &self.server).ok_or_else(gone)
    }
}

/// The code for what keeps a place shut.
pub fn code_of(shut: PlaceShut) -> ErrorCode {
    match shut {
        PlaceShut::Missing => ErrorCode::PlaceMissing,
        PlaceShut::Closed => ErrorCode::PlaceClosed,
        PlaceShut::Expired => ErrorCode::PlaceExpired,
        PlaceShut::Full => ErrorCode::PlaceFull,
        PlaceShut::Denied => ErrorCode::PlaceDenied,
        PlaceShut::WrongPassword => ErrorCode::PlacePasswordWrong,
    }
}

/// Names the place in a failure.
pub fn named(failure: Failure, place: &PlaceView) -> Failure {
    let named = failure.with("place", &place.name);
    if place.owner.is_empty() { named } else { named.with("owner", &place.owner) }
}

pub fn view_of(seen: &PlaceSeen) -> PlaceView {
    PlaceView {
        kind: match seen.kind {
            canto_api::PlaceKind::UploadLink => PlaceKind::UploadLink,
            canto_api::PlaceKind::Workspace => PlaceKind::Workspace,
        },
        name: seen.name.clone(),
        owner: seen.owner_name.clone(),
        library: seen.library_name.clone(),
        folders: seen.folders,
        reviewed: seen.reviewed,
        album: seen.album.clone(),
        trouble: match seen.state {
            PlaceState::Open => None,
            PlaceState::Closed => Some(ErrorCode::PlaceClosed),
            PlaceState::Expired => Some(ErrorCode::PlaceExpired),
            PlaceState::Full => Some(ErrorCode::PlaceFull),
        },
    }
}

pub fn offer_of(seen: &PlaceSeen) -> PlaceOffer {
    PlaceOffer {
        place: view_of(seen),
        sign_in: seen.sign_in,
        asks_email: seen.asks_email,
        asks_password: seen.asks_password,
        sees_others: seen.sees_others,
    }
}
