//! An account's token: read from the vault, renewed once for all who ask.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use canto_api::{
    AccessToken, ApiError, AppKey, ErrorKind, OAuthServer, PlaceSeen, PlaceState, Secret, SharedCall,
    TokenSource, Tokens, shared,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::SharedVault;
use super::place::{PlaceSecrets, code_of};
use crate::clock::{Millis, SharedWorld};
use crate::error::Outcome;
use crate::model::{AccountId, SignInKind};
use crate::planted::{Bug, is_planted};
use crate::queue::message::ToOwner;
use crate::store::accounts::AccountRow;

/// A token is renewed this long before its time, so that none runs out in the middle of a call; one of a short life when
/// a quarter of it is left, or it would be renewed at every call.
const EARLY: Millis = 5 * 60_000;

/// What the vault keeps of an account.
#[derive(Clone, Serialize, Deserialize)]
pub struct AccountSecrets {
    access: Secret,
    refresh: Option<Secret>,
    expires_at: Millis,
    #[serde(default = "usually_early")]
    early: Millis,
    app_secret: Secret,
    /// Whose rights a station has.
    #[serde(default)]
    on_behalf_of: Option<String>,
    /// What opens the place that it shows.
    #[serde(default)]
    pub place: Option<PlaceSecrets>,
}

fn usually_early() -> Millis {
    EARLY
}

impl AccountSecrets {
    pub fn new(tokens: &Tokens, app_secret: &Secret, now: Millis) -> Self {
        let life = i64::try_from(tokens.expires_in.as_millis()).unwrap_or(i64::MAX / 2);
        Self {
            access: Secret::new(tokens.access.expose()),
            refresh: tokens.refresh.clone(),
            expires_at: now.saturating_add(life),
            early: EARLY.min(life / 4),
            app_secret: app_secret.clone(),
            on_behalf_of: None,
            place: None,
        }
    }

    #[must_use]
    pub fn in_place(mut self, place: Option<PlaceSecrets>) -> Self {
        self.place = place;
        self
    }

    #[must_use]
    pub fn on_behalf_of(mut self, user: Option<String>) -> Self {
        self.on_behalf_of = user;
        self
    }

    pub fn app_secret(&self) -> Secret {
        self.app_secret.clone()
    }

    fn is_fresh(&self, now: Millis) -> bool {
        self.expires_at - self.early > now
    }

    /// The name under which the vault keeps an account of a tenant.
    pub fn name(tenant_url: &str, user_id: &str) -> String {
        format!("account {tenant_url} {user_id}")
    }

    pub fn load(vault: &SharedVault, name: &str) -> Outcome<Option<Self>> {
        let found = vault.get(name)?;
        Ok(found.and_then(|secret| serde_json::from_str(secret.expose()).ok()))
    }

    pub fn save(&self, vault: &SharedVault, name: &str) -> Outcome<()> {
        let text = serde_json::to_string(self).unwrap_or_default();
        vault.set(name, &Secret::new(text))
    }
}

/// The name of a call that failed because the vault could not be read or written: no reason to sign in again.
pub const VAULT: &str = "vault";

type Renewal = SharedCall<AccountSecrets>;

/// Gives the client of one account its token.
pub struct AccountTokens {
    shared: Arc<Inner>,
}

struct Inner {
    account: AccountId,
    row: AccountRow,
    vault: SharedVault,
    world: SharedWorld,
    http: reqwest::Client,
    server: OAuthServer,
    owner: Sender<ToOwner>,
    state: Mutex<State>,
    /// By the server; a token that the vault had is none.
    renewals: AtomicU64,
}

#[derive(Default)]
struct State {
    secrets: Option<AccountSecrets>,
    renewal: Option<Renewal>,
}

impl AccountTokens {
    pub fn new(
        row: AccountRow,
        vault: SharedVault,
        world: SharedWorld,
        http: reqwest::Client,
        server: OAuthServer,
        owner: Sender<ToOwner>,
    ) -> Self {
        let state = Mutex::default();
        let renewals = AtomicU64::new(0);
        let account = row.id;
        Self { shared: Arc::new(Inner { account, row, vault, world, http, server, owner, state, renewals }) }
    }

    pub fn renewals(&self) -> u64 {
        self.shared.renewals.load(Ordering::Relaxed)
    }

    async fn current(&self, rejected: Option<AccessToken>) -> Result<AccessToken, ApiError> {
        let renewal = {
            let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(secrets) = &state.secrets {
                let good = match &rejected {
                    Some(rejected) => rejected.expose() != secrets.access.expose(),
                    None => secrets.is_fresh(self.shared.world.now()),
                };
                if good {
                    return Ok(AccessToken::new(secrets.access.expose()));
                }
            }
            match &state.renewal {
                Some(renewal) => renewal.clone(),
                None => {
                    let inner = Arc::clone(&self.shared);
                    let rejected = rejected.map(|token| Secret::new(token.expose()));
                    let renewal = shared(inner.renew(rejected));
                    state.renewal = Some(renewal.clone());
                    renewal
                }
            }
        };
        let result = renewal.clone().await;
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Only the first of the waiters finds its renewal still there.
        if state.renewal.as_ref().is_some_and(|running| running.ptr_eq(&renewal)) {
            state.renewal = None;
            if let Ok(secrets) = &result {
                state.secrets = Some(secrets.clone());
            }
        }
        result.map(|secrets| AccessToken::new(secrets.access.expose()))
    }
}

impl Inner {
    async fn renew(self: Arc<Self>, rejected: Option<Secret>) -> Result<AccountSecrets, ApiError> {
        let result = self.renew_inner(rejected).await;
        let trouble = match result.as_ref().err().map(ApiError::kind) {
            Some(ErrorKind::SignInRequired) => None,
            Some(ErrorKind::PlaceShut(shut)) => Some(code_of(*shut)),
            _ => return result,
        };
        drop(self.owner.send(ToOwner::SignInRequired { account: self.account, required: true, trouble }));
        result
    }

    async fn renew_inner(self: &Arc<Self>, rejected: Option<Secret>) -> Result<AccountSecrets, ApiError> {
        let name = AccountSecrets::name(&self.row.tenant_url, &self.row.user_id);
        let stored = self.with_vault({
            let name = name.clone();
            move |vault| AccountSecrets::load(vault, &name)
        });
        let stored = stored.await?.ok_or_else(ApiError::sign_in_required)?;
        // Another program, or a new sign-in, may have left a better one.
        if rejected.as_ref() != Some(&stored.access) && stored.is_fresh(self.world.now()) {
            return Ok(stored);
        }
        let app = AppKey { id: self.row.app_id.clone(), secret: stored.app_secret.clone() };
        let (tokens, takes_files) = match &stored.place {
            None => (self.user_tokens(&stored, &app).await?, true),
            Some(place) => self.place_tokens(&stored, place, &app, &name).await?,
        };
        let fresh = AccountSecrets::new(&tokens, &app.secret, self.world.now())
            .on_behalf_of(stored.on_behalf_of.clone())
            .in_place(stored.place.clone());
        if is_planted(Bug::LogToken) {
            tracing::debug!(token = fresh.access.expose(), "renewed");
        }
        let saved = fresh.clone();
        self.with_vault(move |vault| saved.save(vault, &name)).await?;
        self.renewals.fetch_add(1, Ordering::Relaxed);
        // A server that refused before may have been wrong, or busy: then nobody has to sign in any more.
        let (account, trouble) = (self.account, None);
        // A full place opens, too: whether it takes files shows where one is sent.
        if takes_files {
            drop(self.owner.send(ToOwner::SignInRequired { account, required: false, trouble }));
        }
        Ok(fresh)
    }

    async fn user_tokens(&self, stored: &AccountSecrets, app: &AppKey) -> Result<Tokens, ApiError> {
        match (self.row.kind, &stored.refresh) {
            (SignInKind::Browser, Some(refresh)) => self.server.refresh(&self.http, app, refresh).await,
            (SignInKind::Browser, None) => Err(ApiError::sign_in_required()),
            (SignInKind::ClientCredentials, _) => {
                let user = stored.on_behalf_of.as_deref();
                self.server.client_credentials(&self.http, app, user).await
            }
        }
    }

    /// Opens the place again with what the vault has; where a user belongs to it, with a new token of theirs.
    async fn place_tokens(
        &self,
        stored: &AccountSecrets,
        place: &PlaceSecrets,
        app: &AppKey,
        name: &str,
    ) -> Result<(Tokens, bool), ApiError> {
        let is_open = |seen: PlaceSeen| seen.state == PlaceState::Open;
        if !place.sign_in {
            return place.open(&self.http, None).await.map(|(tokens, seen)| (tokens, is_open(seen)));
        }
        let user = self.user_tokens(stored, app).await?;
        // Kept before the place is asked: it may be shut, and the refresh token of before may be spent.
        let kept = AccountSecrets { refresh: user.refresh.clone(), ..stored.clone() };
        let name = name.to_owned();
        self.with_vault(move |vault| kept.save(vault, &name)).await?;
        let (tokens, seen) = place.open(&self.http, Some(&user.access)).await?;
        Ok((Tokens { refresh: user.refresh, ..tokens }, is_open(seen)))
    }

    async fn with_vault<T: Send + 'static>(
        &self,
        action: impl FnOnce(&SharedVault) -> Outcome<T> + Send + 'static,
    ) -> Result<T, ApiError> {
        let vault = Arc::clone(&self.vault);
        let result = tokio::task::spawn_blocking(move || action(&vault)).await;
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "the vault can't be used");
                Err(ApiError::new(VAULT, ErrorKind::Internal))
            }
            Err(_) => Err(ApiError::new(VAULT, ErrorKind::Internal)),
        }
    }
}

impl TokenSource for AccountTokens {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, ApiError>> {
        self.current(None).boxed()
    }

    fn renew(&self, rejected: &AccessToken) -> BoxFuture<'_, Result<AccessToken, ApiError>> {
        let rejected = AccessToken::new(rejected.expose());
        self.current(Some(rejected)).boxed()
    }

    fn refused(&self, _: &AccessToken) {
        let inner = &self.shared;
        drop(inner.owner.send(ToOwner::SignInRequired {
            account: inner.account,
            required: true,
            trouble: None,
        }));
    }
}
