//! The OAuth server of a region (canto-api §2).

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::{
    pkce::Pkce,
    tokens::{AppKey, TokenAnswer, Tokens},
};
use crate::{
    TenantAddress,
    address::join_parts,
    client::{ANSWER_LIMIT, is_success, read_body, send_patiently},
    error::{ApiError, ErrorKind, from_answer, is_html},
    secret::Secret,
};

/// Which of the trios of addresses is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OAuthStyle {
    /// `/oauth/api/oauth2/…`: what most clients use [C].
    #[default]
    Canto,
    /// `/oauth/api/oauth2/compatible/…`: the usual OAuth names in the answer [C].
    Compatible,
    /// `/oauth/api/oauth2/universal2/…`: Canto's own browser picker, without an app secret [C].
    /// Whether a customer's app id may use it is [ND].
    Universal2,
}

/// Where a tenant's people sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthServer {
    base: Url,
    style: OAuthStyle,
    answer_limit: Duration,
}

impl OAuthServer {
    /// `oauth.{region}` of the tenant's domain ([C]; for Australia [I]). Any other host, such as the demo
    /// library, is its own OAuth server.
    pub fn for_tenant(tenant: &TenantAddress) -> Self {
        let regional =
            tenant.region().and_then(|region| Url::parse(&format!("https://oauth.{region}/")).ok());
        Self::at(regional.unwrap_or_else(|| tenant.origin().clone()))
    }

    /// A server at a known place.
    pub fn at(base: Url) -> Self {
        Self { base, style: OAuthStyle::Canto, answer_limit: ANSWER_LIMIT }
    }

    /// Waits so long for an answer, in place of 90 s.
    #[must_use]
    pub fn with_answer_limit(mut self, answer_limit: Duration) -> Self {
        self.answer_limit = answer_limit;
        self
    }

    /// Uses another trio of addresses.
    #[must_use]
    pub fn with_style(mut self, style: OAuthStyle) -> Self {
        self.style = style;
        self
    }

    /// The server's origin.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The address for the person's browser. It comes back to `redirect` with `code` and `state`, or with
    /// `error` [C]. The parameter is `app_id`, not `client_id` [C]. PKCE parameters: [C] for
    /// [`OAuthStyle::Universal2`], else [ND].
    pub fn authorize_url(&self, app_id: &str, redirect: &str, state: &str, pkce: Option<&Pkce>) -> Url {
        let mut url = self.endpoint("authorize");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("app_id", app_id)
            .append_pair("redirect_uri", redirect)
            .append_pair("state", state);
        if let Some(pkce) = pkce {
            url.query_pairs_mut()
                .append_pair("code_challenge", pkce.challenge().expose())
                .append_pair("code_challenge_method", pkce.method());
        }
        url
    }

    /// Turns the browser's code into tokens. `redirect` must be the one given before.
    ///
    /// # Errors
    /// `SignInRequired` when the server refuses the code; the kinds of the connection.
    pub async fn exchange_code(
        &self,
        http: &reqwest::Client,
        app: &AppKey,
        code: &str,
        redirect: &str,
        pkce_verifier: Option<&Secret>,
    ) -> Result<Tokens, ApiError> {
        let mut form = Form::new(app, "authorization_code");
        form.add("code", code);
        form.add("redirect_uri", redirect);
        if let Some(verifier) = pkce_verifier {
            form.add("code_verifier", verifier.expose());
        }
        self.ask("exchange_code", http, form).await
    }

    /// New tokens for a refresh token. Store the refresh token of the answer [C]; if none came, the old
    /// one stays in use [I] and is put into the answer.
    ///
    /// # Errors
    /// `SignInRequired` when the server refuses the refresh token; the kinds of the connection.
    pub async fn refresh(
        &self,
        http: &reqwest::Client,
        app: &AppKey,
        refresh_token: &Secret,
    ) -> Result<Tokens, ApiError> {
        let mut form = Form::new(app, "refresh_token");
        form.add("refresh_token", refresh_token.expose());
        let mut tokens = self.ask("refresh_token", http, form).await?;
        tokens.refresh.get_or_insert_with(|| refresh_token.clone());
        Ok(tokens)
    }

    /// Tokens for a station without a person; the key must have this mode switched on [D]. `user_id` (an
    /// e-mail address) gives the token that user's rights [C].
    ///
    /// # Errors
    /// `SignInRequired` when the server refuses the key; the kinds of the connection.
    pub async fn client_credentials(
        &self,
        http: &reqwest::Client,
        app: &AppKey,
        user_id: Option<&str>,
    ) -> Result<Tokens, ApiError> {
        let mut form = Form::new(app, "client_credentials");
        if let Some(user) = user_id {
            form.add("user_id", user);
        }
        self.ask("client_credentials", http, form).await
    }

    /// The tenant's host that a refresh token belongs to, e.g. `acme.canto.global` [D].
    ///
    /// # Errors
    /// `UnexpectedAnswer` when no host comes back; the kinds of the connection. The address holds the
    /// token and appears in no error.
    pub async fn tenant_of(
        &self,
        http: &reqwest::Client,
        refresh_token: &Secret,
    ) -> Result<String, ApiError> {
        const CALL: &str = "tenant_of";
        let mut url = self.base.clone();
        url.set_path(&format!("oauth/api/oauth2/tenant/{}", join_parts(CALL, &[refresh_token.expose()])?));
        let (_, body) = self.fetch(CALL, http.get(url)).await?;
        let host = String::from_utf8_lossy(&body);
        let host = host.trim().trim_matches('"');
        let plain = !host.is_empty()
            && host.len() < 256
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
        if !plain {
            return Err(ApiError::new(CALL, ErrorKind::UnexpectedAnswer).with_message("not a host"));
        }
        Ok(host.to_owned())
    }

    fn endpoint(&self, name: &str) -> Url {
        let style = match self.style {
            OAuthStyle::Canto => "",
            OAuthStyle::Compatible => "compatible/",
            OAuthStyle::Universal2 => "universal2/",
        };
        let mut url = self.base.clone();
        url.set_path(&format!("oauth/api/oauth2/{style}{name}"));
        url
    }

    /// Parameters go into the body, never into the address [C], which would end in logs.
    async fn ask(&self, call: &'static str, http: &reqwest::Client, form: Form) -> Result<Tokens, ApiError> {
        let request = http
            .post(self.endpoint("token"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from_owner(Zeroed(form.0)));
        let (_, body) = self.fetch(call, request).await.map_err(refused_is_sign_in)?;
        let body = Zeroizing::new(body);
        let answer: Option<TokenAnswer> = serde_json::from_slice(&body).ok();
        answer.and_then(TokenAnswer::into_tokens).ok_or_else(|| {
            ApiError::new(call, ErrorKind::UnexpectedAnswer).with_message("no token in the answer")
        })
    }

    pub(super) async fn fetch(
        &self,
        call: &'static str,
        request: reqwest::RequestBuilder,
    ) -> Result<(HeaderMap, Vec<u8>), ApiError> {
        let response = send_patiently(call, request, self.answer_limit).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(call, response).await?;
        if !is_success(status) {
            return Err(from_answer(call, status, &headers, &body));
        }
        if is_html(&headers, &body) {
            return Err(ApiError::new(call, ErrorKind::UnexpectedAnswer).with_message("a web page came"));
        }
        Ok((headers, body))
    }
}

/// OAuth refusals are 400 or 401 with an `error` word [C]: the person has to sign in again.
fn refused_is_sign_in(error: ApiError) -> ApiError {
    match (error.kind(), error.status()) {
        (ErrorKind::BadRequest | ErrorKind::Unauthorized | ErrorKind::Forbidden, Some(status)) => {
            let refused = ApiError::new(error.call(), ErrorKind::SignInRequired)
                .with_status(status)
                .with_code(error.code().map(str::to_owned));
            match error.message() {
                Some(message) => refused.with_message(message),
                None => refused,
            }
        }
        _ => error,
    }
}

/// The body of a request, zeroed once it was sent.
pub(crate) struct Zeroed(pub(crate) Zeroizing<String>);

impl AsRef<[u8]> for Zeroed {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// A form body in the making; it holds secrets.
struct Form(Zeroizing<String>);

impl Form {
    fn new(app: &AppKey, grant: &str) -> Self {
        let mut form = Self(Zeroizing::default());
        form.add("app_id", &app.id);
        if !app.secret.is_empty() {
            form.add("app_secret", app.secret.expose());
        }
        form.add("grant_type", grant);
        form
    }

    fn add(&mut self, name: &str, value: &str) {
        let mut pair = form_urlencoded::Serializer::new(String::new());
        let pair = Zeroizing::new(pair.append_pair(name, value).finish());
        // Grown by hand: what a growing string leaves behind is not zeroed.
        let mut longer = Zeroizing::new(String::with_capacity(self.0.len() + 1 + pair.len()));
        longer.push_str(&self.0);
        if !longer.is_empty() {
            longer.push('&');
        }
        longer.push_str(&pair);
        self.0 = longer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_server() {
        let base = |typed| OAuthServer::for_tenant(&TenantAddress::parse(typed).unwrap()).base().to_string();
        assert_eq!(base("acme"), "https://oauth.canto.com/");
        assert_eq!(base("acme.ca.canto.com"), "https://oauth.ca.canto.com/");
        assert_eq!(base("acme.canto.de"), "https://oauth.canto.de/");
        assert_eq!(base("127.0.0.1:8123"), "http://127.0.0.1:8123/");
    }

    #[test]
    fn the_browser_address() {
        let server = OAuthServer::for_tenant(&TenantAddress::parse("acme").unwrap());
        let url = server.authorize_url("app", "http://127.0.0.1:9/callback", "s t", None);
        assert_eq!(
            url.as_str(),
            "https://oauth.canto.com/oauth/api/oauth2/authorize?response_type=code&app_id=app\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&state=s+t"
        );
        let pkce = Pkce::from_random([7; 32], crate::PkceMethod::S256);
        let url =
            server.with_style(OAuthStyle::Universal2).authorize_url("app", "http://x", "s", Some(&pkce));
        assert!(url.path().ends_with("/universal2/authorize"));
        assert!(url.as_str().contains("code_challenge_method=S256"));
    }

    #[test]
    fn forms_are_encoded_and_leave_an_empty_secret_out() {
        let app = AppKey { id: "a&b".into(), secret: Secret::new("") };
        let mut form = Form::new(&app, "authorization_code");
        form.add("code", "x=y");
        assert_eq!(*form.0, "app_id=a%26b&grant_type=authorization_code&code=x%3Dy");
    }
}
