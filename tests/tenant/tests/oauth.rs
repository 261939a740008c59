//! Signing in, as a browser and a program do it together.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fall over

mod common;

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use common::{Program, http, json, quick};
use ferry_tenant::{RefreshRule, Switches, Tenant};
use serde_json::Value;
use sha2::{Digest, Sha256};

const BACK: &str = "http://127.0.0.1:49152/callback";

struct Browser<'a> {
    tenant: &'a Tenant,
    style: &'a str,
}

impl Browser<'_> {
    fn at(&self, page: &str) -> String {
        format!("{}/oauth/api/oauth2{}/{page}", self.tenant.url(), self.style)
    }

    /// Fills in the form; the address that the browser is sent to.
    async fn submit(&self, extra: &[(&str, &str)]) -> reqwest::Response {
        let user =
            self.tenant.users().into_iter().find(|user| user.email == "contributor@demo.test").unwrap();
        let mut fields = vec![
            ("app_id", self.tenant.app_id()),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("state", "s t&1"),
            ("email", "Contributor@demo.test"),
            ("password", &user.password),
        ];
        fields.retain(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        fields.extend(extra);
        http().post(self.at("authorize")).form(&fields).send().await.unwrap()
    }

    async fn code(&self, extra: &[(&str, &str)]) -> String {
        let answer = self.submit(extra).await;
        assert_eq!(answer.status(), 302);
        let url = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let pairs: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs["state"], "s t&1");
        pairs["code"].clone()
    }

    async fn token(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let answer = http().post(self.at("token")).form(fields).send().await.unwrap();
        (answer.status().as_u16(), json(answer).await)
    }
}

#[tokio::test]
async fn the_form_leads_to_a_token() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let browser = Browser { tenant: &tenant, style: "" };
    let (id, secret) = (tenant.app_id(), tenant.app_secret());
    let page =
        format!("{}?response_type=code&app_id={id}&redirect_uri={BACK}&state=x", browser.at("authorize"));
    let html = http().get(page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("name=\"password\"") && html.contains("value=\"x\"") && !html.contains("<script"));

    assert_eq!(browser.submit(&[("password", "wrong")]).await.status(), 401);
    assert_eq!(browser.submit(&[("redirect_uri", "http://evil.example/")]).await.status(), 400);
    let denied = browser.submit(&[("decision", "deny")]).await;
    assert!(denied.headers()["location"].to_str().unwrap().contains("error=access_denied"));

    let code = browser.code(&[]).await;
    let grant = [
        ("app_id", id),
        ("app_secret", secret),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
    ];
    let (status, token) = browser.token(&grant).await;
    assert_eq!(
        (status, &token["expiresIn"], &token["tokenType"]),
        (200, &"2592000".into(), &"bearer".into())
    );
    assert_eq!(browser.token(&grant).await.1["error"], "invalid_grant", "a code works once");

    let mut program = Program::new(&tenant, common::ADMIN);
    program.token = token["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(program.get("/api/v1/user").await["email"], "contributor@demo.test");
    let refresh = token["refreshToken"].as_str().unwrap();
    let host =
        http().get(browser.at(&format!("tenant/{refresh}"))).send().await.unwrap().text().await.unwrap();
    assert_eq!(format!("http://{host}"), tenant.url());

    tenant.set_switches(Switches { refresh: RefreshRule::Rotate, ..tenant.switches() });
    let again =
        [("app_id", id), ("app_secret", secret), ("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let (_, fresh) = browser.token(&again).await;
    assert_ne!(fresh["refreshToken"], token["refreshToken"]);
    assert_eq!(browser.token(&again).await.1["error"], "invalid_grant");

    tenant.advance_clock(Duration::from_secs(31 * 86_400));
    assert_eq!(program.call("GET", "/api/v1/user", None).await.status(), 401);
}

#[tokio::test]
async fn without_a_secret_a_challenge_is_needed() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let browser = Browser { tenant: &tenant, style: "/universal2" };
    let verifier = "a-verifier-of-some-length-0123456789-abcdefghij";
    let hashed = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    for (challenge, method) in [(verifier, "plain"), (hashed.as_str(), "S256")] {
        for (given, status) in [("wrong", 400), (verifier, 200)] {
            let code =
                browser.code(&[("code_challenge", challenge), ("code_challenge_method", method)]).await;
            let grant = [
                ("app_id", tenant.app_id()),
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", BACK),
                ("code_verifier", given),
            ];
            assert_eq!(browser.token(&grant).await.0, status, "{method} {given}");
        }
    }
    let code = browser.code(&[]).await;
    let grant = [
        ("app_id", tenant.app_id()),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
    ];
    assert_eq!(browser.token(&grant).await.0, 401);
}

#[tokio::test]
async fn the_compatible_style_has_the_usual_names() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let browser = Browser { tenant: &tenant, style: "/compatible" };
    let (id, secret) = (tenant.app_id(), tenant.app_secret());
    let grant = [("client_id", id), ("client_secret", secret), ("grant_type", "client_credentials")];
    let (_, token) = browser.token(&grant).await;
    assert!(token["access_token"].is_string() && token["refresh_token"].is_null());
    // The same in the query, for another person.
    let url = format!(
        "{}?app_id={id}&app_secret={secret}&grant_type=client_credentials&user_id=consumer@demo.test",
        browser.at("token")
    );
    let token = json(http().post(url).send().await.unwrap()).await;
    let mut program = Program::new(&tenant, common::ADMIN);
    program.token = token["access_token"].as_str().unwrap().to_owned();
    assert_eq!(program.get("/api/v1/user").await["permissions"], serde_json::json!(["download"]));
    assert_eq!(browser.token(&[("app_id", "x")]).await.1["error"], "invalid_client");
}

#[tokio::test]
async fn the_server_says_that_it_takes_pkce_unless_it_is_told_not_to() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let page = format!("{}/.well-known/oauth-authorization-server", tenant.url());
    let said = json(http().get(&page).send().await.unwrap()).await;
    assert_eq!(said["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(said["token_endpoint"], format!("{}/oauth/api/oauth2/token", tenant.url()));
    tenant.set_switches(Switches { oauth_metadata: false, ..tenant.switches() });
    let said = http().get(&page).send().await.unwrap().text().await.unwrap();
    assert!(said.contains("<html"), "an unknown path: {said}");
}
