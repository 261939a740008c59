//! Who calls: the token, the rate, and the rights.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::library::places::Shut;
use crate::serve::CalledBy;
use crate::state::App;
use crate::store::token::TokenKind;
use crate::store::user::{Right, Role, User};

/// The person that a token stands for, as they are now.
#[derive(Clone)]
pub struct Caller(pub User);

impl Caller {
    /// A place that takes no more files says so where an upload begins.
    pub fn needs(&self, app: &App, right: Right) -> Result<(), ApiError> {
        if let (Right::Upload, Some(place)) = (right, &self.0.place) {
            app.library().takes_files(&place.id, app.now_ms()).map_err(ApiError::shut)?;
        }
        if self.0.may(right) { Ok(()) } else { Err(ApiError::denied(app.switches().missing_right)) }
    }
}

pub async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(text) = token_of(&request) else {
        // Not 401 [C] (§1.3).
        return (StatusCode::NOT_FOUND, "Not Found").into_response();
    };
    let now = app.now_ms();
    let found = app
        .sessions()
        .token(&text, TokenKind::Access, now)
        .map(|token| (token.email.clone(), token.scope.clone(), token.place.clone()));
    let (found, place) = match found {
        Some((email, scope, place)) => (Some((email, scope)), place),
        None => (None, None),
    };
    if let Some(place) = &place
        && let Err(shut) = app.library().opens(place, now)
    {
        return shut.into_response();
    }
    let user =
        found.and_then(|(email, scope)| Some(narrowed(app.library().person(&email)?, scope.as_deref())));
    if let (Some(_), None) = (&place, &user) {
        // Not a member any more.
        return Shut::Denied.into_response();
    }
    let Some(user) = user else { return ApiError::unauthorized().into_response() };
    let rule = app.switches().rate.clone();
    let called_by = CalledBy(user.email.clone());
    let mut response = match app.rate.count(&rule, now) {
        Err(error) => error.into_response(),
        Ok(standing) => {
            request.extensions_mut().insert(Caller(user));
            let mut response = next.run(request).await;
            if !rule.strict {
                standing.tell(response.headers_mut());
            }
            response
        }
    };
    response.extensions_mut().insert(called_by);
    response
}

/// `Authorization: Bearer` in any case [C]; the `access_token` parameter is in the docs [D] (§1.1).
fn token_of(request: &Request) -> Option<String> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let (kind, text) = value.to_str().ok()?.split_once(' ')?;
        return kind.eq_ignore_ascii_case("bearer").then(|| text.trim().to_owned());
    }
    let query = request.uri().query()?.as_bytes();
    url::form_urlencoded::parse(query)
        .find(|(name, _)| name == "access_token")
        .map(|(_, text)| text.into_owned())
}

/// `scope` of client credentials asks for a role [C]; here it can take rights away, never add any [I].
fn narrowed(mut user: User, scope: Option<&str>) -> User {
    let role = match scope {
        Some("consumer") => Role::Consumer,
        Some("contributor") => Role::Contributor,
        _ => return user,
    };
    let most: Vec<Right> = role.rights();
    user.rights.retain(|right| most.contains(right));
    user
}
