//! Signing in and out.

use std::sync::Arc;

use canto_api::{
    AddressError, ApiError, AppKey, CantoClient, OAuthServer, Secret, TenantAddress, TokenSource, Tokens,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, AccountView, SignInKind, SignInRequest, SignInStarted};
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::session::{AccountSecrets, Waiting, refused};
use crate::store::accounts::{self, AccountRow};
use crate::transfer::failure::failure_of;

impl EngineHandle {
    pub async fn accounts(&self) -> Outcome<Vec<AccountView>> {
        self.inner.readers.read(|db| Ok(accounts::all(db)?.iter().map(AccountRow::view).collect())).await
    }

    /// Prepares a sign-in through the browser: the shell opens the address, then awaits `finish_sign_in`.
    ///
    /// # Errors
    /// `TenantUnknown` with a `reason` for nonsense; `CredentialsRefused` where an app id is missing.
    pub async fn start_sign_in(&self, request: SignInRequest) -> Outcome<SignInStarted> {
        let (tenant, app) = self.address_and_key(&request).await?;
        let waiting = Waiting::start(&self.inner.network.api(), tenant, app, &*self.inner.world).await?;
        let (url, host) = (waiting.url.to_string(), waiting.url.host_str().unwrap_or_default().to_owned());
        let flow = self.inner.sign_ins.add(waiting);
        Ok(SignInStarted { flow, url, host })
    }

    /// Waits until the browser came back, and stores the account.
    ///
    /// # Errors
    /// `SignInCancelled`, `SignInTimeout`, `CredentialsRefused`, and those of the connection.
    pub async fn finish_sign_in(&self, flow: u64) -> Outcome<AccountView> {
        let waiting =
            self.inner.sign_ins.take(flow).ok_or_else(|| Failure::new(ErrorCode::SignInCancelled))?;
        let result = waiting.finish(&self.inner.network.api()).await;
        self.inner.sign_ins.cancel(flow);
        let (tenant, app, tokens) = result?;
        self.keep_account(&tenant, &app, &tokens, SignInKind::Browser).await
    }

    pub fn cancel_sign_in(&self, flow: u64) {
        self.inner.sign_ins.cancel(flow);
    }

    /// Signs in without a person, for a station whose API key allows it.
    pub async fn sign_in_with_credentials(&self, request: SignInRequest) -> Outcome<AccountView> {
        let (tenant, app) = self.address_and_key(&request).await?;
        let server = OAuthServer::for_tenant(&tenant);
        let tokens = server.client_credentials(&self.inner.network.api(), &app, None).await;
        let tokens = tokens.map_err(|error| unknown_tenant(refused(failure_of(&error)), &tenant))?;
        self.keep_account(&tenant, &app, &tokens, SignInKind::ClientCredentials).await
    }

    /// Removes the secrets of an account; its history stays. `drop_queue` cancels what is open, otherwise it waits.
    pub async fn sign_out(&self, account: AccountId, drop_queue: bool) -> Outcome<()> {
        let row = self.inner.readers.read(move |db| accounts::get(db, account)).await?;
        let row = row.ok_or_else(|| Failure::new(ErrorCode::AccountMissing).with("account", account))?;
        let vault = Arc::clone(&self.inner.vault);
        blocking(move || vault.remove(&AccountSecrets::name(&row.tenant_url, &row.user_id))).await?;
        self.inner.tenants.forget(account);
        if self.is_owner() {
            self.ask(|reply| ToOwner::DropAccount { account, drop_queue, reply }).await
        } else {
            self.request(Request::DropAccount { account, drop_queue }).await
        }
    }

    async fn address_and_key(&self, request: &SignInRequest) -> Outcome<(TenantAddress, AppKey)> {
        let tenant =
            TenantAddress::parse(&request.tenant).map_err(|error| unusable(error, &request.tenant))?;
        let origin = tenant.origin().to_string();
        let given = |word: &Option<String>| word.clone().filter(|word| !word.trim().is_empty());
        let known = self.inner.readers.read(accounts::all).await?;
        let known = known.into_iter().find(|row| row.tenant_url == origin);
        let id = given(&request.app_id).or_else(|| known.as_ref().map(|row| row.app_id.clone()));
        let id =
            id.ok_or_else(|| Failure::new(ErrorCode::CredentialsRefused).with("reason", "app_id_missing"))?;
        let secret = match (given(&request.app_secret), known) {
            (Some(secret), _) => Secret::new(secret.trim()),
            (None, Some(row)) => {
                let vault = Arc::clone(&self.inner.vault);
                let name = AccountSecrets::name(&row.tenant_url, &row.user_id);
                let stored = blocking(move || AccountSecrets::load(&vault, &name)).await?;
                stored.map_or_else(|| Secret::new(""), |secrets| secrets.app_secret())
            }
            (None, None) => Secret::new(""),
        };
        Ok((tenant, AppKey { id: id.trim().to_owned(), secret }))
    }

    /// Asks who it is, and stores account and secrets.
    async fn keep_account(
        &self,
        tenant: &TenantAddress,
        app: &AppKey,
        tokens: &Tokens,
        kind: SignInKind,
    ) -> Outcome<AccountView> {
        let http = self.inner.network.api();
        let client = CantoClient::new(http, tenant.clone(), Arc::new(JustIssued(tokens.access.clone())));
        let user = client.user().await.map_err(|error| unknown_tenant(failure_of(&error), tenant))?;
        let tenant_url = tenant.origin().to_string();
        let secrets = AccountSecrets::new(tokens, &app.secret, self.inner.world.now());
        let (vault, name) = (Arc::clone(&self.inner.vault), AccountSecrets::name(&tenant_url, &user.user_id));
        blocking(move || secrets.save(&vault, &name)).await?;
        let row = AccountRow {
            id: AccountId(0),
            tenant_url,
            user_id: user.user_id,
            user_name: user.name,
            email: user.email,
            app_id: app.id.clone(),
            kind,
            rights: user.permissions,
            sign_in_required: false,
            listing_delay: None,
        };
        let boxed = Box::new(row.clone());
        let id = if self.is_owner() {
            self.ask(|reply| ToOwner::PutAccount { row: boxed, reply }).await?
        } else {
            self.request(Request::PutAccount { row: boxed }).await?
        };
        self.inner.tenants.forget(id);
        Ok(AccountRow { id, ..row }.view())
    }
}

/// The token of a sign-in that has just happened.
struct JustIssued(canto_api::AccessToken);

impl TokenSource for JustIssued {
    fn token(&self) -> BoxFuture<'_, Result<canto_api::AccessToken, ApiError>> {
        let token = self.0.clone();
        async move { Ok(token) }.boxed()
    }

    fn renew(&self, _: &canto_api::AccessToken) -> BoxFuture<'_, Result<canto_api::AccessToken, ApiError>> {
        async { Err(ApiError::sign_in_required()) }.boxed()
    }
}

async fn blocking<T: Send + 'static>(action: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(action)
        .await
        .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
}

fn unusable(error: AddressError, typed: &str) -> Failure {
    Failure::new(ErrorCode::TenantUnknown).with("tenant", typed).because(error)
}

/// At sign-in, a host that isn't there or answers with web pages is most likely a mistyped tenant.
fn unknown_tenant(failure: Failure, tenant: &TenantAddress) -> Failure {
    let code = match failure.code {
        ErrorCode::DestinationMissing | ErrorCode::UnexpectedAnswer | ErrorCode::NetworkOffline => {
            ErrorCode::TenantUnknown
        }
        code => code,
    };
    Failure { code, who: code.who(), ..failure }.with("tenant", tenant.host())
}
