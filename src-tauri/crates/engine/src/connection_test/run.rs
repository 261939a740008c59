//! The order of the steps, and what depends on what.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use canto_api::{OAuthServer, PartsServer, TenantAddress, UploadSetting};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::advice::advice;
use super::course::{Course, Found};
use super::form::by_form;
use super::hosts::Hosts;
use super::parts::by_parts;
use super::sample::SampleFile;
use super::speed::{Target, measure};
use super::whole::Whole;
use crate::error::{ErrorCode, Failure};
use crate::model::{AccountId, Advice, ConnectionTest, HostPurpose, SpeedFound, StepKind, StepWord};
use crate::queue::message::ToOwner;
use crate::session::Tenant;
use crate::transfer::failure::failure_of;
use crate::transfer::upload::TransferContext;

/// Steps that send bytes.
const SENDING: [StepKind; 2] = [StepKind::Send, StepKind::Speed];

/// Whose connection it is.
pub struct Subject {
    pub address: TenantAddress,
    /// Nobody is signed in at an address that was only typed.
    pub tenant: Option<Arc<Tenant>>,
    pub account: AccountId,
    /// Removes later what can't be removed now; where the engine runs here.
    pub owner: Option<Sender<ToOwner>>,
    /// What goes on behind a test that was cancelled: a stop of the engine waits for it.
    pub leavings: TaskTracker,
}

/// Everything a test needs.
pub struct Test {
    pub course: Course,
    pub context: Arc<TransferContext>,
    pub network: Arc<crate::network::Network>,
    pub data_dir: PathBuf,
    pub subject: Subject,
    pub request: ConnectionTest,
    pub limit: Option<u64>,
    /// Takes up what is recommended. `true`: it holds from now on.
    pub take_up: Box<dyn Fn(&Advice) -> bool + Send + Sync>,
    pub cancelled: CancellationToken,
}

/// What the library says before anything is sent.
struct Offer {
    setting: Arc<UploadSetting>,
    parts: Option<PartsServer>,
}

impl Test {
    pub async fn run(self) {
        let hosts = Hosts::new(&self.course, Arc::clone(&self.network), self.context.pace.answer);
        let address = &self.subject.address;
        let api = hosts.look(HostPurpose::Api, &address.api("user")).await;
        let oauth = OAuthServer::for_tenant(address);
        hosts.look(HostPurpose::SignIn, oauth.base()).await;
        let Some(tenant) = self.subject.tenant.clone() else {
            return self.course.skip(StepKind::SignIn, None, StepWord::NotSignedIn);
        };
        let offer = if api { self.sign_in(&tenant).await } else { self.not_tried() };
        let Some(offer) = offer else { return self.nothing_sent(StepWord::EarlierFailed) };
        let store = hosts.look(HostPurpose::Store, &offer.setting.url).await;
        let elsewhere = offer.parts.as_ref().and_then(PartsServer::elsewhere);
        let parts = match elsewhere {
            Some(url) => hosts.look(HostPurpose::Parts, &url).await,
            None => true,
        };
        if !store || !parts {
            return self.nothing_sent(StepWord::EarlierFailed);
        }
        let rests = self.course.report().rest.is_some();
        if rests || !self.request.sample {
            return self.nothing_sent(if rests { StepWord::Rests } else { StepWord::SampleOff });
        }
        match offer.parts {
            Some(server) => self.in_parts(&hosts, server).await,
            None => {
                if by_form(&self.course, &self.context, &offer.setting).await {
                    self.speed(Target::Form(Arc::clone(&offer.setting)), None).await;
                } else {
                    self.course.skip(StepKind::Speed, None, StepWord::EarlierFailed);
                }
            }
        }
        self.whole(&tenant, offer.setting).await;
    }

    fn not_tried(&self) -> Option<Offer> {
        for step in [StepKind::SignIn, StepKind::Rights, StepKind::Setting] {
            self.course.skip(step, None, StepWord::EarlierFailed);
        }
        None
    }

    fn nothing_sent(&self, why: StepWord) {
        for step in SENDING {
            self.course.skip(step, None, why);
        }
    }

    async fn sign_in(&self, tenant: &Tenant) -> Option<Offer> {
        let renewed = tenant.renewals();
        let who = async {
            let user = tenant.client.user().await.map_err(|error| failure_of(&error))?;
            let word =
                if tenant.renewals() > renewed { StepWord::TokenRenewed } else { StepWord::TokenValid };
            let name = if user.name.is_empty() { user.user_id.clone() } else { user.name.clone() };
            Ok((user, Found::from(word).with("user", name)))
        };
        let Some(user) = self.course.step(StepKind::SignIn, None, who).await else {
            for step in [StepKind::Rights, StepKind::Setting] {
                self.course.skip(step, None, StepWord::EarlierFailed);
            }
            return None;
        };
        let rights = async {
            if user.permissions.is_empty() {
                return Ok(((), StepWord::RightsUnknown.into()));
            }
            if user.may_upload() {
                return Ok(((), StepWord::MayUpload.into()));
            }
            Err(Failure::new(ErrorCode::NoPermission).with("right", "upload"))
        };
        if self.course.step(StepKind::Rights, None, rights).await.is_none() {
            self.course.skip(StepKind::Setting, None, StepWord::EarlierFailed);
            return None;
        }
        let setting = async {
            // Anew, not the one that is kept: that this call works is to be seen.
            let setting = tenant.client.upload_setting(false).await.map_err(|error| failure_of(&error))?;
            let parts = tenant.parts().await.map_err(|error| failure_of(&error))?;
            let word = if parts.is_some() { StepWord::SettingParts } else { StepWord::SettingForm };
            let minutes = setting.expires_in_at_fetch().map_or(0, |life| life.as_secs() / 60);
            let found = Found::from(word).with("minutes", minutes);
            Ok((Offer { setting: Arc::new(setting), parts }, found))
        };
        self.course.step(StepKind::Setting, None, setting).await
    }

    async fn in_parts(&self, hosts: &Hosts<'_>, server: PartsServer) {
        let file = match SampleFile::write(&self.data_dir, &self.context.world).await {
            Ok(file) => file,
            Err(failure) => {
                self.course.step::<()>(StepKind::Send, None, async { Err(failure) }).await;
                return self.course.skip(StepKind::Speed, None, StepWord::EarlierFailed);
            }
        };
        let largest = self.subject.tenant.as_ref().map(|tenant| tenant.largest_part());
        let (course, context, subject) = (&self.course, &*self.context, &self.subject);
        let speed = async |target: Target| self.speed(target, largest).await;
        by_parts(course, hosts, context, subject, server, &file, speed).await;
    }

    async fn speed(&self, target: Target, largest_part: Option<u64>) {
        let course = self.course.clone();
        let limit = self.limit;
        self.course.change(|report| {
            report.speed = Some(SpeedFound { levels: Vec::new(), limit, advice: None });
        });
        let work = async {
            let on_level = |level| {
                course.change(|report| {
                    if let Some(speed) = &mut report.speed {
                        speed.levels.push(level);
                    }
                });
            };
            let levels = measure(&self.context, &target, on_level).await?;
            // What a limit lets through says nothing about the line: it is said, and not taken up.
            let advice = advice(&levels, largest_part)
                .map(|advice| Advice { taken_up: limit.is_none() && (self.take_up)(&advice), ..advice });
            self.course.change(|report| {
                if let Some(speed) = &mut report.speed {
                    speed.advice = advice;
                }
            });
            let best = levels.iter().map(|level| level.speed).max().unwrap_or_default();
            Ok(((), Found::from(StepWord::Measured).with("speed", best)))
        };
        if self.course.step(StepKind::Speed, None, work).await.is_none() {
            self.course.change(|report| report.speed = None);
        }
    }

    async fn whole(&self, tenant: &Arc<Tenant>, setting: Arc<UploadSetting>) {
        let Some(album) = self.request.album.clone() else {
            return self.course.skip(StepKind::Whole, None, StepWord::NoAlbum);
        };
        let whole = Whole::new(&self.course, &self.context, tenant, &self.subject);
        // A task of its own: what has arrived is deleted again, whatever becomes of the test.
        let cancelled = self.cancelled.clone();
        drop(self.subject.leavings.spawn(whole.run(setting, album, cancelled)).await);
    }
}
