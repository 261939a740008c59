//! Files that the library has already: the rule in force, what would be found, and what somebody decides.

use std::sync::Arc;

use super::EngineHandle;
use crate::duplicates::preview;
use crate::error::{ErrorCode, Failure, Outcome, Who};
use crate::model::{
    ControlResult, DuplicateAnswer, DuplicateBasis, DuplicatePreview, DuplicateReach, DuplicateRule, Enqueue,
    SettingKey,
};
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::store::accounts;

impl EngineHandle {
    /// Decides about files that wait for it.
    ///
    /// # Errors
    /// `JobMissing`, `BatchMissing`.
    pub async fn decide_duplicates(
        &self,
        answer: DuplicateAnswer,
        reach: DuplicateReach,
    ) -> Outcome<ControlResult> {
        if self.is_owner() {
            self.ask(|reply| ToOwner::Decide { answer, reach, reply }).await
        } else {
            self.request(Request::Decide { answer, reach }).await
        }
    }

    /// What a request would find in the library, and twice in itself. Nothing is sent; files are hashed where it goes by
    /// MD5. `basis`: looked for in this way whatever rule is in force, which anybody may; else as the request would be.
    ///
    /// # Errors
    /// Those of the way to the tenant: half an answer would be none.
    pub async fn preview_duplicates(
        &self,
        mut request: Enqueue,
        basis: Option<DuplicateBasis>,
    ) -> Outcome<DuplicatePreview> {
        request.choices = self.with_setting(request.choices).await?;
        let basis = match basis {
            Some(basis) => Some(basis),
            None => self.rule_for(request.duplicates).await?.parts().map(|(basis, _)| basis),
        };
        let Some(basis) = basis else { return Ok(DuplicatePreview::default()) };
        let inner = Arc::clone(&self.inner);
        let preview = preview::Preview {
            tenants: Arc::clone(&inner.tenants),
            readers: inner.readers.clone(),
            keys: Arc::default(),
            same_picture: self.setting(SettingKey::DuplicatesPicture).await? == "on",
            owner: inner.owner.clone(),
            began: inner.world.now(),
        };
        preview.of(request, basis).await
    }

    /// The rule that an upload gets: the one that is asked for, else the one that is set.
    ///
    /// # Errors
    /// `SettingLocked` where another one is asked for than an administrator allows.
    pub(super) async fn rule_for(&self, asked: Option<DuplicateRule>) -> Outcome<DuplicateRule> {
        let set = self.setting(SettingKey::DuplicatesUpload).await?;
        let set = DuplicateRule::parse(&set).unwrap_or_default();
        match asked {
            Some(asked) if asked != set => {
                self.may_set(SettingKey::DuplicatesUpload).await?;
                Ok(asked)
            }
            _ => Ok(set),
        }
    }

    /// Whether whoever is signed in here may change a setting. Where the library tells roles, an administrator may; where it
    /// tells none, the managed file alone says who may not (it locks what it names).
    pub(super) async fn may_set(&self, key: SettingKey) -> Outcome<()> {
        if self.locked(key).is_some() {
            let locked = Failure::new(ErrorCode::SettingLocked).with("by", &self.inner.managed.by);
            return Err(locked.with("setting", key.as_str()));
        }
        if key.is_administrators() && !self.is_administrator().await? {
            let refused = Failure::new(ErrorCode::SettingLocked).with("reason", "administrators");
            return Err(Failure { who: Who::Admin, ..refused }.with("setting", key.as_str()));
        }
        Ok(())
    }

    /// One of those who are signed in here is an administrator, or no library tells who is.
    pub(super) async fn is_administrator(&self) -> Outcome<bool> {
        let rows = self.inner.readers.read(accounts::all).await?;
        let mut told =
            rows.iter().filter(|row| !row.signed_out).filter_map(|row| row.role.as_deref()).peekable();
        Ok(told.peek().is_none() || told.any(is_admins_word))
    }
}

/// How a tenant would call the role is not documented [ND].
fn is_admins_word(role: &str) -> bool {
    let word = role.trim().to_ascii_lowercase();
    word == "admin" || word == "administrator"
}
