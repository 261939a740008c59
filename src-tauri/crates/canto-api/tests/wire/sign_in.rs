//! The OAuth server's answers.

use axum::{
    Form, Json, Router,
    extract::Path,
    http::StatusCode,
    routing::{get, post},
};
use canto_api::{AppKey, ErrorKind, OAuthServer, RetryClass, Secret};
use serde_json::{Value, json};
use std::collections::HashMap;

use crate::support::{http, serve};

async fn token(Form(form): Form<HashMap<String, String>>) -> (StatusCode, Json<Value>) {
    let is = |name: &str, value: &str| form.get(name).map(String::as_str) == Some(value);
    assert!(is("app_id", "app") && is("app_secret", "hush"));
    if is("grant_type", "authorization_code")
        && is("code", "c/1")
        && is("redirect_uri", "http://127.0.0.1:1/cb")
    {
        (StatusCode::OK, Json(json!({"accessToken": "a", "expiresIn": "60", "refreshToken": "r1"})))
    } else if is("grant_type", "refresh_token") && is("refresh_token", "r1") {
        (StatusCode::OK, Json(json!({"access_token": "b", "expires_in": 60})))
    } else if is("grant_type", "client_credentials") && is("user_id", "jo@example.com") {
        (StatusCode::OK, Json(json!({"accessToken": "c", "expiresIn": 1, "refreshToken": null})))
    } else {
        (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant", "error_description": "no"})))
    }
}

#[tokio::test]
async fn codes_tokens_and_the_tenant() {
    let router = Router::new().route("/oauth/api/oauth2/token", post(token)).route(
        "/oauth/api/oauth2/tenant/{token}",
        get(|Path(token): Path<String>| async move {
            if token == "r/1" { "acme.canto.global\n".to_owned() } else { "not a host!".to_owned() }
        }),
    );
    let http = http();
    let server = OAuthServer::at(format!("http://{}/", serve(router).await).parse().unwrap());
    let app = AppKey { id: "app".into(), secret: Secret::new("hush") };

    let tokens = server.exchange_code(&http, &app, "c/1", "http://127.0.0.1:1/cb", None).await.unwrap();
    let refresh = tokens.refresh.unwrap();
    assert_eq!((tokens.access.expose(), refresh.expose(), tokens.expires_in.as_secs()), ("a", "r1", 60));
    let tokens = server.refresh(&http, &app, &refresh).await.unwrap();
    assert_eq!((tokens.access.expose(), tokens.refresh.unwrap().expose()), ("b", "r1"));
    let tokens = server.client_credentials(&http, &app, Some("jo@example.com")).await.unwrap();
    assert!(tokens.refresh.is_none());

    let error = server.refresh(&http, &app, &Secret::new("old-secret-token")).await.unwrap_err();
    assert_eq!((error.kind(), error.class()), (&ErrorKind::SignInRequired, RetryClass::NeedsSomeone));
    assert_eq!((error.code(), error.status()), (Some("invalid_grant"), Some(400)));
    assert!(!format!("{error:?}").contains("old-secret-token"));

    assert_eq!(server.tenant_of(&http, &Secret::new("r/1")).await.unwrap(), "acme.canto.global");
    let error = server.tenant_of(&http, &Secret::new("r2")).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::UnexpectedAnswer);
}

#[tokio::test]
async fn an_address_with_a_token_is_in_no_error() {
    let server = OAuthServer::at("http://127.0.0.1:9/".parse().unwrap());
    let error = server.tenant_of(&http(), &Secret::new("refresh-me")).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Offline);
    assert!(!format!("{error} {error:?}").contains("refresh-me"));
}
