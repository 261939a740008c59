//! Signing in and out.

use std::sync::Arc;

use canto_api::{
    ApiError, AppKey, CantoClient, OAuthServer, Secret, TenantAddress, TokenSource, Tokens, User,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::places::Entered;
use super::{EngineHandle, blocking};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, AccountView, PlaceView, SettingKey, SignInKind, SignInRequest, SignInStarted};
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::session::place::view_of;
use crate::session::{AccountSecrets, CameBack, KeyRing, Waiting, address, app_keys, refused};
use crate::store::accounts::{self, AccountRow};
use crate::transfer::failure::failure_of;

impl EngineHandle {
    pub async fn accounts(&self) -> Outcome<Vec<AccountView>> {
        self.inner.readers.read(|db| Ok(accounts::all(db)?.iter().map(AccountRow::view).collect())).await
    }

    /// Prepares a sign-in through the browser: the shell opens the address, then awaits `finish_sign_in`.
    ///
    /// # Errors
    /// `TenantUnknown` and `TlsRefused` with a `reason` where no library is; `CredentialsRefused` where an app id is missing
    /// or refused.
    pub async fn start_sign_in(&self, request: SignInRequest) -> Outcome<SignInStarted> {
        // Nobody signs in for nothing.
        let vault = Arc::clone(&self.inner.vault);
        blocking(move || vault.get("sign-in").map(drop)).await?;
        let (tenant, app) = self.tenant_and_key(&request).await?;
        self.wants_a_user(&tenant).await?;
        let language = self.setting(SettingKey::Language).await?;
        let http = self.inner.network.api();
        let waiting = Waiting::start(&http, tenant, app, language, request.again, &*self.inner.world).await?;
        let (url, host) = (waiting.url.to_string(), waiting.url.host_str().unwrap_or_default().to_owned());
        let flow = self.inner.sign_ins.add(waiting);
        Ok(SignInStarted { flow, url, host })
    }

    /// Waits until the browser came back, and stores the account. The browser is told how it ended.
    ///
    /// # Errors
    /// `SignInCancelled`, `SignInTimeout`, `CredentialsRefused`, `WrongAccount`, and those of the connection.
    pub async fn finish_sign_in(&self, flow: u64) -> Outcome<AccountView> {
        let waiting =
            self.inner.sign_ins.take(flow).ok_or_else(|| Failure::new(ErrorCode::SignInCancelled))?;
        let result = waiting.finish(&self.inner.network.api(), self.inner.pace.sign_in).await;
        self.inner.sign_ins.cancel(flow);
        let CameBack { tenant, app, again, tokens, issued_for, browser } = result?;
        let kept = match right_tenant(&tenant, issued_for.as_deref()) {
            Ok(()) => self.keep_user(&tenant, &app, &tokens, Kind::Browser, again).await,
            Err(failure) => Err(failure),
        };
        browser.tell(kept.as_ref().map(drop).map_err(|failure| failure.code)).await;
        kept
    }

    pub fn cancel_sign_in(&self, flow: u64) {
        self.inner.sign_ins.cancel(flow);
    }

    /// Signs in without a person, for a station whose API key allows it.
    ///
    /// # Errors
    /// Those of `start_sign_in`.
    pub async fn sign_in_with_credentials(&self, request: SignInRequest) -> Outcome<AccountView> {
        let (tenant, app) = self.tenant_and_key(&request).await?;
        self.wants_a_user(&tenant).await?;
        let server = OAuthServer::for_tenant(&tenant);
        let user = request.on_behalf_of.as_deref().map(str::trim).filter(|user| !user.is_empty());
        let tokens = server.client_credentials(&self.inner.network.api(), &app, user).await;
        let tokens = tokens.map_err(|error| {
            unknown_tenant(refused(&error, if user.is_some() { "key_or_user" } else { "key" }), &tenant)
        })?;
        let kind = Kind::Station { on_behalf_of: user.map(str::to_owned) };
        self.keep_user(&tenant, &app, &tokens, kind, request.again).await
    }

    /// Whoever signed in at the address of a place is connected to just that.
    async fn keep_user(
        &self,
        tenant: &TenantAddress,
        app: &AppKey,
        tokens: &Tokens,
        kind: Kind,
        again: Option<AccountId>,
    ) -> Outcome<AccountView> {
        let entered = self.enter_as_user(tenant, tokens).await?;
        self.keep_account(tenant, app, tokens, kind, entered, again).await
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

    /// The tenant, which is there, and its key.
    async fn tenant_and_key(&self, request: &SignInRequest) -> Outcome<(TenantAddress, AppKey)> {
        let kept = match request.again {
            Some(account) => self.kept_place(account).await?,
            None => None,
        };
        // Of a place, only its host is shown: the address is the one that is kept.
        let tenant = address::read(kept.as_ref().map_or(&request.tenant, |kept| kept.address.expose()))?;
        if let Err(failure) = address::look(&self.inner.network.api(), &tenant, self.inner.pace.answer).await
            && address::is_in_vain(&failure, &tenant)
        {
            return Err(failure);
        }
        let known = self.inner.readers.read(accounts::all).await?;
        let inner = Arc::clone(&self.inner);
        let (id, secret) = (request.app_id.clone(), request.app_secret.clone());
        let asked = tenant.clone();
        let app = blocking(move || {
            let ring = KeyRing {
                given: inner.app_key.as_ref(),
                managed: &inner.managed,
                vault: &inner.vault,
                known: &known,
            };
            ring.choose(&asked, id.as_deref(), secret.as_ref().map(Secret::expose))
        });
        Ok((tenant, app.await?))
    }

    /// Asks who it is, and stores account and secrets.
    pub(super) async fn keep_account(
        &self,
        tenant: &TenantAddress,
        app: &AppKey,
        tokens: &Tokens,
        kind: Kind,
        entered: Option<Entered>,
        again: Option<AccountId>,
    ) -> Outcome<AccountView> {
        let (place, opens, id) = match entered {
            Some(Entered { secrets, tokens, seen }) => {
                (Some((secrets, tokens)), Some(view_of(&seen)), seen.id)
            }
            None => (None, None, String::new()),
        };
        // The token is the place's; what renews it, the user's.
        let tokens = &match &place {
            Some((_, of_place)) => Tokens { refresh: tokens.refresh.clone(), ..of_place.clone() },
            None => tokens.clone(),
        };
        let http = self.inner.network.api();
        let client = CantoClient::new(http, tenant.clone(), Arc::new(JustIssued(tokens.access.clone())));
        let mut user = client.user().await.map_err(|error| unknown_tenant(failure_of(&error), tenant))?;
        if opens.is_some() {
            // Beside the same user's account of the whole library.
            user.user_id = format!("{id} {}", user.user_id);
        }
        let tenant_url = tenant.origin().to_string();
        if let Some(again) = again {
            self.same_account(again, &tenant_url, &user).await?;
        }
        let (kind, on_behalf_of) = match kind {
            Kind::Browser => (SignInKind::Browser, None),
            Kind::Station { on_behalf_of } => (SignInKind::ClientCredentials, on_behalf_of),
            Kind::Guest => (SignInKind::ClientCredentials, None),
        };
        let secrets = AccountSecrets::new(tokens, &app.secret, self.inner.world.now())
            .on_behalf_of(on_behalf_of)
            .in_place(place.map(|(secrets, _)| secrets));
        let (vault, name) = (Arc::clone(&self.inner.vault), AccountSecrets::name(&tenant_url, &user.user_id));
        // A managed key may be changed or taken away by who has set it.
        let own_key = !app.id.is_empty() && self.inner.managed.app_key(tenant).as_ref() != Some(app);
        let (tenant_of_key, key) = (tenant.clone(), app.clone());
        blocking(move || {
            secrets.save(&vault, &name)?;
            if own_key { app_keys::keep(&vault, &tenant_of_key, &key) } else { Ok(()) }
        })
        .await?;
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
            signed_out: false,
            listing_delay: None,
            place: opens.map(|view| PlaceView { trouble: None, ..view }),
            place_trouble: None,
            role: user.role,
            sign_ins: 0,
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

    /// What waits belongs to one user: another one's sign-in would leave it waiting, and nobody would know why.
    async fn same_account(&self, again: AccountId, tenant_url: &str, user: &User) -> Outcome<()> {
        let row = self.inner.readers.read(move |db| accounts::get(db, again)).await?;
        let row = row.ok_or_else(|| Failure::new(ErrorCode::AccountMissing).with("account", again))?;
        if row.tenant_url == tenant_url && row.user_id == user.user_id {
            return Ok(());
        }
        let who = |name: &str, email: &str| if email.is_empty() { name.to_owned() } else { email.to_owned() };
        Err(Failure::new(ErrorCode::WrongAccount)
            .with("reason", "user")
            .with("expected", who(&row.user_name, &row.email))
            .with("got", who(&user.name, &user.email)))
    }
}

/// One server signs in for all tenants of a region: who is signed in to another one in the browser comes back as that.
fn right_tenant(tenant: &TenantAddress, issued_for: Option<&str>) -> Outcome<()> {
    let Some(host) = issued_for else { return Ok(()) };
    let Ok(other) = TenantAddress::parse(host) else { return Ok(()) };
    // A host of the customer's own may be the other name of a Canto host.
    let both_known = tenant.region().is_some() && other.region().is_some();
    if !both_known || other.origin() == tenant.origin() {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::WrongAccount)
        .with("reason", "tenant")
        .with("expected", tenant.host())
        .with("got", other.host()))
}

/// How somebody signed in.
pub(super) enum Kind {
    Browser,
    /// Not at all: a place let them in.
    Guest,
    Station {
        on_behalf_of: Option<String>,
    },
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

/// What answers, but not as a library does.
fn unknown_tenant(failure: Failure, tenant: &TenantAddress) -> Failure {
    match failure.code {
        ErrorCode::DestinationMissing | ErrorCode::UnexpectedAnswer => {
            Failure::new(ErrorCode::TenantUnknown).with("reason", "not_canto").because(failure.details)
        }
        _ => failure,
    }
    .with("tenant", tenant.host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_to_another_library_of_the_region_is_noticed() {
        let check = |typed: &str, issued: Option<&str>| {
            right_tenant(&TenantAddress::parse(typed).unwrap(), issued).map_err(|failure| failure.code)
        };
        assert_eq!(check("acme", Some("acme.canto.com")), Ok(()));
        assert_eq!(check("acme", Some("zeta.canto.com")), Err(ErrorCode::WrongAccount));
        assert_eq!(check("acme.canto.de", Some("acme.canto.com")), Err(ErrorCode::WrongAccount));
        // A customer's own host, and a server that tells nothing that could be read.
        assert_eq!(check("dam.example.com", Some("acme.canto.com")), Ok(()));
        assert_eq!(check("acme", None), Ok(()));
        assert_eq!(check("acme", Some("?")), Ok(()));
    }
}
