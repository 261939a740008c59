//! What can be said of an address while it is typed.

use std::sync::{Arc, PoisonError};

use canto_api::{AddressKind, OAuthServer, TenantAddress};
use tokio_util::sync::CancellationToken;

use super::{EngineHandle, blocking};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AddressPlace, AddressView, KeySource};
use crate::session::place::offer_of;
use crate::session::{KeyRing, address};
use crate::store::accounts;

impl EngineHandle {
    /// Reads an address, and once nothing more was typed for a moment, asks whether a library is there. The next call
    /// ends this one.
    ///
    /// # Errors
    /// `TenantUnknown` and `TlsRefused` with a `reason`, those of the connection; `SignInCancelled`: more was typed.
    pub async fn check_address(&self, typed: &str) -> Outcome<AddressView> {
        let superseded = CancellationToken::new();
        let before = {
            let mut slot = self.inner.address_check.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *slot, superseded.clone())
        };
        before.cancel();
        let check = async {
            tokio::time::sleep(self.inner.pace.typing).await;
            let tenant = address::read(typed)?;
            let place = match tenant.kind() {
                AddressKind::UploadLink => AddressPlace::UploadLink,
                AddressKind::Workspace => AddressPlace::Workspace,
                _ => AddressPlace::Library,
            };
            address::look(&self.inner.network.api(), &tenant, self.inner.pace.answer).await?;
            let offered = self.offered_place(&tenant).await?;
            let server = OAuthServer::for_tenant(&tenant);
            let key = self.key_source(tenant.clone()).await;
            let by = (key == Some(KeySource::Managed)).then(|| self.inner.managed.by.clone());
            Ok(AddressView {
                tenant: tenant.host(),
                sign_in_host: server.base().host_str().unwrap_or_default().to_owned(),
                place,
                offer: offered.map(|(_, seen)| offer_of(&seen)),
                key,
                managed_by: by,
            })
        };
        tokio::select! {
            () = superseded.cancelled() => Err(Failure::new(ErrorCode::SignInCancelled)),
            view = check => view,
        }
    }

    /// The page of a Workspace or an Upload Link, for the browser: exactly what was typed, made an address.
    ///
    /// # Errors
    /// `TenantUnknown` where it is neither.
    pub fn place_page(&self, typed: &str) -> Outcome<String> {
        let tenant = address::read(typed)?;
        match tenant.kind() {
            AddressKind::UploadLink | AddressKind::Workspace => Ok(tenant.typed().to_string()),
            _ => Err(Failure::new(ErrorCode::TenantUnknown)
                .with("reason", "not_canto")
                .with("tenant", tenant.host())),
        }
    }

    /// A vault that can't be opened has no key; the sign-in itself will say so.
    async fn key_source(&self, tenant: TenantAddress) -> Option<KeySource> {
        let known = self.inner.readers.read(accounts::all).await.unwrap_or_default();
        let inner = Arc::clone(&self.inner);
        let found = blocking(move || {
            let ring = KeyRing {
                given: inner.app_key.as_ref(),
                managed: &inner.managed,
                vault: &inner.vault,
                known: &known,
            };
            ring.find(&tenant)
        });
        found.await.ok().flatten().map(|(_, source)| source)
    }
}
