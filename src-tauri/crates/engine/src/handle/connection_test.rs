//! The connection test: one at a time, told live, and stopped at once.

use std::sync::mpsc;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use canto_api::TenantAddress;
use checksum::Crew;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::EngineHandle;
use crate::connection_test::{Course, Subject, Test, html, plain};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    AccountId, Advice, ConnectionReport, ConnectionTest, DestinationKind, JobStateKind, SignInState,
};
use crate::session::{Tenant, address};
use crate::store::{accounts, totals};
use crate::transfer::gate::Gate;
use crate::transfer::line::LineSpeed;
use crate::transfer::permits::MOST_PARTS_AT_ONCE;
use crate::transfer::upload::TransferContext;

/// The test under way, and what the last one found.
#[derive(Default)]
pub(super) struct Tests {
    running: Option<CancellationToken>,
    last: Option<ConnectionReport>,
    leavings: TaskTracker,
}

/// A stop waits so long for what is removed behind a test.
const LEAVING: Duration = Duration::from_secs(10);

/// The place of the one test; free again when dropped.
struct Slot {
    handle: EngineHandle,
    cancelled: CancellationToken,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.cancelled.cancel();
        self.handle.tests().running = None;
    }
}

impl EngineHandle {
    /// Tests the way to a library, as `connection_test` says; `tell` hears of every change. Uploads that run go on, and
    /// share the line.
    ///
    /// # Errors
    /// `RequestInvalid` where another test runs, or files can't be sent to what is no album; `SignInRequired` where nobody is
    /// signed in, `AccountMissing`, `TenantUnknown` for what is no address. What the test itself finds is in its report.
    pub async fn test_connection(
        &self,
        request: ConnectionTest,
        tell: impl Fn(&ConnectionReport) + Send + Sync + 'static,
    ) -> Outcome<ConnectionReport> {
        let slot = self.take_slot()?;
        if request.album.as_ref().is_some_and(|place| place.kind != DestinationKind::Album) {
            return Err(Failure::new(ErrorCode::RequestInvalid).with("reason", "test_album"));
        }
        let subject = self.subject(&request).await?;
        let bandwidth = self.bandwidth().await?;
        // In a program that sends nothing else, nobody has put the limit in force.
        self.inner.network.up().set(bandwidth.up);
        let uploads = self.inner.readers.read(totals::of_all).await?.count(JobStateKind::Uploading);
        let report = ConnectionReport {
            started_at: self.inner.world.now(),
            tenant: subject.address.host(),
            uploads,
            rest: bandwidth.rest,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system: system(),
            ..ConnectionReport::default()
        };
        let course = Course::new(report, tell);
        let test = Test {
            course: course.clone(),
            context: Arc::new(self.own_context()?),
            network: Arc::clone(&self.inner.network),
            data_dir: self.inner.data_dir.clone(),
            subject,
            request,
            limit: bandwidth.up,
            take_up: self.take_up(),
            cancelled: slot.cancelled.clone(),
        };
        let cancelled = tokio::select! {
            biased;
            () = slot.cancelled.cancelled() => true,
            () = test.run() => false,
        };
        let report = course.finish(cancelled);
        self.tests().last = Some(report.clone());
        Ok(report)
    }

    /// The test under way ends now; what it has begun at the store is removed behind it.
    pub fn stop_connection_test(&self) {
        if let Some(running) = &self.tests().running {
            running.cancel();
        }
    }

    /// What the last test found, as a page that stands by itself, in the language that is set.
    ///
    /// # Errors
    /// `RequestInvalid` before the first test.
    pub async fn connection_page(&self) -> Outcome<String> {
        let (report, language) = (self.last_test()?, self.page_language().await?);
        Ok(html(&report, language))
    }

    /// The same as text.
    ///
    /// # Errors
    /// As `connection_page`.
    pub async fn connection_text(&self) -> Outcome<String> {
        let (report, language) = (self.last_test()?, self.page_language().await?);
        Ok(plain(&report, language))
    }

    fn last_test(&self) -> Outcome<ConnectionReport> {
        let none = || Failure::new(ErrorCode::RequestInvalid).with("reason", "test_none");
        self.tests().last.clone().ok_or_else(none)
    }

    fn tests(&self) -> std::sync::MutexGuard<'_, Tests> {
        self.inner.tests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_slot(&self) -> Outcome<Slot> {
        let mut tests = self.tests();
        if tests.running.is_some() {
            return Err(Failure::new(ErrorCode::RequestInvalid).with("reason", "test_running"));
        }
        let cancelled = CancellationToken::new();
        tests.running = Some(cancelled.clone());
        Ok(Slot { handle: self.clone(), cancelled })
    }

    async fn subject(&self, request: &ConnectionTest) -> Outcome<Subject> {
        if let Some(typed) = request.address.as_deref().filter(|_| request.account.is_none()) {
            let address = address::read(typed)?;
            return Ok(self.subject_of(address, None, AccountId(0)));
        }
        let rows = self.inner.readers.read(accounts::all).await?;
        let is_present = |row: &&accounts::AccountRow| row.view().state != SignInState::SignedOut;
        let row = match request.account {
            Some(account) => {
                let row = rows.iter().find(|row| row.id == account);
                let missing = || Failure::new(ErrorCode::AccountMissing).with("account", account);
                Some(row.ok_or_else(missing)?).filter(is_present)
            }
            None => rows.iter().find(is_present),
        };
        let nobody = || Failure::new(ErrorCode::SignInRequired).with("reason", "no_account");
        let account = row.ok_or_else(nobody)?.id;
        let tenant = self.inner.tenants.get(account).await?;
        let address = tenant.client.tenant().clone();
        Ok(self.subject_of(address, Some(tenant), account))
    }

    fn subject_of(&self, address: TenantAddress, tenant: Option<Arc<Tenant>>, account: AccountId) -> Subject {
        let (owner, leavings) = (self.inner.owner.clone(), self.tests().leavings.clone());
        Subject { address, tenant, account, owner, leavings }
    }

    /// Waits until what a cancelled test has begun is removed, for some seconds.
    pub(super) async fn leave_nothing(&self) {
        let leavings = self.tests().leavings.clone();
        leavings.close();
        if tokio::time::timeout(LEAVING, leavings.wait()).await.is_err() {
            tracing::info!("what a connection test has begun is left to the store");
        }
    }

    /// As files have it, with permits of its own, so that it does not wait for theirs.
    fn own_context(&self) -> Outcome<TransferContext> {
        Ok(TransferContext {
            tenants: Arc::clone(&self.inner.tenants),
            readers: self.inner.readers.clone(),
            world: Arc::clone(&self.inner.world),
            // Nothing of a test is told to the queue.
            owner: mpsc::channel().0,
            crew: Crew::start().map_err(|error| Failure::new(ErrorCode::Internal).because(error))?,
            gate: Gate::new(2, 1, MOST_PARTS_AT_ONCE),
            line: LineSpeed::default(),
            keys: Arc::default(),
            pace: self.inner.pace,
        })
    }

    /// Files that are sent here from now on are cut for the speed that was measured, and their parts begin as many at once.
    fn take_up(&self) -> Box<dyn Fn(&Advice) -> bool + Send + Sync> {
        let transfers = self.inner.transfers.get().cloned();
        Box::new(move |advice| {
            let Some(transfers) = &transfers else { return false };
            transfers.line.told(advice.speed / u64::from(advice.streams.max(1)));
            transfers.gate.begin_with(advice.streams as usize);
            true
        })
    }
}

fn system() -> String {
    let name = sysinfo::System::long_os_version().unwrap_or_else(|| std::env::consts::OS.to_owned());
    format!("{name}, {}", std::env::consts::ARCH)
}
