//! `authorize`: a form, then back to the program with a code (§2.2).

use axum::extract::{Form, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use url::Url;

use super::page;
use super::sessions::Challenge;
use crate::state::App;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Request {
    response_type: String,
    app_id: String,
    /// Some clients use this name [C, weak] (§2.2).
    client_id: String,
    redirect_uri: String,
    state: String,
    code_challenge: String,
    code_challenge_method: String,
}

#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    decision: String,
    #[serde(flatten)]
    request: Request,
}

impl Request {
    fn hidden(&self) -> [(&str, &str); 6] {
        [
            ("response_type", &self.response_type),
            ("app_id", if self.app_id.is_empty() { &self.client_id } else { &self.app_id }),
            ("redirect_uri", &self.redirect_uri),
            ("state", &self.state),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ]
    }

    /// Where the answer goes. Which addresses are taken is [ND] (§2.7): here, as RFC 8252 has it, loopback on
    /// any port, schemes of programs, and HTTPS.
    fn target(&self, app: &App) -> Result<Url, Box<Response>> {
        let refuse =
            |text: &str| Box::new((StatusCode::BAD_REQUEST, Html(page::refused(text))).into_response());
        if self.hidden()[1].1 != app.identity.app_id {
            return Err(refuse("The App ID is unknown to this library."));
        }
        let url = Url::parse(&self.redirect_uri).map_err(|_| refuse("The redirect address is not valid."))?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match url.scheme() {
            "http" if loopback => Ok(url),
            "http" | "javascript" | "data" | "file" => Err(refuse("The redirect address is not allowed.")),
            _ => Ok(url),
        }
    }

    fn challenge(&self) -> Option<Challenge> {
        let s256 = self.code_challenge_method.eq_ignore_ascii_case("S256");
        (!self.code_challenge.is_empty()).then(|| Challenge { text: self.code_challenge.clone(), s256 })
    }

    /// `code` or `error` come back in the query [C].
    fn go_back(&self, mut url: Url, pairs: &[(&str, &str)]) -> Response {
        url.query_pairs_mut().extend_pairs(pairs);
        if !self.state.is_empty() {
            url.query_pairs_mut().append_pair("state", &self.state);
        }
        let mut response = StatusCode::FOUND.into_response();
        if let Ok(value) = HeaderValue::from_str(url.as_str()) {
            response.headers_mut().insert(header::LOCATION, value);
        }
        response
    }
}

pub async fn show(State(app): State<App>, Query(request): Query<Request>) -> Response {
    let url = match request.target(&app) {
        Ok(url) => url,
        Err(response) => return *response,
    };
    if request.response_type != "code" {
        let pairs = [("error", "unsupported_response_type"), ("error_description", "Only code is supported")];
        return request.go_back(url, &pairs);
    }
    no_store(Html(page::login(&request.hidden(), "", None)).into_response())
}

pub async fn submit(State(app): State<App>, Form(answer): Form<Answer>) -> Response {
    let request = &answer.request;
    let url = match request.target(&app) {
        Ok(url) => url,
        Err(response) => return *response,
    };
    if answer.decision == "deny" {
        let pairs = [("error", "access_denied"), ("error_description", "The user said no")];
        return request.go_back(url, &pairs);
    }
    let email = answer.email.trim().to_lowercase();
    let known = app.library().users.get(&email).is_some_and(|user| user.password == answer.password);
    if !known {
        let text = "E-mail or password is not right.";
        let html = page::login(&request.hidden(), &answer.email, Some(text));
        return no_store((StatusCode::UNAUTHORIZED, Html(html)).into_response());
    }
    let now = app.now_ms();
    let code = app.sessions().new_code(&email, &request.redirect_uri, request.challenge(), now);
    request.go_back(url, &[("code", &code)])
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
