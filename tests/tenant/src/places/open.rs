//! What an address is, and the way in. A guess [ND].

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::error::{ApiError, ApiResult, web_app};
use crate::library::Library;
use crate::library::places::Shut;
use crate::state::App;
use crate::store::place::{Place, PlaceKind};
use crate::store::token::TokenKind;

#[derive(Deserialize)]
pub struct Asked {
    /// The whole address, as it was handed out.
    address: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    password: Option<String>,
}

/// Tells of a place whatever its state; what it holds, and who its members are, stays out.
pub async fn look(State(app): State<App>, Json(asked): Json<Asked>) -> Response {
    if !app.switches().places {
        return web_app().await.into_response();
    }
    let library = app.library();
    match named(&library, &asked.address) {
        Some(place) => Json(told(&library, place, app.now_ms())).into_response(),
        None => Shut::Missing.into_response(),
    }
}

/// Gives a token for just that place. A link's needs no account; a Workspace takes the token of a member.
pub async fn open(State(app): State<App>, headers: HeaderMap, Json(asked): Json<Asked>) -> Response {
    if !app.switches().places {
        return web_app().await.into_response();
    }
    let now = app.now_ms();
    let place = {
        let library = app.library();
        let Some(place) = named(&library, &asked.address) else { return Shut::Missing.into_response() };
        match library.opens(&place.id, now) {
            Ok(place) => place.clone(),
            Err(shut) => return shut.into_response(),
        }
    };
    let identity = match place.kind {
        PlaceKind::UploadLink => guest_of(&place, &asked).map_err(ApiError::shut),
        PlaceKind::Workspace => member_of(&app, &place, &headers),
    };
    let identity = match identity {
        Ok(identity) => identity,
        Err(refused) => return refused.into_response(),
    };
    let seconds = app.switches().token_seconds;
    let life = seconds.cast_signed().saturating_mul(1000);
    let token = app.sessions().new_place_token(&identity, &place.id, life, now, &app.db);
    let place = told(&app.library(), &place, now);
    Json(json!({ "accessToken": token, "expiresIn": seconds.to_string(), "tokenType": "bearer", "place": place }))
        .into_response()
}

fn guest_of(place: &Place, asked: &Asked) -> Result<String, Shut> {
    let given = |word: &Option<String>| word.as_deref().unwrap_or_default().trim().to_lowercase();
    if place.email.as_ref().is_some_and(|email| email.to_lowercase() != given(&asked.email)) {
        return Err(Shut::Denied);
    }
    match &place.password {
        Some(password) if asked.password.as_ref() != Some(password) => Err(Shut::Password),
        _ => Ok(place.identity(None)),
    }
}

fn member_of(app: &App, place: &Place, headers: &HeaderMap) -> ApiResult<String> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|text| text.split_once(' ')).map_or("", |(_, token)| token.trim());
    let now = app.now_ms();
    let email = app.sessions().token(token, TokenKind::Access, now).map(|token| token.email.clone());
    let email = email.ok_or_else(ApiError::unauthorized)?;
    let library = app.library();
    match library.member(place, &email) {
        Some(_) => Ok(place.identity(Some(&email))),
        None => Err(ApiError::shut(Shut::Denied)),
    }
}

/// The place that an address leads to: `…/uploadlink/{code}`, `…/v/{code}`. What Canto's look like is [I].
fn named<'a>(library: &'a Library, address: &str) -> Option<&'a Place> {
    let url = Url::parse(address).ok()?;
    let mut parts = url.path_segments()?.filter(|part| !part.is_empty());
    let kind = match parts.next()? {
        "uploadlink" => PlaceKind::UploadLink,
        "v" => PlaceKind::Workspace,
        _ => return None,
    };
    library.place_by_code(kind, parts.next()?)
}

fn told(library: &Library, place: &Place, now: i64) -> Value {
    let state = match library.takes_files(&place.id, now) {
        Ok(()) => "open",
        Err(Shut::Closed) => "closed",
        Err(Shut::Full) => "full",
        Err(_) => "expired",
    };
    let metadata = match place.fields.as_slice() {
        [] => "none",
        fields if fields.iter().any(|field| field.required) => "required",
        _ => "optional",
    };
    json!({
        "id": place.id, "kind": place.kind, "name": place.name,
        "ownerName": library.owner_name(&place.owner), "libraryName": "Demo library",
        "state": state, "expiresMs": place.expires_ms,
        "signIn": place.kind == PlaceKind::Workspace,
        "asksEmail": place.email.is_some(), "asksPassword": place.password.is_some(),
        "folders": place.folders, "seesOthers": place.sees_others, "reviewed": place.kind == PlaceKind::UploadLink && place.album.is_none(),
        "metadata": metadata, "album": place.inbox(),
    })
}
