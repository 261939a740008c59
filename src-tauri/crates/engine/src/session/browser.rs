//! Sign-in through the system browser, with the answer on a loopback port (RFC 8252).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use canto_api::{AppKey, OAuthServer, Pkce, Secret, TenantAddress, Tokens};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::{World, random_word};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::transfer::failure::failure_of;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How long a connection may take to say what it wants.
const LINE_PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_LINE: u64 = 16 * 1024;

/// A sign-in that waits for the browser.
pub struct Waiting {
    pub tenant: TenantAddress,
    pub app: AppKey,
    pub url: Url,
    server: OAuthServer,
    listener: TcpListener,
    redirect: String,
    state: String,
    pkce: Option<Pkce>,
    cancelled: CancellationToken,
}

/// The sign-ins under way, by number.
#[derive(Default)]
pub struct SignIns {
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    last: u64,
    /// Empty once someone waits for it; the token still cancels it.
    waiting: HashMap<u64, (Option<Waiting>, CancellationToken)>,
}

impl SignIns {
    pub fn add(&self, waiting: Waiting) -> u64 {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.last += 1;
        let number = slots.last;
        let cancelled = waiting.cancelled.clone();
        slots.waiting.insert(number, (Some(waiting), cancelled));
        number
    }

    /// The sign-in, to be waited for by one.
    pub fn take(&self, number: u64) -> Option<Waiting> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.waiting.get_mut(&number)?.0.take()
    }

    pub fn cancel(&self, number: u64) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cancelled)) = slots.waiting.remove(&number) {
            cancelled.cancel();
        }
    }
}

impl Waiting {
    /// Opens the port and makes the address for the browser.
    ///
    /// PKCE is used where the server says that it takes it (RFC 8414 metadata); of Canto nothing is
    /// documented (canto-api.md §2.6 [ND]), and unknown parameters must not be sent (§1.1 [D]).
    pub async fn start(
        http: &reqwest::Client,
        tenant: TenantAddress,
        app: AppKey,
        world: &dyn World,
    ) -> Outcome<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        let port =
            listener.local_addr().map_err(|error| Failure::new(ErrorCode::Internal).because(error))?.port();
        let redirect = format!("http://127.0.0.1:{port}/callback");
        let server = OAuthServer::for_tenant(&tenant);
        let state = random_word(world, 16);
        let pkce = server.takes_s256(http).await.then(|| {
            let mut random = [0; 32];
            world.random(&mut random);
            Pkce::from_random(random, canto_api::PkceMethod::S256)
        });
        let url = server.authorize_url(&app.id, &redirect, &state, pkce.as_ref());
        Ok(Self {
            tenant,
            app,
            url,
            server,
            listener,
            redirect,
            state,
            pkce,
            cancelled: CancellationToken::new(),
        })
    }

    /// Waits for the browser and fetches the tokens.
    ///
    /// # Errors
    /// `SignInCancelled` (here or in the browser), `SignInTimeout`, `CredentialsRefused` when the code is refused.
    pub async fn finish(self, http: &reqwest::Client) -> Outcome<(TenantAddress, AppKey, Tokens)> {
        let code = tokio::select! {
            () = self.cancelled.cancelled() => return Err(ErrorCode::SignInCancelled.into()),
            () = tokio::time::sleep(PATIENCE) => return Err(ErrorCode::SignInTimeout.into()),
            code = self.wait_for_code() => code?,
        };
        let verifier = self.pkce.as_ref().map(Pkce::verifier);
        let tokens =
            self.server.exchange_code(http, &self.app, code.expose(), &self.redirect, verifier).await;
        let tokens = tokens.map_err(|error| refused(failure_of(&error)))?;
        Ok((self.tenant, self.app, tokens))
    }

    async fn wait_for_code(&self) -> Outcome<Secret> {
        loop {
            let accepted = self.listener.accept().await;
            let (mut stream, _) =
                accepted.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
            let Some(query) = callback_query(&mut stream).await else {
                answer(&mut stream, "404 Not Found", "").await;
                continue;
            };
            // Another program on this computer may knock too: only the right state counts.
            if query.get("state") != Some(&self.state) {
                answer(
                    &mut stream,
                    "400 Bad Request",
                    &page("Ferry", "This is not the sign-in that Ferry waits for."),
                )
                .await;
                continue;
            }
            if let Some(code) = query.get("code") {
                answer(
                    &mut stream,
                    "200 OK",
                    &page("Signed in", "You can close this page and go back to Ferry."),
                )
                .await;
                return Ok(Secret::new(code.clone()));
            }
            let error = query.get("error").cloned().unwrap_or_default();
            answer(
                &mut stream,
                "200 OK",
                &page("Not signed in", "You can close this page. Ferry says how to go on."),
            )
            .await;
            let code = if error == "access_denied" {
                ErrorCode::SignInCancelled
            } else {
                ErrorCode::CredentialsRefused
            };
            let description = query.get("error_description").cloned().unwrap_or_default();
            return Err(Failure::new(code).because(format!("{error} {description}").trim()));
        }
    }
}

/// A refusal of the token call is about the app id and secret, not about a lost session.
pub fn refused(failure: Failure) -> Failure {
    if failure.code == ErrorCode::SignInRequired {
        Failure { code: ErrorCode::CredentialsRefused, who: ErrorCode::CredentialsRefused.who(), ..failure }
    } else {
        failure
    }
}

/// The query of `GET /callback?…`; `None` for anything else.
async fn callback_query(stream: &mut TcpStream) -> Option<HashMap<String, String>> {
    let mut line = String::new();
    let mut reader = BufReader::new(stream.take(LONGEST_LINE));
    tokio::time::timeout(LINE_PATIENCE, reader.read_line(&mut line)).await.ok()?.ok()?;
    // The browser wants its headers read before it reads the answer.
    let mut header = String::new();
    while tokio::time::timeout(LINE_PATIENCE, reader.read_line(&mut header)).await.ok()?.ok()? > 2 {
        header.clear();
    }
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let url = Url::parse("http://127.0.0.1/").ok()?.join(target).ok()?;
    (url.path() == "/callback").then(|| url.query_pairs().into_owned().collect())
}

async fn answer(stream: &mut TcpStream, status: &str, body: &str) {
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // The browser may be gone; the sign-in is not affected.
    drop(stream.write_all(text.as_bytes()).await);
    drop(stream.shutdown().await);
}

fn page(title: &str, sentence: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Ferry</title><style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;\
         display:grid;place-items:center;min-height:90vh;margin:0}}main{{text-align:center;padding:2rem}}\
         h1{{font-size:1.4rem;margin:0 0 .5rem}}p{{margin:0;opacity:.75}}</style>\
         <main><h1>{title}</h1><p>{sentence}</p></main></html>"
    )
}
