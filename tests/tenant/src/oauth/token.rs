//! `token`: codes, refresh tokens and client credentials become access tokens (§2.2–2.5).

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::sessions::Challenge;
use crate::options::RefreshRule;
use crate::state::App;
use crate::store::token::TokenKind;
use crate::store::user::Role;

struct Grant {
    access: String,
    refresh: Option<String>,
    seconds: u64,
}

type Refusal = (&'static str, &'static str);
type Fields = HashMap<String, String>;

/// camelCase; `expiresIn` is met as a string and as a number [C, R], here a string.
pub async fn plain(app: State<App>, query: RawQuery, body: String) -> Response {
    if app.switches().usual_token_names {
        return compatible(app, query, body).await;
    }
    answer(&app, query, &body, |grant| {
        json!({ "accessToken": grant.access, "expiresIn": grant.seconds.to_string(),
                "tokenType": "bearer", "refreshToken": grant.refresh })
    })
}

pub async fn compatible(app: State<App>, query: RawQuery, body: String) -> Response {
    answer(&app, query, &body, |grant| {
        json!({ "access_token": grant.access, "expires_in": grant.seconds.to_string(),
                "token_type": "bearer", "refresh_token": grant.refresh })
    })
}

fn answer(
    app: &App,
    RawQuery(query): RawQuery,
    body: &str,
    form: impl Fn(Grant) -> serde_json::Value,
) -> Response {
    // Query and body are both in use [C].
    let both = [query.as_deref().unwrap_or_default(), body];
    let fields: Fields =
        both.iter().flat_map(|text| url::form_urlencoded::parse(text.as_bytes()).into_owned()).collect();
    match grant(app, &fields) {
        Ok(grant) => Json(form(grant)).into_response(),
        Err((error, description)) => {
            let status =
                if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
            (status, Json(json!({ "error": error, "error_description": description }))).into_response()
        }
    }
}

fn grant(app: &App, fields: &Fields) -> Result<Grant, Refusal> {
    let field = |names: &[&str]| names.iter().find_map(|&name| fields.get(name)).map_or("", String::as_str);
    if field(&["app_id", "client_id"]) != app.identity.app_id {
        return Err(("invalid_client", "Unknown App ID"));
    }
    let secret = field(&["app_secret", "client_secret"]);
    let trusted = secret == app.identity.app_secret;
    if !secret.is_empty() && !trusted {
        return Err(("invalid_client", "Wrong App Secret"));
    }
    match field(&["grant_type"]) {
        "authorization_code" => {
            by_code(app, field(&["code"]), field(&["redirect_uri"]), field(&["code_verifier"]), trusted)
        }
        "refresh_token" => by_refresh(app, field(&["refresh_token"])),
        "client_credentials" if trusted && !app.switches().client_credentials => {
            Err(("unauthorized_client", "Client Credentials Mode is off for this key"))
        }
        "client_credentials" if trusted => by_credentials(app, field(&["user_id"]), field(&["scope"])),
        "client_credentials" => Err(("invalid_client", "App Secret is missing")),
        "" => Err(("invalid_request", "Missing parameter: grant_type")),
        _ => Err(("unsupported_grant_type", "Unknown grant_type")),
    }
}

fn by_code(
    app: &App,
    code: &str,
    redirect_uri: &str,
    verifier: &str,
    trusted: bool,
) -> Result<Grant, Refusal> {
    let now = app.now_ms();
    let code =
        app.sessions().take_code(code, now).ok_or(("invalid_grant", "The code is invalid or expired"))?;
    if code.redirect_uri != redirect_uri {
        return Err(("invalid_grant", "redirect_uri differs"));
    }
    match &code.challenge {
        Some(challenge) if !holds(challenge, verifier) => {
            return Err(("invalid_grant", "code_verifier differs"));
        }
        // Without a secret only with a challenge, as Canto's own picker does it [C] (§2.6).
        None if !trusted => return Err(("invalid_client", "App Secret is missing")),
        _ => {}
    }
    let refresh = app.sessions().new_token(TokenKind::Refresh, &code.email, None, None, now, &app.db);
    Ok(access(app, &code.email, None, Some(refresh)))
}

fn holds(challenge: &Challenge, verifier: &str) -> bool {
    if challenge.s256 {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge.text
    } else {
        challenge.text == verifier
    }
}

fn by_refresh(app: &App, text: &str) -> Result<Grant, Refusal> {
    let now = app.now_ms();
    let mut sessions = app.sessions();
    let email = sessions.token(text, TokenKind::Refresh, now).map(|token| token.email.clone());
    let email = email.ok_or(("invalid_grant", "The refresh token is invalid or expired"))?;
    let rule = app.switches().refresh;
    if rule == RefreshRule::Rotate {
        sessions.forget(text, &app.db);
    }
    let refresh = match rule {
        RefreshRule::Same => text.to_owned(),
        RefreshRule::New | RefreshRule::Rotate => {
            sessions.new_token(TokenKind::Refresh, &email, None, None, now, &app.db)
        }
    };
    drop(sessions);
    Ok(access(app, &email, None, Some(refresh)))
}

/// Acts as `user_id` [C], else as the key's owner, here the administrator [I] (§2.4). No refresh token [C].
fn by_credentials(app: &App, user_id: &str, scope: &str) -> Result<Grant, Refusal> {
    let library = app.library();
    let user = if user_id.is_empty() {
        library.users.values().find(|user| user.role == Role::Admin)
    } else {
        library.users.get(&user_id.to_lowercase())
    };
    let email = user.map(|user| user.email.clone()).ok_or(("invalid_request", "Unknown user_id"))?;
    drop(library);
    let scope = (!scope.is_empty()).then(|| scope.to_owned());
    Ok(access(app, &email, scope, None))
}

fn access(app: &App, email: &str, scope: Option<String>, refresh: Option<String>) -> Grant {
    let seconds = app.switches().token_seconds;
    let life = Some(seconds.cast_signed().saturating_mul(1000));
    let access = app.sessions().new_token(TokenKind::Access, email, scope, life, app.now_ms(), &app.db);
    Grant { access, refresh, seconds }
}

/// Plain text, the tenant's host [C] (§2.8).
pub async fn tenant_of(State(app): State<App>, Path(refresh): Path<String>) -> Response {
    let known = app.sessions().token(&refresh, TokenKind::Refresh, app.now_ms()).is_some();
    if known {
        app.url().trim_start_matches("http://").to_owned().into_response()
    } else {
        (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": "invalid_grant", "error_description": "Unknown token" })),
        )
            .into_response()
    }
}
