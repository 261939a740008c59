//! Upload Links and Workspaces: `places/v1`. **A contract of Ferry's own guess [ND]**: Canto's public API has nothing of it
//! (canto-api §12.5, §12.6, unknown no. 20). It is used only where a tenant lists it among its endpoints.
//!
//! The listing itself needs a token (§1.3 [C]), which whoever was sent a link has none of. So a tenant that offers this shows
//! the part of the listing that strangers may know at `/.well-known/canto-endpoints`; where something else answers there,
//! nothing is offered.
//!
//! `POST look {address}` describes a place, `POST open {address, email, password}` gives an ordinary bearer token that shows
//! just that place; a Workspace wants a member's token beside it. The address goes in the body alone: the code in it may be
//! all that is needed to upload.

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    AccessToken, Endpoints, Secret, TenantAddress, Tokens,
    auth::{TokenAnswer, Zeroed},
    client::{ANSWER_LIMIT, is_success, parse, read_body, send_patiently},
    error::{ApiError, ErrorKind, from_answer, is_html},
    types::lenient,
};

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    UploadLink,
    Workspace,
}

/// Whether it takes files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PlaceState {
    #[default]
    Open,
    Closed,
    Expired,
    Full,
}

impl<'de> Deserialize<'de> for PlaceState {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match lenient::text(from)?.as_str() {
            "closed" => Self::Closed,
            "expired" => Self::Expired,
            "full" => Self::Full,
            _ => Self::Open,
        })
    }
}

/// What a tenant tells of a place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceSeen {
    /// Names it, and opens nothing.
    #[serde(deserialize_with = "lenient::text")]
    pub id: String,
    pub kind: PlaceKind,
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub owner_name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub library_name: String,
    #[serde(default)]
    pub state: PlaceState,
    /// A user of the tenant has to sign in.
    #[serde(default)]
    pub sign_in: bool,
    #[serde(default)]
    pub asks_email: bool,
    #[serde(default)]
    pub asks_password: bool,
    /// Folders and albums may be made in it.
    #[serde(default)]
    pub folders: bool,
    /// What others sent is seen.
    #[serde(default)]
    pub sees_others: bool,
    /// Somebody looks at files before they come into the library.
    #[serde(default)]
    pub reviewed: bool,
    /// The one album that everything goes to, where there is no more in it.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub album: Option<String>,
}

/// What opens a place.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlaceKeys<'a> {
    pub email: Option<&'a str>,
    pub password: Option<&'a Secret>,
    /// Of a user of the tenant.
    pub user: Option<&'a AccessToken>,
}

#[derive(Serialize)]
struct Asked<'a> {
    address: &'a Secret,
    email: Option<&'a str>,
    password: Option<&'a Secret>,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(flatten)]
    tokens: TokenAnswer,
    place: PlaceSeen,
}

/// Where a tenant opens its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacesServer {
    base: Url,
}

impl PlacesServer {
    /// What strangers may know of the listing; `None` where the tenant offers no places, or has no such page.
    ///
    /// # Errors
    /// The kinds of the connection, and `ServerBusy`: then nobody knows.
    pub async fn of_stranger(
        http: &reqwest::Client,
        tenant: &TenantAddress,
    ) -> Result<Option<Self>, ApiError> {
        const CALL: &str = "public_endpoints";
        let mut url = tenant.origin().clone();
        url.set_path(".well-known/canto-endpoints");
        let request = http.get(url).header(ACCEPT, "application/json");
        let response = send_patiently(CALL, request, ANSWER_LIMIT).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(CALL, response).await?;
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Err(from_answer(CALL, status, &headers, &body));
        }
        if !is_success(status) || is_html(&headers, &body) {
            return Ok(None);
        }
        let listing = serde_json::from_slice::<Value>(&body).ok();
        let listed = listing.and_then(|listing| Endpoints::from_listing(&listing).offers_places());
        Ok(listed.and_then(|listed| Self::listed(tenant, &listed)))
    }

    /// What a tenant lists: a path of its host, or a whole address on it. Codes and passwords go nowhere else.
    pub fn listed(tenant: &TenantAddress, listed: &str) -> Option<Self> {
        let base = tenant.origin().join(listed).ok()?;
        (base.origin() == tenant.origin().origin()).then_some(Self { base })
    }

    /// The address that its calls begin with.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Describes the place at an address, without a token.
    ///
    /// # Errors
    /// `PlaceShut` with `Missing`; the kinds of the connection.
    pub async fn look(&self, http: &reqwest::Client, address: &Secret) -> Result<PlaceSeen, ApiError> {
        let body = self.ask("look_at_place", "look", http, address, PlaceKeys::default()).await?;
        parse("look_at_place", &body)
    }

    /// A token for just that place, and what the place is by now.
    ///
    /// # Errors
    /// `PlaceShut`; `Unauthorized` for a user's token that is not valid; the kinds of the connection.
    pub async fn open(
        &self,
        http: &reqwest::Client,
        address: &Secret,
        keys: PlaceKeys<'_>,
    ) -> Result<(Tokens, PlaceSeen), ApiError> {
        const CALL: &str = "open_place";
        let body = Zeroizing::new(self.ask(CALL, "open", http, address, keys).await?);
        let Opened { tokens, place } = parse(CALL, &body)?;
        let tokens = tokens.into_tokens().ok_or_else(|| {
            ApiError::new(CALL, ErrorKind::UnexpectedAnswer).with_message("no token in the answer")
        })?;
        Ok((tokens, place))
    }

    async fn ask(
        &self,
        call: &'static str,
        what: &str,
        http: &reqwest::Client,
        address: &Secret,
        keys: PlaceKeys<'_>,
    ) -> Result<Vec<u8>, ApiError> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(what);
        }
        let PlaceKeys { email, password, .. } = keys;
        let asked = Asked { address, email, password };
        let body = Zeroizing::new(serde_json::to_string(&asked).unwrap_or_default());
        let mut request =
            http.post(url).header(CONTENT_TYPE, "application/json").body(Bytes::from_owner(Zeroed(body)));
        if let Some(user) = keys.user {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", user.expose()))
                .map_err(|_| ApiError::new(call, ErrorKind::SignInRequired))?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        let response = send_patiently(call, request, ANSWER_LIMIT).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(call, response).await?;
        if !is_success(status) {
            return Err(from_answer(call, status, &headers, &body));
        }
        if is_html(&headers, &body) {
            return Err(ApiError::new(call, ErrorKind::UnexpectedAnswer).with_message("a web page came"));
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_to_the_tenants_own_host_alone() {
        let tenant = TenantAddress::parse("https://acme.canto.com/uploadlink/hush-hush").unwrap();
        assert!(tenant.is_place());
        let listed = |text: &str| PlacesServer::listed(&tenant, text);
        assert_eq!(listed("/places/v1").unwrap().base.as_str(), "https://acme.canto.com/places/v1");
        assert!(listed("https://acme.canto.com/places/v1").is_some());
        assert_eq!(listed("https://evil.example/places/v1"), None);
        assert!(!format!("{tenant:?}").contains("hush"), "{tenant:?}");
    }

    #[test]
    fn a_place_is_told_with_more_or_less() {
        let place: PlaceSeen = serde_json::from_str(
            r#"{"id":"AB1","kind":"upload_link","name":"Press","state":"full","asksPassword":true,"new":1}"#,
        )
        .unwrap();
        assert_eq!((place.state, place.asks_password, place.sign_in), (PlaceState::Full, true, false));
        assert_eq!(place.album, None);
    }
}
