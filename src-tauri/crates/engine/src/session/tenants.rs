//! The tenants of the signed-in accounts: client, upload setting and places of each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use canto_api::{ApiError, Budget, CantoClient, OAuthServer, PartsServer, RetryClass, TenantAddress};
use tokio::sync::OnceCell;

use super::{AccountTokens, Refusals, Rights, SharedVault};
use crate::clock::SharedWorld;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::AccountId;
use crate::network::Network;
use crate::pace::Pace;
use crate::queue::message::ToOwner;
use crate::store::Readers;
use crate::store::accounts::{self, AccountRow};
use crate::transfer::place::Places;
use crate::transfer::setting::SettingCache;

/// One account's tenant.
pub struct Tenant {
    pub row: AccountRow,
    pub client: CantoClient,
    pub settings: SettingCache,
    pub places: Places,
    tokens: Arc<AccountTokens>,
    pub rights: Rights,
    pub refusals: Arc<Refusals>,
    parts_doubts: AtomicU32,
    parts: OnceCell<Option<PartsServer>>,
    largest_part: AtomicU64,
    parts_unusable: AtomicBool,
}

impl Tenant {
    /// How often the token was renewed since this was made.
    pub fn renewals(&self) -> u64 {
        self.tokens.renewals()
    }

    /// Where files can be sent in parts, if the tenant lists such a place. Asked once for each sign-in.
    ///
    /// # Errors
    /// Those of the call, where asking again may help. `UnexpectedAnswer`: a page came, so the tenant has no such list,
    /// or something stands in between; not remembered.
    pub async fn parts(&self) -> Result<Option<PartsServer>, ApiError> {
        if self.parts_unusable.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let asked = self.parts.get_or_try_init(|| async {
            match self.client.endpoints().await {
                Ok(listed) => Ok(listed
                    .offers_parts()
                    .and_then(|listed| PartsServer::of_tenant(&self.client, &listed).ok())),
                // No such list: the documented way will do.
                Err(error) if error.class() == RetryClass::Permanent => Ok(None),
                Err(error) => Err(error),
            }
        });
        asked.await.cloned()
    }

    /// The place that is listed takes no parts, whatever comes.
    pub fn parts_are_unusable(&self) {
        self.parts_unusable.store(true, Ordering::Relaxed);
    }

    /// A part of more bytes was refused.
    pub fn largest_part(&self) -> u64 {
        self.largest_part.load(Ordering::Relaxed)
    }

    /// Beginning an upload in parts was answered in a way that may mean a missing right: so often in a row.
    pub fn doubt_parts(&self) -> u32 {
        self.parts_doubts.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn parts_begun(&self) {
        self.parts_doubts.store(0, Ordering::Relaxed);
    }

    /// Another file may have found out more meanwhile.
    pub fn lower_largest_part(&self, bytes: u64) {
        self.largest_part.fetch_min(bytes, Ordering::Relaxed);
    }
}

/// All of them, made as they are needed.
pub struct Tenants {
    readers: Readers,
    vault: SharedVault,
    world: SharedWorld,
    network: Arc<Network>,
    owner: Sender<ToOwner>,
    pace: Pace,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    tenants: HashMap<AccountId, Arc<Tenant>>,
    /// Outlive a new sign-in: two of them would make a folder each for the same name, and call twice as often. What is
    /// refused outlives what is told of an account.
    lasting: HashMap<AccountId, (Places, Budget, Arc<Refusals>)>,
}

impl Tenants {
    pub fn new(
        readers: Readers,
        vault: SharedVault,
        world: SharedWorld,
        network: Arc<Network>,
        owner: Sender<ToOwner>,
        pace: Pace,
    ) -> Self {
        Self { readers, vault, world, network, owner, pace, known: Mutex::default() }
    }

    /// # Errors
    /// `AccountMissing`; `TenantUnknown` when its stored address can't be read.
    pub async fn get(&self, account: AccountId) -> Outcome<Arc<Tenant>> {
        if let Some(tenant) = self.known.lock().unwrap_or_else(PoisonError::into_inner).tenants.get(&account)
        {
            return Ok(Arc::clone(tenant));
        }
        let row = self.readers.read(move |db| accounts::get(db, account)).await?;
        let row = row.ok_or_else(|| Failure::new(ErrorCode::AccountMissing).with("account", account))?;
        let address = TenantAddress::parse(&row.tenant_url).map_err(|error| {
            Failure::new(ErrorCode::TenantUnknown).with("tenant", &row.tenant_url).because(error)
        })?;
        let tokens = AccountTokens::new(
            row.clone(),
            Arc::clone(&self.vault),
            Arc::clone(&self.world),
            self.network.api(),
            OAuthServer::for_tenant(&address).with_answer_limit(self.pace.answer),
            self.owner.clone(),
        );
        let tokens = Arc::new(tokens);
        let client = CantoClient::new(self.network.api(), address, Arc::<AccountTokens>::clone(&tokens));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (places, budget, refusals) = known.lasting.entry(account).or_default().clone();
        let tenant = Tenant {
            client: client.with_budget(budget).with_answer_limit(self.pace.answer),
            rights: Rights::new(account, row.rights.clone(), self.owner.clone()),
            refusals,
            parts_doubts: AtomicU32::new(0),
            row,
            settings: SettingCache::new(Arc::clone(&self.world)),
            places,
            tokens,
            parts: OnceCell::new(),
            largest_part: AtomicU64::new(u64::MAX),
            parts_unusable: AtomicBool::new(false),
        };
        Ok(Arc::clone(known.tenants.entry(account).or_insert_with(|| Arc::new(tenant))))
    }

    /// After a sign-in or sign-out: the account is read anew.
    pub fn forget(&self, account: AccountId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).tenants.remove(&account);
    }

    /// Those that their account has outgrown.
    pub fn forget_outgrown(&self, accounts: &[AccountRow]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.tenants.retain(|id, tenant| {
            accounts.iter().find(|row| row.id == *id).is_some_and(|row| tenant.row.still_serves(row))
        });
    }

    /// Somebody wants it tried again: what was refused may be allowed by now.
    pub fn ask_again(&self) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (places, _, refusals) in known.lasting.values() {
            refusals.forget();
            places.forget_refusals();
        }
        for tenant in known.tenants.values() {
            tenant.settings.forget_doubts();
            tenant.parts_begun();
        }
    }

    /// The network is another one: their clients are made anew.
    pub fn forget_all(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).tenants.clear();
    }

    pub fn vault(&self) -> &SharedVault {
        &self.vault
    }

    pub fn network(&self) -> &Network {
        &self.network
    }
}
