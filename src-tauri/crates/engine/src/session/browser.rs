//! Sign-in through the system browser, with the answer on a loopback port (RFC 8252).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use canto_api::{ApiError, AppKey, OAuthServer, PageRefused, Pkce, Secret, TenantAddress, Tokens};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::answer_page::{Said, page};
use super::loopback::{Loopback, Visitor};
use crate::clock::{World, random_word};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::AccountId;
use crate::transfer::failure::failure_of;

/// What is only asked to be sure is not waited for longer.
const LOOK_UP: Duration = Duration::from_secs(15);

/// A sign-in that waits for the browser.
pub struct Waiting {
    pub tenant: TenantAddress,
    pub app: AppKey,
    pub url: Url,
    /// Nobody else than who this account belongs to may sign in.
    pub again: Option<AccountId>,
    server: OAuthServer,
    loopback: Loopback,
    state: String,
    pkce: Option<Pkce>,
    /// `en`, `de`, or the browser's own.
    language: String,
    cancelled: CancellationToken,
}

/// What came of it. The browser waits to be told.
pub struct CameBack {
    pub tenant: TenantAddress,
    pub app: AppKey,
    pub again: Option<AccountId>,
    pub tokens: Tokens,
    /// The tenant that the tokens are for, as far as the server tells.
    pub issued_for: Option<String>,
    pub browser: Browser,
}

/// The page that is still loading.
pub struct Browser {
    visitor: Visitor,
    language: String,
}

impl Browser {
    pub async fn tell(self, result: Result<(), ErrorCode>) {
        let text = page(Said::of(result), &self.language, &self.visitor.languages);
        self.visitor.tell("200 OK", &text).await;
    }
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
    /// Opens the port and makes the address for the browser, which is tried first.
    ///
    /// PKCE is used where the server says that it takes it (RFC 8414 metadata); of Canto nothing is
    /// documented (canto-api.md §2.6 [ND]), and unknown parameters must not be sent (§1.1 [D]).
    ///
    /// # Errors
    /// `CredentialsRefused` when the page refuses the app id or the address to come back to; `TenantUnknown` when there is
    /// no such page; those of the connection.
    pub async fn start(
        http: &reqwest::Client,
        tenant: TenantAddress,
        app: AppKey,
        language: String,
        again: Option<AccountId>,
        world: &dyn World,
    ) -> Outcome<Self> {
        let loopback =
            Loopback::open().await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        let server = OAuthServer::for_tenant(&tenant);
        let state = random_word(world, 16);
        let pkce = timeout(LOOK_UP, server.pkce_method(http)).await.ok().flatten().map(|method| {
            let mut random = [0; 32];
            world.random(&mut random);
            Pkce::from_random(random, method)
        });
        let url = server.authorize_url(&app.id, loopback.redirect(), &state, pkce.as_ref());
        let host = url.host_str().unwrap_or_default();
        // A page that is slow is the browser's to wait for.
        if let Ok(Err(refused)) = timeout(LOOK_UP, server.page_opens(http, &url)).await {
            return Err(page_refused(&refused, host, &loopback));
        }
        let cancelled = CancellationToken::new();
        Ok(Self { tenant, app, url, again, server, loopback, state, pkce, language, cancelled })
    }

    /// Waits for the browser and fetches the tokens.
    ///
    /// # Errors
    /// `SignInCancelled` (here or in the browser), `SignInTimeout`, `CredentialsRefused` when the code is refused.
    pub async fn finish(self, http: &reqwest::Client, patience: Duration) -> Outcome<CameBack> {
        let stranger = |languages: &str| page(Said::Unexpected, &self.language, languages);
        let visitor = tokio::select! {
            () = self.cancelled.cancelled() => return Err(ErrorCode::SignInCancelled.into()),
            () = tokio::time::sleep(patience) => return Err(ErrorCode::SignInTimeout.into()),
            visitor = self.loopback.next(&self.state, stranger) => {
                visitor.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
            }
        };
        let exchanged = match code_of(&visitor) {
            Ok(code) => tokio::select! {
                () = self.cancelled.cancelled() => Err(ErrorCode::SignInCancelled.into()),
                exchanged = self.exchange(http, &code) => exchanged,
            },
            Err(failure) => Err(failure),
        };
        let browser = Browser { visitor, language: self.language };
        match exchanged {
            Ok((tokens, issued_for)) => {
                let Self { tenant, app, again, .. } = self;
                Ok(CameBack { tenant, app, again, tokens, issued_for, browser })
            }
            Err(failure) => {
                browser.tell(Err(failure.code)).await;
                Err(failure)
            }
        }
    }

    async fn exchange(&self, http: &reqwest::Client, code: &Secret) -> Outcome<(Tokens, Option<String>)> {
        let verifier = self.pkce.as_ref().map(Pkce::verifier);
        let redirect = self.loopback.redirect();
        let tokens = self.server.exchange_code(http, &self.app, code.expose(), redirect, verifier).await;
        let tokens = tokens.map_err(|error| refused(&error, "secret"))?;
        // Of a region's server, anybody's account can come back: the browser may be signed in elsewhere.
        let issued_for = match &tokens.refresh {
            Some(refresh) => {
                timeout(LOOK_UP, self.server.tenant_of(http, refresh)).await.ok().and_then(Result::ok)
            }
            None => None,
        };
        Ok((tokens, issued_for))
    }
}

fn code_of(visitor: &Visitor) -> Outcome<Secret> {
    let word = |name: &str| visitor.query.get(name).map(String::as_str).unwrap_or_default();
    if !word("code").is_empty() {
        return Ok(Secret::new(word("code")));
    }
    let details = format!("{} {}", word("error"), word("error_description"));
    let failure = match word("error") {
        "access_denied" => Failure::new(ErrorCode::SignInCancelled),
        _ => Failure::new(ErrorCode::CredentialsRefused).with("reason", "page"),
    };
    Err(failure.because(details.trim()))
}

fn page_refused(refused: &PageRefused, host: &str, loopback: &Loopback) -> Failure {
    let credentials = |reason: &str| {
        Failure::new(ErrorCode::CredentialsRefused)
            .with("reason", reason)
            .with("redirect", loopback.redirect())
    };
    let failure = match refused {
        PageRefused::App => credentials("app_id"),
        PageRefused::Redirect => credentials("redirect"),
        PageRefused::Missing => Failure::new(ErrorCode::TenantUnknown).with("reason", "no_sign_in"),
        PageRefused::Unclear(error) => failure_of(error),
    };
    failure.with("tenant", host)
}

/// A refusal of the token call is about the app id and secret, not about a lost session. `usual` is what is wrong where the
/// server only says that it does not know the program.
pub fn refused(error: &ApiError, usual: &str) -> Failure {
    let failure = failure_of(error);
    if failure.code != ErrorCode::SignInRequired {
        return failure;
    }
    // The words of RFC 6749, section 5.2.
    let reason = match error.code() {
        Some("invalid_grant") => "code",
        Some("unauthorized_client" | "unsupported_grant_type") => "mode",
        Some("invalid_request") if usual == "key_or_user" => "user",
        _ => usual,
    };
    Failure { code: ErrorCode::CredentialsRefused, who: ErrorCode::CredentialsRefused.who(), ..failure }
        .with("reason", reason)
}
