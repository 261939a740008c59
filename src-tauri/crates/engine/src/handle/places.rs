//! Connecting to an Upload Link or a Workspace, where the tenant lists that programs may.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use canto_api::{AppKey, ErrorKind, PlaceSeen, PlacesServer, Secret, TenantAddress, Tokens};
use tokio_util::sync::CancellationToken;

use super::accounts::Kind;
use super::{EngineHandle, blocking};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, AccountView, PlaceRequest};
use crate::pace::Pace;
use crate::queue::message::ToOwner;
use crate::session::{AccountSecrets, PlaceSecrets, Tenants, address, place};
use crate::store::Readers;
use crate::store::accounts::{self, AccountRow};
use crate::transfer::failure::failure_of;

/// A place that has let somebody in.
pub(super) struct Entered {
    pub secrets: PlaceSecrets,
    pub tokens: Tokens,
    pub seen: PlaceSeen,
}

impl EngineHandle {
    /// Connects to a place that needs no account, or connects again.
    ///
    /// # Errors
    /// `PlaceMissing`, `PlaceClosed`, `PlaceExpired`, `PlaceDenied`, `PlacePasswordWrong`; `RequestInvalid` where somebody has
    /// to sign in; `TenantUnknown` where nothing of the kind is offered; those of the connection.
    pub async fn connect_place(&self, request: PlaceRequest) -> Outcome<AccountView> {
        let PlaceRequest { address, email, password, again } = request;
        let kept = match again {
            Some(account) => self.kept_place(account).await?,
            None => None,
        };
        let typed = address.or_else(|| kept.as_ref().map(|kept| kept.address.clone())).unwrap_or_default();
        let tenant = address::read(typed.expose())?;
        let (server, seen) = self.offered_place(&tenant).await?.ok_or_else(|| {
            Failure::new(ErrorCode::TenantUnknown).with("reason", "no_places").with("tenant", tenant.host())
        })?;
        if seen.sign_in {
            return Err(needs(&seen, "place_sign_in"));
        }
        let word =
            |word: Option<String>| word.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty());
        let secrets = PlaceSecrets {
            address: Secret::new(tenant.typed().as_str()),
            server: server.base().to_string(),
            sign_in: false,
            email: word(email).or_else(|| kept.as_ref().and_then(|kept| kept.email.clone())),
            password: password
                .filter(|word| !word.is_empty())
                .or_else(|| kept.as_ref().and_then(|kept| kept.password.clone())),
        };
        let entered = self.entered(secrets, seen, None).await?;
        let tokens = entered.tokens.clone();
        let nobody = AppKey { id: String::new(), secret: Secret::default() };
        self.keep_account(&tenant, &nobody, &tokens, Kind::Guest, Some(entered), again).await
    }

    /// Where places are opened, and what is said of the one at this address. `None`: the address is no place's, or the tenant
    /// lists nothing of the kind.
    pub(super) async fn offered_place(
        &self,
        tenant: &TenantAddress,
    ) -> Outcome<Option<(PlacesServer, PlaceSeen)>> {
        if !tenant.is_place() {
            return Ok(None);
        }
        let http = self.inner.network.api();
        let Some(server) = self.places_server(tenant).await? else { return Ok(None) };
        let address = Secret::new(tenant.typed().as_str());
        let seen = server.look(&http, &address).await.map_err(|error| failure_of(&error))?;
        Ok(Some((server, seen)))
    }

    /// The listing of somebody who is signed in there, else what strangers may know of it.
    async fn places_server(&self, tenant: &TenantAddress) -> Outcome<Option<PlacesServer>> {
        let url = tenant.origin().to_string();
        let known = self.inner.readers.read(accounts::all).await?;
        let whole = |row: &&AccountRow| row.tenant_url == url && row.place.is_none() && !row.sign_in_required;
        if let Some(row) = known.iter().find(whole)
            && let Ok(known) = self.inner.tenants.get(row.id).await
            && let Ok(listed) = known.client.endpoints().await
        {
            return Ok(listed.offers_places().and_then(|listed| PlacesServer::listed(tenant, &listed)));
        }
        let asked = PlacesServer::of_stranger(&self.inner.network.api(), tenant).await;
        asked.map_err(|error| failure_of(&error).with("tenant", tenant.host()))
    }

    /// After a user has signed in at the address of a place: opens just that.
    pub(super) async fn enter_as_user(
        &self,
        tenant: &TenantAddress,
        user: &Tokens,
    ) -> Outcome<Option<Entered>> {
        let Some((server, seen)) = self.offered_place(tenant).await? else { return Ok(None) };
        let secrets = PlaceSecrets {
            address: Secret::new(tenant.typed().as_str()),
            server: server.base().to_string(),
            sign_in: true,
            email: None,
            password: None,
        };
        self.entered(secrets, seen, Some(user)).await.map(Some)
    }

    /// Before anybody is sent to a browser: whether the place at this address wants somebody who signs in.
    pub(super) async fn wants_a_user(&self, tenant: &TenantAddress) -> Outcome<()> {
        match self.offered_place(tenant).await? {
            Some((_, seen)) if !seen.sign_in => Err(needs(&seen, "place")),
            Some((_, seen)) => match place::view_of(&seen) {
                // Full ones still tell of what was sent before.
                view if matches!(view.trouble, Some(ErrorCode::PlaceClosed | ErrorCode::PlaceExpired)) => {
                    Err(place::named(Failure::new(view.trouble.unwrap_or(ErrorCode::PlaceClosed)), &view))
                }
                _ => Ok(()),
            },
            None => Ok(()),
        }
    }

    async fn entered(
        &self,
        secrets: PlaceSecrets,
        seen: PlaceSeen,
        user: Option<&Tokens>,
    ) -> Outcome<Entered> {
        let http = self.inner.network.api();
        let opened = secrets.open(&http, user.map(|tokens| &tokens.access)).await;
        let (tokens, seen) =
            opened.map_err(|error| place::named(failure_of(&error), &place::view_of(&seen)))?;
        Ok(Entered { secrets, tokens, seen })
    }

    /// What the vault keeps of the place that an account shows; `None`: it shows a whole library.
    pub(super) async fn kept_place(&self, account: AccountId) -> Outcome<Option<PlaceSecrets>> {
        let row = self.inner.readers.read(move |db| accounts::get(db, account)).await?;
        let row = row.ok_or_else(|| Failure::new(ErrorCode::AccountMissing).with("account", account))?;
        if row.place.is_none() {
            return Ok(None);
        }
        let vault = Arc::clone(&self.inner.vault);
        let name = AccountSecrets::name(&row.tenant_url, &row.user_id);
        let kept = blocking(move || AccountSecrets::load(&vault, &name)).await?;
        Ok(kept.and_then(|kept| kept.place))
    }
}

fn needs(seen: &PlaceSeen, reason: &str) -> Failure {
    place::named(Failure::new(ErrorCode::RequestInvalid).with("reason", reason), &place::view_of(seen))
}

/// Looks now and then whether a place that was shut takes files again: by the call that an upload begins with.
pub(super) async fn watch(
    tenants: Arc<Tenants>,
    readers: Readers,
    owner: Sender<ToOwner>,
    pace: Pace,
    quit: CancellationToken,
) {
    loop {
        tokio::select! {
            () = quit.cancelled() => return,
            () = tokio::time::sleep(pace.place_look) => {}
        }
        let Ok(known) = readers.read(accounts::all).await else { continue };
        // A password that is wrong stays so until somebody types another.
        let is_shut = |row: &AccountRow| {
            let mends_itself = row.place_trouble.is_some_and(|code| code != ErrorCode::PlacePasswordWrong);
            row.sign_in_required && !row.signed_out && mends_itself
        };
        for account in known.into_iter().filter(is_shut).map(|row| row.id) {
            tokio::select! {
                () = quit.cancelled() => return,
                () = look(&tenants, &owner, account) => {}
            }
        }
    }
}

async fn look(tenants: &Tenants, owner: &Sender<ToOwner>, account: AccountId) {
    let Ok(tenant) = tenants.get(account).await else { return };
    let trouble = match what_is_told(tenants, &tenant.row).await {
        // Only what is said to be open is worth a token, which may cost a renewal of the user's.
        Ok(None) => match tenant.client.upload_setting(false).await {
            Ok(_) => None,
            Err(error) => match error.kind() {
                ErrorKind::PlaceShut(shut) => Some(place::code_of(*shut)),
                _ => return,
            },
        },
        Ok(shut) => shut,
        Err(failure) if failure.code.is_of_place() => Some(failure.code),
        Err(_) => return,
    };
    let told = ToOwner::SignInRequired { account, required: trouble.is_some(), trouble };
    // The owner ends only with the engine.
    owner.send(told).unwrap_or_default();
}

/// What keeps the place shut, as anybody is told who has its address.
async fn what_is_told(tenants: &Tenants, row: &AccountRow) -> Outcome<Option<ErrorCode>> {
    let (vault, name) = (Arc::clone(tenants.vault()), AccountSecrets::name(&row.tenant_url, &row.user_id));
    let kept = blocking(move || AccountSecrets::load(&vault, &name)).await?.and_then(|kept| kept.place);
    let kept = kept.ok_or(ErrorCode::SignInRequired)?;
    let seen = kept.look(&tenants.network().api()).await.map_err(|error| failure_of(&error))?;
    Ok(place::view_of(&seen).trouble)
}
