//! What can be known of a sign-in before the browser is opened.

use reqwest::{StatusCode, header::ACCEPT};
use url::Url;

use super::{oauth::OAuthServer, pkce::PkceMethod};
use crate::{
    client::{ANSWER_LIMIT, read_body, send_patiently},
    error::{ApiError, ErrorKind},
};

/// Why the page that the browser is to open would only show a refusal.
#[derive(Debug)]
pub enum PageRefused {
    /// There is no such page.
    Missing,
    /// The page does not take the address to come back to.
    Redirect,
    /// The page does not take the app id.
    App,
    /// It can't be told.
    Unclear(ApiError),
}

impl OAuthServer {
    /// How the server says that it takes PKCE: metadata of RFC 8414, the hash before the plain word. Canto's documents
    /// name neither [ND]; a server that answers nothing of the kind takes none.
    pub async fn pkce_method(&self, http: &reqwest::Client) -> Option<PkceMethod> {
        #[derive(serde::Deserialize)]
        struct Metadata {
            #[serde(default)]
            code_challenge_methods_supported: Vec<String>,
        }
        let mut url = self.base().clone();
        url.set_path(".well-known/oauth-authorization-server");
        let (_, body) = self.fetch("oauth_metadata", http.get(url)).await.ok()?;
        let methods = serde_json::from_slice::<Metadata>(&body).ok()?.code_challenge_methods_supported;
        let takes = |word: &str| methods.iter().any(|method| method == word);
        if takes("S256") { Some(PkceMethod::S256) } else { takes("plain").then_some(PkceMethod::Plain) }
    }

    /// Opens the page as the browser will, without following it: a refusal there would leave the person with nothing to do.
    ///
    /// # Errors
    /// Only what the page itself says: a missing page, or a bad request.
    pub async fn page_opens(&self, http: &reqwest::Client, page: &Url) -> Result<(), PageRefused> {
        const CALL: &str = "sign_in_page";
        let request = http.get(page.clone()).header(ACCEPT, "text/html");
        let response = send_patiently(CALL, request, ANSWER_LIMIT).await.map_err(PageRefused::Unclear)?;
        match response.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(PageRefused::Missing),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
                let body = read_body(CALL, response).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&body).to_ascii_lowercase();
                // The page may repeat the whole request, in which the word stands, too.
                let said = text.replace("redirect_uri=", "");
                Err(if said.contains("redirect") { PageRefused::Redirect } else { PageRefused::App })
            }
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                Err(PageRefused::Unclear(ApiError::new(CALL, ErrorKind::ProxyAuthRequired)))
            }
            _ => Ok(()),
        }
    }
}
