//! The sample in parts: sent, cut off, gone on with, compared with the store's list, measured with, and removed.

use std::sync::mpsc::Sender;

use canto_api::{OpenUpload, PartsServer};
use tokio_util::task::TaskTracker;
use url::Url;

use super::course::{Course, Found};
use super::hosts::Hosts;
use super::run::Subject;
use super::sample::{PART, SIZE, SampleFile};
use super::speed::Target;
use crate::error::Failure;
use crate::model::{AccountId, HostPurpose, StepKind, StepWord};
use crate::queue::message::ToOwner;
use crate::transfer::aborter;
use crate::transfer::failure::failure_of;
use crate::transfer::parts::{Plan, Trial};
use crate::transfer::upload::TransferContext;

/// Parts that are only for measuring come after those of the sample.
const FIRST_MEASURED: u32 = 101;
const MEASURED: u32 = 16;
/// Sent at first; the next one is cut off.
const AT_FIRST: u32 = 2;

/// An upload that was begun. Dropped before it was removed, it is removed all the same: now, or when its server can be
/// reached. A crash in these seconds leaves it to the store, which sweeps what is never put together, or does not.
struct Begun {
    server: PartsServer,
    open: OpenUpload,
    objects: reqwest::Client,
    account: AccountId,
    owner: Option<Sender<ToOwner>>,
    leavings: TaskTracker,
    removed: bool,
}

impl Begun {
    async fn remove(mut self) -> Result<((), Found), Failure> {
        let gone = aborter::remove(&self.server, &self.objects, &self.open).await;
        self.removed = true;
        let word = match (gone, self.later()) {
            (true, _) => StepWord::Removed,
            (false, true) => StepWord::RemovedLater,
            (false, false) => StepWord::NotRemoved,
        };
        if !gone {
            self.keep();
        }
        Ok(((), word.into()))
    }

    fn later(&self) -> bool {
        self.owner.is_some()
    }

    fn keep(&self) {
        if let Some(owner) = &self.owner {
            let (base, open) = (self.server.base().to_string(), self.open.clone());
            drop(owner.send(ToOwner::KeepAbort { account: self.account, base, open }));
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if self.removed {
            return;
        }
        let (server, open, objects) = (self.server.clone(), self.open.clone(), self.objects.clone());
        let (account, owner) = (self.account, self.owner.clone());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let remove = async move {
            if !aborter::remove(&server, &objects, &open).await
                && let Some(owner) = owner
            {
                let base = server.base().to_string();
                drop(owner.send(ToOwner::KeepAbort { account, base, open }));
            }
        };
        self.leavings.spawn_on(remove, &runtime);
    }
}

/// `measure` is given where to send to, once everything before went well.
pub async fn by_parts(
    course: &Course,
    hosts: &Hosts<'_>,
    context: &TransferContext,
    subject: &Subject,
    server: PartsServer,
    file: &SampleFile,
    measure: impl AsyncFnOnce(Target),
) {
    let plan = Plan { size: SIZE, part_size: PART };
    let mut begun = None;
    let went_well = sample(course, hosts, context, subject, server, file, plan, &mut begun).await;
    match went_well {
        Some(addresses) => measure(Target::Parts(addresses)).await,
        None => course.skip(StepKind::Speed, None, StepWord::EarlierFailed),
    }
    if let Some(begun) = begun {
        course.step(StepKind::Remove, None, begun.remove()).await;
    }
}

/// `None`: it went wrong somewhere. `begun` is to be removed in any case.
#[allow(clippy::too_many_arguments, reason = "one road, told in one place")]
async fn sample(
    course: &Course,
    hosts: &Hosts<'_>,
    context: &TransferContext,
    subject: &Subject,
    server: PartsServer,
    file: &SampleFile,
    plan: Plan,
    begun: &mut Option<Begun>,
) -> Option<Vec<Url>> {
    let wrong = |error: &canto_api::ApiError| failure_of(error);
    let begin = async {
        let source = std::sync::Arc::clone(&file.source);
        let name = super::sample::picture_name(&context.world);
        let trial =
            Trial::begin(context, server, source, plan, &name).await.map_err(|error| wrong(&error))?;
        *begun = Some(Begun {
            server: trial.server().clone(),
            open: trial.open().clone(),
            objects: context.tenants.network().objects(),
            account: subject.account,
            owner: subject.owner.clone(),
            leavings: subject.leavings.clone(),
            removed: false,
        });
        let numbers: Vec<u32> = (FIRST_MEASURED..FIRST_MEASURED + MEASURED).collect();
        let addresses = trial.addresses(&numbers).await.map_err(|error| wrong(&error))?;
        Ok::<_, Failure>((trial, addresses))
    };
    let begun_well = begin.await;
    let (mut trial, addresses) = match begun_well {
        Ok(begun_well) => begun_well,
        Err(failure) => {
            course.step::<()>(StepKind::Send, None, async { Err(failure) }).await;
            return none_of(course, &[StepKind::Cut, StepKind::Resume, StepKind::Verify]);
        }
    };
    // Parts may go to another host than forms.
    if let Some(address) = addresses.first()
        && !hosts.look(HostPurpose::Store, &without_query(address)).await
    {
        return none_of(course, &[StepKind::Send, StepKind::Cut, StepKind::Resume, StepKind::Verify]);
    }
    let store = addresses.first().map(super::hosts::shown);
    let store = store.as_deref();
    let send = async {
        trial.send(1..=AT_FIRST).await?;
        let bytes = u64::from(AT_FIRST) * PART;
        Ok(((), Found::from(StepWord::Sent).with("bytes", bytes)))
    };
    if course.step(StepKind::Send, store, send).await.is_none() {
        return none_of(course, &[StepKind::Cut, StepKind::Resume, StepKind::Verify]);
    }
    let cut = async {
        let out = trial.cut_off(AT_FIRST + 1).await.map_err(|error| wrong(&error))?;
        Ok(((), Found::from(StepWord::CutOff).with("out", out).with("bytes", PART)))
    };
    if course.step(StepKind::Cut, store, cut).await.is_none() {
        return none_of(course, &[StepKind::Resume, StepKind::Verify]);
    }
    let resume = async {
        let gone_on = trial.go_on().await?;
        Ok(((), Found::from(StepWord::GoneOn).with("kept", gone_on.kept).with("sent", gone_on.sent)))
    };
    if course.step(StepKind::Resume, store, resume).await.is_none() {
        return none_of(course, &[StepKind::Verify]);
    }
    let verify = async {
        let parts = trial.verify().await?;
        Ok(((), Found::from(StepWord::Verified).with("parts", parts)))
    };
    course.step(StepKind::Verify, store, verify).await?;
    Some(addresses)
}

fn none_of<T>(course: &Course, steps: &[StepKind]) -> Option<T> {
    for step in steps {
        course.skip(*step, None, StepWord::EarlierFailed);
    }
    None
}

/// A signature is for one request.
fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url
}
